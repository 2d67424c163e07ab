"""Recordings, sets, reps and stability parts.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _number(name: str, *, nullable: bool = False) -> sa.Column[float]:
    """Describe a column of floating-point numbers."""
    return sa.Column(name, sa.Double[float](), nullable=nullable)


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "recording",
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("algorithm", sa.String(100), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("sensor_name", sa.String(100), nullable=False),
        sa.Column("mount_position", sa.String(20), nullable=False),
        _number("sample_rate_hz", nullable=True),
        sa.Column("lost_samples", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name="pk_recording"),
    )
    op.create_index("ix_recording_started_at", "recording", ["started_at"])
    op.create_table(
        "training_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Uuid(), nullable=False),
        sa.Column("set_index", sa.Integer(), nullable=False),
        sa.Column("algorithm", sa.String(100), nullable=False),
        sa.Column("exercise_id", sa.String(64), nullable=True),
        _number("load_kg", nullable=True),
        _number("start_s"),
        _number("end_s"),
        sa.Column("n_reps", sa.Integer(), nullable=False),
        _number("velocity_loss_fraction", nullable=True),
        _number("sample_rate_hz"),
        sa.Column("lost_samples", sa.Integer(), nullable=False),
        sa.Column("clipped_samples", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_training_set"),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.recording_id"],
            name="fk_training_set_recording_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("recording_id", "set_index", name="uq_training_set_recording_id"),
    )
    op.create_index("ix_training_set_exercise_id", "training_set", ["exercise_id"])
    op.create_table(
        "stability_part",
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(64), nullable=False),
        _number("value", nullable=True),
        _number("sd", nullable=True),
        sa.Column("reason", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("set_id", "part", name="pk_stability_part"),
        sa.ForeignKeyConstraint(
            ["set_id"], ["training_set.id"], name="fk_stability_part_set_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "rep",
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("rep_index", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("algorithm", sa.String(100), nullable=False),
        _number("sample_rate_hz"),
        sa.Column("lost_samples", sa.Integer(), nullable=False),
        _number("start_s"),
        _number("turning_point_s"),
        _number("concentric_start_s"),
        _number("concentric_end_s"),
        _number("end_s", nullable=True),
        _number("mean_concentric_velocity_mps"),
        _number("mean_concentric_velocity_sd_mps"),
        _number("peak_concentric_velocity_mps"),
        _number("peak_concentric_velocity_sd_mps"),
        _number("mean_propulsive_velocity_mps"),
        _number("range_of_motion_m"),
        _number("range_of_motion_sd_m"),
        _number("forward_drift_m", nullable=True),
        _number("forward_drift_sd_m", nullable=True),
        _number("max_forward_m", nullable=True),
        _number("pitch_change_rad", nullable=True),
        _number("lockout_ratio", nullable=True),
        _number("eccentric_velocity_mps", nullable=True),
        sa.Column("quality_state", sa.String(20), nullable=False),
        sa.Column("quality_reasons", sa.JSON(), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("set_id", "rep_index", name="pk_rep"),
        sa.ForeignKeyConstraint(["set_id"], ["training_set.id"], name="fk_rep_set_id", ondelete="CASCADE"),
    )


def downgrade() -> None:
    """Drop everything; the results are rebuilt from the recordings."""
    for table in ("rep", "stability_part", "training_set", "recording"):
        op.drop_table(table)
