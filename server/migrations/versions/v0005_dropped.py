"""Whether the bar was dropped at the end of a rep.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; of reps that are already there it is not known until they are analysed again."""
    op.add_column("rep", sa.Column("dropped", sa.Boolean(), nullable=True))
