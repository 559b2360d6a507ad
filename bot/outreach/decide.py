"""Whether somebody is asked now, later, or not: rules in one order, and the first that speaks decides. Pure."""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from bot.contacts import Reach
from bot.outreach.candidate import ASKED, DEFERRED, NOT_ASKED, Asked, Candidate, Decision, Grant, Standing
from bot.outreach.policy import Policy
from bot.outreach.quiet import allowed_from, written

Rule = Callable[[Candidate, Standing, Policy, int], Decision | None]


def decide(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision:
    """What becomes of a candidate at `now` (epoch ms)."""
    for rule in RULES:
        decision = rule(candidate, standing, policy, now)
        if decision:
            return decision
    reach, grant = next(_open(candidate, standing, policy))
    quiet = _quiet(standing, policy)
    inputs = {"channel": reach.channel, "basis": grant.basis, "hours": quiet}
    return Decision(outcome=ASKED, rule="asked", inputs=inputs, lane=reach.lane, grant=grant, quiet=quiet)


def after(standing: Standing, decision: Decision, candidate: Candidate, now: int) -> Standing:
    """What is known once this has been decided."""
    if decision.outcome != ASKED:
        return standing
    asked = Asked(now, candidate.flow, candidate.kind)
    return replace(standing, asked=(asked, *standing.asked), running=True)


def _no_address(candidate: Candidate, standing: Standing, _policy: Policy, _now: int) -> Decision | None:
    if list(_reaches(candidate, standing)):
        return None
    has = [reach.channel for reach in standing.contact.reaches]
    return _no("no_address", channels=list(candidate.channels), has=has)


def _stopped(candidate: Candidate, standing: Standing, _policy: Policy, _now: int) -> Decision | None:
    reaches = list(_reaches(candidate, standing))
    if any(reach.lane not in standing.stopped for reach in reaches):
        return None
    return _no("suppressed", reasons={reach.channel: standing.stopped[reach.lane] for reach in reaches})


def _no_basis(candidate: Candidate, standing: Standing, policy: Policy, _now: int) -> Decision | None:
    if next(_open(candidate, standing, policy), None):
        return None
    bases = sorted({grant.basis for grant in standing.grants.values()})
    return _no("no_basis", bases=bases, needs=sorted(policy.bases.get(candidate.kind, ())))


def _quarantine(_candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    known = standing.contact.known()
    for group in policy.quarantines:
        if group.until and now >= group.until:
            continue
        if all(known.get(name) in values for name, values in group.attribute.items()):
            return _no("quarantine", group=group.name, until=group.until)
    return None


def _too_late(candidate: Candidate, _standing: Standing, _policy: Policy, now: int) -> Decision | None:
    return _no("too_late", not_after=candidate.not_after, now=now) if now > candidate.not_after else None


def _open_case(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    return _later("open_case", candidate, now, now + policy.wait_for_case) if standing.open_case else None


def _running(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    return _later("survey_running", candidate, now, now + policy.wait_for_case) if standing.running else None


def _cool_down(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    """The longest of what holds between this survey and those before it."""
    until, inputs = 0, {}
    for asked in standing.asked:
        rest = _rest(candidate, asked, policy)
        if asked.at + rest > max(until, now):
            until = asked.at + rest
            inputs = {"last_asked": asked.at, "flow": asked.flow, "kind": asked.kind, "cool_down": rest}
    return _later("cool_down", candidate, now, until, **inputs) if until else None


def _rest(candidate: Candidate, asked: Asked, policy: Policy) -> int:
    rest = policy.cool_down
    if asked.kind == candidate.kind:
        rest = max(rest, policy.cool_down_by_kind.get(asked.kind, 0))
    if asked.flow == candidate.flow:
        rest = max(rest, policy.cool_down_by_flow.get(asked.flow, 0))
    return rest


def _quiet_hours(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    quiet = _quiet(standing, policy)
    until = allowed_from(quiet, now)
    return _later("quiet_hours", candidate, now, until, hours=quiet) if until > now else None


RULES: tuple[Rule, ...] = (
    _no_address, _stopped, _no_basis, _quarantine, _too_late, _open_case, _running, _cool_down, _quiet_hours,
)  # fmt: skip


def _reaches(candidate: Candidate, standing: Standing) -> Iterator[Reach]:
    """Where the contact may be asked, the first choice first."""
    reaches = sorted(standing.contact.reaches, key=lambda reach: (reach.rank, reach.lane))
    if not candidate.channels:
        yield from reaches
    for channel in candidate.channels:
        yield from (reach for reach in reaches if reach.channel == channel)


def _open(candidate: Candidate, standing: Standing, policy: Policy) -> Iterator[tuple[Reach, Grant]]:
    """Those of them that have not opted out, and that something allows us to write to."""
    for reach in _reaches(candidate, standing):
        grant = standing.grants.get(reach.lane)
        if reach.lane not in standing.stopped and grant and grant.basis in policy.bases.get(candidate.kind, ()):
            yield reach, grant


def _quiet(standing: Standing, policy: Policy) -> str:
    contact = standing.contact
    return written(policy.hours, contact.country or policy.country, (contact.zone or policy.zone,))


def _no(rule: str, **inputs: Any) -> Decision:
    return Decision(outcome=NOT_ASKED, rule=rule, inputs=inputs)


def _later(rule: str, candidate: Candidate, now: int, until: int, **inputs: Any) -> Decision:
    """Deferred, as long as asking still makes sense by then."""
    inputs = {**inputs, "until": until, "not_after": candidate.not_after}
    if until > candidate.not_after:
        return _no(rule, **inputs)
    return Decision(outcome=DEFERRED, rule=rule, inputs=inputs, until=max(until, now + 1))
