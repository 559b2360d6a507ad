"""The decider: who is invited to what, with which words, and how a batch about one person hangs together."""

import json

import pytest

from bot.contacts import Contact, Reach
from bot.outreach.candidate import Candidate, Grant, Standing
from bot.outreach.ledger import Due
from bot.outreach.policy import Policy
from bot.runtime.decider import Decider
from bot.runtime.lane import id_of
from flows.library import Library, Source

AT = 1_800_000_000_000  # Friday, 15 January 2027, 8:00 UTC: nine o'clock in Berlin
DAY = 86_400_000
FLOW = """
format: 1
id: support
kind: transactional
languages: [de, en]
variables: {first_name: {default: du}, ticket: {}, company: {default: Acme}}
steps:
  - id: score
    ask: {type: nps, text: {de: "{{ first_name }}, {{ company }} fragt nach Ticket {{ ticket }}: 0-10? STOP beendet.",
                            en: "{{ first_name }}, {{ company }} asks about ticket {{ ticket }}: 0-10? STOP ends it."}}
"""


@pytest.fixture(scope="module")
def library() -> Library:
    return Library([Source("support.yaml", FLOW)])


def due(key: str = "d1", contact: str = "c1", **fields) -> Due:
    usual = {
        "id": key, "source": "trigger", "name": "t", "flow": "support", "kind": "transactional", "at": AT,
        "not_after": AT + DAY, "variables": {"ticket": "7", "other": "x"},
    }  # fmt: skip
    person = Contact(
        id=contact, name="Ada Beck", language="en-GB", country="DE", zone="Europe/Berlin",
        reaches=(Reach("sms:+491", "sms", "h"),),
    )  # fmt: skip
    standing = Standing(contact=person, grants={"sms:+491": Grant("e1", "consent")})
    return Due(Candidate(**{**usual, **fields}), contact, standing)


@pytest.fixture
def decider(library) -> Decider:
    return Decider(None, library, Policy(), lambda: AT, {"company": "Nord"})


def test_an_invitation_says_everything_that_the_survey_needs(decider, library):
    """Flow, language nearest to the contact's, values for its own variables alone, basis and hours."""
    [made] = decider.decide([due()], AT)
    assert (made.decision.outcome, made.invited.lane, made.invited.channel) == ("asked", "sms:+491", "sms")
    inbound = json.loads(made.invited.body)
    assert made.invited.event_key == inbound["id"] == "ask:d1"
    assert made.invited.session == id_of("sms:+491", "ask:d1", AT)
    body = inbound["body"]
    assert body["variables"] == {"first_name": "Ada", "ticket": "7", "company": "Nord"}
    assert (body["flow"], body["revision"], body["language"]) == ("support", library.get("support").revision, "en")
    assert (body["basis"], body["grant"], body["quiet"]) == ("consent", "e1", made.decision.quiet)
    assert "Europe/Berlin" in body["quiet"]


def test_the_second_candidate_of_a_person_sees_the_first_one_asked(decider):
    """Two events about one person in one batch are one question; another person's is their own."""
    made = decider.decide([due("d1"), due("d2"), due("d3", "c2")], AT)
    assert [one.decision.outcome == "asked" for one in made] == [True, False, True]
    assert [bool(one.invited) for one in made] == [True, False, True]


@pytest.mark.parametrize(
    ("fields", "word"),
    [({"flow": "gone"}, "gone"), ({"variables": {}}, "ticket"), ({"variables": {"ticket": "x" * 5000}}, "longer")],
)
def test_a_survey_that_cannot_be_sent_is_a_decision_with_its_reason(decider, fields, word):
    """Nobody is asked with a hole in the text, and the ledger says which."""
    [made] = decider.decide([due(**fields)], AT)
    assert (made.decision.outcome, made.decision.rule) == ("not_asked", "survey_unfit")
    assert word in made.decision.inputs["problem"]
    assert made.invited is None


def test_who_is_gone_is_not_asked(decider):
    [made] = decider.decide([due()._replace(standing=None)], AT)
    assert (made.decision.outcome, made.decision.rule) == ("not_asked", "no_contact")


def test_a_flow_that_is_gone_counts_as_the_stricter_kind(decider):
    assert (decider.kind_of("support"), decider.kind_of("gone")) == ("transactional", "relationship")
