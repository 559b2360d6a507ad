"""One lane without a database: it decides batch by batch and keeps what a store would keep."""

from collections.abc import Callable
from typing import Any

import msgspec

from bot.engine.state import Session
from bot.messages import Address, Body, Inbound, Invite, Said
from bot.rows import Batch, Claimed, Consequences, LaneState
from bot.runtime.route import decide
from flows.library import Library
from tests.bot.runtime.house import ANNA, GATHER, NOW

_encode = msgspec.json.Encoder().encode


def invite(library: Library, language: str = "en", flow: str = "after-support") -> Invite:
    return Invite(flow, library.get(flow).revision, language, "operator")


def claimed(
    number: int, body: Body | str, at: int = NOW, source: Address = ANNA, author: str = "", **fields: Any
) -> Claimed:
    """An inbox row; text is what the customer said."""
    body = Said(body) if isinstance(body, str) else body
    inbound = Inbound(f"e{number}", at, source, body, author)
    return Claimed(number, source.lane, at, 0, _encode(inbound).decode())._replace(**fields)


def unknown(source: Address = ANNA) -> LaneState:
    return LaneState(source.lane, 0, "", 0, 0, "", "", "", 0)


class Strip:
    """A lane that remembers. `author`: whoever speaks there; `marking`: its channel can show choices."""

    def __init__(
        self,
        library: Library,
        source: Address = ANNA,
        gather: int = GATHER,
        author: str = "",
        *,
        marking: bool = False,
    ) -> None:
        self.author, self.marking = author, {source.channel} if marking else set()
        self.revision: Callable[[str], Any] = library.revision
        self.source, self.gather, self.known = source, gather, unknown(source)
        self.told: dict[str, str] = {}  # key → text
        self.ids = 0

    def take(self, *bodies: Body | str, at: int = NOW, apart: int = 0) -> Consequences:
        """These events, `apart` ms from one to the next, in one batch."""
        events = []
        for index, body in enumerate(bodies):
            self.ids += 1
            events.append(claimed(self.ids, body, at + index * apart, self.source, self.author))
        return self.decide(events)

    def decide(self, events: list[Claimed]) -> Consequences:
        batch = Batch(events, {self.source.lane: self.known})
        rows = decide(batch, self.revision, NOW, self.gather, self.marking)
        for session in rows.sessions:
            self.known = self.known._replace(session=session.id, state=session.state, version=session.version)
        for row in rows.addresses:
            self.known = self.known._replace(
                known=1, language=row.language, opted_out_at=row.opted_out_at, heard_at=row.heard_at, sender=row.sender
            )
        for row in rows.outbox:
            self.told[row.key] = msgspec.json.decode(row.payload)["prompt"]["text"]
        return rows

    @property
    def session(self) -> Session | None:
        return msgspec.json.decode(self.known.state, type=Session) if self.known.state else None


def told(rows: Consequences) -> list[str]:
    """The texts of the messages that these rows queue."""
    return [msgspec.json.decode(row.payload)["prompt"]["text"] for row in rows.outbox]
