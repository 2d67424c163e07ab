"""Direction of the bar in the sensor, as stated or found, with each set.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; sets that are already there have no such direction until they are analysed again."""
    op.add_column("training_set", sa.Column("bar_axis", sa.JSON(), nullable=True))
