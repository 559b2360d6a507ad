"""The ledger for people: who was asked, who was not, and why; filtered by its address."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.account import me
from web.outreach import OUTCOMES
from web.outreach_parts import Campaigns, Decisions, Wanted
from web.outreach_shapes import LedgerEntry
from web.outreach_shown import minute
from web.pages import page, spoken
from web.problems import Refused
from web.reaching import AGENTS, READERS, brands, names_brands, sees
from web.words.outreach import OUTREACH, REASONS, reason

PER_PAGE = 50
MOST_OF_ONE = 500  # decisions about one contact
MOST_TEXT = 200  # characters of a filter
_DAY = timedelta(days=1)


class Asked(NamedTuple):
    """What the address asks for; "" is any."""

    outcome: str = ""
    rule: str = ""
    name: str = ""
    wave: str = ""
    from_: str = ""
    to: str = ""
    contact: str = ""
    before: str = ""

    def address(self, **changed: str) -> str:
        """A link to the same with something changed; without a cursor, unless that is what changes."""
        given = {**self._asdict(), "before": "", **changed}
        query = {name.removesuffix("_"): value for name, value in given.items() if value}
        return f"/ledger?{urlencode(query)}" if query else "/ledger"

    @property
    def chosen(self) -> bool:
        """Whether a filter is set."""
        return any(self[:7])


def routes(campaigns: Campaigns, clock: Callable[[], int]) -> list[Route]:
    """`/ledger`; `clock` gives epoch ms."""

    async def ledger(request: Request) -> Response:
        who, lang, asked = me(request), spoken(request), read(request)
        limits = brands(who, READERS)
        found = await _found(campaigns, asked, limits, lang, clock())
        named = names_brands(request) if who.may(AGENTS) else frozenset[str]()
        words = OUTREACH[lang]
        return page(
            request,
            "ledger.html",
            o=words,
            asked=asked,
            outcomes=[(each, words[f"outcome_{each}"]) for each in OUTCOMES[1:]],
            rules=sorted(((each, reason(each, lang)) for each in REASONS), key=lambda one: one[1].casefold()),
            rows=[shown(each, found, named, lang) for each in found.entries],
            following=asked.address(before=found.following) if found.following else "",
            short=found.short,
        )

    return [Route("/ledger", ledger, methods=["GET"])]


async def _found(campaigns: Campaigns, asked: Asked, limits: frozenset[str] | None, lang: str, now: int) -> Decisions:
    """Without a filter what has come up by now: a wave has a line for each turn that is still to come."""
    since, until = _day(asked.from_, 0), _day(asked.to, 1 << 60 if asked.chosen else now + 1, _DAY)
    if not asked.contact:
        wave = int(asked.wave or 0)
        wanted = Wanted(since, until, asked.outcome, asked.rule, asked.name, wave, limits)
        return await campaigns.ledger(wanted, asked.before, PER_PAGE, lang)
    found = await campaigns.about(asked.contact, lang, MOST_OF_ONE)
    kept = [
        each
        for each in found.entries
        if asked.outcome in ("", each.outcome)
        and asked.rule in ("", each.rule)
        and asked.name in ("", each.name)
        and asked.wave in ("", str(each.wave))
        and since <= _ms(each.at) < until
        and sees(limits, found.people[each.contact].brand if each.contact in found.people else "")
    ]
    return found._replace(entries=kept)


def read(request: Request) -> Asked:
    """What the address asks for. Raises Refused."""
    query, words = request.query_params, OUTREACH[spoken(request)]
    given = {name: query.get(name.removesuffix("_"), "").strip()[:MOST_TEXT] for name in Asked._fields}
    asked = Asked(**given)
    at, _, key = asked.before.partition(":")
    if (
        asked.outcome not in OUTCOMES
        or (asked.wave and not (asked.wave.isascii() and asked.wave.isdecimal() and len(asked.wave) < 6))
        or (asked.before and not (at.isascii() and at.isdecimal() and len(at) < 16 and key))
    ):
        raise Refused(422, words["wrong_filter"])
    for each in (asked.from_, asked.to):
        try:
            _day(each, 0, _DAY)
        except (ValueError, OverflowError) as error:
            raise Refused(422, words["wrong_filter"]) from error
    return asked


def shown(each: LedgerEntry, found: Decisions, named: frozenset[str] | None, lang: str) -> dict[str, Any]:
    """A decision as a line; who it is about by name where the reader may know that."""
    words, known = OUTREACH[lang], found.people.get(each.contact)
    may = known is not None and sees(named, known.brand)
    who = (known.name or known.external or each.contact) if known and may else each.contact
    waits = each.outcome in ("pending", "deferred")
    return {
        "at": minute(each.at, lang),
        "iso": each.at,
        "who": who if known else words["somebody"],
        "link": f"/contacts/{quote(each.contact, safe='')}" if may else "",
        "outcome": each.outcome,
        "told": words[f"outcome_{each.outcome}"],
        "because": each.because or (words["not_yet"].format(at=minute(each.until, lang)) if waits else ""),
        "about": f"{words[f'source_{each.source}']} {each.name}",
        "wave": words["wave"].format(n=each.wave) if each.wave else "",
        "campaign": f"/outreach/{quote(each.name, safe='')}" if each.source == "campaign" else "",
        "flow": each.flow,
        "talk": f"/answers/{quote(each.session, safe='')}" if each.session and may else "",
        "message": words.get(f"message_{each.message}", each.message),
    }


def _day(text: str, otherwise: int, more: timedelta = timedelta()) -> int:
    """The first moment of a day in UTC, epoch ms. Raises ValueError and OverflowError."""
    if not text:
        return otherwise
    found = date.fromisoformat(text)
    if not 1970 <= found.year < 9000:
        raise ValueError(text)
    return round(
        datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp() * 1000 + more / timedelta(milliseconds=1)
    )


def _ms(iso: str) -> int:
    return round(datetime.fromisoformat(iso).timestamp() * 1000)
