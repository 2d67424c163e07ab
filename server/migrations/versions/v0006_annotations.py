"""Athletes, and what people say of sessions, sets and reps.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add table and columns; sets that are already there are as they were labelled."""
    op.create_table(
        "athlete",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("body_mass_kg", sa.Double[float](), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_athlete"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # SQLite takes a foreign key only as part of its column. Making the table anew instead would delete
        # every set through the cascade.
        op.execute(
            "ALTER TABLE recording ADD COLUMN athlete_id CHAR(32) "
            "CONSTRAINT fk_recording_athlete_id REFERENCES athlete (id)"
        )
    else:
        op.add_column("recording", sa.Column("athlete_id", sa.Uuid(), nullable=True))
        op.create_foreign_key("fk_recording_athlete_id", "recording", "athlete", ["athlete_id"], ["id"])
    op.create_index("ix_recording_athlete_id", "recording", ["athlete_id"])
    op.add_column("recording", sa.Column("given_title", sa.String(200), nullable=True))
    op.add_column("recording", sa.Column("note", sa.String(2000), nullable=False, server_default=""))
    op.add_column("recording", sa.Column("velocity_feedback", sa.Boolean(), nullable=True))
    op.add_column("training_set", sa.Column("labelled_exercise_id", sa.String(64), nullable=True))
    op.add_column("training_set", sa.Column("labelled_load_kg", sa.Double[float](), nullable=True))
    op.add_column("training_set", sa.Column("analysed", sa.JSON(), nullable=True))
    op.add_column("training_set", sa.Column("rpe", sa.Double[float](), nullable=True))
    op.add_column("training_set", sa.Column("note", sa.String(2000), nullable=False, server_default=""))
    op.add_column("training_set", sa.Column("velocity_feedback", sa.Boolean(), nullable=True))
    op.add_column("training_set", sa.Column("recorded_velocity_feedback", sa.Boolean(), nullable=True))
    op.execute("UPDATE training_set SET labelled_exercise_id = exercise_id, labelled_load_kg = load_kg")
    op.add_column("rep", sa.Column("excluded_reason", sa.String(200), nullable=True))
