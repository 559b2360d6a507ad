"""Signing in with a provider of identities, as it should be: by an invitation, connected later, asked once more (S18).

Every call to the provider is a real one, over HTTP, to `sandbox.oidc`.
"""

import contextlib
import sqlite3

import pytest

from integrations.oidc import provider as provider_module
from storage.schema import sqlite_path
from tests.web.oidc_made import ANNA, BEN, company, queried
from web import oidc
from web.oidc import AWAY, STARTS
from web.sessions import NAME

MINUTE = 60_000


@pytest.fixture
async def firm(sqlite_url, monkeypatch):
    async with company(sqlite_url, monkeypatch) as firm:
        yield firm


async def test_s18_who_was_invited_begins_with_their_provider_and_needs_no_password(firm):
    """The link is used up by that; from then on the provider's button is enough."""
    new = await firm.invites(ANNA)
    async with firm.surfing() as anna:
        shown = await anna.page.get(f"/welcome/{new.token}")
        assert "Begin with Company" in shown.text
        url = await anna.presses("/oidc/company/start", f"/welcome/{new.token}", invite=new.token)
        answer = await anna.comes_back(await anna.chooses(url))
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert await anna.is_in()
        assert "Choose a password" not in (await anna.page.get(f"/welcome/{new.token}")).text
    assert (await firm.people.member(ANNA)).state == "active"
    async with firm.surfing() as anna:
        assert "Sign in with Company" in (await anna.page.get("/sign-in")).text
        answer = await anna.signs_in(to="/settings/people?x=1")
        assert answer.headers["location"] == "/settings/people?x=1"
        account = (await anna.page.get("/account")).text
        assert "You have no password" in account
        assert "/account/disconnect" not in account
    acts = await firm.acts()
    assert [act for act, _ in acts] == ["invited", "identity_connected", "signed_in", "signed_in"]
    assert '"by":"company"' in acts[-1][1].replace(" ", "")


async def test_s18_who_has_signed_in_connects_their_account_and_gives_it_back(firm):
    """With a fresh password; afterwards the button does not let them in any more."""
    await firm.settles(BEN, "viewer")
    async with firm.surfing() as ben:
        await ben.page.sign_in(BEN)
        assert "Connect" in (await ben.page.get("/account")).text
        url = await ben.presses("/account/connect", "/account", provider="company")
        answer = await ben.comes_back(await ben.chooses(url, "b-2"))
        assert answer.headers["location"] == "/account?done=connected"
        assert "Connected." in (await ben.page.get("/account?done=connected")).text
    async with firm.surfing() as ben:
        await ben.signs_in("b-2")
        assert await ben.is_in()
        answer = await ben.page.post("/account/disconnect", {}, form="/account")
        assert answer.headers["location"] == "/account?done=disconnected"
        assert await ben.is_in()
        async with firm.surfing() as again:
            answer = await again.signs_in("b-2")
            assert (answer.status_code, "nobody here has connected" in answer.text) == (403, True)


async def test_s39_connecting_asks_for_the_password_that_was_given_long_ago(firm):
    """A stolen session connects nothing."""
    await firm.settles(BEN, "viewer")
    async with firm.surfing() as ben:
        await ben.page.sign_in(BEN)
        firm.wait(6 * MINUTE)
        for path in ("/account/connect", "/account/disconnect"):
            answer = await ben.page.post(path, {"provider": "company"}, form="/account")
            assert (answer.status_code, answer.headers["location"]) == (303, "/confirm?to=%2Faccount")


async def test_s15_s18_a_session_is_new_at_each_sign_in_and_the_one_before_ends(firm):
    """The cookie of the way is taken back, and the session's is bound as any other."""
    await connected(firm)
    async with firm.surfing() as anna:
        await anna.page.sign_in(ANNA)
        first = anna.page.client.cookies[f"__Host-{NAME}"]
        anna.page.client.cookies.delete(f"__Host-{NAME}")
        away = await anna.sets_out()
        anna.page.client.cookies.set(f"__Host-{NAME}", first, domain="nps.example.com", path="/")
        answer = await anna.comes_back(await anna.chooses(away))
        [given] = [each for each in answer.headers.get_list("set-cookie") if each.startswith(f"__Host-{NAME}=")]
        flags = {flag.casefold() for flag in given.split("; ")[1:]}
        assert flags == {"httponly", "path=/", "samesite=lax", "secure"}
        assert first not in given
        assert f"__Host-{AWAY}" not in anna.page.client.cookies
        async with firm.surfing() as thief:
            thief.page.client.cookies.set(f"__Host-{NAME}", first)
            assert not await thief.is_in()


