"""Shape of each rep's velocity, and standard deviations of its pitch change and lockout ratio.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; reps that are already there have none of these until they are analysed again."""
    op.add_column("rep", sa.Column("pitch_change_sd_rad", sa.Double(), nullable=True))
    op.add_column("rep", sa.Column("lockout_ratio_sd", sa.Double(), nullable=True))
    op.add_column("rep", sa.Column("curve", sa.JSON(), nullable=True))
