"""The rules one by one: facts, and what they come to."""

import pytest

from bot.outreach.candidate import Asked, Grant
from bot.outreach.decide import RULES, after, decide
from bot.outreach.policy import Policy, Quarantine
from tests.bot.outreach.facts import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SLACK,
    SMS,
    TELEGRAM,
    WHATSAPP,
    at,
    candidate,
    known,
    person,
)

P = Policy()
SUNDAY = at("2026-11-22 10:00")
NIGHT = at("2026-11-23 22:00")
LEGAL = Quarantine(name="legal", attribute={"segment": ("lawsuit", "dunning")}, reason="their lawyer writes")
BRIEF = Quarantine(name="outage", attribute={"region": ("north",), "plan": ("gold",)}, until=NOW + DAY)
NORTH = {"region": "north", "attributes": {"plan": "gold"}}


def asked(days: float, flow: str = "other", kind: str = "transactional") -> tuple[Asked, ...]:
    return (Asked(NOW - int(days * DAY), flow, kind),)


def test_the_rules_have_one_order():
    """First what holds for good, then what passes, the hours last."""
    assert list(RULES) == [
        "no_address", "suppressed", "no_basis", "quarantine", "too_late", "too_early", "open_case", "survey_running",
        "cool_down", "quiet_hours",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "facts", "policy", "now", "outcome", "until"),
    [
        ({}, known(), P, NOW, "asked asked", 0),
        # nobody to write to
        ({}, known(contact=person()), P, NOW, "not_asked no_address", 0),
        ({"channels": ("slack",)}, known(SMS), P, NOW, "not_asked no_address", 0),
        # stopped
        ({}, known(stopped={SMS: "stop"}), P, NOW, "not_asked suppressed", 0),
        ({}, known(SMS, TELEGRAM, stopped={SMS: "stop", TELEGRAM: "stop"}), P, NOW, "not_asked suppressed", 0),
        ({"channels": ("sms",)}, known(SMS, SLACK, stopped={SMS: "stop"}), P, NOW, "not_asked suppressed", 0),
        ({}, known(stopped={SLACK: "stop"}), P, NOW, "asked asked", 0),  # another's
        # refused by the provider
        ({"refused": {"telegram": "blocked_bot"}}, known(TELEGRAM, SMS), P, NOW, "asked asked_instead", 0),
        ({"refused": {"sms": "21610"}}, known(SMS), P, NOW, "not_asked suppressed", 0),
        ({"refused": {"sms": "21610"}}, known(SMS, TELEGRAM, stopped={TELEGRAM: "stop"}), P, NOW,
            "not_asked suppressed", 0),
        ({"refused": {"sms": "21610"}}, known(SMS, TELEGRAM, grants={SMS: Grant("e", "consent")}), P, NOW,
            "not_asked no_basis", 0),
        ({"refused": {"sms": "21610"}, "not_after": NOW - 1}, known(SMS, TELEGRAM), P, NOW, "not_asked too_late", 0),
        # nothing that allows it
        ({}, known(basis=""), P, NOW, "not_asked no_basis", 0),
        ({}, known(SMS, TELEGRAM, grants={TELEGRAM: Grant("e", "consent")}, stopped={TELEGRAM: "stop"}), P, NOW,
            "not_asked no_basis", 0),
        ({"kind": "relationship"}, known(basis="contract"), Policy(bases={"relationship": frozenset(["consent"])}), NOW,
            "not_asked no_basis", 0),
        ({}, known(basis="contract"), Policy(bases={"relationship": frozenset(["contract"])}), NOW,
            "not_asked no_basis", 0),  # a kind that no basis is named for
        ({}, known(basis="contract"), P, NOW, "asked asked", 0),
        ({}, known(basis="TEST"), P, NOW, "not_asked no_basis", 0),
        # left alone
        ({}, known(contact=person(SMS, segment="dunning")), Policy(quarantines=(LEGAL,)), NOW,
            "not_asked quarantine", 0),
        ({}, known(contact=person(SMS, segment="retail")), Policy(quarantines=(LEGAL,)), NOW, "asked asked", 0),
        ({}, known(contact=person(SMS, **NORTH)), Policy(quarantines=(BRIEF,)), NOW, "deferred quarantine", NOW + DAY),
        ({"not_after": NOW + HOUR}, known(contact=person(SMS, **NORTH)), Policy(quarantines=(BRIEF,)), NOW,
            "not_asked quarantine", 0),
        ({}, known(contact=person(SMS, **NORTH)), Policy(quarantines=(BRIEF,)), NOW + DAY, "asked asked", 0),
        ({}, known(contact=person(SMS, region="north")), Policy(quarantines=(BRIEF,)), NOW, "asked asked", 0),
        # the time in which asking makes sense
        ({}, known(), P, NOW + 3 * DAY, "asked asked", 0),
        ({}, known(), P, NOW + 3 * DAY + 1, "not_asked too_late", 0),
        ({}, known(), P, NOW - 1, "deferred too_early", NOW),
        ({"at": NOW + 4 * DAY}, known(), P, NOW, "not_asked too_early", 0),
        # not now
        ({}, known(open_case=True), P, NOW, "deferred open_case", NOW + DAY),
        ({"not_after": NOW + HOUR}, known(open_case=True), P, NOW, "deferred open_case", NOW + HOUR),
        ({"not_after": NOW}, known(open_case=True), P, NOW, "not_asked open_case", 0),
        ({}, known(open_case=True), Policy(never_while=frozenset(["survey_running"])), NOW, "asked asked", 0),
        ({}, known(running=True), P, NOW, "deferred survey_running", NOW + DAY),
        ({}, known(running=True), Policy(never_while=frozenset(["case_open"])), NOW, "asked asked", 0),
        ({}, known(running=True, open_case=True), P, NOW, "deferred open_case", NOW + DAY),
        # a rest between two surveys
        ({}, known(asked=asked(90)), P, NOW, "asked asked", 0),
        ({}, known(asked=asked(89)), P, NOW, "deferred cool_down", NOW + DAY),
        ({}, known(asked=asked(87)), P, NOW, "deferred cool_down", NOW + 3 * DAY),
        ({}, known(asked=asked(86)), P, NOW, "not_asked cool_down", 0),
        ({}, known(asked=asked(-400)), P, NOW, "not_asked cool_down", 0),  # by a clock that was ahead
        ({}, known(asked=asked(95)), Policy(cool_down_by_kind={"transactional": 96 * DAY}), NOW,
            "deferred cool_down", NOW + DAY),
        ({}, known(asked=asked(95)), Policy(cool_down_by_kind={"relationship": 96 * DAY}), NOW, "asked asked", 0),
        ({}, known(asked=asked(89)), Policy(cool_down_by_kind={"transactional": DAY}), NOW,
            "deferred cool_down", NOW + DAY),  # the longer one holds
        ({}, known(asked=asked(2)), Policy(cool_down_by_flow={"support": DAY}), NOW, "asked asked", 0),
        ({}, known(asked=asked(95)), Policy(cool_down_by_flow={"support": 96 * DAY}), NOW,
            "deferred cool_down", NOW + DAY),
        ({}, known(asked=asked(2, "support")), Policy(cool_down_by_flow={"other": DAY}), NOW, "not_asked cool_down", 0),
        ({}, known(asked=(*asked(88), *asked(89.5))), P, NOW, "deferred cool_down", NOW + 2 * DAY),
        # quiet hours
        ({"at": SUNDAY}, known(), P, SUNDAY, "deferred quiet_hours", at("2026-11-23 08:00")),
        ({}, known(), P, NIGHT, "deferred quiet_hours", at("2026-11-24 08:00")),
        ({"not_after": at("2026-11-24 07:59")}, known(), P, NIGHT, "not_asked quiet_hours", 0),
        ({"not_after": at("2026-11-24 08:00")}, known(), P, NIGHT, "deferred quiet_hours", at("2026-11-24 08:00")),
        ({}, known(contact=person(SMS, TELEGRAM, "sms:+81312345678")), P, NOW + 2 * HOUR, "deferred quiet_hours",
            at("2026-11-24 08:00")),  # Tokyo sleeps
    ],
)  # fmt: skip
def test_facts_come_to_a_decision(fields, facts, policy, now, outcome, until):
    """Each rule where it speaks, and just beside it."""
    made = decide(candidate(**fields), facts, policy, now)
    assert f"{made.outcome} {made.rule}" == outcome
    assert made.until == until