async def test_s18_the_request_asks_as_it_should(firm):
    """A code, PKCE with S256, nonce and state of 256 bits that differ each time, and no secret."""
    await connected(firm)
    async with firm.surfing() as anna:
        asked = [queried(await anna.sets_out()) for _ in range(2)]
    first = asked[0]
    assert (first["response_type"], first["code_challenge_method"], first["scope"]) == ("code", "S256", "openid")
    assert first["redirect_uri"] == "https://nps.example.com/oidc/company/callback"
    for name in ("state", "nonce", "code_challenge"):
        assert all(len(each[name]) >= 43 for each in asked)
        assert asked[0][name] != asked[1][name]
    assert not {"client_secret", "code_verifier"} & first.keys()


async def test_s18_nothing_in_the_database_completes_an_attempt(firm, sqlite_url):
    """State, nonce, verifier and cookie stand there as hashes, or not at all."""
    await connected(firm)
    async with firm.surfing() as anna:
        asked = queried(await anna.sets_out(to="/inbox"))
        secret = anna.page.client.cookies[f"__Host-{AWAY}"]
        with contextlib.closing(sqlite3.connect(sqlite_path(sqlite_url))) as database:
            kept = database.execute("SELECT * FROM sign_in_attempt").fetchall()
    assert len(kept) == 1
    text = repr(kept)
    assert "/inbox" in text
    made = [oidc._made(secret, asked["state"], what) for what in ("nonce", "verifier")]
    assert made[0] == asked["nonce"]
    assert not [each for each in (secret, asked["state"], *made) if each in text]


@pytest.mark.parametrize("secret", ["s3cret:with/signs+and ümlaut", ""])
@pytest.mark.parametrize("methods", [["client_secret_basic"], ["client_secret_post"], None])
async def test_s18_we_prove_who_we_are_as_the_provider_wants_it(sqlite_url, monkeypatch, secret, methods):
    """In the header, in the form, or as a client without a secret."""
    async with company(sqlite_url, monkeypatch, secret=secret) as firm:
        firm.sandbox.amended = {"token_endpoint_auth_methods_supported": methods}
        await connected(firm)
        async with firm.surfing() as anna:
            await anna.signs_in()
            assert await anna.is_in()


async def test_s18_a_new_key_is_looked_for_once(firm):
    """When the provider has changed it; somebody with made-up keys does not make us call it all the time."""
    await connected(firm)
    async with firm.surfing() as anna:
        for _ in range(2):
            firm.sandbox.world.rotate()
            firm.wait(provider_module.PAUSE)
            await anna.signs_in()
            assert await anna.is_in()
            await anna.page.post("/sign-out", {}, form="/account")
        firm.sandbox.calls.clear()
        firm.sandbox.world.twists += ["unknown kid"] * 3
        for _ in range(3):
            assert (await anna.signs_in()).status_code == 502
        assert firm.sandbox.calls.count("/jwks") == 0
        firm.wait(provider_module.PAUSE)
        firm.sandbox.world.twists += ["unknown kid"] * 3
        for _ in range(3):
            assert (await anna.signs_in()).status_code == 502
        assert firm.sandbox.calls.count("/jwks") == 1


async def test_s18_document_and_keys_are_kept_for_an_hour(firm):
    """And then fetched anew."""
    await connected(firm)
    async with firm.surfing() as anna:
        await anna.signs_in()
        await anna.page.post("/sign-out", {}, form="/account")
        firm.sandbox.calls.clear()
        await anna.signs_in()
        await anna.page.post("/sign-out", {}, form="/account")
        assert set(firm.sandbox.calls) == {"/authorize", "/token"}
        firm.wait(60 * MINUTE)
        await anna.signs_in()
        assert set(firm.sandbox.calls) == {"/authorize", "/token", "/jwks", "/.well-known/openid-configuration"}


