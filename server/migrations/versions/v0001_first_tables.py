"""Recordings, sets, reps and stability parts.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


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
        sa.Column("sample_rate_hz", sa.Double(), nullable=True),
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
        sa.Column("load_kg", sa.Double(), nullable=True),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("end_s", sa.Double(), nullable=False),
        sa.Column("n_reps", sa.Integer(), nullable=False),
        sa.Column("velocity_loss_fraction", sa.Double(), nullable=True),
        sa.Column("sample_rate_hz", sa.Double(), nullable=False),
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
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("sd", sa.Double(), nullable=True),
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
        sa.Column("sample_rate_hz", sa.Double(), nullable=False),
        sa.Column("lost_samples", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("turning_point_s", sa.Double(), nullable=False),
        sa.Column("concentric_start_s", sa.Double(), nullable=False),
        sa.Column("concentric_end_s", sa.Double(), nullable=False),
        sa.Column("end_s", sa.Double(), nullable=True),
        sa.Column("mean_concentric_velocity_mps", sa.Double(), nullable=False),
        sa.Column("mean_concentric_velocity_sd_mps", sa.Double(), nullable=False),
        sa.Column("peak_concentric_velocity_mps", sa.Double(), nullable=False),
        sa.Column("peak_concentric_velocity_sd_mps", sa.Double(), nullable=False),
        sa.Column("mean_propulsive_velocity_mps", sa.Double(), nullable=False),
        sa.Column("range_of_motion_m", sa.Double(), nullable=False),
        sa.Column("range_of_motion_sd_m", sa.Double(), nullable=False),
        sa.Column("forward_drift_m", sa.Double(), nullable=True),
        sa.Column("forward_drift_sd_m", sa.Double(), nullable=True),
        sa.Column("max_forward_m", sa.Double(), nullable=True),
        sa.Column("pitch_change_rad", sa.Double(), nullable=True),
        sa.Column("lockout_ratio", sa.Double(), nullable=True),
        sa.Column("eccentric_velocity_mps", sa.Double(), nullable=True),
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
