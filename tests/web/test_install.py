"""The pages where people add the bot to their account: state, cookie, consent, refusal, languages (S22, T24)."""

import re

import httpx
import pytest

from bot.errors import Misconfigured, Rejected, StoreUnavailable, Unavailable
from web.app import Parts, build
from web.install import LIFETIME, Installing, States
from web.keys import Keyring

PUBLIC = "https://nps.example.com"
KEY, OLD = b"k" * 32, b"o" * 32


class Provider:
    """A channel that accounts can be added to."""

    kind, installable = "slack", True

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.answer: str | Exception = "Ada & <b>Söhne</b>"

    def keep_in(self, installations):
        pass

    def install_url(self, state):
        return f"https://slack.example/oauth/v2/authorize?client_id=1.2&state={state}"

    async def installed(self, code):
        self.codes.append(code)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class World:
    """The application, a clock, the provider, and browsers of their own."""

    def __init__(self, backend) -> None:
        self.provider, self.now, self.backend = Provider(), 1_000_000, backend
        self.installing = Installing({"team": self.provider}, "Muster & Co", [KEY], clock=lambda: self.now)

    def browser(self, **headers: str) -> httpx.AsyncClient:
        parts = Parts(
            hooks={},
            accept=self.backend.accept,
            invite=self.backend.invite,
            settled=self.backend.settled,
            reading=self.backend,
            ready=self.backend.ready,
            keyring=Keyring([], lambda: 1000),
            hosts=["nps.example.com"],
            installing=self.installing,
        )
        transport = httpx.ASGITransport(build(parts), client=("10.0.0.9", 1), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=PUBLIC, headers=headers)


@pytest.fixture
def world(backend):
    return World(backend)


async def set_out(browser: httpx.AsyncClient) -> str:
    """Press the button; the state that the provider gets."""
    answer = await browser.post("/install/team")
    assert answer.status_code == 303
    return httpx.URL(answer.headers["location"]).params["state"]


def page(answer: httpx.Response) -> str:
    found = re.search(r'data-page="(\w+)"', answer.text)
    assert found, answer.text
    return found[1]


@pytest.mark.parametrize(
    ("language", "query", "text"),
    [("de-DE,de;q=0.9", "", "Zu Slack hinzufügen"), ("fr", "", "Add to Slack"), ("fr", "?lang=de", "Zu Slack hinz")],
)
async def test_the_page_has_one_button(world, language, query, text):
    answer = await world.browser(**{"accept-language": language}).get(f"/install/team{query}")
    assert (answer.status_code, page(answer)) == (200, "ask")
    assert f">{text}" in answer.text
    assert answer.text.count("<button") == 1
    assert "Muster &amp; Co" in answer.text
    assert "set-cookie" not in answer.headers


async def test_s22_the_button_leads_to_the_provider_with_a_state_of_its_own(world):
    """S22: only POST sets out; the cookie is signed, for ten minutes, for this path, and no script can read it."""
    browser = world.browser()
    answer = await browser.post("/install/team")
    assert answer.headers["location"].startswith("https://slack.example/oauth/v2/authorize?client_id=1.2&state=")
    cookie = answer.headers["set-cookie"]
    for part in ("install_state=", "HttpOnly", "Max-Age=600", "Path=/install/team", "SameSite=lax", "Secure"):
        assert part in cookie
    assert await set_out(browser) != await set_out(browser)


async def test_added(world):
    browser = world.browser()
    state = await set_out(browser)
    answer = await browser.get("/install/team/done", params={"code": "c1", "state": state})
    assert (answer.status_code, page(answer)) == (200, "done")
    assert "Ada &amp; &lt;b&gt;Söhne&lt;/b&gt;" in answer.text
    assert world.provider.codes == ["c1"]
    assert dict(browser.cookies) == {}


async def test_an_app_may_send_people_back_to_the_page_itself(world):
    browser = world.browser()
    answer = await browser.get("/install/team", params={"code": "c1", "state": await set_out(browser)})
    assert (page(answer), world.provider.codes) == ("done", ["c1"])


async def test_s22_a_state_works_once(world):
    """S22: not even with the cookie that went with it."""
    browser = world.browser()
    state = await set_out(browser)
    kept = browser.cookies["install_state"]
    await browser.get("/install/team/done", params={"code": "c1", "state": state})
    again = {"cookie": f"install_state={kept}"}
    answer = await browser.get("/install/team/done", params={"code": "c2", "state": state}, headers=again)
    assert (answer.status_code, page(answer), world.provider.codes) == (400, "stale", ["c1"])


