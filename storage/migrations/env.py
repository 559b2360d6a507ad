"""Alembic's entry: runs on the connection, and inside the transaction, that storage/migrate.py hands it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