@pytest.mark.parametrize(
    ("fields", "facts", "policy", "lane", "passed"),
    [
        ({}, known(SMS, TELEGRAM), P, SMS, []),
        ({}, known(TELEGRAM, SMS), P, TELEGRAM, []),
        ({"channels": ("telegram", "sms")}, known(SMS, TELEGRAM), P, TELEGRAM, []),
        ({"channels": ("slack", "sms")}, known(SMS, TELEGRAM), P, SMS, []),
        ({"channels": ("telegram", "sms")}, known(SMS, TELEGRAM, stopped={TELEGRAM: "stop"}), P, SMS, ["telegram"]),
        ({}, known(SMS, TELEGRAM, SLACK, grants={SLACK: Grant("e", "contract")}), P, SLACK, ["sms", "telegram"]),
        ({}, known(SMS, TELEGRAM, grants={SMS: Grant("e", "contract"), TELEGRAM: Grant("f", "consent")}),
            Policy(bases={"transactional": frozenset(["consent"])}), TELEGRAM, ["sms"]),
        ({"channels": ("sms", "sms", "telegram")}, known(SMS, TELEGRAM, stopped={SMS: "stop"}), P, TELEGRAM, ["sms"]),
        ({"channels": ("sms",)}, known(WHATSAPP, "sms:+492", "sms:+491"), P, "sms:+492", []),
    ],
)  # fmt: skip
def test_the_first_channel_that_is_reachable_and_allowed_is_taken(fields, facts, policy, lane, passed):
    """As the candidate orders them, else by the contact's ranks; what was passed over is written down."""
    made = decide(candidate(**fields), facts, policy, NOW)
    assert (made.outcome, made.lane, made.inputs["passed_over"]) == ("asked", lane, passed)
    assert made.grant == facts.grants[lane]
    assert made.inputs["grant"] == facts.grants[lane].event


