"""Identities on both databases: who set out comes back once, and an identity is one person's (S18)."""

import asyncio

import pytest

from storage import accounts, audit, identities
from storage.accounts import EVERYWHERE, Link, Newcomer
from storage.identities import Attempt, TakenIdentity, Vouched

NOW = 1_800_000_000_000
ANNA = Newcomer("p1", "anna@example.com", "Anna", "de", (EVERYWHERE,))
BEN = Newcomer("p2", "ben@example.com", "Ben", "en", (("agent", "acme", "support"),))
SHE = Vouched("https://id.example.com", "248289761001", "company")
AWAY = Attempt("state", "browser", "company", "sign_in", "", "", "/inbox", NOW, NOW + 1000)


@pytest.fixture
async def people(store):
    """Anna and Ben, invited by the links l1 and l2."""
    for who, link in ((ANNA, "l1"), (BEN, "l2")):
        await store.run(lambda who=who, link=link: accounts.invite(who, Link(link, "invite", NOW + 1000), NOW, "x"))
    return store


async def comes_back(store, state="state", browser="browser", provider="company", now=NOW):
    return await store.run(lambda: identities.come_back(state, browser, provider, now))


async def signs_in(store, who=SHE, session="s1"):
    return await store.run(lambda: identities.sign_in(who, session, "Firefox", NOW - 5, NOW))


async def acts(store):
    return [entry.act for entry in reversed(await store.read(lambda: audit.entries(audit.NEWEST, 100)))]


@pytest.mark.parametrize("wrong", [{"state": "x"}, {"browser": "x"}, {"provider": "x"}, {"now": NOW + 1000}])
async def test_s18_who_set_out_comes_back_once(store, wrong):
    """From the same browser, to the same provider, in time; what does not fit uses nothing up."""
    await store.run(lambda: identities.set_out(AWAY))
    assert await comes_back(store, **wrong) is None
    assert await comes_back(store, now=NOW + 999) == AWAY._replace(expires=0)
    assert await comes_back(store) is None


async def test_s18_once_for_many_at_once(store):
    """With real concurrency."""
    await store.run(lambda: identities.set_out(AWAY))
    assert sorted(bool(each) for each in await asyncio.gather(*(comes_back(store) for _ in range(8)))) == [
        False
    ] * 7 + [True]


async def test_who_never_came_back_is_forgotten(store):
    """When the next one sets out."""
    await store.run(lambda: identities.set_out(AWAY))
    await store.run(lambda: identities.set_out(AWAY._replace(state="next", created_at=NOW + 1000, expires=NOW + 2000)))
    assert await comes_back(store) is None
    assert await comes_back(store, "next")


async def test_s18_an_invitation_binds_an_identity_once(people):
    """Then it signs in, without a password, as that person; a link that is used up binds nothing."""
    assert await signs_in(people) == ""
    assert await people.run(lambda: identities.redeem("l1", SHE, NOW)) == "p1"
    assert await people.run(lambda: identities.redeem("l1", SHE._replace(subject="2"), NOW)) == ""
    assert await signs_in(people) == "p1"
    assert (await people.read(lambda: accounts.session("s1"))).sure_at == NOW - 5
    assert await people.read(lambda: identities.identity_of("p1")) == (SHE.issuer, SHE.subject, False)
    assert (await people.read(lambda: accounts.person("p1"))).issuer == SHE.issuer
    assert [each.issuer for each in await people.read(accounts.people)] == [SHE.issuer, ""]
    assert (await acts(people))[-2:] == ["identity_connected", "signed_in"]


@pytest.mark.parametrize("other", [{"issuer": "https://evil.example.com"}, {"subject": "248289761002"}])
async def test_s18_issuer_and_subject_count_together(people, other):
    """The same name at another issuer is somebody else; what the settings call the issuer does not count."""
    await people.run(lambda: identities.connect("p1", SHE, NOW))
    assert await signs_in(people, SHE._replace(**other)) == ""
    assert await signs_in(people, SHE._replace(provider="renamed")) == "p1"


async def test_s18_an_identity_is_one_persons(people):
    """Whoever tries to take it is refused, and their link still holds."""
    await people.run(lambda: identities.connect("p1", SHE, NOW))
    with pytest.raises(TakenIdentity):
        await people.run(lambda: identities.redeem("l2", SHE, NOW))
    with pytest.raises(TakenIdentity):
        await people.run(lambda: identities.connect("p2", SHE, NOW))
    assert await people.run(lambda: identities.redeem("l2", SHE._replace(subject="2"), NOW)) == "p2"


async def test_s18_two_who_bind_one_identity_at_once(people):
    """One of them has it afterwards, with real concurrency."""
    tries = [people.run(lambda one=one: identities.connect(one, SHE, NOW)) for one in ("p1", "p2")]
    failed = [each for each in await asyncio.gather(*tries, return_exceptions=True) if each is not None]
    assert len(failed) == 1
    held = [await people.read(lambda one=one: identities.identity_of(one)) for one in ("p1", "p2")]
    assert sorted(held) == [("", "", False), (SHE.issuer, SHE.subject, False)]


async def test_s18_who_is_shut_out_stays_out(people):
    """Neither a session nor another identity."""
    await people.run(lambda: identities.connect("p2", SHE, NOW))
    assert await signs_in(people) == "p2"
    await people.run(lambda: accounts.disable("p2", NOW, "p1"))
    assert await signs_in(people, session="s2") == ""
    assert await people.read(lambda: accounts.session("s1")) is None
    with pytest.raises(TakenIdentity):
        await people.run(lambda: identities.connect("p2", SHE._replace(subject="2"), NOW))


async def test_s39_only_their_own_identity_confirms(people):
    """In that session, and as of when the provider asked them."""
    await people.run(lambda: identities.connect("p1", SHE, NOW))
    await signs_in(people)
    confirm = identities.confirm
    assert not await people.run(lambda: confirm("p1", "s1", SHE._replace(subject="2"), NOW + 1))
    assert not await people.run(lambda: confirm("p2", "s1", SHE, NOW + 1))
    assert not await people.run(lambda: confirm("p1", "s2", SHE, NOW + 1))
    assert (await people.read(lambda: accounts.session("s1"))).sure_at == NOW - 5
    assert await people.run(lambda: confirm("p1", "s1", SHE, NOW + 1))
    assert (await people.read(lambda: accounts.session("s1"))).sure_at == NOW + 1


async def test_an_identity_is_given_back_by_who_has_a_password(people):
    """All other sessions end; who has no password keeps the identity, for it is the only way in."""
    await people.run(lambda: identities.redeem("l1", SHE, NOW))
    assert not await people.run(lambda: identities.disconnect("p1", "s1", NOW))
    await people.run(lambda: accounts.send_link("p1", Link("l3", "reset", NOW + 1000), NOW, "x"))
    await people.run(lambda: accounts.redeem("l3", "hash", NOW))
    for session in ("s1", "s2"):
        await signs_in(people, session=session)
    assert await people.run(lambda: identities.disconnect("p1", "s1", NOW))
    assert [row[0] for row in await people.read(lambda: accounts.sessions_of("p1"))] == ["s1"]
    assert await signs_in(people) == ""
    assert (await acts(people))[-1] == "identity_disconnected"
