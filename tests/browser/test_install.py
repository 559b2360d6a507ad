"""Adding the bot to an account, in a real browser: two origins, the cookie, and the policy that it enforces."""

from contextlib import AsyncExitStack
from urllib.parse import parse_qs

from starlette.responses import RedirectResponse

from sandbox.serving import serving
from tests.browser.conftest import fixture
from web.app import Parts, build
from web.install import Installing
from web.keys import Keyring
from web.server import Site


class Provider:
    """A channel whose provider is another origin, which consents at once."""

    kind, installable, base = "slack", True, ""

    def keep_in(self, installations):
        pass

    def install_url(self, state):
        return f"{self.base}/authorize?state={state}"

    async def installed(self, code):
        return f"Team {code}"


async def nothing(*_given):
    return {}


@fixture
async def address():
    """Our page; the consent page is on `localhost`, so for a browser another site."""
    provider, site = Provider(), Site("127.0.0.1", 0)

    async def consent(scope, receive, send):
        state = parse_qs(scope["query_string"].decode())["state"][0]
        await RedirectResponse(f"{site.url}/install/team/done?code=7&state={state}")(scope, receive, send)

    class Reading:
        responses = counts = staticmethod(nothing)

    async with AsyncExitStack() as stack:
        provider.base = (await stack.enter_async_context(serving(consent))).replace("127.0.0.1", "localhost")
        installing = Installing({"team": provider}, "Muster", [b"k" * 32], https=False)
        parts = Parts({}, nothing, nothing, nothing, Reading(), nothing, Keyring([], int), [], installing)
        await site.start(build(parts))
        stack.push_async_callback(site.stop)
        yield f"{site.url}/install/team"


async def test_the_button_leads_to_the_provider_and_back(browser, address):
    context = await browser.new_context(locale="de-DE")
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(address)
    assert await page.evaluate("getComputedStyle(document.querySelector('.card')).borderRadius") == "16px"
    await page.get_by_role("button", name="Zu Slack hinzufügen").click()
    await page.wait_for_url("**/done?**")
    assert await page.get_by_role("heading").inner_text() == "Fertig"
    assert "Team 7" in await page.locator("main").inner_text()
    await page.reload()
    assert await page.get_by_role("heading").inner_text() == "Bitte noch einmal"
    assert [text for text in complaints if "400" not in text] == []
    await context.close()
