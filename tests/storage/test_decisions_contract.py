"""The ledger on both databases: every candidate is decided once, with what is known at that moment."""

import asyncio
from functools import partial

import pytest

from bot.outreach.candidate import Candidate, Decision, Grant
from bot.outreach.ledger import Decided, Invited, Proposal
from storage import decisions
from storage.ledger import StoredLedger
from tests.storage import standings
from tests.storage.builders import address, event, message, rows, session
from tests.storage.people import execute
from tests.storage.standings import AT, DAY, person, suppressed


@pytest.fixture(autouse=True)
def statements():
    standings.install()


def candidate(key: str = "d1", **fields) -> Candidate:
    usual = {
        "id": key, "source": "trigger", "name": "ticket", "flow": "support", "kind": "transactional", "at": AT,
        "not_after": AT + DAY, "happening": "ev1", "channels": ("sms",), "variables": {"ticket": "7"}, "cell": "a|b",
    }  # fmt: skip
    return Candidate(**{**usual, **fields})


def kind_of(_flow: str) -> str:
    return "relationship"


async def seen_by(store, now: int = AT):
    """What a decider gets to see; all of it is deferred for a day."""
    seen = []

    def decide(due):
        seen.extend(due)
        return [Decided(one.candidate.id, Decision(outcome="deferred", rule="try", until=now + DAY)) for one in due]

    await StoredLedger(store).settle_due(now, 10, 0, kind_of, decide)
    return seen


async def test_p2_the_same_candidate_is_in_the_ledger_once(store):
    """However often an event comes, it is proposed once, and nothing of a later proposal changes the first."""
    ledger = StoredLedger(store)
    assert await ledger.propose([Proposal(candidate(), "c1", AT), Proposal(candidate("d2"), "c1", AT)]) == 2
    assert await ledger.propose([Proposal(candidate(name="other"), "c1", AT), Proposal(candidate("d3"), "c1", AT)]) == 1
    assert [entry.name for entry in await store.read(lambda: decisions.entries_of("c1"))] == ["ticket"] * 3


async def test_what_is_known_of_a_contact_comes_with_the_candidate(store):
    """Contact, addresses in order, grants, stops of both kinds, earlier questions; the candidate as it was proposed."""
    lanes = ("sms:+491", "telegram:7", "slack:U1", "sms:+492")
    await store.run(lambda: person(lanes=lanes, brand="acme", plan="gold"))
    await store.run(lambda: suppressed("telegram:7"))
    await store.run(lambda: suppressed("slack:U1", "21610", "sms"))  # of another channel: counts for nothing here
    await work(store, addresses=[address("sms:+492", opted_out_at=AT, session="")])
    await StoredLedger(store).propose([Proposal(candidate(), "c1", AT)])
    [due] = await seen_by(store)
    assert due.candidate == candidate()
    assert [reach.lane for reach in due.standing.contact.reaches] == list(lanes)
    assert due.standing.contact.known() == {
        "brand": "acme", "plan": "gold", "language": "de", "country": "DE", "name": "Ada Beck", "external": "x-c1",
    }  # fmt: skip
    assert due.standing.stopped == {"telegram:7": "complaint", "sms:+492": "stop"}
    assert due.standing.grants == {lane: Grant(f"e-{lane}", "consent", 5) for lane in lanes}
    assert not due.standing.running
    assert not due.standing.open_case


@pytest.mark.parametrize(
    ("fields", "asked", "running"),
    [
        ({}, 1, True),
        ({"outcome": "completed"}, 1, False),
        ({"basis": "test"}, 0, False),
        ({"basis": "test", "outcome": "completed"}, 0, False),
    ],
)
async def test_the_latest_survey_counts_whoever_began_it_unless_it_only_tried(store, fields, asked, running):
    await store.run(person)
    await work(store, addresses=[address("sms:+491")], sessions=[session("s1", "sms:+491", **fields)])
    await StoredLedger(store).propose([Proposal(candidate(), "c1", AT)])
    [due] = await seen_by(store)
    assert [(one.flow, one.kind) for one in due.standing.asked] == [("nps", "relationship")] * asked
    assert due.standing.running is running


async def test_who_is_gone_has_no_standing(store):
    await StoredLedger(store).propose([Proposal(candidate(), "nobody", AT)])
    [due] = await seen_by(store)
    assert due.standing is None


async def test_a_decision_and_its_invitation_are_one_transaction_and_final(store):
    """asked is written once, with the event for the inbox; whoever decides again finds nothing to do."""
    await store.run(person)
    ledger = StoredLedger(store)
    await ledger.propose([Proposal(candidate(), "c1", AT + 5)])
    made = Decision(
        outcome="asked", rule="asked", inputs={"channel": "sms"}, lane="sms:+491", grant=Grant("e1", "consent")
    )

    def decide(due):
        return [Decided(one.candidate.id, made, Invited("sms", "ask:d1", "sms:+491", "{}", "s9")) for one in due]

    assert await ledger.settle_due(AT, 10, 0, kind_of, decide) == 0  # not due yet
    assert await ledger.settle_due(AT + 5, 10, 0, kind_of, decide) == 1
    assert await ledger.settle_due(AT + 9, 10, 0, kind_of, decide) == 0
    [entry] = await store.read(lambda: decisions.entries_of("c1"))
    assert (entry.outcome, entry.inputs, entry.session, entry.grant_id) == ("asked", {"channel": "sms"}, "s9", "e1")
    assert (await store.event("sms", "ask:d1"))["state"] == "new"
    await ledger.propose([Proposal(candidate("d2"), "c1", AT + 5)])
    [due] = await seen_by(store, AT + 6)
    assert [(one.at, one.flow) for one in due.standing.asked] == [(AT + 5, "support")]


