"""Drafts of surveys that another browser has as well."""

from storage.migrate import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0012_drafts.sql")
