"""A served Telegram sandbox, python-telegram-bot on one side of it and a webhook on the other."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot as Client
from telegram import Update
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from sandbox.serving import serving
from sandbox.telegram import Bot, TelegramSandbox

TOKEN, SECRET = "700100:AAE-sandbox_token", "a-secret_Of-ours"
BOT = Bot(TOKEN, "nps_bot", "NPS")


class Clock:
    """Epoch seconds that move when they are told to."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


class World:
    """The sandbox, its SDK client, and a hook that notes what it is told.

    `answers` are what the hook gives next: a status, or a Response; then 200.
    """

    def __init__(self, sandbox: TelegramSandbox, url: str, client: Client, clock: Clock) -> None:
        self.sandbox, self.url, self.client, self.clock = sandbox, url, client, clock
        self.hook = ""
        self.told: list[tuple[Update, dict[str, str]]] = []
        self.answers: list[Any] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def listens(self, **options: Any) -> None:
        """Set the webhook."""
        await self.client.set_webhook(f"{self.hook}/tg", secret_token=SECRET, **options)

    def updates(self) -> list[Update]:
        """What the hook was told, refused calls included."""
        return [update for update, _ in self.told]

    async def calls(self, method: str, token: str = TOKEN, **more: Any) -> tuple[int, dict[str, Any]]:
        """A call of the API without the SDK: status and body."""
        async with aiohttp.ClientSession() as http, http.post(f"{self.url}/bot{token}/{method}", **more) as answer:
            return answer.status, json.loads(await answer.read())

    async def take(self, request: Request) -> Response:
        """The webhook."""
        body = json.loads(await request.body())
        self.told.append((Update.de_json(body, self.client), dict(request.headers)))
        answer = self.answers.pop(0) if self.answers else 200
        await self.gate.wait()
        return answer if isinstance(answer, Response) else Response("", answer)


@contextlib.asynccontextmanager
async def world(bots: tuple[Bot, ...] = (BOT,), **options: Any) -> AsyncIterator[World]:
    """Everything served, until the block ends."""
    clock = Clock()
    sandbox = TelegramSandbox(bots, **({"clock": clock, "delay": 0.02} | options))
    async with serving(sandbox) as url, sdk(url, TOKEN) as client:
        made = World(sandbox, url, client, clock)
        async with serving(Starlette(routes=[Route("/tg", made.take, methods=["POST"])])) as made.hook:
            yield made
            await sandbox.close()


@contextlib.asynccontextmanager
async def sdk(url: str, token: str) -> AsyncIterator[Client]:
    """python-telegram-bot's own client for one bot."""
    plain = {"verify": False}  # no certificates to load: it is quicker
    request = HTTPXRequest(connection_pool_size=32, read_timeout=5, media_write_timeout=10, httpx_kwargs=plain)
    client = ExtBot(token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot", request=request, get_updates_request=request)
    async with client:
        yield client


async def refused(work: Any, kind: type[TelegramError], words: str) -> TelegramError:
    """The SDK raises exactly this exception with these words of the server, which it capitalises after a 400."""
    with pytest.raises(TelegramError) as caught:
        await work
    assert type(caught.value) is kind
    assert caught.value.message == (words.capitalize() if kind is BadRequest else words)
    return caught.value
