"""Made-up contacts of the demo, and a campaign that has asked them last month: written as history, nothing is sent."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

import msgspec

from bot.engine.state import Outcome, Session
from bot.outreach.candidate import Candidate
from bot.outreach.ledger import Proposal
from bot.outreach.plans import Kept
from bot.outreach.waves import Plan
from bot.rows import AnswerRow, Arrival, Batch, Consequences, SessionRow
from commands.assemble import Parts
from commands.demo_year import BRANDS, DAY, REGIONS, SEED, WORDS
from commands.people import People
from insights.tally import PASSIVE, PROMOTER
from storage.campaigns import StoredPlans
from storage.decisions import propose
from storage.scripts import Ask, Many, Script

CAMPAIGN, FLOW = "autumn", "relationship"
AGO, LONG = 30, 5  # days: when the wave began, and how long it took
FIRST = (
    "Anja", "Bernd", "Clara", "Deniz", "Emil", "Fatma", "Greta", "Hakan", "Ines", "Jonas", "Katja", "Lars", "Mira",
    "Nils", "Olga", "Paul", "Rana", "Sven", "Tina", "Uwe",
)  # fmt: skip
LAST = ("Ahrens", "Brandt", "Celik", "Dorn", "Ebert", "Falk", "Graf", "Hoff", "Ihde", "Jansen", "Kern", "Lorenz")
PEOPLE = 60
NUMBERS = 491713920000  # up to …99 nobody has one of these: the regulator keeps them for films
YAML = """\
format: 1
campaign:
  id: {id}
  title: Autumn
  flow: {flow}
  waves: {{starts: {starts}, days: {days}}}
  quota: {{by: [brand], most: 40}}
