"""Index names by their actor, aliases by what they lead to, jobs by their state, and the changes that delete.

Of all of these there may be many.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("actor_names_by_actor", "actor_names", ["actor_id", "name_key"])
    op.create_index("aliases_by_target", "aliases", ["target", "resource", "id"])
    op.create_index("jobs_by_state", "jobs", ["state", "id"])
    op.drop_index("jobs_by_key", "jobs")
    op.create_index("jobs_by_key", "jobs", ["by", "state", "id"])
    deleted = sa.text("action = 'deleted'")
    columns = ["id", "resource", "version"]
    op.create_index("changes_that_delete", "changes", columns, sqlite_where=deleted, postgresql_where=deleted)
