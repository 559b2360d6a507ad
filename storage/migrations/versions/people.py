"""People, their roles and sessions, and an audit trail that can be added to and never changed (S39)."""

from alembic import op

from storage.migrate import run_sql

revision = "0008"
down_revision = "0007"

_GUARD = {
    "sqlite": (
        "CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail stays'); END",
        "CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail stays'); END",
    ),
    "postgresql": (
        """
        CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the audit trail stays' USING ERRCODE = 'check_violation';
        END $$
        """,
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays()",
    ),
}
"""No SQL that both databases read says this."""


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0008_people.sql")
    connection = op.get_bind()
    for statement in _GUARD[connection.dialect.name]:
        connection.exec_driver_sql(statement)
