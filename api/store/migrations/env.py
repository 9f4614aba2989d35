"""Run migrations on the connection that `Store.upgrade` brings."""

from __future__ import annotations

from alembic import context

from api.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller has begun the transaction, and ends it
)
context.run_migrations()
