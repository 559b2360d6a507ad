"""Contacts on both databases: who is who, what a row changes, who is kept away, and two that become one."""

import asyncio

import pytest

from bot.pseudonyms import Pseudonyms
from storage import contacts
from storage.consent import Suppression, suppress
from tests.storage.people import NAMES, NOW, at, execute, person, query

SMS, OTHER, WHATSAPP, TELEGRAM = "sms:+4915112345678", "sms:+4915187654321", "whatsapp:+4915112345678", "telegram:77"


async def saved(store, *rows, now=NOW):
    """What became of rows that come in together."""
    return await store.run(lambda: contacts.save(rows, now))


async def results(store, *rows):
    """The same, in words."""
    return [each.result for each in await saved(store, *rows)]


async def found(store, key):
    """A contact by id."""
    return await store.read(lambda: contacts.contact(key))


async def test_a_new_person_is_found_by_id_external_id_and_address(store):
    """What was said is what is known, addresses in the order in which they are tried."""
    row = person(
        "4711", TELEGRAM, SMS, name="Ada", language="de", zone="Europe/Berlin", revenue=9, attributes={"x": "y"}
    )
    [one] = await saved(store, row)
    assert (one.result, one.contact) == ("new", row.id)
    contact = await found(store, row.id)
    assert (contact.external, contact.name, contact.language, contact.revenue) == ("4711", "Ada", "de", 9)
    assert (contact.zone, contact.zone_source, contact.attributes) == ("Europe/Berlin", "given", {"x": "y"})
    assert [reach.lane for reach in contact.reaches] == [SMS, TELEGRAM]
    assert await store.read(lambda: contacts.called("4711")) == contact
    assert await store.read(lambda: contacts.at_address(at(SMS))) == contact
    assert await store.read(lambda: contacts.at_address(at(WHATSAPP))) == contact, "one number is one number"
    assert await found(store, "nobody") is None
    assert await store.read(lambda: contacts.called("4712")) is None
    assert await store.read(lambda: contacts.at_address(at(OTHER))) is None


WHO = {
    "the same row again": ([person("1", SMS, name="A")], person("1", SMS, name="A"), "same"),
    "nothing new said": ([person("1", SMS, name="A", revenue=3)], person("1"), "same"),
    "another name": ([person("1", SMS, name="A")], person("1", name="B"), "changed"),
    "one more attribute": ([person("1", attributes={"a": "1"})], person("1", attributes={"b": "2"}), "changed"),
    "known by address": ([person("", SMS, key="x")], person("", SMS, key="y", name="B"), "changed"),
    "address gets an external id": ([person("", SMS, key="x")], person("1", SMS), "changed"),
    "external id gets an address": ([person("1")], person("1", SMS), "changed"),
    "the number by WhatsApp": ([person("1", SMS)], person("", WHATSAPP, key="y"), "changed"),
    "someone else": ([person("1", SMS)], person("2", OTHER), "new"),
    "external of one, address of another": ([person("1", SMS), person("2", OTHER)], person("1", OTHER), "doubtful"),
    "addresses of two": ([person("1", SMS), person("2", OTHER)], person("", SMS, OTHER, key="z"), "doubtful"),
    "address of someone with another id": ([person("1", SMS)], person("2", SMS), "doubtful"),
}


@pytest.mark.parametrize("case", WHO)
@pytest.mark.parametrize("together", [False, True], ids=["apart", "together"])
async def test_a_row_finds_its_person_or_says_why_not(store, case, together):
    """Whether those before came with an earlier batch or with this one makes no difference."""
    before, row, expected = WHO[case]
    if together:
        assert (await results(store, *before, row))[-1] == expected
    else:
        await saved(store, *before)
        assert await results(store, row) == [expected]
    if expected != "doubtful":
        assert await results(store, row) == ["same"], "a repeated import changes nothing"


async def test_doubt_names_both_people_and_the_way_out(store):
    """Nothing of a doubtful row is written, and the advice can be followed."""
    one, other = person("1", SMS), person("2", OTHER)
    await saved(store, one, other)
    [doubt] = await saved(store, person("1", OTHER, name="Both"))
    assert f"contacts merge {other.id} {one.id}" in doubt.advice
    assert (await found(store, one.id)).name == (await found(store, other.id)).name == ""
    [doubt] = await saved(store, person("3", OTHER))
    assert other.id in doubt.advice
    assert not (await saved(store, one))[0].advice