"""
_encode = msgspec.json.Encoder().encode


class Member(NamedTuple):
    """Somebody who does not exist. `score` is None if they said nothing, `rule` says why they were not asked."""

    contact: str
    lane: str
    brand: str
    language: str
    at: int
    rule: str
    score: int | None
    text: str


async def people(parts: Parts) -> int:
    """Write all that into a database that has none of it; from when on (epoch ms) what is there is real."""
    store: Any = parts.store
    kept = await StoredPlans(store).campaigns(CAMPAIGN)
    if kept:
        [wave, *_] = await StoredPlans(store).progress(CAMPAIGN)
        return wave.wave.ends_at
    dice, now = Random(SEED), parts.clock()  # noqa: S311 - the same people every time
    starts = now // DAY * DAY - AGO * DAY
    saved = await People(store, parts.settings, parts.clock).save(list(_contacts(dice, starts)))
    ids = [each.contact or "" for each in saved]
    members = [_member(n, contact, dice, starts) for n, contact in enumerate(ids)]
    await store.run(lambda: _campaign(members, starts))
    flow = next(each for each in parts.library.flows if each.id == FLOW)
    await store.accept([Arrival("sms", "the past", "said", "sms:the past", starts, starts, "{}")])
    await store.work(10, now, lambda batch: _answered(batch, members, flow.revision))
    return starts + LONG * DAY


def _contacts(dice: Random, starts: int) -> Iterator[dict[str, Any]]:
    agreed = datetime.fromtimestamp((starts - 200 * DAY) / 1000, UTC).date().isoformat()
    for n in range(PEOPLE):
        one: dict[str, Any] = {
            "external": f"K-{1001 + n}", "name": f"{FIRST[n % len(FIRST)]} {LAST[n * 7 % len(LAST)]}",
            "language": "de" if n % 3 else "en", "country": "DE", "brand": _brand(n),
            "region": dice.choice(REGIONS), "segment": dice.choice(("private", "business")),
            "addresses": {"sms": f"+{NUMBERS + n}"},
        }  # fmt: skip
        if n % 8 != 4:
            one["consent"] = {"basis": "consent", "source": "form", "at": agreed, "wording": "Ja, gern."}
        yield one


def _brand(n: int) -> str:
    """Half of all are of the first brand, a third of the second."""
    return BRANDS[(0, 0, 1, 0, 1, 2)[n % 6]]


def _member(n: int, contact: str, dice: Random, starts: int) -> Member:
    rule = "no_basis" if n % 8 == 4 else ""
    silent = bool(rule) or dice.random() < 0.5
    score = None if silent else dice.choices(range(11), (2, 1, 1, 2, 2, 4, 5, 10, 18, 20, 26))[0]
    language, at = "de" if n % 3 else "en", starts + n * LONG * DAY // PEOPLE
    text = ""
    if score is not None and dice.random() < 0.5:
        band = "detractor" if score < PASSIVE else "passive" if score < PROMOTER else "promoter"
        text = dice.choice(WORDS[band][language])
    return Member(contact, f"sms:+{NUMBERS + n}", _brand(n), language, at, rule, score, text)


def _campaign(members: Sequence[Member], starts: int) -> Script[None]:
    ends = starts + LONG * DAY
    day = datetime.fromtimestamp(starts / 1000, UTC).date().isoformat()
    source = YAML.format(id=CAMPAIGN, flow=FLOW, starts=day, days=LONG)
    yield Ask("save_campaign", Kept(CAMPAIGN, "demo", source, "running", starts - DAY, "Anna"))
    yield Many("save_wave", [(CAMPAIGN, 1, "demo", starts, ends)])
    cells = {brand: sum(each.brand == brand for each in members) for brand in BRANDS}
    plan = _encode(Plan(looked_at=len(members), taken=len(members), cells=cells)).decode()
    yield Ask("move_wave", ("done", "", len(members), len(members), plan, CAMPAIGN, 1))
    yield from propose([Proposal(_candidate(n, each, ends), each.contact, each.at) for n, each in enumerate(members)])
    yield Many("decide", [_decided(n, each) for n, each in enumerate(members)])


def _candidate(n: int, one: Member, ends: int) -> Candidate:
    return Candidate(
        id=f"{CAMPAIGN}.1.{n}", source="campaign", name=CAMPAIGN, wave=1, flow=FLOW, kind="relationship", at=one.at,
        not_after=ends, cell=one.brand,
    )  # fmt: skip


def _decided(n: int, one: Member) -> tuple[Any, ...]:
    if one.rule:
        inputs = _encode({"kind": "relationship", "bases": [], "allowed": ["consent"]}).decode()
        return "not_asked", one.rule, inputs, 0, "", "", "", one.at, f"{CAMPAIGN}.1.{n}"
    return "asked", "", "{}", 0, one.lane, _session(n), "", one.at, f"{CAMPAIGN}.1.{n}"


def _session(n: int) -> str:
    return f"made-up-{n:016}"


def _answered(batch: Batch, members: Sequence[Member], revision: str) -> Consequences:
    """What came of it; surveys that are over, so that nothing is due any more."""
    made = Consequences.none()
    made.done = [each.id for each in batch.events]
    for n, one in enumerate(members):
        if one.rule:
            continue
        outcome: Outcome = "expired" if one.score is None else "completed"
        ended = one.at + DAY
        state = Session(_session(n), FLOW, revision, one.language, one.at, outcome=outcome, ended_at=ended)
        written = _encode(state).decode()
        about = (one.language, "bot", outcome, "consent", one.at, ended, one.at)
        made.sessions.append(SessionRow(_session(n), one.lane, FLOW, revision, *about, written, 1))
        if one.score is not None:
            band = "detractor" if one.score < PASSIVE else "passive" if one.score < PROMOTER else "promoter"
            place = (FLOW, revision, one.lane, "sms", one.language, one.score, str(one.score), band, one.text)
            day = datetime.fromtimestamp((one.at + 60_000) / 1000, UTC).date().isoformat()
            made.answers.append(AnswerRow(_session(n), "score", "nps", *place, one.at + 60_000, day, 0))
    return made