@pytest.mark.parametrize(
    ("first", "provider_id", "second", "again"),
    [
        ("failed", "", "failed", True),
        ("failed", "", "cancelled", True),
        ("failed", "", "expired", True),
        ("failed", "SM1", "cancelled", False),  # it had been taken, and a report came
        ("undelivered", "", "cancelled", False),
        ("unknown", "", "cancelled", False),
        ("sent", "SM1", "cancelled", False),
        ("failed", "", "sent", False),
        ("failed", "", "unknown", False),
        ("failed", "", "reconciling", False),
        ("failed", "", "sending", False),
    ],
)
async def test_it_is_decided_again_only_if_nothing_can_have_arrived(store, first, provider_id, second, again):
    """With the channel that refused; nothing of the refused survey counts as asked then."""
    await store.run(person)
    ledger = StoredLedger(store)
    made = Decision(outcome="asked", rule="asked", lane="sms:+491")
    await ledger.propose([Proposal(candidate(), "c1", AT)])
    await ledger.settle_due(
        AT, 10, 0, kind_of, lambda _due: [Decided("d1", made, Invited("sms", "ask:d1", "sms:+491", "{}", "s9"))]
    )
    await work(
        store,
        addresses=[address("sms:+491", session="s9")],
        sessions=[session("s9", "sms:+491", outcome="opted_out")],
        outbox=[message(f"s9.1.{n}", "sms:+491", session="s9") for n in range(2)],
    )
    basis = "INSERT INTO consent_use (outbox_key, basis, consent_event, at) VALUES (:a, 'consent', 'e1', 0)"
    await execute(store, basis, ("s9.1.1",))  # or the database lets nothing be sent
    end = "UPDATE outbox SET state = :a, provider_id = :b WHERE key = :c"
    await execute(store, end, (first, provider_id, "s9.1.0"), (second, "", "s9.1.1"))
    for _ in range(2):  # the same word again changes nothing
        await store.run(lambda: decisions.decide_again("sms:+491", "21610", AT + 7))
    [entry] = await store.read(lambda: decisions.entries_of("c1"))
    if not again:
        assert (entry.outcome, entry.session) == ("asked", "s9")
        return
    assert (entry.outcome, entry.due_at, entry.tries, entry.session, entry.lane) == ("pending", AT + 7, 1, "", "")
    [due] = await seen_by(store, AT + 7)
    assert due.candidate == candidate(refused={"sms": "21610"})
    assert (due.standing.asked, due.standing.running) == ((), False)


async def test_a_decision_that_fails_changes_nothing(store):
    await store.run(person)
    ledger = StoredLedger(store)
    await ledger.propose([Proposal(candidate(), "c1", AT)])
    with pytest.raises(RuntimeError):
        await ledger.settle_due(AT, 10, 0, kind_of, lambda _due: (_ for _ in ()).throw(RuntimeError))
    assert len(await seen_by(store)) == 1


async def test_several_deciders_share_the_work_and_none_decides_twice(store):
    """Two candidates of one person in two hands: the second one sees what became of the first."""
    await store.run(person)
    ledger = StoredLedger(store)
    await ledger.propose([Proposal(candidate(f"d{n}"), "c1", AT) for n in range(6)])
    invited = []

    def decide(due):
        made = []
        for one in due:
            first = not one.standing.asked
            if first:
                invited.append(one.candidate.id)
            invite = (
                Invited("sms", f"ask:{one.candidate.id}", "sms:+491", "{}", f"s{one.candidate.id}") if first else None
            )
            outcome = Decision(outcome="asked" if first else "not_asked", rule="first" if first else "second")
            made.append(Decided(one.candidate.id, outcome, invite))
        return made

    done = await asyncio.gather(*(ledger.settle_due(AT, 1, 0, kind_of, decide) for _ in range(12)))
    while await ledger.settle_due(AT, 1, 0, kind_of, decide):
        done.append(1)
    assert sum(done) == 6
    assert len(invited) == 1
    assert sorted(await store.read(lambda: decisions.tally("trigger", "ticket"))) == [
        ("asked", "first", 1), ("not_asked", "second", 5),
    ]  # fmt: skip


async def test_the_ledger_is_read_page_by_page(store):
    ledger = StoredLedger(store)
    await ledger.propose([Proposal(candidate(f"d{n}", at=AT + n // 2), "c1", AT + n) for n in range(5)])
    seen, after = [], ""
    while page := await store.read(partial(decisions.entries, after, AT + DAY, "", "", 2)):
        seen += [entry.id for entry in page]
        after = f"{page[-1].at}:{page[-1].id}"
    assert seen == ["d0", "d1", "d2", "d3", "d4"]
    assert await store.read(lambda: decisions.entries("", AT + DAY, "asked", "", 9)) == []


async def work(store, **changes):
    """Write rows as a batch's consequences."""
    await store.accept([event("any", "sms:+49000")])
    await store.work(1, AT * 2, lambda batch: rows(done=[one.id for one in batch.events], **changes))
