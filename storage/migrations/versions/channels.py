"""Telegram and Slack: edits, links, installations."""

from storage.migrate import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0002_channels.sql")
