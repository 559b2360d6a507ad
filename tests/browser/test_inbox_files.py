"""A customer's photo on the page of their case, in a real browser: shown from the phone's provider, on any screen."""

from playwright.async_api import expect

from tests.browser.acting import ask, press
from tests.browser.looks import fits
from tests.web.test_inbox_files import PDF, png


async def test_a_photo_from_the_phone_shows_on_the_case(page, browser, stage, demo):
    """Wider than any phone; a PDF beside it is a link; axe-core finds nothing, and nothing sticks out."""
    await ask(page, "telegram", "after-support")
    await page.click(".telegram [data-open]")
    await press(page, "telegram", "2")
    await expect(page.locator("#desk .card h3")).to_contain_text("2")
    person = stage.devices["telegram"].person
    person.sends_photo(png(1600, 900), "this is how it came")
    person.sends_document(PDF, "bill.pdf")
    for width in (1280, 375):
        context = await browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB", base_url=demo)
        there = await context.new_page()
        await there.goto("/inbox")
        await there.get_by_role("link", name="Case ").first.click()
        photo = there.get_by_role("img", name="Customer's picture 1")
        await photo.scroll_into_view_if_needed()
        await expect(photo).to_have_js_property("naturalWidth", 1600)
        await expect(there.get_by_role("link", name="Customer's file 2")).to_be_visible()
        await fits(there, "photo")
        async with there.expect_download() as download:
            await there.get_by_role("link", name="Customer's file 2").click()
        assert (await download.value).suggested_filename == "bill.pdf"
        await context.close()
