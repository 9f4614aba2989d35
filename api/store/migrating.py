"""Migrating: the tables are brought up to date by Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from api.store.opening import MIGRATIONS


def upgrade(connection: Connection) -> None:
    """Do all migrations that were not done yet, in the connection's transaction."""
    config = configured()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def configured() -> Config:
    """Tell Alembic where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
