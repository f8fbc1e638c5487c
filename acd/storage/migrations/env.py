"""Alembic's environment: runs in the transaction of the connection that `migrate` hands over."""

from __future__ import annotations

from alembic import context

from acd.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
