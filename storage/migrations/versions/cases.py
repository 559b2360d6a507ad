"""Cases: what surveys had asked for before there were any goes to its lane as an event, once."""

import msgspec
import sqlalchemy
from alembic import op

from bot.messages import Address, CaseWanted, Inbound
from storage.migrate import run_sql

revision = "0003"
down_revision = "0002"

_WANTED = sqlalchemy.text(
    "SELECT session, desk, lane, priority, reason, opened_at, respond_within FROM case_request"
    " ORDER BY opened_at, session, desk"
)
_EVENT = sqlalchemy.text(
    "INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body)"
    " VALUES (:channel, :key, 'event', :lane, :at, :at, :body) ON CONFLICT (channel, event_key) DO NOTHING"
)
_encode = msgspec.json.Encoder().encode


def upgrade() -> None:
    """Schemas only go forward; the way back is the backup made before."""
    connection = op.get_bind()
    events = [_event(*row) for row in connection.execute(_WANTED)]
    if events:
        connection.execute(_EVENT, events)
    run_sql("0003_cases.sql")


def _event(
    session: str, desk: str, lane: str, priority: str, reason: str, opened_at: int, respond_within: int
) -> dict[str, object]:
    """The inbox row of a case that was asked for."""
    source = Address.of_lane(lane)
    wanted = CaseWanted(desk, priority, reason, session, respond_within)
    event = Inbound(f"case:{session}:{desk}", opened_at, source, wanted)
    return {
        "channel": source.channel,
        "key": event.id,
        "lane": lane,
        "at": opened_at,
        "body": _encode(event).decode(),
    }