async def test_empty_cells_change_nothing(store):
    """What a later row does not say stays as it was; what it says is the last that is known."""
    await saved(store, person("1", SMS, name="A", language="de", revenue=0, attributes={"a": "1", "b": "2"}))
    await saved(store, person("1", language="en", attributes={"b": "3"}))
    contact = await found(store, person("1").id)
    assert (contact.name, contact.language, contact.revenue) == ("A", "en", 0)
    assert contact.attributes == {"a": "1", "b": "3"}
    assert [reach.lane for reach in contact.reaches] == [SMS]


SUPPRESS = """INSERT INTO suppression (hmac, channel, scope, key_id, reason, at, source_event, expires_at)
VALUES (:hmac, :channel, 'all', 'k', :reason, 0, '', CAST(:expires AS BIGINT))"""


@pytest.mark.parametrize(
    ("reason", "channel", "expires", "expected"),
    [
        ("erasure", "*", None, "suppressed"),
        ("objection", "sms", None, "suppressed"),
        ("complaint", "*", NOW + 1, "suppressed"),
        ("objection", "*", NOW, "new"),
        ("objection", "telegram", None, "new"),
        ("stop", "*", None, "new"),
    ],
)
async def test_c4_an_erased_or_objecting_address_leaves_no_contact(store, reason, channel, expires, expected):
    """C4: it is suppressed, and there is no row; who only said STOP is known, and not written to."""
    await execute(store, SUPPRESS, (at(SMS).hmac, channel, reason, expires))
    assert await results(store, person("1", TELEGRAM, SMS, name="A")) == [expected]
    assert await store.read(contacts.count) == (expected == "new")


async def test_c4_an_address_is_kept_away_under_an_older_key(store):
    """C4, C2: what was suppressed before the keys were changed is suppressed after, and contacts are found again."""
    await saved(store, person("1", TELEGRAM, name="A"))
    await execute(store, SUPPRESS, (at(SMS).hmac, "*", "erasure", None))
    both = Pseudonyms([b"n" * 32, b"k" * 32])
    rows = person("2", SMS, names=both), person("1", TELEGRAM, names=both, name="B")
    assert await results(store, *rows) == ["suppressed", "changed"]
    alone = Pseudonyms([b"n" * 32])
    assert await results(store, person("1", TELEGRAM, names=alone, name="B")) == ["same"], (
        "by lane, without the old key"
    )


async def test_an_erased_contact_is_not_taken_up_again_by_its_external_id(store):
    """C4: the row without anything personal keeps its id, and that is what a later import meets."""
    await saved(store, person("1", SMS))
    await execute(store, "UPDATE contact SET erased_at = :at, external = NULL WHERE id = :id", (NOW, person("1").id))
    await execute(store, "DELETE FROM contact_address")
    assert await results(store, person("1", OTHER, name="Again")) == ["suppressed"]
    assert await found(store, person("1").id) is None
    assert await store.read(lambda: contacts.page("", 10)) == []


HAPPENED = """INSERT INTO happening (id, type, source, contact, at, received_at, attributes)
VALUES ('h', 't', 's', :contact, 0, 0, '')"""
DECIDED = """INSERT INTO decision (id, source, name, wave, happening, contact, flow, kind, cell, variables, at,
  not_after, outcome, rule, inputs, due_at, tries, lane, session, grant_id, decided_at)
VALUES ('d', 'trigger', 't', 0, 'h', :contact, 'f', 'k', '', '{}', 0, 0, 'pending', '', '{}', 0, 0, '', '', '', 0)"""


async def test_merge_makes_one_of_two(store):
    """Addresses go along behind those it has, what it lacks it takes over, and the old ids lead to it."""
    gone, into = person("1", SMS, TELEGRAM, name="A", brand="x", attributes={"a": "1"}), person("2", OTHER, name="B")
    await saved(store, gone, into)
    await execute(store, HAPPENED, (gone.id,))
    await execute(store, DECIDED, (gone.id,))
    both = await store.run(lambda: contacts.merge(gone.id, into.id, NOW + 1))
    assert (both.name, both.brand, both.attributes, both.external) == ("B", "x", {"a": "1"}, "2")
    assert [reach.lane for reach in both.reaches] == [OTHER, SMS, TELEGRAM]
    for way in (contacts.contact(gone.id), contacts.called("1"), contacts.called("2"), contacts.at_address(at(SMS))):
        assert await store.read(lambda way=way: way) == both
    about = await query(store, "SELECT contact FROM happening UNION ALL SELECT contact FROM decision")
    assert about == [(into.id,)] * 2
    assert await results(store, person("1", SMS), person("2"), person("", TELEGRAM)) == ["same"] * 3
    assert [one.id for one in await store.read(lambda: contacts.page("", 10))] == [into.id]


