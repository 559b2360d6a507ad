"""Contacts, consent, suppression, happenings, decisions, campaigns; nothing of a survey leaves without a basis (C1)."""

from alembic import op

from storage.migrate import run_sql

revision = "0005"
down_revision = "0004"

_GUARD = {
    "sqlite": (
        """
        CREATE TRIGGER outbox_basis BEFORE UPDATE OF state ON outbox
        WHEN NEW.state = 'sending' AND NEW.kind = 'survey'
          AND NOT EXISTS (SELECT 1 FROM consent_use WHERE outbox_key = NEW.key)
        BEGIN SELECT RAISE(ABORT, 'a message of a survey has no consent_use'); END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION outbox_basis() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NOT EXISTS (SELECT 1 FROM consent_use WHERE outbox_key = NEW.key) THEN
            RAISE EXCEPTION 'a message of a survey has no consent_use' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER outbox_basis BEFORE UPDATE OF state ON outbox
        FOR EACH ROW WHEN (NEW.state = 'sending' AND NEW.kind = 'survey') EXECUTE FUNCTION outbox_basis()
        """,
    ),
}
"""No SQL that both databases read says this."""


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    run_sql("0005_outreach.sql")
    connection = op.get_bind()
    for statement in _GUARD[connection.dialect.name]:
        connection.exec_driver_sql(statement)
