"""Whether somebody is asked now, later, or not: rules in one order, and the first that speaks decides. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from bot.contacts import Reach
from bot.outreach.candidate import ASKED, DEFERRED, NOT_ASKED, Asked, Candidate, Decision, Grant, Standing
from bot.outreach.policy import CASE_OPEN, SURVEY_RUNNING, Policy
from bot.outreach.quiet import allowed_from, written
from bot.outreach.where import whereabouts

Rule = Callable[[Candidate, Standing, Policy, int], Decision | None]


def decide(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision:
    """What becomes of a candidate at `now` (epoch ms): asked, deferred to a later moment, or not asked."""
    for rule in RULES.values():
        decision = rule(candidate, standing, policy, now)
        if decision:
            return decision
    reach, grant = next(_open(candidate, standing, policy))
    quiet, inputs = _hours(standing, policy)
    passed = [each.channel for each in _before(reach, candidate, standing)]
    inputs = {
        "channel": reach.channel, "basis": grant.basis, "grant": grant.event, "passed_over": passed, **inputs,
        "now": now, "not_after": candidate.not_after,
    }  # fmt: skip
    made = Decision(outcome=ASKED, rule="asked", inputs=inputs, lane=reach.lane, grant=grant, quiet=quiet)
    if not candidate.refused:
        return made
    return replace(made, rule="asked_instead", inputs={**inputs, "refused": dict(candidate.refused)})


def after(standing: Standing, decision: Decision, candidate: Candidate, now: int) -> Standing:
    """What is known once this has been decided."""
    if decision.outcome != ASKED:
        return standing
    asked = Asked(now, candidate.flow, candidate.kind)
    return replace(standing, asked=(asked, *standing.asked), running=True)


def _no_address(candidate: Candidate, standing: Standing, _policy: Policy, _now: int) -> Decision | None:
    if any(_reaches(candidate, standing)):
        return None
    has = [reach.channel for reach in standing.contact.reaches]
    return _no("no_address", channels=list(candidate.channels), has=has)


def _suppressed(candidate: Candidate, standing: Standing, _policy: Policy, _now: int) -> Decision | None:
    reaches = list(_reaches(candidate, standing))
    reasons = {reach.channel: _against(reach, candidate, standing) for reach in reaches}
    if any(not _against(reach, candidate, standing) for reach in reaches):
        return None
    return _no("suppressed", reasons=reasons)


def _no_basis(candidate: Candidate, standing: Standing, policy: Policy, _now: int) -> Decision | None:
    if any(_open(candidate, standing, policy)):
        return None
    bases = {
        reach.channel: standing.grants[reach.lane].basis if reach.lane in standing.grants else ""
        for reach in _reaches(candidate, standing)
        if not _against(reach, candidate, standing)
    }
    return _no("no_basis", kind=candidate.kind, bases=bases, allowed=sorted(policy.bases.get(candidate.kind, ())))


def _quarantine(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    known = standing.contact.known()
    for group in policy.quarantines:
        if group.until and now >= group.until:
            continue
        if all(known.get(name) in values for name, values in group.attribute.items()):
            inputs = {
                "group": group.name,
                "has": {name: known[name] for name in group.attribute},
                "reason": group.reason,
            }
            if not group.until:
                return _no("quarantine", **inputs)
            return _later("quarantine", candidate, now, group.until, **inputs)
    return None


def _too_late(candidate: Candidate, _standing: Standing, _policy: Policy, now: int) -> Decision | None:
    return _no("too_late", now=now, not_after=candidate.not_after) if now > candidate.not_after else None


def _too_early(candidate: Candidate, _standing: Standing, _policy: Policy, now: int) -> Decision | None:
    return _later("too_early", candidate, now, candidate.at) if now < candidate.at else None


def _open_case(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    if standing.open_case and CASE_OPEN in policy.never_while:
        return _look_again("open_case", candidate, policy, now)
    return None


def _running(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    if standing.running and SURVEY_RUNNING in policy.never_while:
        return _look_again("survey_running", candidate, policy, now)
    return None


def _cool_down(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    """The longest of what holds between this survey and those before it."""
    until, inputs = now, {}
    for asked in standing.asked:
        rest = _rest(candidate, asked, policy)
        if asked.at + rest > until:
            until = asked.at + rest
            inputs = {"last_asked": asked.at, "flow": asked.flow, "kind": asked.kind, "cool_down": rest}
    return _later("cool_down", candidate, now, until, **inputs) if inputs else None


def _rest(candidate: Candidate, asked: Asked, policy: Policy) -> int:
    """How long after that survey this one has to wait."""
    own = policy.cool_down_by_flow.get(candidate.flow)
    if own is not None:
        return own
    same = policy.cool_down_by_kind.get(candidate.kind, 0) if asked.kind == candidate.kind else 0
    return max(policy.cool_down, same)


def _quiet_hours(candidate: Candidate, standing: Standing, policy: Policy, now: int) -> Decision | None:
    quiet, inputs = _hours(standing, policy)
    until = allowed_from(quiet, now)
    return _later("quiet_hours", candidate, now, until, **inputs) if until > now else None


RULES: Mapping[str, Rule] = {
    "no_address": _no_address,
    "suppressed": _suppressed,
    "no_basis": _no_basis,
    "quarantine": _quarantine,
    "too_late": _too_late,
    "too_early": _too_early,
    "open_case": _open_case,
    "survey_running": _running,
    "cool_down": _cool_down,
    "quiet_hours": _quiet_hours,
}
"""The rules by name, in their order: first what holds for good, then what passes, the hours last."""


def _reaches(candidate: Candidate, standing: Standing) -> Iterator[Reach]:
    """Where the contact may be asked, the first choice first."""
    reaches = sorted(standing.contact.reaches, key=lambda reach: (reach.rank, reach.lane))
    if not candidate.channels:
        yield from reaches
    for channel in dict.fromkeys(candidate.channels):
        yield from (reach for reach in reaches if reach.channel == channel)


def _against(reach: Reach, candidate: Candidate, standing: Standing) -> str:
    """Why nobody is asked there, or ""."""
    return standing.stopped.get(reach.lane) or candidate.refused.get(reach.channel, "")


def _open(candidate: Candidate, standing: Standing, policy: Policy) -> Iterator[tuple[Reach, Grant]]:
    """Those of them that have not opted out, and that something allows us to write to."""
    for reach in _reaches(candidate, standing):
        grant = standing.grants.get(reach.lane)
        if not _against(reach, candidate, standing) and grant and grant.basis in policy.bases.get(candidate.kind, ()):
            yield reach, grant


def _before(chosen: Reach, candidate: Candidate, standing: Standing) -> Iterator[Reach]:
    """What would have come before it."""
    for reach in _reaches(candidate, standing):
        if reach.lane == chosen.lane:
            return
        yield reach


def _hours(standing: Standing, policy: Policy) -> tuple[str, dict[str, Any]]:
    """The hours as they travel with a survey, and as a person reads them."""
    where = whereabouts(standing.contact, policy)
    inputs = {
        "hours": policy.hours, "country": where.country, "zones": list(where.zones), "zones_known_by": where.known_by,
    }  # fmt: skip
    return written(policy.hours, where.country, where.zones), inputs


def _no(rule: str, **inputs: Any) -> Decision:
    return Decision(outcome=NOT_ASKED, rule=rule, inputs=inputs)


def _later(rule: str, candidate: Candidate, now: int, until: int, **inputs: Any) -> Decision:
    """Deferred to `until`, which is after `now`, if asking still makes sense by then."""
    inputs = {**inputs, "now": now, "until": until, "not_after": candidate.not_after}
    if until > candidate.not_after:
        return _no(rule, **inputs)
    return Decision(outcome=DEFERRED, rule=rule, inputs=inputs, until=until)


def _look_again(rule: str, candidate: Candidate, policy: Policy, now: int) -> Decision:
    """Nobody knows when it is over: looked at again and again, for the last time at the end of what makes sense."""
    last = candidate.not_after if candidate.not_after > now else now + 1
    until = min(now + max(1, policy.wait_for_case), last)
    return _later(rule, candidate, now, until, look_again=policy.wait_for_case)
