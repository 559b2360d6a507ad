"""Alembic's revisions; what they do is in the SQL files they name."""
