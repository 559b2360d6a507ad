"""Rows for the storage tests with every field filled, and one turn that writes what it is told."""

import itertools
from collections.abc import Callable
from typing import Any

from bot.rows import (
    AddressRow,
    AnswerRow,
    Arrival,
    Batch,
    CaseRow,
    Consequences,
    DeliveryRow,
    EntryRow,
    FileRow,
    ForwardRow,
    OutboxRow,
    SessionRow,
    Settlement,
)
from storage.scripts import Many, Script
from storage.sql import portable

NOW = 1_800_000_000_000
LANE = "sms:+491"
CASE = "c" * 24
OTHER = "d" * 24
THREAD = f"slack:C1#@{CASE}"  # the case's lane in a channel, before and after the provider has named its thread
NAMED = "slack:C1#171.5"
PHONE = "sms:+4917"
REST = 60_000
_unique = itertools.count(1)

portable()["builders_survey"] = """
    INSERT INTO session (id, lane, flow, revision, language, owner, outcome, basis, started_at, ended_at, heard_at,
      state, version)
    VALUES (:id, :lane, 'nps', 'rev1', 'de', 'bot', 'completed', 'operator', 0, 0, 0, '{}', 1)
    ON CONFLICT (id) DO NOTHING"""


def event(key: str, lane: str = LANE, **fields: Any) -> Arrival:
    usual = Arrival("sms", key, "said", lane, NOW, NOW, f'{{"id":"{key}"}}')
    return usual._replace(**fields)


def file(token: str = "f" * 64, **fields: Any) -> FileRow:
    usual = FileRow(token, "k.1.0/0", "photo.jpg", "image/jpeg", 6, b"\xff\xd8\xff\0'\n", NOW, NOW + 1000)
    return usual._replace(**fields)


def address(lane: str = LANE, **fields: Any) -> AddressRow:
    chat = lane.partition(":")[2]
    usual = AddressRow(lane, "sms", "", chat, "", "de", 0, NOW, "+4930", "s1", NOW)
    return usual._replace(**fields)


def session(key: str = "s1", lane: str = LANE, **fields: Any) -> SessionRow:
    usual = SessionRow(
        key, lane, "nps", "rev1", "de", "bot", "", "operator", NOW, 0, NOW, f'{{"id":"{key}"}}', 1
    )  # fmt: skip
    return usual._replace(**fields)


def answer(question: str = "score", **fields: Any) -> AnswerRow:
    usual = AnswerRow(
        "s1", question, "nps", "nps", "rev1", LANE, "sms", "de", 9, "9", "promoter", "", NOW, "2027-01-15", 0
    )
    return usual._replace(**fields)


def message(key: str, lane: str = LANE, **fields: Any) -> OutboxRow:
    usual = OutboxRow(key, lane, "sms", "s1", "survey", f'{{"key":"{key}"}}', NOW, 0, NOW)
    return usual._replace(**fields)


def delivery(key: str = "", state: str = "delivered", rank: int = 5, **fields: Any) -> DeliveryRow:
    usual = DeliveryRow(key, "sms", "", state, rank, "", "", NOW)
    return usual._replace(**fields)


def case(**fields: Any) -> CaseRow:
    usual = CaseRow(
        CASE, "K7Q2", LANE, "s1", "support", "open", "", "high", NOW, NOW + 900_000, 0, 0, 0, "", 2, None, "sms", "de",
        '{"name":"Eva"}', 1,
    )  # fmt: skip
    return usual._replace(**fields)


def entry(n: int = 0, **fields: Any) -> EntryRow:
    return EntryRow(CASE, 1, n, NOW, "agent", "anna", "Hello", "", 0)._replace(**fields)


def forward(key: str, case_id: str = CASE, **fields: Any) -> ForwardRow:
    """An event of a desk; its body is like those of `event`."""
    return ForwardRow(f"desk:{key}", case_id, "slack", NOW, f'{{"id":"{key}"}}')._replace(**fields)


def rows(**kinds: Any) -> Consequences:
    """Consequences with these rows and no others."""
    consequences = Consequences.none()
    for kind, some in kinds.items():
        setattr(consequences, kind, some)
    return consequences


def finishing(**kinds: Any) -> Callable[[Batch], Consequences]:
    """A decision that writes these rows and is done with whatever it was given."""
    return lambda batch: rows(done=[claimed.id for claimed in batch.events], **kinds)


async def turn(store: Any, lane: str = LANE, **kinds: Any) -> None:
    """One turn of a lane that writes these rows."""
    await store.accept([event(f"turn-{next(_unique)}", lane)])
    assert await store.work(1000, NOW, finishing(**kinds)) >= 1
    await based(store, *kinds.get("outbox", ()))


async def based(store: Any, *messages: OutboxRow) -> None:
    """Surveys that these messages are of, where a test has none: without a basis no lease would give them out."""
    sessions = sorted({(row.session, row.lane) for row in messages if row.kind == "survey"})

    def ask() -> Script[None]:
        yield Many("builders_survey", sessions)

    if sessions:
        await store.run(ask)


async def leased(store: Any, now: int = NOW, owner: str = "w1", **how: Any) -> list[Any]:
    """What a worker gets to send, for half a minute."""
    arguments = {"limit": 100, "until": now + 30_000, "channels": ["sms"], **how}
    return list(await store.lease(owner, now=now, **arguments))


async def states(store: Any, *keys: str) -> list[str]:
    """The states of these messages."""
    return [(await store.outbound(key))["state"] for key in keys]


def keys(leases: Any) -> list[str]:
    """The keys of leased messages."""
    return [lease.key for lease in leases]


def settled(lease: Any, state: str = "sent", owner: str = "w1", **fields: Any) -> Settlement:
    """How the send of a leased message ended."""
    return Settlement(lease.id, owner, lease.epoch, state, at=NOW, **fields)


async def doubtful(store: Any, now: int, owner: str = "w2") -> list[Any]:
    """What a worker gets to look up, for half a minute."""
    return list(await store.doubtful(owner, 100, now, now + 30_000, ["sms"]))


def silent(*_: Any) -> None:
    """A progress that nobody looks at."""


class Seen(list):
    """A decision that remembers its batches and is done with every event."""

    def __call__(self, batch):
        self.append(batch)
        return rows(done=[claimed.id for claimed in batch.events])

    @property
    def keys(self):
        return [claimed.body[7:-2] for batch in self for claimed in batch.events]
