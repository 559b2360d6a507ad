"""Pages that people open in a real browser: they must neither complain nor reach out."""

from contextlib import asynccontextmanager

from tests.browser.conftest import PATIENCE


@asynccontextmanager
async def opening(browser, url, start, who="", expected=(), *, one_window=False, silent=False):
    """What opens pages at this address: `open_(path, who, width)`, with more of what a browser can be told.

    `expected` are statuses that the browser may note, as answers to what cannot be done. `one_window`: whoever comes
    again has the same window, with what it remembers. `silent`: not even a word that is no error may be in the console.
    """
    windows, complaints = {}, []

    async def window(who, width, how):
        more = {"viewport": {"width": width, "height": 900}, "locale": "en-GB", "base_url": url, **how}
        context = await browser.new_context(**more)
        if who:
            await context.add_cookies([{"name": "echolot", "value": who, "url": url}])
        return context

    async def open_(path=start, who=who, width=1280, **how):
        key = (who, width, *(f"{name}={value}" for name, value in sorted(how.items())))
        key = key if one_window else len(windows)
        if key not in windows:
            windows[key] = await window(who, width, how)
        page = await windows[key].new_page()
        page.set_default_timeout(PATIENCE)
        page.on(
            "console", lambda message: complaints.append(message.text) if silent or message.type == "error" else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda asked: None if asked.url.startswith(url) else complaints.append(asked.url))
        await page.goto(path)
        return page

    yield open_
    assert [each for each in complaints if not any(status in each for status in expected)] == []
    for context in windows.values():
        await context.close()