@pytest.mark.parametrize(
    ("contact", "policy", "zones", "country", "known_by"),
    [
        (person(TELEGRAM, zone="Asia/Tokyo", zone_source="given"), P, ["Asia/Tokyo"], "DE", "given"),
        (person(TELEGRAM, zone="Asia/Tokyo", country=""), P, ["Asia/Tokyo"], "", "given"),
        (person("sms:+436641234567", country=""), P, ["Europe/Vienna"], "", "number"),
        (person("sms:+436641234567", zone="Europe/Berlin", zone_source="number"), P, ["Europe/Vienna"], "DE", "number"),
        (person(TELEGRAM, country="at"), P, ["Europe/Vienna"], "AT", "country"),
        (person(TELEGRAM, country="XX"), P, ["Europe/Berlin"], "DE", "operator"),
        (person(TELEGRAM, country="", zone="Mars/Base"), P, ["Europe/Berlin"], "DE", "operator"),
        (person(TELEGRAM, country=""), Policy(anywhere=("America/Denver", "America/New_York"), country="US"),
            ["America/Denver", "America/New_York"], "US", "operator"),
        (person(TELEGRAM, country="", zone="UTC"), P, ["UTC"], "DE", "given"),  # a zone of no country
        (person(SMS, "sms:+436641234567", country=""), P, ["Europe/Berlin", "Europe/Vienna"], "", "number"),
    ],
)  # fmt: skip
def test_where_somebody_may_be_is_written_down_with_how_it_is_known(contact, policy, zones, country, known_by):
    """Never nowhere: who could be anywhere is where the operator's people are."""
    inputs = decide(candidate(), known(contact=contact), policy, NOW).inputs
    assert inputs["zones"] == zones
    assert (inputs["country"], inputs["zones_known_by"]) == (country, known_by)


