"""What a survey's message stands on when it is leased: its basis (C1), what was taken back since, its hours (C9)."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from bot.outreach.quiet import allowed_from
from storage.rows import why_not

SURVEYS = "survey"
"""The kind of messages that need a basis; those of agents, cases and desks answer what a customer began."""

BY_THEMSELVES = frozenset(("operator", "link", "keyword", "test"))
"""Bases without a consent event: somebody's own act, or a trial."""

BY_EVENT = frozenset(("consent", "existing_customer", "contract", "other"))
"""Bases that a consent event stands for, and that can be taken back."""

TOO_LATE = "too late to send"

ROUNDS = 16
"""How often a lease looks behind what may not be sent: a campaign that came too late ends in portions."""


class Footing(NamedTuple):
    """What is known about a queued message when its lane is looked at; `speaker` as in `storage.rows.why_not`."""

    kind: str
    opted_out_at: int
    speaker: str
    held_until: int
    key: str
    not_after: int
    begins: int
    basis: str
    grant: str
    quiet: str


class Held(NamedTuple):
    """What holds now of the grant that a message stands on."""

    event: str
    basis: str
    lapsed: int
    suppressed: int


class Verdict(NamedTuple):
    """What becomes of a message: sent now, held `until` (epoch ms), or ended because of `error`."""

    state: Literal["send", "hold", "cancelled", "expired"]
    error: str = ""
    until: int = 0


SEND = Verdict("send")


def judged(about: Footing, grant: Held | None, now: int) -> Verdict:
    """Whether a message may go at `now` (epoch ms). `grant` is that of `about.grant`, None where there is none."""
    if 0 < about.not_after < now:
        return Verdict("expired", TOO_LATE)
    forbidden = why_not(about.kind, about.opted_out_at, about.speaker) or why_baseless(about, grant)
    if forbidden:
        return Verdict("cancelled", forbidden)
    opens = allowed_from(about.quiet, now) if about.begins else now
    if opens > now and 0 < about.not_after < opens:
        return Verdict("expired", TOO_LATE)
    until = max(about.held_until, opens)
    return Verdict("hold", until=until) if until > now else SEND


def why_baseless(about: Footing, grant: Held | None) -> str:
    """Why a message has no basis, or ""."""
    if about.kind != SURVEYS or about.basis in BY_THEMSELVES:
        return ""
    if about.basis not in BY_EVENT or grant is None:
        return "no basis"
    if grant.suppressed:
        return "suppressed"
    return "consent withdrawn" if grant.lapsed else ""


def uses(sent: Sequence[tuple[Footing, Held | None]], now: int) -> list[tuple[Any, ...]]:
    """The rows of consent_use that prove the basis of messages that go out now; other kinds need none."""
    return [
        (about.key, grant.basis if grant else about.basis, grant.event if grant else "", now)
        for about, grant in sent
        if about.kind == SURVEYS
    ]
