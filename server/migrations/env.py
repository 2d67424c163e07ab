"""Alembic's entry point: runs the migrations on the connection that `server.store` hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context

from server.tables import Base

if TYPE_CHECKING:
    from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
