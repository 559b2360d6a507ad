"""An index for messages that are under way, so that a lease is as quick with a million waiting as with one."""

from storage.migrate import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0006_leases.sql")
