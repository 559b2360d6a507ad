"""Attacks on signing in with a provider of identities: each of them ends before anybody is in (S18).

Numbers are of RFC 9700 (§4, attacks), RFC 8725 (§2, tokens) and OpenID Connect Core (§3.1.3.7, what to check).
"""

from urllib.parse import urlsplit

import pytest

from commands.identities import HOLDS
from sandbox.oidc.tokens import FORGERIES, TWISTS
from tests.web.oidc_made import ANNA, BEN, company, queried
from tests.web.test_oidc import connected, oidc_kept
from web.oidc import AWAY
from web.sessions import NAME

HARMLESS = {"auth_time missing"}  # the standard lets it be missing; it then proves nothing anew


@pytest.fixture
async def firm(sqlite_url, monkeypatch):
    """Anna has connected her account."""
    async with company(sqlite_url, monkeypatch) as firm:
        await connected(firm)
        yield firm


async def refused(surfer, answer, *statuses):
    """Nobody is in, no session was given, and the page says nothing of the inside."""
    assert answer.status_code in (statuses or (400, 403, 502)), (answer.status_code, answer.text)
    assert f"__Host-{NAME}=" not in "".join(answer.headers.get_list("set-cookie"))
    assert not await surfer.is_in()
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("twist", [*sorted(set(TWISTS) - HARMLESS), *FORGERIES])
async def test_s18_a_token_in_which_something_is_wrong_lets_nobody_in(firm, twist):
    """Claims (Core 3.1.3.7, 2-12), algorithms, keys and signatures (RFC 8725 2.1-2.10)."""
    firm.sandbox.world.twists.append(twist)
    async with firm.surfing() as anna:
        await refused(anna, await anna.signs_in(), 502)
        assert not firm.sandbox.world.twists
        assert (await anna.signs_in()).status_code == 303  # the same way without the twist


async def test_s18_a_token_with_another_sub_is_another_person(firm):
    """Signed as it should be, by the provider itself: whoever it names, nobody here has connected them."""
    async with firm.surfing() as eve:
        await refused(eve, await eve.signs_in("e-3"), 403)


async def test_s18_an_address_proves_nothing(firm):
    """Eve's account at the provider has Anna's address, which it says is verified; Ben's is a colleague's."""
    await firm.invites(BEN, "viewer")
    async with firm.surfing() as eve:
        for sub in ("e-3", "b-2"):
            await refused(eve, await eve.signs_in(sub), 403)
    assert [each.state for each in await firm.people.members()] == ["active", "invited"]


async def test_s18_the_same_name_at_another_issuer_is_somebody_else(firm):
    """Both providers have somebody whom they call a-1."""
    async with firm.surfing() as eve:
        await refused(eve, await eve.signs_in("a-1", "other"), 403)


async def test_s18_a_state_works_once(firm):
    """The same answer again, and again with a new code."""
    async with firm.surfing() as anna:
        url = await anna.sets_out()
        path = await anna.chooses(url)
        cookie = anna.page.client.cookies[f"__Host-{AWAY}"]
        assert (await anna.comes_back(path)).status_code == 303
        for again in (path, await anna.chooses(url)):
            anna.page.client.cookies.clear()
            anna.page.client.cookies.set(f"__Host-{AWAY}", cookie, domain="nps.example.com", path="/")
            await refused(anna, await anna.comes_back(again), 400)


async def test_s18_a_state_belongs_to_the_browser_that_set_out(firm):
    """Login CSRF: Eve sets out and has Anna's browser come back, or takes Anna's answer to her own."""
    async with firm.surfing() as anna, firm.surfing() as eve:
        eves = await eve.chooses(await eve.sets_out(), "a-1")
        await refused(anna, await anna.comes_back(eves), 400)  # with no cookie
        annas = await anna.chooses(await anna.sets_out(), "a-1")
        await refused(anna, await anna.comes_back(eves), 400)  # with one of her own
        await refused(eve, await eve.comes_back(annas), 400)
        assert (await anna.comes_back(annas)).status_code == 303


async def test_s18_a_code_put_into_another_attempt_does_not_work(firm):
    """Code injection: PKCE, and the nonce if a provider does not look at that (RFC 9700 4.5)."""
    async with firm.surfing() as anna, firm.surfing() as eve:
        stolen = queried(await anna.chooses(await anna.sets_out()))["code"]
        eves = queried(await eve.chooses(await eve.sets_out(), "e-3"))
        answer = await eve.comes_back(f"/oidc/company/callback?state={eves['state']}&iss={eves['iss']}&code={stolen}")
        await refused(eve, answer, 403)
        assert "invalid_grant" in answer.text


