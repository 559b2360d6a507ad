"""Everything that can happen on the way to Telegram, seen from a server that answers anything."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot import errors
from bot.messages import Address
from channels.telegram.channel import TelegramChannel
from sandbox.serving import serving
from tests.channels.telegram_line import NOW, TOKEN, config, plain

CHAT = 770077007


class Wire:
    """Answers every call with the next of `answers`: (status, body), or a coroutine that takes the connection over."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.calls.append((scope["path"], (await request.body()).decode("utf-8", "replace")))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            await answer(receive, send)
            return
        status, body = answer
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        await Response(raw, status, {"content-type": "application/json"})(scope, receive, send)


@contextlib.asynccontextmanager
async def a_wire(*answers: Any, **changes: Any) -> AsyncIterator[tuple[Wire, TelegramChannel]]:
    wire = Wire(*answers)
    async with serving(wire) as url:
        channel = TelegramChannel("tg", config(api_url=url, **changes), url, lambda: NOW)
        try:
            yield wire, channel
        finally:
            await channel.close()


def sent(**fields: Any) -> tuple[int, Any]:
    message = {"message_id": 9, "date": 1, "chat": {"id": CHAT, "type": "private"}} | fields
    return 200, {"ok": True, "result": message}


async def silent(receive: Receive, _send: Send) -> None:
    await receive()  # until the other side gives up


async def half(_receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"500")]})
    await send({"type": "http.response.body", "body": b'{"ok":true,"resu'})


NO_YES = {
    "500": (500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}),
    "502 page": (502, b"<html>Bad Gateway</html>"),
    "no JSON": (200, b"<html>It works!</html>"),
    "empty": (200, b""),
    "not UTF-8": (200, b'{"ok":true,"result":"\xff"}'),
    "no object": (200, []),
    "no ok": (200, {"result": {}}),
    "no result": (200, {"ok": True}),
    "ok false, no code": (200, {"ok": False}),
    "ok false, 500": (200, {"ok": False, "error_code": 502, "description": "Bad Gateway"}),
    "another result": (200, {"ok": True, "result": [1]}),
    "a message without id": (200, {"ok": True, "result": {"date": 1}}),
    "half": half,
    "silent": silent,
}


@pytest.mark.parametrize("name", NO_YES)
async def test_t4_a_lost_answer_is_in_doubt(name):
    """T4, P5: whatever may have been taken is in doubt and never repeated, neither by us nor by the SDK."""
    async with a_wire(NO_YES[name], timeout="200ms") as (wire, channel):
        with pytest.raises(errors.InDoubt) as caught:
            await channel.send(plain("canary", CHAT))
        assert not caught.value.retry
        assert len(wire.calls) == 1
        assert "canary" not in str(caught.value)


@pytest.mark.parametrize("name", NO_YES)
async def test_a_lost_answer_to_an_edit_may_be_asked_again(name):
    """Editing twice does no harm, so that it is simply done again later."""
    async with a_wire(NO_YES[name], timeout="200ms") as (_, channel):
        with pytest.raises(errors.Unavailable):
            await channel.edit(plain("canary", CHAT, edits="x"), "5")


REFUSED = {
    "200 ok false": (
        (200, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}),
        errors.Unreachable,
    ),
    "redirect": ((302, b""), errors.Misconfigured),
    "403 of a proxy": ((403, b"<html>no entry</html>"), errors.Misconfigured),
    "404 of another server": ((404, b"not here"), errors.Misconfigured),
    "429 of a proxy": ((429, b"slow down"), errors.Throttled),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_definite_refusals(name):
    """A no is a no, whoever says it; what is not Telegram's own never falls on the customer."""
    answer, kind = REFUSED[name]
    async with a_wire(answer) as (_, channel):
        with pytest.raises(errors.ChannelError) as caught:
            await channel.send(plain("x", CHAT))
        assert type(caught.value) is kind


async def test_nobody_there():
    """A refused connection is a definite no: not a byte has left."""
    channel = TelegramChannel("tg", config(api_url="http://127.0.0.1:9"), "http://x", lambda: NOW)
    with pytest.raises(errors.Unavailable):
        await channel.send(plain("x", CHAT))
    await channel.close()


async def test_a_full_pool_is_no_doubt(monkeypatch):
    """A send that never got a connection has not been sent."""
    monkeypatch.setattr("channels.telegram.client.AT_ONCE", 1)
    async with a_wire(silent, timeout="400ms") as (wire, channel):
        monkeypatch.setattr("channels.telegram.client.POOL_SECONDS", 0.05)
        tried = await asyncio.gather(*(channel.send(plain("x", CHAT)) for _ in range(3)), return_exceptions=True)
        assert sorted(type(error).__name__ for error in tried) == ["InDoubt", "Unavailable", "Unavailable"]
        assert len(wire.calls) == 1


# --- whom a 429 stops ----------------------------------------------------------------------------------------------


async def test_throttled_scopes():
    """One chat waits alone; when a third has to wait as well it is the whole bot, and later again one alone."""
    now = [NOW]
    no = (429, {"ok": False, "error_code": 429, "description": "Too Many", "parameters": {"retry_after": 5}})
    async with a_wire(no) as (_, channel):
        channel._clock = lambda: now[0]
        seen = []
        for chat, at in [(1, 0), (1, 1), (-2, 2), (3, 3), (4, 9_000)]:
            now[0] = NOW + at
            with pytest.raises(errors.Throttled) as caught:
                await channel.send(plain("x", chat))
            assert caught.value.after == 5.0
            seen.append((caught.value.whole_channel, caught.value.scope))
        assert seen == [(False, "1"), (False, "1"), (False, "-2"), (True, ""), (False, "4")]
        assert channel.limits(Address("tg", "4"))[0].scope == "4"


# --- nothing leaks -------------------------------------------------------------------------------------------------


async def test_s34_neither_token_nor_words_reach_the_log(caplog):
    """S34, T19: at DEBUG, with every outcome there is, no log record and no error holds token, chat or text."""
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "telegram", "telegram.Bot"):
        caplog.set_level(logging.DEBUG, logger=name)
    answers = [sent(), *NO_YES.values(), *(answer for answer, _ in REFUSED.values())]
    told: list[str] = []
    for answer in answers:
        async with a_wire(answer, timeout="200ms") as (_, channel):
            for calling in (channel.send(plain("canary words", CHAT)), channel.link("t0ken")):
                try:
                    await calling
                except errors.ChannelError as error:
                    told += [str(error), repr(error), repr(error.__cause__), repr(error.args)]
            told += [repr(finding) for finding in await channel.diagnose()]
    told += [record.getMessage() + str(record.exc_info) for record in caplog.records]
    for secret in (TOKEN, TOKEN.partition(":")[2], "canary", str(CHAT)):
        assert [line for line in told if secret in line] == []
