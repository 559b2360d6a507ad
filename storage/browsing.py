"""Lists that people leaf through, as scripts: the ledger newest first, contacts by what is known of them."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

import msgspec

from bot.contacts import Contact
from bot.outreach.plans import Wave
from bot.outreach.waves import Plan
from storage.contacts import reached
from storage.decisions import Entry, entry_of
from storage.scripts import Ask, Script

PORTION = 50_000
"""Rows that one look goes through at most: a fifth of a second, with indexes that fit into memory."""

Found = TypeVar("Found")
_plan = msgspec.json.Decoder(Plan).decode


class Part(NamedTuple, Generic[Found]):
    """Of a list: what was found, and where to go on; "" at the end. `short`: there may be more of it further on."""

    found: Sequence[Found]
    following: str
    short: bool = False


class Wanted(NamedTuple):
    """Which decisions; "" and 0 are any. Times are epoch ms, `until` is not among them. `brands` None: of all."""

    since: int = 0
    until: int = 1 << 60
    outcome: str = ""
    rule: str = ""
    name: str = ""
    wave: int = 0
    brands: Collection[str] | None = None

    @property
    def picky(self) -> bool:
        """Whether some are left out between the first and the last."""
        return bool(self.outcome or self.rule or self.name or self.wave or self.brands is not None)


class Sought(NamedTuple):
    """Which contacts; "" is any. `text` is a part of a name. `brands` None: of all."""

    text: str = ""
    brand: str = ""
    region: str = ""
    segment: str = ""
    language: str = ""
    country: str = ""
    brands: Collection[str] | None = None

    @property
    def picky(self) -> bool:
        """Whether some are left out between the first and the last."""
        return any(self[:6]) or self.brands is not None


class Talk(NamedTuple):
    """A survey with somebody; `answers` are (question, type, value, text, comment, at)."""

    id: str
    flow: str
    lane: str
    outcome: str
    basis: str
    started_at: int
    answers: Sequence[tuple[str, str, int | None, str, str, int]] = ()


def ledger(wanted: Wanted, before: str, limit: int, portion: int = PORTION) -> Script[Part[Entry]]:
    """Decisions, newest first, before the cursor (`at:id`, "" begins at `until`)."""
    at, _, key = before.partition(":")
    cursor = (int(at), key) if before else (wanted.until, "")
    seen = portion if wanted.picky else limit + 1
    every, brands = _limits(wanted.brands)
    rows = yield Ask(
        "ledger_before",
        (*cursor, wanted.since, seen, wanted.outcome, wanted.rule, wanted.name, wanted.wave, every, brands, limit + 1),
    )
    found = [entry_of(row) for row in rows]
    if len(found) > limit:
        return Part(found[:limit], f"{found[limit - 1].at}:{found[limit - 1].id}")
    end = (yield Ask("ledger_portion_end", (*cursor, wanted.since, seen - 1))) if wanted.picky else []
    return Part(found, f"{end[0][0]}:{end[0][1]}" if end else "", bool(end))


def people(sought: Sought, after: str, limit: int, portion: int = PORTION) -> Script[Part[Contact]]:
    """Contacts behind this id, in the order of ids."""
    seen = portion if sought.picky else limit + 1
    every, brands = _limits(sought.brands)
    rows = yield Ask("contacts_among", (after, seen, every, brands, *sought[1:6], *_patterns(sought.text), limit + 1))
    found = yield from reached(rows)
    if len(found) > limit:
        return Part(found[:limit], found[limit - 1].id)
    end = (yield Ask("contacts_portion_end", (after, seen - 1))) if sought.picky else []
    return Part(found, end[0][0] if end else "", bool(end))


def called(ids: Iterable[str]) -> Script[dict[str, Contact]]:
    """Contacts by id, without addresses; those erased or merged are left out."""
    rows = yield Ask("contacts_by_id", (json.dumps(list(dict.fromkeys(ids))),))
    living = [row for row in rows if not row[13] and not row[14]]
    return {one.id: one for one in (yield from reached(living))}


def talks(lanes: Sequence[str], limit: int = 100) -> Script[list[Talk]]:
    """Surveys on these lanes with their answers, the latest first."""
    found = [Talk(*row) for row in (yield Ask("surveys_on_lanes", (json.dumps(list(lanes)), limit)))]
    rows = yield Ask("answers_in", (json.dumps([each.id for each in found]),))
    return [each._replace(answers=[row[1:] for row in rows if row[0] == each.id]) for each in found]


def waves(campaign: str) -> Script[list[Wave]]:
    """Its waves as they were written down, with nothing counted."""
    rows = yield Ask("waves_of", (campaign,))
    return [Wave._make([*row[:6], row[7], row[8]]) for row in rows]


def plans(campaign: str) -> Script[dict[int, Plan]]:
    """How far each wave is planned, by its number."""
    return {row[1]: _plan(row[9]) for row in (yield Ask("waves_of", (campaign,)))}


def standing(campaign: str, wave: int) -> Script[dict[str, int]]:
    """How many of a wave's members have come to which outcome."""
    return {outcome: int(n) for _, outcome, n in (yield Ask("waves_under_way", (campaign, wave)))}


def _limits(brands: Collection[str] | None) -> tuple[int, str]:
    return int(brands is None), json.dumps(sorted(brands or ()))


def _patterns(text: str) -> tuple[str, str, str]:
    """For LIKE, as the databases know small letters of ASCII only, or of every language."""
    if not text:
        return "", "", ""
    plain = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{plain.lower()}%", f"%{plain}%", f"%{plain.title()}%"