async def test_s18_without_pkce_at_the_provider_the_nonce_still_stops_it(firm):
    """The provider forgets to look at the verifier."""
    firm.sandbox.careless = True
    async with firm.surfing() as anna, firm.surfing() as eve:
        stolen = queried(await anna.chooses(await anna.sets_out()))["code"]
        eves = queried(await eve.chooses(await eve.sets_out(), "e-3"))
        answer = await eve.comes_back(f"/oidc/company/callback?state={eves['state']}&iss={eves['iss']}&code={stolen}")
        await refused(eve, answer, 502)


async def test_s18_a_code_works_once(firm):
    """In an attempt of the same browser, too."""
    async with firm.surfing() as anna:
        code = queried(await anna.chooses(await anna.sets_out()))["code"]
        first, second = [queried(await anna.sets_out()) for _ in range(2)]
        iss = firm.issuers["company"]
        for asked in (first, second):
            path = f"/oidc/company/callback?state={asked['state']}&iss={iss}&code={code}"
            await refused(anna, await anna.comes_back(path), 403)


CALLBACKS = {
    "nothing": "",
    "no state": "?code=x",
    "an empty state": "?code=x&state=",
    "a state of one's own": "?code=x&state=" + "A" * 43,
    "an error without a state": "?error=access_denied&error_description=call+0190-555",
    "an error with a made-up state": "?error=access_denied&error_description=call+0190-555&state=x",
}


@pytest.mark.parametrize("how", CALLBACKS)
async def test_s18_who_never_set_out_does_not_come_back(firm, how):
    """And what such a link says is not shown."""
    async with firm.surfing() as anna:
        await anna.sets_out()
        answer = await anna.comes_back(f"/oidc/company/callback{CALLBACKS[how]}")
        await refused(anna, answer, 400)
        assert "0190-555" not in answer.text
        firm.sandbox.calls.clear()
    assert firm.sandbox.calls == []


CHANGED = {
    "a second state": (lambda path: path + "&state=x", 400),
    "a second code": (lambda path: path + "&code=x", 400),
    "no code": (lambda path: path.replace("code=", "coda="), 502),
    "another issuer": (lambda path: path.replace("iss=", "iss=https%3A%2F%2Fevil.example%2F&was="), 502),
    "no issuer": (lambda path: path.replace("iss=", "was="), 502),
    "another provider's way back": (lambda path: path.replace("/oidc/company/", "/oidc/other/"), 400),
    "a provider that there is not": (lambda path: path.replace("/oidc/company/", "/oidc/nix/"), 404),
    "a code that is long": (lambda path: path.replace("code=", "code=" + "x" * 9000), 403),
    "a code with other parameters in it": (
        lambda path: path.replace("code=", "code=x%26code_verifier%3Dy%26z%3D"),
        403,
    ),
}


@pytest.mark.parametrize("how", CHANGED)
async def test_s18_an_answer_that_was_changed_on_the_way(firm, how):
    """Mix-up (RFC 9700 4.4, RFC 9207) and parameters twice (RFC 6749 3.1) among them."""
    change, status = CHANGED[how]
    async with firm.surfing() as anna:
        path = await anna.chooses(await anna.sets_out())
        await refused(anna, await anna.comes_back(change(path)), status)


async def test_s18_who_takes_too_long_begins_again(firm):
    """After ten minutes."""
    async with firm.surfing() as anna:
        url = await anna.sets_out()
        firm.wait(HOLDS)
        await refused(anna, await anna.comes_back(await anna.chooses(url)), 400)


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example",
        "http:evil.example", "///evil.example", "/%0d%0aset-cookie:x=y\r\nx", "\\\\evil.example", "evil", "",
    ],
)  # fmt: skip
async def test_s18_after_it_nobody_is_led_elsewhere(firm, to):
    """Whatever `to` says."""
    async with firm.surfing() as anna:
        answer = await anna.signs_in(to=to)
        where = urlsplit(answer.headers["location"])
        assert (answer.status_code, where.scheme, where.netloc) == (303, "", "")
        assert answer.headers["location"] == "/"


FOREIGN = {
    "no token": ({"_csrf": ""}, {}),
    "another token": ({"_csrf": "0" * 64}, {}),
    "another site": ({}, {"sec-fetch-site": "cross-site"}),
    "another origin": ({}, {"origin": "https://evil.example"}),
    "a hidden origin": ({}, {"origin": "null"}),
}


