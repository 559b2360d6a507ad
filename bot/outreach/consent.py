"""Consent: what people agree to and take back, and what holds because of it. Pure; times are epoch ms, UTC.

An address is granted for a purpose and a channel (or `*`). What is later counts: an older consent that comes to light
after a withdrawal revives nothing.
"""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from msgspec import Struct

from bot.outreach.candidate import PURPOSE

EVERYWHERE = "*"
ACTIONS = ("granted", "confirmed", "withdrawn", "objected", "expired", "notice_given")
BASES = ("consent", "existing_customer", "contract", "other")
REASONS = ("stop", "objection", "complaint", "erasure", "21610", "blocked_bot", "manual")
"""Why an address is suppressed."""
OWN = ("stop", "21610", "blocked_bot")
"""What a person takes back by writing START; the others stand until somebody of ours lifts them."""
BY_FORM = "web_form"
"""The source of consents that count only once they are confirmed (double opt-in): anybody can type in anybody."""

_GIVES, _TAKES = frozenset(("granted", "confirmed")), frozenset(("withdrawn", "objected", "expired"))
_CUSTOMER = ("collected_at", "transaction_ref", "product_group", "notice_at")  # UWG § 7 (3)


class Event(Struct, frozen=True, kw_only=True):
    """Something that was agreed to, told or taken back.

    `names` are what the address is called under each key, the one in use first, with its `key_id`. `source`: api |
    web_form | import | agent | provider_optout | twilio_keyword and others. `evidence` is what else proves it.
    """

    id: str
    names: tuple[str, ...]
    key_id: str
    channel: str
    action: str
    at: int
    source: str
    basis: str = "consent"
    purpose: str = PURPOSE
    contact: str = ""
    source_ref: str = ""
    wording: str = ""
    wording_version: str = ""
    locale: str = ""
    actor: str = ""
    evidence: Mapping[str, str] = {}
    double_opt_in_of: str = ""


class Holding(NamedTuple):
    """What holds for an address, purpose and channel; `lapsed_at` None while it does."""

    event: str
    basis: str
    at: int
    lapsed_at: int | None = None


def problem(event: Event, now: int) -> str:
    """Why this proves nothing and is not kept (C14), or "". `now` is when it is told."""
    if event.action not in ACTIONS or event.basis not in BASES:
        return f"unknown action or basis: {event.action}, {event.basis}"
    missing = [name for name in ("source", "at", "channel") if not getattr(event, name)]
    if event.action in _GIVES:
        missing += [] if event.wording else ["wording"]
        if event.basis == "existing_customer":
            missing += [name for name in _CUSTOMER if not event.evidence.get(name)]
        elif event.basis in ("contract", "other") and not event.source_ref:
            missing.append("source_ref")
    if event.action == "confirmed" and not event.double_opt_in_of:
        missing.append("double_opt_in_of")
    if missing:
        return f"no basis: {', '.join(missing)} missing"
    return "no basis: it lies in the future" if event.at > now else ""


def drawn(event: Event, held: Holding | None, confirms: bool = False) -> Holding | None:  # noqa: FBT001, FBT002
    """What holds after an event. `confirms`: the consent that a `confirmed` is about is there."""
    if event.action in _GIVES:
        if not _counts(event, confirms) or (held and event.at <= _latest(held)):
            return held
        return Holding(event.id, event.basis, event.at)
    if event.action in _TAKES:
        if held is None:
            return Holding(event.id, event.basis, event.at, event.at)
        return held._replace(lapsed_at=max(event.at, held.lapsed_at or 0)) if event.at >= held.at else held
    return held


def touches_all(event: Event) -> bool:
    """Whether it is about every purpose and channel of the address."""
    return event.action == "objected" or (event.action in _TAKES and event.channel == EVERYWHERE)


def sealed(event: Event, name: str, n: int, before: str) -> str:
    """The hash (SHA-256, hex) of an event as the `n`th of its address, behind the hash `before`.

    All that is kept goes into it, but for the contact: people turn out to be one, and are erased.
    """
    fields = [getattr(event, field) for field in SEALED]
    body = msgspec.json.encode([name, n, before, sorted(event.evidence.items()), *fields])
    return hashlib.sha256(body).hexdigest()


SEALED = (
    "id", "key_id", "purpose", "channel", "action", "basis", "at", "source", "source_ref", "wording", "wording_version",
    "locale", "actor", "double_opt_in_of",
)  # fmt: skip


def _counts(event: Event, confirms: bool) -> bool:  # noqa: FBT001 - a fact, no switch
    return confirms if event.action == "confirmed" else event.basis != "consent" or event.source != BY_FORM


def _latest(held: Holding) -> int:
    """The moment that a new consent has to be later than."""
    return held.at - 1 if held.lapsed_at is None else held.lapsed_at
