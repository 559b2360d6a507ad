"""What a person does on the demo's page."""

from pathlib import Path

XSS = (Path(__file__).parent / "xss.txt").read_text("utf-8").splitlines()


async def choose(page, flow="relationship", language="en"):
    """Which survey the next Ask is about."""
    await page.select_option("[name=flow]", flow)
    await page.select_option("[name=language]", language)


async def ask(page, device, flow="relationship", language="en"):
    await choose(page, flow, language)
    await page.click(f".{device} [data-ask]")


async def write(page, device, text):
    await page.fill(f".{device} [name=text]", text)
    await page.press(f".{device} [name=text]", "Enter")


async def press(page, device, label):
    await page.click(f".{device} .keys button:text-is('{label}')")
