"""Time on a lane: until when a message is worth sending, and when what we began no longer waits for its hours.

Times are epoch ms.
"""

from datetime import date
from functools import lru_cache

from bot.engine.state import Say
from bot.outreach.quiet import allowed_from
from bot.rows import Consequences

SURVEY_LIFE = 24 * 3600_000  # ms after which a message that could not be sent is not worth sending any more
MARK_LIFE = 3600_000  # a choice that could not be shown for an hour need not be shown
NOTICE_LIFE = 5 * 60_000  # the one confirmation of an opt-out comes within five minutes or not at all (P8)
LEFT = 3600_000  # what is held over a weekend has an hour then
LONGEST = 5 * 24 * 3600_000  # over Easter; later nobody knows any more what it was about

_DAY = 24 * 3600_000
_EPOCH = date(1970, 1, 1).toordinal()


def worth_until(say: Say, now: int, quiet: str = "") -> int:
    """When it is too late to send this. `quiet` are the hours that it keeps to, if it does."""
    life = NOTICE_LIFE if say.kind == "notice" else SURVEY_LIFE
    until = now + life
    if quiet:
        opens = allowed_from(quiet, until)
        until = min(opens + LEFT, now + LONGEST) if opens > until else until
    return min(say.not_after or until, until)


def wake(rows: Consequences, lane: str) -> None:
    """The customer is there: what opens a survey need not wait for its hours any more, and reminders are needless."""
    rows.awake.append(lane)
    for place, row in enumerate(rows.outbox):
        if row.begins and row.lane == lane:
            rows.outbox[place] = row._replace(begins=0)


def day(at: int) -> str:
    """The UTC date, ISO."""
    return _day(at // _DAY)


@lru_cache(maxsize=4)
def _day(since_1970: int) -> str:
    return date.fromordinal(_EPOCH + since_1970).isoformat()
