"""A real browser on the real demo. Needs a Chromium on the machine; without one these tests are listed as skipped."""

import shutil
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from commands.demo import running
from web.server import Site

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 15_000  # ms until a test gives up waiting for the page, whether it acts or looks; a busy machine is no fault
expect.set_options(timeout=PATIENCE)
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)


def pytest_collection_modifyitems(items):
    if CHROMIUM:
        return
    reason = "no Chromium found; install one, for example `apt-get install chromium`"
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
async def site(tmp_path):
    """Where the demo is to run."""
    return Site("127.0.0.1", 0)


@pytest.fixture
async def stage(tmp_path, monkeypatch, site):
    """A running demo, from behind."""
    monkeypatch.setattr("commands.demo.PACE", 0.02)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    async with running(tmp_path, site) as stage:
        yield stage


@pytest.fixture
async def demo(site, stage):
    """The address of a running demo."""
    return site.url


@pytest.fixture
async def browser():
    """A headless Chromium that never leaves this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


def _refusal(message) -> bool:
    """An action that was refused with a reason: the page shows it, the browser notes it as well."""
    return message.type != "error" or ("422" in message.text and "/demo/" in message.location["url"])


@pytest.fixture
async def page(browser, demo):
    """The demo's page in English; fails the test if the page complains or tries to reach another host."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = await context.new_page()
    complaints = []
    page.on("console", lambda message: None if _refusal(message) else complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: None if request.url.startswith(demo) else complaints.append(request.url))
    page.set_default_timeout(PATIENCE)
    await page.goto(demo)
    yield page
    assert complaints == []
    await context.close()
