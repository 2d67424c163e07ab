"""What sets were meant to be.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column; of sets that are already there the recordings know it: a rebuild reads it."""
    op.add_column("training_set", sa.Column("goal", sa.JSON(), nullable=True))
