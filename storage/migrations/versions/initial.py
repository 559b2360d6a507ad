"""The conversation: inbox, lanes, sessions, answers, outbox, timers."""

from storage.migrate import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0001_initial.sql")
