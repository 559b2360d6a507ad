"""The decider: who is invited to what, with which words, and how a batch about one person hangs together."""

import asyncio
import json

import pytest

from bot.contacts import Contact, Reach
from bot.errors import StoreUnavailable
from bot.outreach.candidate import Candidate, Decision, Grant, Standing
from bot.outreach.ledger import Due
from bot.outreach.policy import Policy
from bot.runtime import decider as decider_module
from bot.runtime.decider import MOST, Decider
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


class Waiting:
    """A ledger that is away once, then has a full portion and then nothing; it counts who waits."""

    def __init__(self) -> None:
        self.rounds: list[int | Exception] = [StoreUnavailable("away"), MOST, 3]
        self.waited: list[tuple[str, float]] = []

    async def settle_due(self, now, limit, since, _kind_of, _decide):
        assert (now, limit, since) == (AT, MOST, AT - Policy().memory)
        found = self.rounds.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def wait(self, topic, timeout):
        self.waited.append((topic, timeout))
        if not self.rounds:
            raise asyncio.CancelledError


async def test_it_goes_on_while_there_is_something_and_waits_otherwise(library, monkeypatch):
    """A database that is away is waited for; behind a full portion it does not wait."""
    monkeypatch.setattr(decider_module, "LOOKED_AHEAD", 0)
    ledger = Waiting()
    decider = Decider(ledger, library, Policy(), lambda: AT)
    with pytest.raises(asyncio.CancelledError):
        await decider.run()
    assert ledger.waited == [("decisions", 1.0)] * 2
    assert decider.decided == MOST + 3


@pytest.mark.parametrize(
    ("halted", "outcome", "rule"),
    [("paused", "deferred", "campaign_paused"), ("cancelled", "not_asked", "campaign_cancelled")],
)
def test_a_campaign_that_does_not_run_asks_nobody(decider, halted, outcome, rule):
    """Whatever the rules say; members of a paused one wait until somebody resumes it."""
    [made] = decider.decide([due()._replace(halted=halted)], AT)
    assert (made.decision.outcome, made.decision.rule, made.invited) == (outcome, rule, None)
    assert (made.decision.until > AT + DAY) == (halted == "paused")


def test_who_is_asked_on_no_grant_stands_on_another_basis(decider):
    """The rules of today always give one; should one not, the lease has to find it wanting."""
    candidate, contact, standing, *_ = due()
    made = decider._invitation(candidate, standing, Decision(outcome="asked", rule="x", lane="sms:+491"), AT)
    assert json.loads(made.body)["body"]["basis"] == "other"
    assert contact
