"""Events on both databases: each is taken once, with its contact and the decisions that it asks for."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.contacts import Person
from bot.outreach.candidate import Candidate
from bot.outreach.happening import Happening, Taken, Told, id_of
from storage import contacts, decisions
from storage.happenings import happenings_of, take
from storage.opening import open_store
from tests.storage.people import execute, person

AT, DAY = 1_800_000_000_000, 86_400_000


def told(key: str = "1", who: Person | None = None, kind: str = "ticket.closed", at: int = AT) -> Told:
    event = Happening(id=id_of("api", key), type=kind, source="api/k", at=at, attributes={"id": key, "a": "ö"})
    return Told(event, who)


def lead(happening, contact):
    """Two triggers for tickets, none for anything else."""
    if happening.type != "ticket.closed":
        return []
    usual = {"source": "trigger", "flow": "f", "kind": "transactional", "at": AT, "not_after": AT + DAY}
    return [
        Candidate(id=f"{happening.id}/{name}", name=name, happening=happening.id, cell=contact.brand, **usual)
        for name in ("one", "two")
    ]


async def taken(store, *events: Told, now: int = AT) -> list[Taken]:
    return await store.run(lambda: take(events, now, lead))


async def ledger(store, contact: str) -> list[str]:
    return sorted(entry.id for entry in await store.read(lambda: decisions.entries_of(contact)))


async def suppress(store, who: Person, reason: str) -> None:
    """The person's address, on all channels."""
    sql = """INSERT INTO suppression (hmac, channel, scope, key_id, reason, at, source_event)
             VALUES (:hmac, '*', 'all', 'k', :reason, 5, '')"""
    await execute(store, sql, (who.places[0].hmac, reason))


ADA = person("ada", "sms:+491", name="Ada", brand="acme")


async def test_an_event_its_contact_and_its_decisions_come_together(store):
    """The contact is new; the ledger has one line for each trigger, and the event can be read."""
    [first] = await taken(store, told("1", ADA))
    assert first == Taken("accepted", ADA.id, ("one", "two"))
    assert await ledger(store, ADA.id) == ["api:1/one", "api:1/two"]
    assert (await store.read(lambda: contacts.contact(ADA.id))).brand == "acme"
    [row] = await store.read(lambda: happenings_of(ADA.id))
    assert row == {
        "id": "api:1", "type": "ticket.closed", "source": "api/k", "at": AT, "received_at": AT,
        "attributes": {"id": "1", "a": "ö"},
    }  # fmt: skip


async def test_an_event_that_came_before_changes_nothing(store):
    """Not the contact, which may know better by now, and not the ledger; also twice in one call."""
    again = told("1", person("ada", "sms:+491", name="Old"))
    results = await taken(store, told("1", ADA), again)
    assert [one.status for one in results] == ["accepted", "known"]
    assert await taken(store, again) == [Taken("known", ADA.id)]
    assert (await store.read(lambda: contacts.contact(ADA.id))).name == "Ada"
    assert len(await ledger(store, ADA.id)) == 2


async def test_an_event_without_a_trigger_is_kept(store):
    """And says so."""
    assert await taken(store, told("1", ADA, "app.opened")) == [Taken("accepted", ADA.id)]
    assert len(await store.read(lambda: happenings_of(ADA.id))) == 1


async def test_an_event_about_nobody_is_kept_without_a_contact(store):
    """Nobody named, or an external id that nobody has and no address; who is known by it needs no address."""
    assert await taken(store, told("1"), told("2", person("bob"))) == [Taken("nobody"), Taken("nobody")]
    assert await store.read(contacts.count) == 0
    await taken(store, told("3", ADA))
    assert await taken(store, told("4", person("ada", agent="7"))) == [Taken("accepted", ADA.id, ("one", "two"))]
    assert (await store.read(lambda: contacts.contact(ADA.id))).agent == "7"
    assert await taken(store, told("2", person("bob", "sms:+492"))) == [Taken("known")]


