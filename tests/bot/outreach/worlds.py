"""Rules, people and clocks at random: an operator's settings, somebody to be asked, and what happens meanwhile."""

from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

import opening_hours

from bot.contacts import Contact
from bot.outreach.candidate import Asked, Candidate, Grant, Standing
from bot.outreach.policy import BASES, Policy, Quarantine
from bot.outreach.quiet import country_of, knows_holidays
from bot.zones import possible_zones
from tests.bot.outreach.facts import DAY, HOUR, MINUTE, SLACK, SMS, TELEGRAM, at, candidate, known, person

CHANGING = {
    "Europe/Berlin": ("2026-03-29 01:00", "2026-10-25 01:00"),
    "America/New_York": ("2026-03-08 07:00", "2026-11-01 06:00"),
    "America/St_Johns": ("2026-03-08 05:30", "2026-11-01 04:30"),
    "America/Santiago": ("2026-09-06 04:00", "2026-04-05 03:00"),
    "Australia/Lord_Howe": ("2026-10-03 15:30", "2026-04-04 15:00"),
    "Africa/Casablanca": ("2026-03-22 02:00", "2026-02-15 02:00"),
    "Pacific/Chatham": ("2026-09-26 14:00", "2026-04-04 14:00"),
    "Africa/Cairo": ("2026-04-23 22:00", "2026-10-29 21:00"),
}
"""Eight zones, and when (UTC) their clocks go forward and back in 2026."""
HOURS = (
    "Mo-Sa 08:00-20:00; PH off", "Mo-Fr 09:00-18:00", "02:30-05:00", "01:30-02:30", "Mo-Su 22:00-06:00", "24/7",
    "00:00-00:30",
)  # fmt: skip
JUMPS = (0, 0, 0, HOUR, -HOUR, DAY, -DAY, 3653 * DAY, -3653 * DAY)
HAPPENS = ("", "", "", "stopped", "withdrawn", "moved", "asked elsewhere", "case", "no case", "ended")
LANES = (SMS, TELEGRAM, SLACK, "sms:+12125550123", "sms:+81312345678")

_changes = [at(change, "UTC") for both in CHANGING.values() for change in both]
_ZONES = ("", "", "", *CHANGING, "UTC", "Asia/Kathmandu", "Nowhere/Land")
_RESTS = (0, HOUR, DAY, 30 * DAY, 90 * DAY)
_KINDS = ("transactional", "relationship")
_FLOWS = ("support", "welcome")
_PASTS = (-DAY, 0, 30 * MINUTE, 23 * HOUR, 29 * DAY, 89 * DAY, 90 * DAY)


class World(NamedTuple):
    """An operator, a person, a candidate, a clock, and what happens between two looks: by how much the clock jumps."""

    policy: Policy
    standing: Standing
    candidate: Candidate
    now: int
    course: list[tuple[int, str, str]]


def world(dice: Random) -> World:
    """One of them all."""
    now = _moment(dice)
    begins = now + dice.choice((0, 0, 0, 0, 2 * HOUR, -5 * DAY))
    chosen = candidate(
        flow=dice.choice(_FLOWS), kind=dice.choice(_KINDS), at=begins,
        not_after=begins + dice.choice((0, HOUR, 5 * HOUR, 3 * DAY, 3 * DAY, 100 * DAY)),
        channels=dice.choice(((), (), (), ("telegram", "sms"), ("sms",))),
    )  # fmt: skip
    course = [(dice.choice(JUMPS), dice.choice(HAPPENS), dice.choice(_ZONES)) for _ in range(dice.choice((0, 2, 5)))]
    return World(_policy(dice, now), _standing(dice, now), chosen, now, course)


def _moment(dice: Random) -> int:
    """Near a change of clocks, near a leap day, or any in twenty years."""
    return dice.choice((
        dice.choice(_changes) + dice.randint(-300, 300) * MINUTE,
        at("2028-02-29 00:00") + dice.randint(-1440, 2880) * MINUTE,
        dice.randint(at("2020-01-01 00:00"), at("2040-01-01 00:00")),
    ))  # fmt: skip


def _policy(dice: Random, now: int) -> Policy:
    anywhere = dice.choice((("Europe/Berlin",), ("Atlantic/Azores", "Europe/Lisbon"), ("America/New_York",)))
    until = dice.choice((0, now - 1, now, now + HOUR, now + 2 * DAY))
    bases = frozenset(dice.choice((BASES, BASES, ("consent",), ("contract", "other"))))
    return Policy(
        hours=dice.choice(HOURS),
        country=dice.choice(("DE", "US", "")),
        zone=anywhere[0],
        anywhere=anywhere,
        cool_down=dice.choice(_RESTS),
        cool_down_by_kind=dice.choice(({}, {dice.choice(_KINDS): dice.choice(_RESTS)})),
        cool_down_by_flow=dice.choice(({}, {}, {dice.choice(_FLOWS): dice.choice(_RESTS)})),
        quarantines=(Quarantine(name="q", attribute={"segment": ("s",)}, until=until),),
        never_while=frozenset(dice.choice(((), ("case_open",), ("survey_running",), ("case_open", "survey_running")))),
        bases={"transactional": bases, "relationship": frozenset(BASES)},
        wait_for_case=dice.choice((7 * HOUR, DAY)),
    )


def _standing(dice: Random, now: int) -> Standing:
    lanes = dice.sample(LANES, dice.choice((0, 1, 1, 2, 2, 3, 3)))
    contact = person(
        *lanes, zone=dice.choice(_ZONES), zone_source=dice.choice(("given", "number", "")),
        country=dice.choice(("DE", "DE", "PT", "US", "XX", "")), segment=dice.choice(("", "", "", "s")),
    )  # fmt: skip
    grants = {lane: Grant(f"e{lane}", dice.choice(BASES)) for lane in lanes if dice.randrange(6)}
    past = (Asked(now - dice.choice(_PASTS), dice.choice(_FLOWS), dice.choice(_KINDS)) for _ in range(2))
    asked = sorted(past, key=lambda one: -one.at)[: dice.choice((0, 1, 2))]
    return known(
        contact=contact, grants=grants, stopped={lane: "stop" for lane in lanes if not dice.randrange(6)},
        asked=tuple(asked), open_case=not dice.randrange(5), running=not dice.randrange(5),
    )  # fmt: skip


def awake(policy: Policy, contact: Contact, moment: int) -> bool:
    """Whether clocks on every wall where somebody can be show a time at which one may ask: worked out anew."""
    zones = possible_zones(contact)
    countries = {zone: country_of(zone) for zone in zones}
    if contact.country in {"DE", "PT", "US"}:
        countries = dict.fromkeys(zones or policy.anywhere, contact.country)
    elif not zones or not all(countries.values()):
        countries = dict.fromkeys(zones or policy.anywhere, policy.country)
    if not countries.values() or "" in countries.values():
        countries = {zone: country or country_of(zone) for zone, country in countries.items()}
    return all(
        calendar(policy.hours, country).is_open(
            datetime.fromtimestamp(moment / 1000, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        )
        for zone, country in countries.items()
    )


@cache
def calendar(hours: str, country: str) -> opening_hours.OpeningHours:
    """Hours without any zone, with a country's holidays if they are known."""
    known_there = country if knows_holidays(country) else None
    return opening_hours.OpeningHours(hours, None, known_there, auto_country=False, auto_timezone=False)
