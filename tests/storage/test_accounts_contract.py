"""People on both databases: let in by a link that works once, shut out at once, and an audit trail that stays."""

import asyncio

import pytest

from storage import accounts, audit, scripts
from storage.accounts import EVERYWHERE, Account, KnownPerson, LastAdmin, Link, Newcomer, NoSuchPerson
from storage.scripts import Ask
from storage.sql import portable
from tests.storage.people import execute

NOW, DAY = 1_800_000_000_000, 86_400_000
ANNA = Newcomer("p1", "anna@example.com", "Anna", "de", (EVERYWHERE,))
BEN = Newcomer("p2", "ben@example.com", "Ben", "en", (("agent", "acme", "support"), ("viewer", "*", "*")))
LINK = Link("l1", "invite", NOW + 1000)


async def arrives(store, who=ANNA, link="l1"):
    """Somebody who was invited and has chosen a password."""
    await store.run(lambda: accounts.invite(who, Link(link, "invite", NOW + 1000), NOW, "operator"))
    assert await store.run(lambda: accounts.redeem(link, "hash", NOW)) == who.id
    return await store.read(lambda: accounts.person(who.id))


async def signs_in(store, one, session="s1", now=NOW):
    return await store.run(lambda: accounts.sign_in(one, session, "Firefox", now))


async def acts(store):
    return [entry.act for entry in reversed(await store.read(lambda: audit.entries(audit.NEWEST, 100)))]


async def test_somebody_is_invited_with_their_roles(store):
    """By address or id they are found; the same address again is refused, and leaves nothing."""
    assert not await store.read(accounts.anybody)
    await store.run(lambda: accounts.invite(BEN, LINK, NOW, "operator"))
    assert await store.read(accounts.anybody)
    kept = Account("p2", "ben@example.com", "Ben", "en", "", NOW, 0, 0, BEN.roles)
    assert await store.read(lambda: accounts.person(" Ben@Example.com")) == kept
    assert await store.read(accounts.people) == [kept]
    again = BEN._replace(id="p3")
    with pytest.raises(KnownPerson):
        await store.run(lambda: accounts.invite(again, Link("l2", "invite", NOW), NOW, "operator"))
    with pytest.raises(NoSuchPerson):
        await store.read(lambda: accounts.person("p3"))
    assert await acts(store) == ["invited"]


@pytest.mark.parametrize(("at", "holds"), [(NOW, True), (NOW + 999, True), (NOW + 1000, False)])
async def test_s22_a_link_works_once_and_not_for_long(store, at, holds):
    """Looking at it does not use it up."""
    await store.run(lambda: accounts.invite(ANNA, LINK, NOW, "operator"))
    for _ in range(2):
        assert ((await store.read(lambda: accounts.link_with("l1", at))) is not None) == holds
    assert await store.run(lambda: accounts.redeem("l1", "hash", at)) == ("p1" if holds else "")
    assert await store.run(lambda: accounts.redeem("l1", "other", NOW)) == ("" if holds else "p1")


async def test_s22_a_link_works_once_for_many_at_once(store):
    """With real concurrency."""
    await store.run(lambda: accounts.invite(ANNA, LINK, NOW, "operator"))
    redeemed = await asyncio.gather(*(store.run(lambda: accounts.redeem("l1", "hash", NOW)) for _ in range(8)))
    assert sorted(redeemed) == [""] * 7 + ["p1"]


async def test_s22_a_new_link_voids_those_before(store):
    """Whoever asks for another one had lost the first."""
    await store.run(lambda: accounts.invite(ANNA, LINK, NOW, "operator"))
    await store.run(lambda: accounts.send_link("p1", Link("l2", "reset", NOW + 1000), NOW, "operator"))
    assert await store.read(lambda: accounts.link_with("l1", NOW)) is None
    assert (await store.read(lambda: accounts.link_with("l2", NOW))).email == "anna@example.com"


async def test_a_session_tells_whose_it_is(store):
    """With the roles they have now."""
    anna = await arrives(store)
    assert await signs_in(store, anna)
    await store.run(lambda: accounts.seen("s1", NOW + 5))
    await store.run(lambda: accounts.seen("s1", NOW + 4))
    found = await store.read(lambda: accounts.session("s1"))
    assert found == ("p1", "anna@example.com", "Anna", "de", NOW, NOW + 5, NOW, (EVERYWHERE,))
    await store.run(lambda: accounts.sure("p2", "s1", NOW + 6))  # somebody else cannot
    assert (await store.read(lambda: accounts.session("s1"))).sure_at == NOW
    await store.run(lambda: accounts.sure("p1", "s1", NOW + 6))
    assert (await store.read(lambda: accounts.session("s1"))).sure_at == NOW + 6
    await store.run(lambda: accounts.grant("p1", ("agent", "acme", "*"), NOW, "operator"))
    await store.run(lambda: accounts.profile("p1", "A.", "en"))
    found = await store.read(lambda: accounts.session("s1"))
    assert (found.name, found.language, found.roles) == ("A.", "en", (EVERYWHERE, ("agent", "acme", "*")))
    assert await store.read(lambda: accounts.session("nix")) is None


