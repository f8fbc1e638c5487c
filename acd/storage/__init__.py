"""The store: SQLite by default, PostgreSQL in production, written behind the calls."""
