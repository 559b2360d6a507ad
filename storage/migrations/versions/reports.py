"""Reports and alerts: who gets them since when, and what was sent."""

from storage.migrate import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0009_reports.sql")
