"""Contacts, consent, suppression, happenings, decisions, campaigns."""

from storage.migrate import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0005_outreach.sql")
