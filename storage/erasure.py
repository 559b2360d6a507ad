"""Erasure as a script: nothing personal of somebody stays; in the same transaction their addresses are suppressed."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from bot.contacts import Place
from bot.engine.state import Session
from bot.messages import Address
from bot.outreach.consent import EVERYWHERE
from storage.consent import Suppression, suppressed
from storage.rollups import Counting, forget
from storage.scripts import Ask, Many, Script

DAY = 86_400_000  # ms
_encode = msgspec.json.Encoder().encode


class Erased(NamedTuple):
    """How much there was."""

    addresses: int
    sessions: int
    cases: int


def erase(
    places: Sequence[Place], contact: str, external: str, now: int, fresh: Callable[[], str], *, scores: bool
) -> Script[Erased]:
    """Erase a person: their addresses, and the contact if there is one (its id and what other systems call them).

    With `scores` answers stay as numbers of a day that belong to nobody, under ids that `fresh` makes; their words go.
    """
    lanes = sorted(place.lane for place in places)
    for lane in lanes:
        yield Ask("hold_lane", (lane,))
    yield from suppressed([
        Suppression(place.names, place.key_id, EVERYWHERE, "erasure", now, f"erasure-{place.hmac[:16]}")
        for place in places
    ])  # fmt: skip
    every = json.dumps(lanes)
    sessions = yield Ask("sessions_to_erase", (every,))
    cases = [key for (key,) in (yield Ask("cases_to_erase", (every,)))]
    yield from _erase_cases(cases, every)
    yield Many("erase_inbox", [(Address.of_lane(lane).chat, lane) for lane in lanes])
    for name in ("erase_timers", "erase_links", "erase_addresses"):
        yield Ask(name, (every,))
    for name in ("erase_told_reports", "erase_reports_in_inbox", "erase_report_files"):
        yield Ask(name)
    names = {row[0]: fresh() if scores else "" for row in sessions}
    yield from _erase_sessions(sessions, names)
    yield Ask("erase_places_of_contact", (every, contact))
    yield from _erase_contact(contact, now)
    terms = [*(Address.of_lane(lane).chat for lane in lanes), contact, external]
    yield Many("erase_answers_of_api", [(term,) for term in terms if term])
    yield from forget(names, Counting())
    return Erased(len(lanes), len(sessions), len(cases))


def _erase_cases(cases: Sequence[str], lanes: str) -> Script[None]:
    ids = json.dumps(list(cases))
    threads = [lane for (lane,) in (yield Ask("threads_to_erase", (ids,)))]
    yield Ask("erase_files", (lanes, ids))
    yield Ask("erase_outbox", (lanes, ids))
    yield Many("erase_inbox", [(lane, lane) for lane in threads])
    for name in ("erase_journal", "erase_entries", "erase_places", "erase_cases"):
        yield Ask(name, (ids,))


def _erase_sessions(sessions: Sequence[Sequence[Any]], names: Mapping[str, str]) -> Script[None]:
    """`names` are those that they have from now on, "" where nothing of them is to stay."""
    ids = json.dumps(list(names))
    yield Ask("erase_journal", (ids,))
    if not all(names.values()):
        yield Ask("erase_answers", (ids,))
        yield Ask("erase_sessions", (ids,))
        return
    renamed = [(row, names[row[0]]) for row in sessions]
    yield Many("keep_score", [(anonymous, row[0]) for row, anonymous in renamed])
    yield Many("keep_session", [(anonymous, _bare(row, anonymous), row[0]) for row, anonymous in renamed])


def _bare(row: Sequence[Any], anonymous: str) -> str:
    """The state of a session of nobody's."""
    _, flow, revision, language, outcome, started_at, ended_at, variant, basis = row
    bare = Session(
        id=anonymous, flow=flow, revision=revision, language=language, started_at=started_at - started_at % DAY,
        outcome=outcome or "expired", ended_at=ended_at - ended_at % DAY, variant=variant, test=basis == "test",
    )  # fmt: skip
    return _encode(bare).decode()


def _erase_contact(contact: str, now: int) -> Script[None]:
    if contact:
        for name in ("erase_happenings", "erase_decisions", "part_consents"):
            yield Ask(name, (contact,))
        yield Ask("erase_contact", (now, contact))
