"""Reps that people split or merged.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; the reps of the sets that are already there are as they were found."""
    op.add_column("training_set", sa.Column("regroupings", sa.JSON(), nullable=True))