async def test_s39_who_has_no_password_confirms_with_their_provider(firm):
    """That has to have asked them anew; what they proved before does not count."""
    await connected(firm, password=False)
    firm.sandbox.world.asked_before = 600
    async with firm.surfing() as anna:
        await anna.signs_in()
        refused = await anna.page.post("/account/connect", {"provider": "other"}, form="/account")
        assert refused.headers["location"] == "/confirm?to=%2Faccount"
        shown = (await anna.page.get("/confirm?to=/settings/data")).text
        assert "Confirm with Company" in shown
        assert 'name="current"' not in shown
        url = await anna.presses("/confirm/provider", "/confirm", provider="company", to="/account")
        assert (queried(url)["prompt"], queried(url)["max_age"]) == ("login", "0")
        answer = await anna.comes_back(await anna.chooses(url))
        assert answer.headers["location"] == "/account"
        await anna.presses("/account/connect", "/account", provider="other")  # now it may be


@pytest.mark.parametrize("how", ["another person", "not anew", "does not say"])
async def test_s39_a_confirmation_that_is_none(firm, how):
    """Somebody else's, or one from before."""
    await connected(firm, password=False)
    firm.sandbox.world.asked_before = 600
    async with firm.surfing() as anna:
        await anna.signs_in()
        url = await anna.presses("/confirm/provider", "/confirm", provider="company", to="/account")
        if how == "not anew":
            url = url.replace("prompt=login", "prompt=none")
        if how == "does not say":
            firm.sandbox.world.twists.append("auth_time missing")
        answer = await anna.comes_back(await anna.chooses(url, "b-2" if how == "another person" else "a-1"))
        assert (answer.status_code, "did not say that you have just proved it" in answer.text) == (403, True)
        answer = await anna.page.post("/account/connect", {"provider": "other"}, form="/account")
        assert answer.status_code == 303


async def test_s39_a_fresh_sign_in_at_the_provider_counts_as_a_password_does(firm):
    """If the provider says when it asked."""
    await connected(firm, password=False)
    async with firm.surfing() as anna:
        await anna.signs_in()
        await anna.presses("/account/connect", "/account", provider="other")
        await anna.page.post("/sign-out", {}, form="/account")
        firm.sandbox.world.twists.append("auth_time missing")
        await anna.signs_in()
        answer = await anna.page.post("/account/connect", {"provider": "other"}, form="/account")
        assert answer.status_code == 303


async def test_s33_nobody_sets_out_all_the_time(firm):
    """From one address; others are not hindered, and who has waited may again."""
    await connected(firm)
    async with firm.surfing() as eve:
        for _ in range(STARTS):
            await eve.sets_out()
        answer = await eve.page.post("/oidc/company/start", {}, form="/sign-in")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
        firm.wait(2000)
        await eve.sets_out()


async def test_both_languages_and_nothing_for_who_has_no_provider(firm):
    """Every page says it in German as well."""
    await connected(firm)
    async with firm.surfing() as anna:
        shown = (await anna.page.get("/sign-in?lang=de")).text
        assert "Mit Company anmelden" in shown
        assert "Mit Other anmelden" in shown
        firm.providers.clear()
        assert "oidc" not in (await anna.page.get("/sign-in")).text
        assert (await anna.comes_back("/oidc/company/callback?state=x&code=y")).status_code == 404
        assert (await anna.page.post("/oidc/company/start", {}, form="/sign-in")).status_code == 404


async def connected(firm, email=ANNA, sub="a-1", *, password=True):
    """Somebody whom the provider vouches for."""
    if password:
        person = await firm.settles(email)
    else:
        person = (await firm.invites(email)).id
    proof = provider_module.Proof(firm.issuers["company"], sub, 0)
    await oidc_kept(firm).connect(person, "company", proof)
    return person


def oidc_kept(firm):
    return firm.parts.workplace.ways.identities