async def test_merges_follow_each_other(store):
    """Whoever was merged into somebody goes along; an external id that nobody uses yet is taken over."""
    await saved(store, person("1", SMS), person("", OTHER, key="b"), person("", TELEGRAM, key="c", name="C"))
    await store.run(lambda: contacts.merge(person("1").id, "b", NOW))
    last = await store.run(lambda: contacts.merge("b", "c", NOW))
    assert (last.external, last.name) == ("1", "C")
    assert await found(store, person("1").id) == await found(store, "b") == last
    assert await results(store, person("1", SMS, OTHER, TELEGRAM)) == ["same"]


@pytest.mark.parametrize(("gone", "into"), [("a", "a"), ("a", "nobody"), ("nobody", "a")])
async def test_what_cannot_be_merged_is_left_alone(store, gone, into):
    """Nobody becomes part of themselves or of nobody."""
    await saved(store, person("", SMS, key="a", name="A"))
    with pytest.raises(contacts.CannotMerge):
        await store.run(lambda: contacts.merge(gone, into, NOW))
    assert (await found(store, "a")).name == "A"


async def test_pages_hold_everybody_once(store):
    """Page after page in the order of ids, with addresses."""
    rows = [person(str(n), f"sms:+49151000000{n:02}") for n in range(25)]
    await saved(store, *rows)
    seen, after = [], ""
    while some := await store.read(lambda: contacts.page(after, 10)):  # noqa: B023  # it is used at once
        seen += some
        after = some[-1].id
    assert [one.id for one in seen] == sorted(row.id for row in rows)
    assert all(len(one.reaches) == 1 for one in seen)
    assert await store.read(contacts.count) == 25


async def test_many_who_bring_the_same_people_at_once(store):
    """Imports beside each other find whom another one has just added."""
    for turn in range(6):  # the first ones open the connections
        rows = [person(f"{turn}.{n}", f"sms:+491510000{turn}{n:02}") for n in range(20)]
        found = await asyncio.gather(*(saved(store, *rows[n:], *rows[:n]) for n in range(5)))
        assert sorted(each.result for some in found for each in some) == ["new"] * 20 + ["same"] * 80


async def test_the_keys_that_addresses_are_named_under_are_counted(store):
    """By table; an older name of a suppressed address counts for the key under which it was suppressed."""
    assert await store.read(contacts.keys) == []
    newer = Pseudonyms([b"n" * 32, b"k" * 32])
    await saved(store, person("1", SMS, TELEGRAM), person("2", OTHER, names=newer))
    place = at(SMS, newer)
    stop = Suppression(place.names, place.key_id, "*", "stop", NOW, "x")
    await store.run(lambda: suppress(stop, NOW))
    old, new = at(SMS).key_id, place.key_id
    expected = [contacts.Named(old, 2, 0, 0), contacts.Named(new, 1, 0, 2)]
    assert await store.read(contacts.keys) == sorted(expected)


async def test_any_character_is_kept_but_nul(store):
    """Names are people's own; what PostgreSQL cannot hold is left out."""
    await saved(store, person("1", name="Zoë '); DROP TABLE contact; -- 🙂\u202e", attributes={"ключ": '"\\'}))
    contact = await found(store, person("1").id)
    assert (contact.name, contact.attributes) == ("Zoë '); DROP TABLE contact; -- 🙂\u202e", {"ключ": '"\\'})


def test_ids_are_made_with_the_key():
    """An external id cannot be found by trying them all, and is the same contact every time."""
    assert person("4711").id == person("4711").id != person("4712").id
    assert person("4711").id != person("4711", names=Pseudonyms([b"x" * 32])).id
    assert NAMES.of("contact", "4711").hmac.startswith(person("4711").id[1:])
