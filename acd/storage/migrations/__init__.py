"""Alembic's migrations; `acd.storage.migrate.upgrade` runs them."""
