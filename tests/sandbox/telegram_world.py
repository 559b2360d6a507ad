"""A served Telegram sandbox, python-telegram-bot on one side of it and a webhook on the other."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
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

    def __init__(self, sandbox: TelegramSandbox, clock: Clock, client: Client, http: httpx.AsyncClient) -> None:
        self.sandbox, self.clock, self.client, self.http = sandbox, clock, client, http
        self.hook = ""
        self.another: Callable[[str], Any]  # the SDK for another token
        self.told: list[tuple[Update, dict[str, str]]] = []
        self.answers: list[Any] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._rung = asyncio.Event()
        self._open = contextlib.AsyncExitStack()

    async def listens(self, **options: Any) -> None:
        """Set the webhook, and serve it."""
        if not self.hook:
            app = Starlette(routes=[Route("/tg", self._take, methods=["POST"])])
            self.hook = await self._open.enter_async_context(serving(app))
        await self.client.set_webhook(f"{self.hook}/tg", secret_token=SECRET, **options)

    async def rings(self, count: int) -> None:
        """Wait until the hook has been called so often."""
        async with asyncio.timeout(5):
            while len(self.told) < count:
                self._rung.clear()
                await self._rung.wait()

    def updates(self) -> list[Update]:
        """What the hook was told, refused calls included."""
        return [update for update, _ in self.told]

    async def calls(self, method: str, token: str = TOKEN, **more: Any) -> tuple[int, dict[str, Any]]:
        """A call of the API without the SDK: status and body."""
        answer = await self.http.post(f"/bot{token}/{method}", **more)
        return answer.status_code, answer.json()

    async def close(self) -> None:
        """Stop what the sandbox has under way, then the hook."""
        await self.sandbox.close()
        await self._open.aclose()

    async def _take(self, request: Request) -> Response:
        """The webhook."""
        body = json.loads(await request.body())
        self.told.append((Update.de_json(body, self.client), dict(request.headers)))
        self._rung.set()
        answer = self.answers.pop(0) if self.answers else 200
        await self.gate.wait()
        return answer if isinstance(answer, Response) else Response("", answer)


@contextlib.asynccontextmanager
async def world(bots: tuple[Bot, ...] = (BOT,), *, served: bool = True, **options: Any) -> AsyncIterator[World]:
    """Everything, until the block ends. Without a server requests go straight to the app, which is quicker."""
    clock = Clock()
    sandbox = TelegramSandbox(bots, **({"clock": clock, "delay": 0.02} | options))
    async with contextlib.AsyncExitStack() as opened:
        url = await opened.enter_async_context(serving(sandbox)) if served else "http://sandbox"
        plain = {"verify": False} if served else {"transport": httpx.ASGITransport(sandbox)}
        http = await opened.enter_async_context(httpx.AsyncClient(base_url=url, **plain))
        client = await opened.enter_async_context(sdk(url, TOKEN, plain))
        made = World(sandbox, clock, client, http)
        made.another = lambda token: sdk(url, token, plain)
        opened.push_async_callback(made.close)
        yield made


@contextlib.asynccontextmanager
async def sdk(url: str, token: str, options: dict[str, Any]) -> AsyncIterator[Client]:
    """python-telegram-bot's own client for one bot; `options` are those of httpx."""
    request = HTTPXRequest(connection_pool_size=32, read_timeout=5, media_write_timeout=10, httpx_kwargs=options)
    client = ExtBot(
        token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot", request=request, get_updates_request=request
    )
    async with client:
        yield client


async def refused(work: Any, kind: type[TelegramError], words: str) -> TelegramError:
    """The SDK raises exactly this exception with these words of the server, which it capitalises after a 400."""
    with pytest.raises(TelegramError) as caught:
        await work
    assert type(caught.value) is kind
    assert caught.value.message == (words.capitalize() if kind is BadRequest else words)
    return caught.value