@pytest.mark.parametrize("how", FOREIGN)
async def test_s16_nobody_is_made_to_set_out(firm, how):
    """Neither to sign in, nor to connect what is not theirs; and never by a link."""
    fields, headers = FOREIGN[how]
    async with firm.surfing() as anna:
        start = "/oidc/company/start"
        assert (await anna.page.post(start, fields, form="/sign-in", headers=headers)).status_code == 403
        assert (await anna.page.get(start)).status_code == 405
        await anna.page.sign_in(ANNA)
        for path in ("/account/connect", "/account/disconnect", "/confirm/provider"):
            given = {"provider": "company"} | fields
            assert (await anna.page.post(path, given, form="/account", headers=headers)).status_code == 403
            assert (await anna.page.get(path)).status_code == 405


async def test_s18_eve_does_not_connect_her_account_with_annas(firm):
    """She sets out as herself and has Anna's browser come back, or Anna signs out and Ben in on the way."""
    await firm.settles(BEN, "viewer")
    async with firm.surfing() as ben, firm.surfing() as anna:
        await ben.page.sign_in(BEN)
        bens = await ben.chooses(await ben.presses("/account/connect", "/account", provider="company"), "e-3")
        await anna.page.sign_in(ANNA)
        assert (await anna.comes_back(bens)).status_code == 400
        bens_cookie = ben.page.client.cookies[f"__Host-{AWAY}"]
        anna.page.client.cookies.set(f"__Host-{AWAY}", bens_cookie, domain="nps.example.com", path="/")
        assert (await anna.comes_back(bens)).status_code == 403
    for each in await firm.people.members():
        held = await oidc_kept(firm).identity(each.id)
        assert held.issuer == (firm.issuers["company"] if each.email == ANNA else "")


async def test_s18_an_account_that_somebody_has_connected_is_not_connected_again(firm):
    """Anna's stays Anna's; who tries is told so."""
    await firm.settles(BEN, "viewer")
    async with firm.surfing() as ben:
        await ben.page.sign_in(BEN)
        url = await ben.presses("/account/connect", "/account", provider="company")
        answer = await ben.comes_back(await ben.chooses(url, "a-1"))
        assert (answer.status_code, "has connected this account" in answer.text) == (409, True)
    async with firm.surfing() as anna:
        await anna.signs_in()
        assert ANNA in (await anna.page.get("/account")).text


async def test_s22_a_link_that_is_over_connects_nothing(firm):
    """Used meanwhile, too old, or made up; one that is not theirs stays as it was."""
    new = await firm.invites(BEN, "viewer")
    async with firm.surfing() as eve:
        made_up = await eve.page.post("/oidc/company/start", {"invite": "x"}, form="/sign-in")
        await refused(eve, made_up, 400)
        url = await eve.presses("/oidc/company/start", f"/welcome/{new.token}", invite=new.token)
        taken = await eve.comes_back(await eve.chooses(url, "a-1"))
        await refused(eve, taken, 409)
        async with firm.house.browser() as ben:
            await ben.choose(new.token, "vier Pferde im Regen")
        url = await eve.sets_out()
        late = await firm.people.act((await firm.people.member(BEN)).id, "reset", None, "operator")
        url = await eve.presses("/oidc/company/start", f"/welcome/{late.token}", invite=late.token)
        path = await eve.chooses(url, "e-3")
        async with firm.house.browser() as ben:
            await ben.choose(late.token, "fünf Kühe im Schnee")
        await refused(eve, await eve.comes_back(path), 410)
    assert (await oidc_kept(firm).identity((await firm.people.member(BEN)).id)).issuer == ""


async def test_s15_s18_who_is_shut_out_stays_out(firm):
    """At once, in the middle of the way too; and whoever comes back in is in again."""
    anna = (await firm.people.member(ANNA)).id
    await firm.settles(BEN, "admin")
    async with firm.surfing() as page:
        path = await page.chooses(await page.sets_out())
        await firm.people.act(anna, "disable", None, "operator")
        await refused(page, await page.comes_back(path), 403)
        await refused(page, await page.signs_in(), 403)
        await firm.people.act(anna, "enable", None, "operator")
        assert (await page.signs_in()).status_code == 303
        await firm.people.act(anna, "disable", None, "operator")
        assert not await page.is_in()


async def test_s18_a_planted_cookie_opens_nothing(firm):
    """Session fixation: neither a session nor a way back that somebody else knows."""
    async with firm.surfing() as anna, firm.surfing() as eve:
        anna.page.client.cookies.set(f"__Host-{NAME}", "planted", domain="nps.example.com", path="/")
        assert (await anna.signs_in()).status_code == 303
        assert anna.page.client.cookies[f"__Host-{NAME}"] != "planted"
        eve.page.client.cookies.set(f"__Host-{NAME}", "planted", domain="nps.example.com", path="/")
        assert not await eve.is_in()
