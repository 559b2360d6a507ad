"""T18, S23: 200 kinds of hostile text on every page that shows what others wrote, in a real browser.

`payloads.txt` was written for this suite after the kinds that are published: OWASP's "XSS Filter Evasion Cheat Sheet",
PortSwigger's "Cross-site scripting cheat sheet", Cure53's "HTML5 Security Cheatsheet" and their mutation XSS of
DOMPurify, and server-side templates as tplmap tries them. Each would open a dialog, run a script, ask another host
or lead away if it were more than text.
"""

import contextlib
import json
from pathlib import Path
from urllib.parse import quote

from playwright.async_api import expect
from starlette.routing import Router

from bot.cases.events import CustomerSaid
from commands.api_keys import StoredKeys
from commands.findings import bad
from commands.personal import CustomerData
from settings import load
from storage.audit import note
from storage.drafts import FlowDraft, save
from storage.keys import ApiKey, add
from tests.browser.acting import ask, write
from tests.browser.conftest import PATIENCE, fixture
from tests.browser.test_signin import arrives
from tests.web.figures_made import NOW, Given, Made
from tests.web.flows_made import AUTHOR, running, source
from tests.web.flows_made import served as flows_served
from tests.web.inbox_made import ANNA, Door, Kept, served
from tests.web.signing_in import START, housed
from web import compare, home, pages
from web.guard import Guard
from web.home import Home
from web.pictures import Pictures
from web.server import Site
from web.visitors import Grant, Visitor

PAYLOADS = (Path(__file__).parent / "payloads.txt").read_text("utf-8").splitlines()
WATCH = """window.reports = [];
for (const type of ['securitypolicyviolation', 'hashchange'])
  addEventListener(type, event => reports.push(type + ' ' + (event.blockedURI || location.href)), true);
window.ran = 0;
for (const name of ['alert', 'confirm', 'prompt']) window[name] = () => { window.ran += 1; };"""
ELSEWHERE = "script:not([src^='/static/']), iframe, object, embed, base, portal, form[action*='elsewhere'], a[href^='javascript'], meta[http-equiv], [onerror], [onload], [onfocus], [onmouseover], [ontoggle], link[href*='elsewhere'], [background]"  # noqa: E501
STATUSES = ("401", "404", "409", "422")  # refusals that the browser notes as well


@contextlib.asynccontextmanager
async def watched(browser, url, cookie=""):
    """A page on which everything that a payload could do is noticed; `seen` goes through what it shows."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", base_url=url)
    if cookie:
        await context.add_cookies([{"name": "echolot", "value": cookie, "url": url}])
    await context.add_init_script(WATCH)
    page, noticed = await context.new_page(), []
    page.set_default_timeout(PATIENCE)
    page.on("dialog", lambda dialog: noticed.append(f"dialog: {dialog.message}"))
    page.on("pageerror", lambda error: noticed.append(f"script: {error}"))
    page.on("console", lambda said: noticed.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(url) else noticed.append(f"asked {asked.url}"))
    page.on("popup", lambda new: noticed.append(f"opened {new.url}"))
    yield page
    await settled(page)
    await context.close()
    assert [each for each in noticed if not any(status in each for status in STATUSES)] == []


async def settled(page):
    """Nothing has run, been reported or become part of the page by now."""
    found = await page.evaluate(
        "where => [window.ran, window.reports, document.querySelectorAll(where).length, window.hacked ?? null]",
        ELSEWHERE,
    )
    assert found == [0, [], 0, None], page.url


async def text_of(page, path=None):
    """What is to be read on the page."""
    if path:
        await page.goto(path)
    await settled(page)
    return await page.evaluate(
        "document.body.innerText + [...document.querySelectorAll('option, input, textarea, blockquote, td, th')]"
        ".map(each => each.value || each.textContent).join('\\n')"
    )


def missing(shown, payloads=PAYLOADS):
    """Those that are not there letter for letter; spaces aside, which a browser folds."""
    flat = "".join(shown.split())
    return [each for each in payloads if "".join(each.split()) not in flat]


def test_t18_there_are_two_hundred():
    """Each once, and each does something if it is more than text."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 200


class Hostile(Made):
    """Every payload as comment, as what a customer said, as a survey's text, as a person said, as flow and channel."""

    async def conversation_of(self, session):  # noqa: ARG002  # always the same
        lines = [(NOW, by, each) for each in PAYLOADS for by in ("bot", "customer", "agent")]
        facts = {"flow": PAYLOADS[0], "channel": PAYLOADS[1], "case": PAYLOADS[2], "dimensions": {}}
        return facts | {"lines": lines}


