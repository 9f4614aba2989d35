"""Alembic's migrations; `newsfacts upgrade` runs them."""
