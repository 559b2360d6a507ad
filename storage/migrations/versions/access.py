"""Keys for the API, sessions that know when somebody last proved who they are, a trail that can be trimmed (C12)."""

from alembic import op

from storage.migrate import run_sql

revision = "0010"
down_revision = "0009"

_GUARD = {
    "sqlite": (
        "DROP TRIGGER audit_is_kept",
        """
        CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
        WHEN OLD.n > coalesce((SELECT max(n) FROM audit_anchor), 0)
        BEGIN SELECT RAISE(ABORT, 'the audit trail stays'); END
        """,
        """
        CREATE TRIGGER anchor_stays BEFORE UPDATE ON audit_anchor
        BEGIN SELECT RAISE(ABORT, 'the audit trail stays'); END
        """,
        """
        CREATE TRIGGER anchor_is_kept BEFORE DELETE ON audit_anchor
        BEGIN SELECT RAISE(ABORT, 'the audit trail stays'); END
        """,
    ),
    "postgresql": (
        """
        CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit' THEN
            IF OLD.n <= coalesce((SELECT max(n) FROM audit_anchor), 0) THEN
              RETURN OLD;
            END IF;
          END IF;
          RAISE EXCEPTION 'the audit trail stays' USING ERRCODE = 'check_violation';
        END $$
        """,
        """
        CREATE TRIGGER anchor_stays BEFORE UPDATE OR DELETE ON audit_anchor
        FOR EACH ROW EXECUTE FUNCTION audit_stays()
        """,
    ),
}
"""No SQL that both databases read says this."""


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0010_access.sql")
    connection = op.get_bind()
    for statement in _GUARD[connection.dialect.name]:
        connection.exec_driver_sql(statement)
