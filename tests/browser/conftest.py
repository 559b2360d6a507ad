"""A real browser on the real demo. Needs a Chromium on the machine; without one these tests are listed as skipped."""

import asyncio
import shutil
from pathlib import Path

import pytest
import pytest_asyncio
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


fixture = pytest_asyncio.fixture(loop_scope="session")  # where the browser lives, all that it talks to has to live


def pytest_collection_modifyitems(items):
    """One event loop for all: a Chromium and its driver take a second of a processor to start."""
    reason = "no Chromium found; install one, for example `apt-get install chromium`"
    for item in items:
        if Path(item.fspath).parent != Path(__file__).parent:
            continue
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        if not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason=reason))


@fixture
async def site(tmp_path):
    """Where the demo is to run."""
    return Site("127.0.0.1", 0)


@fixture
async def stage(tmp_path, monkeypatch, site):
    """A running demo, from behind."""
    monkeypatch.setattr("commands.demo.PACE", 0.02)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    async with running(tmp_path, site) as stage:
        yield stage


@fixture
async def demo(site, stage):
    """The address of a running demo."""
    return site.url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def launched():
    """Starts a headless Chromium that never leaves this machine, or hands out the one that runs."""
    running = []
    async with async_playwright() as playwright:

        async def launch():
            if not running or not running[-1].is_connected():  # no test falls over because an earlier one broke it
                running.append(await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS))
            return running[-1]

        yield launch
        for browser in running:
            await browser.close()


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def alone():
    """What a test leaves running ends with it, as it would with an event loop of its own."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


@fixture
async def browser(launched):
    """A Chromium without any page: whatever a test opens in it has cookies and storage of its own, and is closed."""
    browser = await launched()
    yield browser
    for context in browser.contexts:
        await context.close()


def _refusal(message) -> bool:
    """An action that was refused with a reason: the page shows it, the browser notes it as well."""
    return message.type != "error" or ("422" in message.text and "/demo/" in message.location["url"])


@fixture
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
