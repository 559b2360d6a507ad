"""What the demo loads, and when: the page is up at once, and the first case waits for nothing."""

import subprocess
import sys


def test_the_page_is_up_before_the_sdks_of_telegram_and_slack_are_loaded(tmp_path):
    """They cost a second each, and load when something is sent."""
    script = f"""
import asyncio, pathlib, sys
from commands.demo import running
from web.server import Site
async def main():
    async with running(pathlib.Path({str(tmp_path)!r}), Site("127.0.0.1", 0)):
        print(sorted({{"telegram", "slack_sdk", "slack_bolt", "segno"}} & set(sys.modules)))
asyncio.run(main())
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_what_sending_needs_is_loaded_once_somebody_looks(tmp_path):
    """The first case waits for no SDK: what is loaded beside the page is all that a send of each kind takes."""
    script = f"""
import asyncio, pathlib, sys
from commands.demo import running
from web.demo import Start, Text
from web.server import Site
async def main():
    async with running(pathlib.Path({str(tmp_path)!r}), Site("127.0.0.1", 0)) as stage:
        for device in stage.devices.values():
            device.load()
        before = set(sys.modules)
        for device in ("sms", "slack"):
            await stage.act(Start(device, "after-support", "en"))
            await until(stage, lambda now: now["devices"][device]["messages"])
            await stage.act(Text(device, "2"))
        await until(stage, lambda now: len(now["cases"]) == 2 and all(now["seats"][at]["anna"][case.case.id]
            for at in ("slack", "telegram", "sms") for case in now["cases"]))
        sdks = {{"twilio", "telegram", "slack_sdk", "aiohttp", "httpx"}}
        print(sorted(name for name in set(sys.modules) - before if name.partition(".")[0] in sdks))
async def until(stage, fits):
    async with asyncio.timeout(40):
        while True:
            heard = stage.news
            if fits(await stage.snapshot()):
                return
            await stage.changed(heard)
asyncio.run(main())
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"
