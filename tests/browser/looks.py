"""How a page looks: on a desk and on a phone, in light and in dark; axe-core finds nothing, nothing sticks out."""

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe

LOOKS = [(1280, "light"), (1280, "dark"), (375, "dark"), (375, "light")]
PHONE = {"width": 375, "color_scheme": "light"}  # what walks through pages looks like it: there things get out of reach
HEIGHT = 900
PICTURES = os.environ.get("ECHOLOT_TEST_PICTURES")  # a folder, for whoever wants to look at the pages
AXE = Axe().axe_script
RULES_BROKEN = """axe.run({resultTypes: ["violations"]})
  .then(({violations}) => violations.map(({id, nodes}) => [id, ...nodes.map(({html}) => html)]))"""


async def fits(page, name):
    """No violation, and nothing to scroll sideways for, in each look; the page keeps the last, which is PHONE."""
    for width, scheme in LOOKS:
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        await page.emulate_media(color_scheme=scheme)
        assert await accused(page) == [], (page.url, width, scheme)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, width, scheme)
        if PICTURES:
            await page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)


async def accused(page):
    """What axe-core finds wrong with the page as it is: which rule, and where."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    return await page.evaluate(RULES_BROKEN)