ENDS = {
    "signing out": lambda: accounts.sign_out("p2", "s1", NOW),
    "signing out everywhere": lambda: accounts.sign_out_everywhere("p2", "", NOW),
    "another password": lambda: accounts.change_password("p2", "other", "s2", NOW),
    "a link": lambda: accounts.redeem("l9", "other", NOW),
    "being shut out": lambda: accounts.disable("p2", NOW, "p1"),
    "its time": lambda: accounts.drop_sessions(NOW + 1),
}


@pytest.mark.parametrize("how", ENDS)
async def test_s15_what_ends_a_session(store, how):
    """At once, and those of others go on."""
    anna, ben = await arrives(store), await arrives(store, BEN, "l3")
    await signs_in(store, anna, "other", NOW + 2)
    assert await signs_in(store, ben)
    if how == "a link":
        await store.run(lambda: accounts.send_link("p2", Link("l9", "reset", NOW + 1000), NOW, "p1"))
    await store.run(ENDS[how])
    assert await store.read(lambda: accounts.session("s1")) is None
    assert await store.read(lambda: accounts.session("other"))


async def test_s15_who_chooses_another_password_stays_where_they_are(store):
    """Their links hold no longer either."""
    anna = await arrives(store)
    for session in ("s1", "s2"):
        await signs_in(store, anna, session)
    await store.run(lambda: accounts.send_link("p1", Link("l9", "reset", NOW + 1000), NOW, "operator"))
    await store.run(lambda: accounts.change_password("p1", "other", "s2", NOW))
    assert [row[0] for row in await store.read(lambda: accounts.sessions_of("p1"))] == ["s2"]
    assert await store.read(lambda: accounts.link_with("l9", NOW)) is None


async def test_s15_nobody_gets_in_on_what_was_true_a_moment_ago(store):
    """Shut out, or with another password, since the password was looked at."""
    await arrives(store)
    ben = await arrives(store, BEN, "l3")
    await store.run(lambda: accounts.rehash("p2", "hash", "newer"))
    assert not await signs_in(store, ben)
    assert await signs_in(store, ben._replace(password_hash="newer"))
    await store.run(lambda: accounts.disable("p2", NOW, "p1"))
    assert not await signs_in(store, ben._replace(password_hash="newer"), "s2")
    await store.run(lambda: accounts.enable("p2", NOW, "p1"))
    assert await signs_in(store, ben._replace(password_hash="newer"), "s3")


async def test_the_last_admin_stays(store):
    """However somebody tries; an admin of one brand, or one who is shut out, is not another one."""
    await arrives(store)
    await arrives(store, BEN._replace(roles=(("admin", "acme", "*"),)), "l3")
    for attempt in (
        lambda: accounts.disable("p1", NOW, "p1"),
        lambda: accounts.revoke("p1", EVERYWHERE, NOW, "p1"),
    ):
        with pytest.raises(LastAdmin):
            await store.run(attempt)
    await store.run(lambda: accounts.grant("p2", EVERYWHERE, NOW, "p1"))
    await store.run(lambda: accounts.revoke("p1", EVERYWHERE, NOW, "p1"))
    with pytest.raises(LastAdmin):
        await store.run(lambda: accounts.disable("p2", NOW, "p2"))
    await store.run(lambda: accounts.revoke("p2", ("admin", "acme", "*"), NOW, "p1"))
    assert (await store.read(lambda: accounts.person("p2"))).roles == (EVERYWHERE,)


async def test_s39_everything_stands_in_the_trail(store):
    """In a chain that shows what was changed or is missing; nothing personal is in it."""
    anna = await arrives(store)
    await arrives(store, BEN, "l3")
    await signs_in(store, anna)
    await store.run(lambda: accounts.disable("p2", NOW, "p1"))
    await store.run(lambda: accounts.enable("p2", NOW, "p1"))
    await store.run(lambda: accounts.sign_out("p1", "s1", NOW))
    trail = await store.read(lambda: audit.entries(audit.NEWEST, 100))
    assert await acts(store) == [
        "invited", "password_chosen", "invited", "password_chosen", "signed_in", "disabled", "enabled", "signed_out",
    ]  # fmt: skip
    assert audit.breaks(trail) == []
    assert audit.breaks(trail[2:5]) == []
    assert audit.breaks(trail[:3] + trail[4:]) == [6]
    assert audit.breaks([trail[0], trail[1]._replace(facts='{"x": 1}'), *trail[2:]]) == [7]
    assert audit.breaks([*trail[:-1], trail[-1]._replace(prev_hash="f")]) == [1]
    assert "anna" not in repr(trail).lower()


