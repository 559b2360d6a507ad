"""The pictures of the pages in docs/images: `python -m tests.browser.screenshots [NAME…]` takes them anew.

Home page and comparisons are over the demo's made-up year, the inbox over made-up cases, the rest is the demo's own;
nobody's data is in them.
"""

import asyncio
import contextlib
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright
from starlette.routing import Router

from bot.cases.events import CustomerSaid
from commands.demo import running
from commands.demo_year import SampleYear
from storage import migrate
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.dashboard_site import ADA
from tests.web.figures_made import NOW
from tests.web.inbox_made import ANNA, Door, Kept, served
from tests.web.signing_in import housed
from web import compare, home, pages
from web.guard import Guard
from web.home import Home
from web.pictures import Pictures
from web.server import Site

QUALITY = 80  # of 100
IMAGES = Path(__file__).parents[2] / "docs" / "images"
LOOKS = {
    "desktop-light": (1280, 900, "light"),
    "desktop-dark": (1280, 900, "dark"),
    "phone-light": (375, 812, "light"),
    "phone-dark": (375, 812, "dark"),
}
SAID = (
    "The parcel came three days late, and nobody told me.",
    "I was on hold for ages.",
    "The invoice is wrong for the second time.",
)


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """The address of this application."""
    site = Site("127.0.0.1", 0)
    await site.start(app)
    yield site.url
    await site.stop()


@contextlib.asynccontextmanager
async def numbers() -> AsyncIterator[str]:
    """Home page and comparisons."""
    pictures = Pictures()
    facts = Home(SampleYear(NOW), pictures, lambda: NOW)
    router = Router([*home.routes(facts), *compare.routes(facts), *pages.routes()])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {}).update(visitor=ADA, request_id="r")
        await router(scope, receive, send)

    async with serving(Guard(app, [], lambda *_: None)) as url:
        yield url
    pictures.close()


@contextlib.asynccontextmanager
async def cases() -> AsyncIterator[str]:
    """The inbox with three cases, one of them late."""
    kept = Kept()
    for number, said in enumerate(SAID, 1):
        kept.opens(number, said=said, comment=said, score=number)
        kept.now += 6 * 60_000
    kept.happens(f"{1:024}", CustomerSaid("Is anybody there?"))
    async with serving(served(kept, Door(url=""))) as url:
        yield url


@contextlib.asynccontextmanager
async def door() -> AsyncIterator[str]:
    """The sign-in page of a server with somebody to sign in."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        database = f"sqlite:///{folder}/doors.db"
        await migrate.upgrade(database)
        async with housed(database, patch, public_url="") as house:
            await house.invites()
            async with serving(house.app) as url:
                yield url


@contextlib.asynccontextmanager
async def everything() -> AsyncIterator[str]:
    """The demo, with its made-up contacts, surveys and reports."""
    site = Site("127.0.0.1", 0)
    with TemporaryDirectory() as folder:
        async with running(Path(folder), site):
            yield site.url


SHOWN = {
    "home": (numbers, "/?period=90d", ""),
    "compare": (numbers, "/compare?period=365d&by=region", ""),
    "inbox": (cases, "/inbox", ANNA),
    "case": (cases, f"/inbox/{1:024}", ANNA),
    "sign-in": (door, "/sign-in", ""),
    "surveys": (everything, "/flows", ""),
    "survey": (everything, "/flows/relationship/edit", ""),
    "outreach": (everything, "/outreach/autumn", ""),
    "contacts": (everything, "/contacts", ""),
    "import": (everything, "/contacts/import", ""),
    "reports": (everything, "/reports", ""),
}


async def take(browser: Browser, name: str, folder: Path) -> None:
    """The four pictures of one page."""

    where, path, cookie = SHOWN[name]
    async with where() as url:
        for look, (width, height, scheme) in LOOKS.items():
            size: Any = {"width": width, "height": height}
            how: Any = {"color_scheme": scheme, "locale": "en-GB", "base_url": url}
            context = await browser.new_context(viewport=size, **how)
            if cookie:
                await context.add_cookies([{"name": "echolot", "value": cookie, "url": url}])
            page = await context.new_page()
            await page.goto(path)
            for image in await page.locator("img:visible").all():
                await image.evaluate("image => { image.loading = 'eager'; return image.decode(); }")
            picture = folder / f"{name}-{look}.webp"
            chromium = await context.new_cdp_session(page)
            taken = await chromium.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
            picture.write_bytes(b64decode(taken["data"]))
            await context.close()
            print(f"{picture.name}: {picture.stat().st_size / 1000:.0f} kB")


async def main(names: list[str], folder: Path = IMAGES) -> None:
    """All pictures, or those of these pages."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name in names or SHOWN:
            await take(browser, name, folder)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