@fixture
async def numbers():
    """The home page over hostile answers."""
    given = [
        Given(1, 3, each, {"brand": each, "region": each, "flow": each, "channel": each, "language": each})
        for each in PAYLOADS
    ]
    pictures, site = Pictures(), Site("127.0.0.1", 0)
    facts = Home(Hostile(given), pictures, lambda: NOW)
    router = Router([*home.routes(facts), *compare.routes(facts), *pages.routes()])
    ada = Visitor("1", PAYLOADS[3], PAYLOADS[4], "", (Grant("admin"),))

    async def app(scope, receive, send):
        scope.setdefault("state", {}).update(visitor=ada, request_id="r")
        await router(scope, receive, send)

    await site.start(Guard(app, [], lambda *_: None))
    yield site.url
    await site.stop()
    pictures.close()


async def test_t18_s23_comments_groups_and_conversations(browser, numbers):
    """Home page with its filters, pictures and tables; comments page by page; a conversation; comparisons."""
    async with watched(browser, numbers) as page:
        assert missing(await text_of(page, "/?by=brand")) == []
        await expect(page.locator(".segments img")).to_have_js_property("complete", value=True)
        told, path = "", "/comments"
        while path:
            told += await text_of(page, path)
            older = page.get_by_role("link", name="Older comments")
            path = await older.get_attribute("href") if await older.count() else None
        assert missing(told) == []
        assert missing(await text_of(page, "/answers/s1")) == []
        assert missing(await text_of(page, "/compare?by=region")) == []


async def test_t18_s23_cases(browser):
    """Score reply, comment, file, name, attribute, note, agent's message and a provider's error, in list and case."""
    whole = "\n".join(PAYLOADS)
    kept, site = Kept(), Site("127.0.0.1", 0)
    case_id = kept.opens(comment=whole, said=whole, attributes=tuple(zip(PAYLOADS[::2], PAYLOADS[1::2], strict=False)))
    for each in PAYLOADS[::10]:
        kept.happens(case_id, CustomerSaid(each))
    kept.entries[case_id] += [
        {"turn": 99, "n": n, "at": kept.now, "kind": kind, "by": each, "text": each, "key": f"k{n}", "media": 1}
        for n, (each, kind) in enumerate((each, kind) for each in PAYLOADS for kind in ("agent", "note", "answer"))
    ]
    await site.start(served(kept, Door(url="")))
    try:
        async with watched(browser, site.url, ANNA) as page:
            shown = await text_of(page, "/inbox")
            assert "".join(PAYLOADS[0].split()) in "".join(shown.split())
            assert missing(await text_of(page, f"/inbox/{case_id}")) == []
    finally:
        await site.stop()


async def failing():
    return [bad(each, each, each) for each in PAYLOADS]


async def test_t18_s23_people_settings_and_the_trail(browser, sqlite_url, monkeypatch):
    """Names of people, settings, what the doctor says about a failed webhook, and who did what."""
    facts = {"findings": failing, "values": [(each, each) for each in PAYLOADS]}
    async with housed(sqlite_url, monkeypatch, public_url="", **facts) as house:
        site = house.site = Site("127.0.0.1", 0)
        await site.start(house.app)
        try:
            async with watched(browser, site.url) as page:
                await arrives(page, house)
                for number, each in enumerate(PAYLOADS):
                    name, address = each[:80].replace("\t", " "), f"p{number}@example.com"
                    new = await house.people.invite(address, name, "en", [Grant("viewer")], "operator")
                    if number % 10 == 0:
                        shown = await text_of(page, f"/settings/people/{new.id}")
                        assert missing(shown, [name]) == []
                        await page.goto("/account")
                        await page.locator("#name").fill(name)
                        await page.locator("form:has(#name) button").click()
                        assert missing(await text_of(page, "/account"), [name]) == []
                short = [each[:80] for each in PAYLOADS]
                assert missing(await text_of(page, "/settings/people"), short) == []
                assert missing(await text_of(page, "/settings")) == []
                await text_of(page, "/settings/audit")
        finally:
            await site.stop()


