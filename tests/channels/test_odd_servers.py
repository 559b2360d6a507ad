"""What proxies and other stand-ins do, and providers do not: endless lists, hasty polls, nulls for what is absent."""

import asyncio
import contextlib
from itertools import pairwise

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.errors import Rejected, Unavailable
from channels.telegram import polling
from channels.telegram.channel import TelegramChannel
from channels.twilio import client
from channels.twilio.channel import TwilioChannel
from sandbox.serving import serving
from tests.channels import telegram_line, twilio_line


async def test_p3_a_list_without_an_end_is_given_up(monkeypatch):
    """P3: a back-fill that leads nowhere ends, so that the other channels get their turn."""
    monkeypatch.setattr(client, "MOST_PAGES", 7)
    asked = []

    async def endless(scope, receive, send):
        asked.append(scope["path"])
        page = {"messages": [], "next_page_uri": scope["path"] + "?Page=1", "page": 0, "page_size": 200}
        await JSONResponse(page)(scope, receive, send)

    async with serving(endless) as url:
        channel = TwilioChannel("sms", twilio_line.config(api_url=url), "https://nps.example.com")
        with pytest.raises(Unavailable, match="too much"):
            await channel.missed(0)
        with pytest.raises(Unavailable, match="too much"):
            await channel.find(twilio_line.message(), 0)
        await channel.close()
    assert len(asked) == 16


async def test_a_server_that_answers_at_once_is_not_asked_at_once_again(monkeypatch):
    """Some stand-ins and proxies do not hold a long poll: that costs them and us a question now and then, no more."""
    monkeypatch.setattr(polling, "BREATH", 0.2)
    asked: list[float] = []
    enough = asyncio.Event()

    async def hasty(scope, receive, send):
        asked.append(asyncio.get_running_loop().time())
        if len(asked) == 4:
            enough.set()
        await Request(scope, receive).body()
        await JSONResponse({"ok": True, "result": []})(scope, receive, send)

    async with serving(hasty) as url:
        channel = TelegramChannel("tg", telegram_line.config(api_url=url, webhook_secret=None), url)
        listening = asyncio.create_task(channel.listen(_nobody))
        await enough.wait()
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        await channel.close()
    assert min(after - before for before, after in pairwise(asked[1:4])) > 0.15  # the first one loads the SDK


async def test_nulls_in_an_answer_mean_nothing():
    """A yes is a yes, and a no is a no, also with `null` for every field that it does not need."""
    absent = {"error_code": None, "description": None, "parameters": None}
    message = {"message_id": 9, "date": 1, "chat": {"id": 77, "type": "private"}}
    answers = [(200, {"ok": True, "result": message}), (400, {"ok": False})]

    async def spelling(scope, receive, send):
        await Request(scope, receive).body()
        status, answer = answers.pop(0)
        await JSONResponse(absent | answer, status)(scope, receive, send)

    async with serving(spelling) as url:
        channel = TelegramChannel("tg", telegram_line.config(api_url=url), url)
        assert (await channel.send(telegram_line.plain("x"))).provider_id == "9"
        with pytest.raises(Rejected):
            await channel.send(telegram_line.plain("x"))
        await channel.close()


async def _nobody(_events):
    raise AssertionError("there are no events")