@pytest.mark.parametrize(
    ("fields", "facts", "policy", "now", "inputs"),
    [
        ({"channels": ("slack",)}, known(SMS), P, NOW, {"channels": ["slack"], "has": ["sms"]}),
        ({}, known(stopped={SMS: "complaint"}), P, NOW, {"reasons": {"sms": "complaint"}}),
        ({}, known(basis=""), P, NOW, {"kind": "transactional", "bases": {"sms": ""},
            "allowed": ["consent", "contract", "existing_customer", "other"]}),
        ({}, known(contact=person(SMS, segment="dunning")), Policy(quarantines=(LEGAL,)), NOW,
            {"group": "legal", "has": {"segment": "dunning"}, "reason": "their lawyer writes"}),
        ({}, known(contact=person(SMS, **NORTH)), Policy(quarantines=(BRIEF,)), NOW, {"group": "outage", "reason": "",
            "has": {"region": "north", "plan": "gold"}, "now": NOW, "until": NOW + DAY, "not_after": NOW + 3 * DAY}),
        ({}, known(), P, NOW + 4 * DAY, {"now": NOW + 4 * DAY, "not_after": NOW + 3 * DAY}),
        ({}, known(), P, NOW - 5, {"now": NOW - 5, "until": NOW, "not_after": NOW + 3 * DAY}),
        ({}, known(open_case=True), P, NOW,
            {"look_again": DAY, "now": NOW, "until": NOW + DAY, "not_after": NOW + 3 * DAY}),
        ({}, known(running=True), P, NOW,
            {"look_again": DAY, "now": NOW, "until": NOW + DAY, "not_after": NOW + 3 * DAY}),
        ({}, known(asked=asked(89)), P, NOW, {"last_asked": NOW - 89 * DAY, "flow": "other", "kind": "transactional",
            "cool_down": 90 * DAY, "now": NOW, "until": NOW + DAY, "not_after": NOW + 3 * DAY}),
        ({}, known(), P, NIGHT, {"hours": P.hours, "country": "DE", "zones": ["Europe/Berlin"],
            "zones_known_by": "number", "now": NIGHT, "until": at("2026-11-24 08:00"), "not_after": NOW + 3 * DAY}),
        ({}, known(), P, NOW, {"channel": "sms", "basis": "consent", "grant": f"e-{SMS}", "passed_over": [],
            "hours": P.hours, "country": "DE", "zones": ["Europe/Berlin"], "zones_known_by": "number", "now": NOW,
            "not_after": NOW + 3 * DAY}),
    ],
)  # fmt: skip
def test_a_decision_names_all_that_its_rule_looked_at(fields, facts, policy, now, inputs):
    """So that a person can check it by hand."""
    assert decide(candidate(**fields), facts, policy, now).inputs == inputs


def test_what_was_decided_counts_for_the_next_candidate_of_the_person():
    """Two in one batch are one question, whether a running survey keeps the second one away or the rest between two."""
    first, second = candidate(), candidate(id="d2", flow="other")
    made = decide(first, known(), P, NOW)
    then = after(known(), made, first, NOW)
    assert then.asked == (Asked(NOW, "support", "transactional"),)
    assert decide(second, then, P, NOW).rule == "survey_running"
    assert decide(second, then, Policy(never_while=frozenset()), NOW).rule == "cool_down"
    assert after(known(), decide(first, known(basis=""), P, NOW), first, NOW) == known()


@pytest.mark.parametrize("wait", [0, 1, 7 * MINUTE, DAY, 30 * DAY])
def test_a_case_that_stays_open_ends_with_a_decision(wait):
    """Looked at again and again, for the last time at the end of what makes sense, whatever the setting says."""
    policy, now, looks = Policy(wait_for_case=wait), NOW + 3 * DAY - 20, 0
    while (made := decide(candidate(), known(open_case=True), policy, now)).outcome == "deferred":
        assert now < made.until <= NOW + 3 * DAY
        now, looks = made.until, looks + 1
    assert (made.outcome, made.rule, now) == ("not_asked", "open_case", NOW + 3 * DAY)
    assert looks <= 20


def test_hours_stand_in_the_decision_as_the_lease_reads_them():
    """With every zone that counts."""
    made = decide(candidate(), known(contact=person(SMS, "sms:+436641234567", country="")), P, NOW)
    assert made.quiet == "Mo-Sa 08:00-20:00; PH off||Europe/Berlin,Europe/Vienna"