@pytest.mark.parametrize("reason", ["erasure", "objection", "complaint"])
async def test_c4_who_is_suppressed_leaves_no_trace(store, reason):
    """No contact, no event, no decision; others in the same call are taken."""
    kept_out = person("eve", "sms:+493")
    await suppress(store, kept_out, reason)
    results = await taken(store, told("1", kept_out), told("2", ADA))
    assert [one.status for one in results] == ["suppressed", "accepted"]
    assert await store.read(contacts.count) == 1
    assert await taken(store, told("1", kept_out)) == [Taken("suppressed")]
    assert await ledger(store, kept_out.id) == []


async def test_somebody_who_said_stop_is_taken_and_left_to_the_ledger(store):
    """It has to say why they are not asked."""
    await suppress(store, ADA, "stop")
    assert [one.status for one in await taken(store, told("1", ADA))] == ["accepted"]


async def test_an_event_about_two_people_is_refused_with_what_to_do(store):
    """Nothing of it is kept, so that it can come again once somebody has decided."""
    await taken(store, told("1", person("ada", "sms:+491")), told("2", person("bob", "sms:+492")))
    both = told("3", person("ada", "sms:+492"))
    [refused] = await taken(store, both)
    assert refused.status == "refused"
    assert "run.py contacts merge" in refused.advice
    ada, bob = person("ada").id, person("bob").id
    await store.run(lambda: contacts.merge(bob, ada, AT))
    assert (await taken(store, both))[0] == Taken("accepted", ada, ("one", "two"))


async def test_an_event_about_somebody_merged_is_about_who_they_are_now(store):
    """By their old external id, too."""
    await taken(store, told("1", person("ada", "sms:+491")), told("2", person("bob", "sms:+492")))
    await store.run(lambda: contacts.merge(person("bob").id, person("ada").id, AT))
    assert (await taken(store, told("3", person("bob"))))[0].contact == person("ada").id


async def test_a_transaction_that_fails_leaves_nothing(store):
    """Event, contact and decisions come together or not at all."""

    def broken(_happening, _contact):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.run(lambda: take([told("1", ADA)], AT, broken))
    assert await store.read(contacts.count) == 0
    assert (await taken(store, told("1", ADA)))[0].status == "accepted"


async def test_p2_the_same_event_at_the_same_time_is_one(store):
    """From many callers at once, in different company."""
    calls = [taken(store, told("1", ADA), told(str(n), person(f"p{n}", f"sms:+49{n}"))) for n in range(10, 20)]
    results = [one[0].status for one in await asyncio.gather(*calls)]
    assert sorted(results) == ["accepted"] + ["known"] * 9
    assert len(await ledger(store, ADA.id)) == 2


EVENTS = [
    told("1", ADA),
    told("2", person("ada", brand="nord"), at=AT + 1),
    told("3", person("bob", "sms:+492")),
    told("4", person("", "sms:+491"), "app.opened"),
    told("5"),
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=6), min_size=1, max_size=6))
def test_p2_whatever_the_order_and_however_often(sqlite_template, tmp_path_factory, calls):
    """One happening for each event, at most one decision for each event and trigger, and none for others."""

    async def play():
        path = tmp_path_factory.mktemp("order") / "echolot.db"
        path.write_bytes(sqlite_template.read_bytes())
        store = await open_store(f"sqlite:///{path}")
        try:
            sent = {n for call in calls for n in call}
            results = [await taken(store, *(EVENTS[n] for n in call)) for call in calls]
            statuses = [
                (EVENTS[n].happening.id, one.status)
                for call, made in zip(calls, results, strict=True)
                for n, one in zip(call, made, strict=True)
            ]
            first = [key for key, status in statuses if status in ("accepted", "nobody")]
            assert sorted(first) == sorted(EVENTS[n].happening.id for n in sent)
            lines = [line for who in {ADA.id, person("bob").id} for line in await ledger(store, who)]
            assert len(lines) == len(set(lines))
            led = {one.happening.id for n, one in enumerate(EVENTS) if n in sent}
            assert {line.partition("/")[0] for line in lines} <= led - {"api:4", "api:5"}
        finally:
            await store.close()

    asyncio.run(play())
