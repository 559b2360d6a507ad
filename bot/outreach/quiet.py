"""The hours in which we may write of our own accord, in every zone that somebody can be in. Times are epoch ms, UTC."""

from functools import lru_cache

from bot.hours import HORIZON, open_from

_BETWEEN, _ZONES = "|", ","
_MOST_STEPS = 400  # from one zone's opening to the next; two a day is the most that matter


def written(hours: str, country: str, zones: tuple[str, ...]) -> str:
    """Hours as text that travels with a survey: `hours|country|zone,zone`; "" where they never matter."""
    return _BETWEEN.join((hours, country, _ZONES.join(sorted(set(zones))))) if hours and zones else ""


@lru_cache(maxsize=8192)
def allowed_from(quiet: str, at: int) -> int:
    """The first moment from `at` on that lies within the hours in all zones at once, `at` itself if it does.

    "" always allows. Where the zones never allow it together, the end of the horizon.
    """
    if not quiet:
        return at
    hours, country, zones = quiet.split(_BETWEEN)
    moment = at
    for _ in range(_MOST_STEPS):
        latest = max(open_from(hours, zone, moment, country) for zone in zones.split(_ZONES))
        if latest == moment:
            return moment
        if latest >= at + HORIZON:
            break
        moment = latest
    return at + HORIZON
