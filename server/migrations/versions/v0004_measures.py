"""Measures of each rep.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; reps that are already there have none until they are analysed again."""
    op.add_column("rep", sa.Column("measures", sa.JSON(), nullable=True))
