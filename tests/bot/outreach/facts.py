"""Contacts, candidates and what is known of them, for tests of what is decided."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.contacts import Contact, Reach
from bot.outreach.candidate import Candidate, Grant, Standing

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SMS, WHATSAPP, TELEGRAM, SLACK = "sms:+4915112345678", "whatsapp:+4915112345678", "telegram:4711", "slack:T1/U1"


def at(text: str, zone: str = "Europe/Berlin") -> int:
    """A moment (epoch ms) by the clocks of a zone."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


NOW = at("2026-11-23 10:00")  # a Monday


def person(*lanes: str, **known: Any) -> Contact:
    """Somebody in Germany with these addresses, the first one first."""
    reaches = tuple(Reach(lane, lane.partition(":")[0], f"h{lane}", rank) for rank, lane in enumerate(lanes))
    return Contact(**{"id": "c1", "country": "DE", "reaches": reaches, **known})


def known(*lanes: str, basis: str = "consent", **facts: Any) -> Standing:
    """What is known of somebody who can be asked on these lanes."""
    contact = facts.pop("contact", None) or person(*(lanes or (SMS,)))
    grants = {reach.lane: Grant(f"e-{reach.lane}", basis) for reach in contact.reaches if basis}
    return Standing(**{"contact": contact, "grants": grants, **facts})


def candidate(**fields: Any) -> Candidate:
    """A candidate whom it makes sense to ask for three days from now on."""
    usual = {
        "id": "d1", "source": "trigger", "name": "t", "flow": "support", "kind": "transactional", "at": NOW,
        "not_after": NOW + 3 * DAY,
    }  # fmt: skip
    return Candidate(**{**usual, **fields})
