"""The home page in a real browser: filters, files, light and dark, phones, what is live, and who can use it."""

import csv
import io

import pytest
from playwright.async_api import expect

from tests.browser.acting import XSS
from tests.browser.conftest import fixture
from tests.browser.dashboard_site import looking
from tests.browser.looks import accused, fits
from tests.browser.opening import opening
from tests.web.figures_made import Given, Made, year
from web import home

WHOLE = 150_000  # bytes of everything that the page loads
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def made():
    return Made(year(), cases=3)


@fixture
async def url(made, monkeypatch):
    monkeypatch.setattr(home, "BEAT", 0.05)
    async with looking(made) as address:
        yield address


@fixture
async def opened(browser, url):
    async with opening(browser, url, "/", silent=True) as open_:
        yield open_


async def test_filtering_goes_through_the_address(opened):
    """Choose, press Show, and the address can be handed on; it works without JavaScript, too."""
    for script in (True, False):
        page = await opened("/?period=90d", java_script_enabled=script)
        whole = await page.inner_text(".score .words")
        await page.get_by_label("Region").select_option("Nord")
        await page.get_by_role("button", name="Show").click()
        await expect(page.get_by_label("Region")).to_have_value("Nord")
        assert "region=Nord" in page.url
        assert await page.inner_text(".score .words") != whole
        await page.get_by_role("navigation", name="Compare by").get_by_role("link", name="Region").click()
        await expect(page.locator(".segments h2")).to_have_text("NPS by Region")
        assert "region=Nord" in page.url
        await page.get_by_role("link", name="Show everything").click()
        await expect(page.get_by_label("Region")).to_have_value("")


@pytest.mark.parametrize(
    ("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf")]
)
async def test_charts_can_be_saved(opened, form, begins):
    """As a picture for a slide, and as a table for a spreadsheet; filtered as the page is."""
    page = await opened("/?period=365d&region=Nord")
    async with page.expect_download() as saving:
        await page.locator(".trend .files a", has_text=form).click()
    download = await saving.value
    assert download.suggested_filename == f"nps-trend.{form}"
    content = (await download.path()).read_bytes()
    assert content.startswith(begins)
    if form == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert sum(int(row[4]) for row in rows[1:]) == 260


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("size", "look"), [(DESKTOP, "w"), ({"width": 820, "height": 1100}, "m"), (PHONE, "n")])
async def test_pictures_fit_the_screen(opened, scheme, size, look):
    """In its colours and its width, and nothing runs over the edge."""
    page = await opened("/?period=365d", color_scheme=scheme, viewport=size)
    trend = page.locator(".trend img")
    await expect(trend).to_have_js_property("complete", value=True)
    shown = await trend.evaluate("image => image.currentSrc")
    assert f"look={'d' if scheme == 'dark' else ''}{look}" in shown
    assert await trend.evaluate("image => image.naturalWidth") > 250
    assert await page.evaluate("document.documentElement.scrollWidth") <= size["width"]


async def test_nothing_shuts_anybody_out(opened):
    """axe-core with every rule of WCAG 2.2 AA and its own: no violations, tables opened as well."""
    for path in (
        "/?period=365d",
        "/?from=2026-01-01&to=2026-02-01&locale=de",
        "/comments?period=365d",
        "/answers/s8",
        "/compare?period=365d&by=region",
    ):
        page = await opened(path, viewport=PHONE)
        for table in await page.locator("summary").all():
            await table.click()
        await fits(page, path.strip("/").partition("?")[0].replace("/", "-") or "home")


async def test_empty_pages_shut_nobody_out(browser):
    """Nor does the page before the first answer."""
    async with looking(Made()) as url:
        page = await browser.new_page()
        await page.goto(url)
        await expect(page.get_by_role("heading", name="No answers yet")).to_be_visible()
        assert await accused(page) == []


async def test_a_new_answer_appears_by_itself(opened, made):
    """Where it belongs; what somebody has opened stays open."""
    page = await opened()
    await page.locator("#trend-table summary").click()
    before = await page.inner_text(".score .words")
    comment = page.get_by_text("so glad I found you")
    await expect(comment).to_have_count(0)
    made.given.append(Given(0, 10, "so glad I found you"))
    await expect(comment).to_be_visible()
    assert await page.inner_text(".score .words") != before
    await expect(page.locator("#trend-table")).to_have_attribute("open", "")


async def test_the_page_is_light_and_soon_there(opened):
    """Less than 150 kB with everything that is seen on it; the first paint is printed, for it is the machine's too."""
    page = await opened()
    sizes = []

    async def weigh(response):
        if "text/event-stream" not in response.headers.get("content-type", ""):
            sizes.append((await response.request.sizes())["responseBodySize"])

    page.on("response", weigh)
    await page.reload()
    await page.locator(".comments").scroll_into_view_if_needed()
    await expect(page.locator(".segments img")).to_have_js_property("complete", value=True)
    painted = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    print(f"\n{sum(sizes) / 1000:.0f} kB in {len(sizes)} answers, first paint after {painted:.0f} ms")
    assert 10_000 < sum(sizes) < WHOLE
    assert painted > 0


async def test_s23_what_customers_write_stays_text(opened, made):
    """Comments and names of groups, in the page, in pictures and in conversations."""
    made.given = [Given(1, 3, each, {"region": each}) for each in XSS]
    page = await opened("/?by=region")
    await expect(page.locator(".segments img")).to_have_js_property("complete", value=True)
    shown = await page.locator(".said blockquote").all_text_contents()
    assert set(shown) <= set(XSS)
    assert await page.evaluate("window.hacked") is None
    for number in range(len(XSS)):
        await page.goto(page.url.partition("/?")[0].partition("/answers")[0] + f"/answers/s{number}")
        assert await page.evaluate("window.hacked") is None


async def test_the_way_from_a_comment_to_its_conversation_and_back(opened):
    """By keyboard alone."""
    page = await opened("/?period=365d")
    link = page.get_by_role("link", name="See the conversation").first
    await link.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".talk li")).to_have_count(2)
    await page.get_by_role("link", name="Back to the home page").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".score")).to_be_visible()
