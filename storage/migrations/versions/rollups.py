"""Rollups: what is counted about surveys, by day, by month and by dimension."""

from storage.migrate import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0007_rollups.sql")
