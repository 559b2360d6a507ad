"""People on the way to a provider of identities (S18)."""

from storage.migrate import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0011_oidc.sql")