@pytest.mark.parametrize(
    ("cookie", "params"),
    [
        (False, lambda own, _: {"code": "c", "state": own}),
        (True, lambda _, foreign: {"code": "c", "state": foreign}),
        (True, lambda own, _: {"code": "c", "state": own[:-1]}),
        (True, lambda *_: {"code": "c", "state": "ä\1"}),
        (True, lambda *_: {"code": "c", "state": ""}),
        (True, lambda *_: {"code": "c"}),
        (True, lambda own, _: {"state": own}),
    ],
)
async def test_t24_who_did_not_set_out_does_not_arrive(world, cookie, params):
    """T24: no cookie, another browser's state, an odd or an empty one, no code; nothing is exchanged."""
    browser, other = world.browser(), world.browser()
    own, foreign = await set_out(browser), await set_out(other)
    asking = browser if cookie else world.browser()
    answer = await asking.get("/install/team/done", params=params(own, foreign))
    assert (answer.status_code, page(answer), world.provider.codes) == (400, "stale", [])


@pytest.mark.parametrize(
    "change",
    [
        lambda state, expires, mac: f"{state}.{int(expires) + 1}.{mac}",
        lambda state, expires, mac: f"{state}.{expires}.{mac[:-1]}",
        lambda state, expires, mac: f"{state}.{expires}.{mac[:-1]}ä",
        lambda state, expires, _: f"{state}.{expires}.",
        lambda state, expires, _: f"{state}.{expires}",
        lambda state, *_: f"{state}.{'9' * 30}.x",
        lambda state, _, mac: f"{state}.٣.{mac}",
        lambda state, *_: state,
        lambda *_: "",
    ],
)
def test_t24_a_cookie_that_was_touched_holds_no_more(change):
    """T24: lifetime, signature and shape."""
    states = States([KEY], lambda: 5)
    state, cookie = states.issue("team")
    assert not states.redeem("team", state, change(*cookie.split(".")))
    assert not states.redeem("other", state, cookie)
    assert states.redeem("team", state, cookie)
    assert not states.redeem("team", state, cookie)


def test_t24_a_state_holds_for_ten_minutes_and_through_a_change_of_keys():
    """T24: a server with the new key in front takes what one with the old key signed; one without it does not."""
    now = [0]
    state, cookie = States([OLD], lambda: now[0]).issue("team")
    assert not States([KEY], lambda: now[0]).redeem("team", state, cookie)
    now[0] = LIFETIME
    assert not States([KEY, OLD], lambda: now[0]).redeem("team", state, cookie)
    now[0] = LIFETIME - 1
    assert States([KEY, OLD], lambda: now[0]).redeem("team", state, cookie)


def test_used_states_are_not_kept_for_ever():
    now = [0]
    states = States([KEY], lambda: now[0])
    for _ in range(5):
        assert states.redeem("team", *states.issue("team"))
        now[0] += LIFETIME
    assert len(states._used) == 1


async def test_a_change_of_mind_is_no_error(world):
    browser = world.browser(**{"accept-language": "de"})
    state = await set_out(browser)
    answer = await browser.get("/install/team/done", params={"error": "access_denied", "state": state})
    assert (answer.status_code, page(answer)) == (200, "cancelled")
    assert "Neu beginnen" in answer.text
    strange = await browser.get("/install/team/done", params={"error": "<script>x</script>", "state": state})
    assert (strange.status_code, page(strange)) == (502, "failed")
    assert "script" not in strange.text
    assert world.provider.codes == []


@pytest.mark.parametrize(
    ("error", "status", "shown"),
    [
        (Rejected("invalid_code secret-canary"), 502, "failed"),
        (Misconfigured("wrong client_secret-canary"), 502, "failed"),
        (Unavailable("secret-canary"), 503, "later"),
        (StoreUnavailable("secret-canary"), 503, "later"),
    ],
)
async def test_s36_who_cannot_help_it_is_told_what_to_do_and_no_more(world, error, status, shown):
    """S36: a generic page with the request's number."""
    world.provider.answer = error
    browser = world.browser()
    answer = await browser.get("/install/team/done", params={"code": "c", "state": await set_out(browser)})
    assert (answer.status_code, page(answer)) == (status, shown)
    assert "canary" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "<button" in answer.text


async def test_s36_an_adapters_mistake_tells_nothing_either(world):
    """S36: the guard answers."""
    world.provider.answer = ValueError("secret-canary")
    browser = world.browser()
    answer = await browser.get("/install/team/done", params={"code": "c", "state": await set_out(browser)})
    assert (answer.status_code, "canary" in answer.text) == (500, False)


async def test_s23_the_pages_carry_a_policy_that_lets_the_form_end_at_the_provider(world):
    """S23: browsers hold redirects of a form against form-action, too; nothing else is looser than elsewhere."""
    browser = world.browser()
    for answer in (await browser.get("/install/team"), await browser.post("/install/team")):
        (policy,) = [value for name, value in answer.headers.multi_items() if name == "content-security-policy"]
        assert "form-action 'self' https://slack.example;" in policy
        for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert rule in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    style = await browser.get("/install/page.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


@pytest.mark.parametrize("path", ["/install/nix", "/install/nix/done", "/install/", "/install", "/install/team/x"])
async def test_there_is_no_page_for_other_channels(world, path):
    assert (await world.browser().get(path)).status_code == 404
    assert (await world.browser().post("/install/nix")).status_code == 404


async def test_without_such_a_channel_there_are_no_pages(client):
    assert (await client.get("/install/page.css")).status_code == 404
