"""Versions of flows, variants of sessions, cases that only try out."""

from storage.migrate import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0004_versions.sql")