async def test_s39_entries_added_at_once_follow_one_another(store):
    """With real concurrency."""
    await asyncio.gather(*(store.run(lambda n=n: audit.note(NOW, f"p{n}", "looked")) for n in range(12)))
    trail = await store.read(lambda: audit.entries(audit.NEWEST, 100))
    assert [entry.n for entry in trail] == list(range(12, 0, -1))
    assert audit.breaks(trail) == []


@pytest.mark.parametrize("statement", ["UPDATE audit SET act = 'slept' WHERE n = 1", "DELETE FROM audit"])
async def test_s39_the_database_itself_refuses_to_change_the_trail(store, statement, monkeypatch):
    """Whoever has the connection."""

    def tamper():
        yield Ask("tamper")

    monkeypatch.setitem(portable(), "tamper", statement)
    await store.run(lambda: audit.note(NOW, "p1", "looked", "c1", {"text": "a\0b"}))
    with pytest.raises(Exception, match="the audit trail stays"):
        await store.run(tamper)
    assert [entry.act for entry in await store.read(lambda: audit.entries(audit.NEWEST, 100))] == ["looked"]


@pytest.mark.parametrize("portion", [2, 3, 7, 100])
async def test_s39_the_whole_trail_is_looked_at_in_portions(store, portion, monkeypatch):
    """A change shows wherever it is, and a gap between two portions too."""
    assert await store.read(lambda: audit.examine(portion)) == (0, [])
    for n in range(7):
        await store.run(lambda n=n: audit.note(NOW, "p1", "looked", f"c{n}"))
    assert await store.read(lambda: audit.examine(portion)) == (7, [])
    monkeypatch.setitem(
        portable(),
        "audit_before",
        portable()["audit_before"].replace("WHERE n < :before", "WHERE n < :before AND n <> 4"),
    )
    scripts._sqlite.cache_clear()
    scripts._postgres.cache_clear()
    found = await store.read(lambda: audit.examine(portion))
    monkeypatch.undo()
    scripts._sqlite.cache_clear()
    scripts._postgres.cache_clear()
    assert found == (6, [5])


async def aged(store, *days):
    """An entry of each of these days."""
    for day in days:
        await store.run(lambda day=day: audit.note(NOW + day * DAY, "p1", "looked", f"c{day}"))


async def test_c12_s39_what_is_too_old_goes_and_the_rest_can_be_checked(store):
    """What is gone is told by an entry of the chain; nothing goes while the chain does not hold."""
    await aged(store, 0, 1, 2, 3, 4)
    assert await store.run(lambda: audit.trim(NOW, NOW, "operator")) == 0
    assert await store.run(lambda: audit.trim(NOW + 2 * DAY, NOW + 5 * DAY, "operator")) == 2
    trail = await store.read(lambda: audit.entries(audit.NEWEST, 100))
    assert [(entry.n, entry.act) for entry in trail[:2]] == [(6, "trail_trimmed"), (5, "looked")]
    assert await store.read(audit.examine) == (4, [])
    assert await store.run(lambda: audit.trim(NOW + 9 * DAY, NOW + 9 * DAY, "operator")) == 4
    assert await store.read(audit.examine) == (1, [])
    await aged(store, 10)
    assert await store.read(audit.examine) == (2, [])


async def test_c12_s39_an_entry_out_of_order_keeps_what_stands_behind_it(store):
    """The clock of one machine was slow."""
    await aged(store, 0, 9, 1, 2)
    assert await store.run(lambda: audit.trim(NOW + 5 * DAY, NOW + 9 * DAY, "operator")) == 1
    assert await store.read(audit.examine) == (4, [])


TAMPERED = [
    "INSERT INTO audit_anchor (n, at, hash) VALUES (3, 0, 'f')",
    "INSERT INTO audit_anchor (n, at, hash) SELECT n, at, hash FROM audit WHERE n = 3",
]


@pytest.mark.parametrize("statement", TAMPERED)
@pytest.mark.parametrize("removed", [True, False])
async def test_c12_s39_who_trims_by_hand_is_found_out(store, statement, removed):
    """An anchor that no entry tells of, whether what is before it has been removed or not."""
    await aged(store, 0, 1, 2, 3, 4)
    await execute(store, statement)
    if removed:
        await execute(store, "DELETE FROM audit WHERE n <= 3")
    _, broken = await store.read(audit.examine)
    assert broken
    with pytest.raises(audit.Broken, match="does not hold"):
        await store.run(lambda: audit.trim(NOW + 9 * DAY, NOW, "operator"))


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit WHERE n = 5", "DELETE FROM audit_anchor", "UPDATE audit_anchor SET n = 4"]
)
async def test_c12_s39_behind_the_anchor_everything_stays(store, statement):
    """And the anchor itself."""
    await aged(store, 0, 1, 2, 3, 4)
    await store.run(lambda: audit.trim(NOW + 2 * DAY, NOW, "operator"))
    with pytest.raises(Exception, match="the audit trail stays"):
        await execute(store, statement)
    assert await store.read(audit.examine) == (4, [])
