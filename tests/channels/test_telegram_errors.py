"""Telegram's refusals and everything that can happen on the way there, seen from a server that answers anything."""

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
from channels.telegram.errors import (
    CaptionOnly,
    Gone,
    HookSet,
    Migrated,
    NoSigns,
    TopicClosed,
    Unchanged,
    refusal,
    scrub,
)  # fmt: skip
from sandbox.serving import serving
from tests.channels.telegram_line import NOW, TOKEN, config, plain

CHAT = 770077007

TABLE = [
    (401, "Unauthorized", errors.Misconfigured),
    (404, "Not Found", errors.Misconfigured),
    (307, "", errors.Misconfigured),
    (409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
     errors.Misconfigured),
    (409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first",
     HookSet),
    (403, "Forbidden: bot was blocked by the user", errors.Unreachable),
    (403, "Forbidden: user is deactivated", errors.Unreachable),
    (403, "Forbidden: bot can't initiate conversation with a user", errors.Unreachable),
    (403, "Forbidden: bot can't send messages to bots", errors.Unreachable),
    (403, "Forbidden: something new", errors.Unreachable),
    (400, "Bad Request: chat not found", errors.Unreachable),
    (400, "Bad Request: user not found", errors.Unreachable),
    (400, "Bad Request: PEER_ID_INVALID", errors.Unreachable),
    (403, "Forbidden: bot was kicked from the supergroup chat", errors.NotAdmitted),
    (403, "Forbidden: bot is not a member of the supergroup chat", errors.NotAdmitted),
    (400, "Bad Request: not enough rights to send text messages to the chat", errors.NotAdmitted),
    (400, "Bad Request: have no rights to send a message", errors.NotAdmitted),
    (400, "Bad Request: not enough rights to create a topic", errors.NotAdmitted),
    (400, "Bad Request: the chat is not a forum", errors.NotAdmitted),
    (400, "Bad Request: CHAT_ADMIN_REQUIRED", errors.NotAdmitted),
    (400, "Bad Request: message thread not found", errors.ThreadGone),
    (400, "Bad Request: TOPIC_DELETED", errors.ThreadGone),
    (400, "Bad Request: TOPIC_ID_INVALID", errors.ThreadGone),
    (400, "Bad Request: TOPIC_CLOSED", TopicClosed),
    (400, "Bad Request: TOPIC_NOT_MODIFIED", Unchanged),
    (400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
     Unchanged),
    (400, "Bad Request: message to edit not found", Gone),
    (400, "Bad Request: message to delete not found", Gone),
    (400, "Bad Request: message to react not found", Gone),
    (400, "Bad Request: REACTION_INVALID", NoSigns),
    (400, "Bad Request: The reaction isn't available for the message", NoSigns),
    (400, "Bad Request: REACTION_EMPTY", Unchanged),
    (400, "Bad Request: MESSAGE_NOT_MODIFIED", Unchanged),
    (400, "Bad Request: there is no text in the message to edit", CaptionOnly),
    (400, "Bad Request: message can't be edited", errors.Rejected),
    (400, "Bad Request: message is too long", errors.Rejected),
    (400, "Bad Request: message text is empty", errors.Rejected),
    (400, "Bad Request: BUTTON_DATA_INVALID", errors.Rejected),
    (400, "Bad Request: can't parse entities: Unsupported start tag \"canary\" at byte offset 0", errors.Rejected),
    (400, "Bad Request: file is too big", errors.Rejected),
    (400, "Bad Request: something new", errors.Rejected),
    (413, "Request Entity Too Large", errors.Rejected),
    (429, "Too Many Requests: retry after 7", errors.Throttled),
]  # fmt: skip


@pytest.mark.parametrize(("status", "description", "kind"), TABLE)
@pytest.mark.parametrize("change", [str, str.lower, str.capitalize], ids=["", "lower", "capitalised"])
def test_refusal(status, description, kind, change):
    """Each refusal has its class, however it is written; an unknown one is refused for good, and shown."""
    error = refusal(status, change(description))
    assert type(error) is kind
    assert error.code == ("413" if "too big" in description.lower() else str(status))
    assert error.retry is (kind is errors.Throttled)
    assert "canary" not in str(error)
    if kind is errors.Unreachable:
        assert error.opted_out is ("blocked" in description)
    if "something new" in description:
        assert "omething new" in str(error)


@pytest.mark.parametrize(
    ("parameters", "after"),
    [({"retry_after": 7}, 7.0), ({"retry_after": 0}, 1.0), ({}, 1.0), (None, 1.0), ({"retry_after": "x"}, 1.0),
     ({"retry_after": 10**12}, 86_400.0), ([], 1.0)],
)  # fmt: skip
def test_t4_retry_after(parameters, after):
    """T4: `retry_after` is honoured, and nonsense is a second, or a day at most."""
    assert refusal(429, "Too Many Requests", parameters).after == after


def test_migration_names_the_new_chat():
    """A basic group that became a supergroup has another id from then on."""
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    error = refusal(400, said, {"migrate_to_chat_id": -1005})
    assert (type(error), error.chat) == (Migrated, "-1005")
    assert "-1005" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "chat 123456789 x",
        "it isn't 'canary' it can't",
        "-1001234567",
        'tag "canary"',
        "https://api/bot1:canary/x",
        "hi @canary",
        "a\r\n\tb",
    ],
)
def test_s34_scrub(text):
    """S34: no ids, quotations, links or names in an error, and no second line."""
    kept = scrub(text)
    assert "canary" not in kept
    assert not any(len(run) > 3 and run.lstrip("-").isdigit() for run in kept.split())
    assert kept.isprintable()
    assert len(scrub("x y " * 999)) == 200


# --- what is not even a refusal ------------------------------------------------------------------------------------


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