async def test_t18_s23_keys_data_confirmation_and_the_trail(browser, sqlite_url, monkeypatch):
    """In every field of their forms, in what is refused, in the list of keys and in the trail."""
    stored, personal = StoredKeys(None, lambda: START), CustomerData(None, load(), lambda: START)
    async with housed(sqlite_url, monkeypatch, public_url="", stored=stored, personal=personal) as house:
        stored._store = personal._store = house.store
        site = house.site = Site("127.0.0.1", 0)
        await site.start(house.app)
        try:
            async with watched(browser, site.url) as page:
                await arrives(page, house)
                for number, each in enumerate(PAYLOADS):
                    facts = {"scopes": each[:80], "brand": each, "desk": each[::-1]}
                    await house.store.run(lambda: note(START, each, "key_added", each, facts))  # noqa: B023 - it is awaited
                    key = ApiKey(f"{number:064x}", each, each[:8], "read", each, each, "operator", START)
                    await house.store.run(lambda: add(key))  # noqa: B023 - it is awaited
                assert missing(await text_of(page, "/settings/keys")) == []
                assert "key" in await text_of(page, "/settings/audit")
                for each in PAYLOADS[::20]:
                    await page.goto("/settings/keys")
                    await page.locator("[name=name]:not([type=hidden])").fill(each)
                    await page.locator("form[action='/settings/keys/add'] button").click()
                    await settled(page)
                    await page.goto("/settings/data")
                    await page.locator("[name=whom]").fill(each)
                    await page.locator("[name=yes]").check()
                    await page.locator("form[action='/settings/data/erase'] button").click()
                    await settled(page)
                    await text_of(page, f"/confirm?to={quote(each, safe='')}")
        finally:
            await site.stop()


async def test_t18_s23_surveys(browser, sqlite_url, tmp_path):
    """In titles, texts, step names, notes, drafts of two people, problems, the phone, and between two versions."""
    async with running(sqlite_url, tmp_path / "flows") as house:
        site = Site("127.0.0.1", 0)
        await site.start(flows_served(house, Door(url="")))
        try:
            async with watched(browser, site.url, AUTHOR) as page:
                for number in range(0, len(PAYLOADS), 40):
                    some = " ".join(PAYLOADS[number : number + 40])[:1600]  # the longest that a text may be
                    await page.goto("/flows/coffee/edit")
                    plain = json.dumps(some.replace("{{", "{ {"), ensure_ascii=False)
                    text = source("X").replace('"{{ company }}: X, 0-10? Reply STOP to opt out"', plain)
                    draft = FlowDraft("coffee", 0, "\n".join(PAYLOADS), 1, "", "id-ben", some)
                    await page.get_by_label("The survey as YAML").fill(text)
                    await house.store.run(lambda: save(draft, house.clock()))  # noqa: B023 - it is awaited
                    await page.get_by_role("button", name="Check").click()
                    await expect(page.locator("#clash .less").first).to_be_attached()
                    assert missing(await text_of(page)) == []
                    await page.get_by_label("Language").select_option("en")
                    await page.get_by_label("Answer as a customer").fill(some[:900])
                    await page.get_by_role("button", name="Send").click()
                    await expect(page.locator(".screen .customer")).to_have_count(1)
                    await settled(page)
                    await page.get_by_label("Note: why?").fill(some[:400])
                    await page.get_by_role("button", name="Publish").click()
                    await page.wait_for_url("**/flows/coffee?done=*")
                    await settled(page)
                    for path in ("/flows", "/flows/coffee?old=1&new=published"):
                        await text_of(page, path)
                    await page.goto("/flows/coffee/edit?from=draft")
                    await page.get_by_label("The survey as YAML").fill("steps: " + json.dumps([some, {some: some}]))
                    await expect(page.locator("#problems .error").first).to_be_attached()
                    await settled(page)
                    await page.get_by_role("button", name="Save draft").click()
                    await expect(page.locator("#kept[data-saved]")).to_be_attached()
                    await page.get_by_role("button", name="Discard the draft").click()
                    await expect(page.locator("#kept button")).to_have_count(0)
        finally:
            await site.stop()


async def test_t18_s23_the_demo(page, stage):
    """What a customer writes on a device and is called there, on the page, at the desk and on its home page."""
    await page.add_init_script(WATCH)
    await page.reload()
    await ask(page, "sms")
    await expect(page.locator(".sms .theirs")).to_have_count(1)
    await write(page, "sms", "2")
    await expect(page.locator(".sms .theirs")).to_have_count(2)
    half = len(PAYLOADS) // 2
    for part in (PAYLOADS[:half], PAYLOADS[half:]):
        await stage.devices["sms"].write("\n".join(part)[:1500])
    await expect(page.locator(".sms .mine .text")).to_have_count(3)
    for payload in PAYLOADS[:: len(PAYLOADS) // 8]:
        stage.devices["telegram"].person.user.first_name = payload
        stage.devices["telegram"].person.touch()
        await expect(page.locator(".telegram .owner")).to_contain_text(payload)
    assert await page.evaluate("[window.ran, window.reports]") == [0, []]
