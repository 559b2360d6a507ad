"""How soon the desk sees a low score: printed, for a machine that does other things as well says little."""

import asyncio
import time

import pytest
from playwright.async_api import expect

from storage.sqlite import SqliteStore
from tests.browser.acting import ask

WATCH = """() => {
  window.seen = {};
  const now = () => performance.timeOrigin + performance.now();
  const mark = (name) => { window.seen[name] ??= now(); };
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-press], [data-text]")) mark("pressed");
  }, true);
  new MutationObserver(() => {
    if (document.querySelector("#desk .card h3")?.checkVisibility()) requestAnimationFrame(() => mark("shown"));
  }).observe(document.getElementById("desk"), { subtree: true, childList: true, attributes: true });
}"""


@pytest.fixture
def committed(monkeypatch):
    """When the first case was committed, epoch ms."""
    work, at = SqliteStore.work, []

    async def noted(self, *args):
        done = await work(self, *args)
        now = time.time() * 1000
        if not at and await self.cases():
            at.append(now)
        return done

    monkeypatch.setattr(SqliteStore, "work", noted)
    return at


@pytest.mark.parametrize("device", ["sms", "telegram", "slack"])
async def test_a_low_score_is_at_the_desk_at_once(committed, page, stage, device):
    """Told, not asked for: the page hears of the case when it is committed."""
    await ask(page, device, "after-support")
    if device == "telegram":
        await page.click(".telegram [data-open]")
    score = page.locator(f".{device} :is(.keys, .choices) button:text-is('2')")
    await expect(score).to_be_visible()
    await asyncio.gather(*(asyncio.to_thread(each.load) for each in stage.devices.values()))  # what sending needs
    await page.evaluate(WATCH)
    await score.click()
    await expect(page.locator("#desk .card h3")).to_be_visible()
    await page.wait_for_function("window.seen.shown")  # in the next frame
    seen = await page.evaluate("window.seen")
    print(
        f"\n{device}: {seen['shown'] - seen['pressed']:.0f} ms from the press to the card,"
        f" {seen['shown'] - committed[0]:.0f} ms of it after the case was committed"
    )
