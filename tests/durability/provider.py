"""Twilio in a process of its own: it takes a message a while after the request and remembers what it took.

`python -m tests.durability.provider SEED LAG PUNCTUAL` prints its address. A message is taken 0 to LAG seconds after
its request has arrived, whether or not somebody still waits for the answer. With PUNCTUAL 1 a look-up waits until all
that arrived before it has been taken: a lag below `settle` that holds however busy the machine is.
"""

import asyncio
import random
import sys
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.serving import serving
from sandbox.twilio import Account, TwilioSandbox
from sandbox.twilio.model import API

ACCOUNT, TOKEN, NUMBER = "AC" + "0123456789abcdef" * 2, "a-token-for-tests", "+493022222222"
ANSWERS_WITHIN = 0.02  # seconds after a message has been taken


class Taken(NamedTuple):
    """A message that the provider took: for whom, what it says, and the outbox key in its callback URL."""

    to: str
    body: str
    key: str


class Laggard:
    """The sandbox behind a lag."""

    def __init__(self, seed: int, lag: float, *, punctual: bool) -> None:
        self._sandbox = TwilioSandbox([Account(ACCOUNT, TOKEN, {NUMBER: ""})])
        self._random = random.Random(seed)
        self._lag = lag
        self._punctual = punctual
        self._under_way: set[asyncio.Event] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and scope["path"] == "/taken":
            await self._tell(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(API):
            await (self._create if scope["method"] == "POST" else self._look_up)(scope, receive, send)
        else:
            await self._sandbox(scope, receive, send)

    async def _tell(self, scope: Scope, receive: Receive, send: Send) -> None:
        after = int(Request(scope).query_params["after"])
        messages = list(self._sandbox.network.messages.values())[after:]
        taken = [Taken(message.to, message.body, _key(message.callback)) for message in messages]
        await JSONResponse(taken)(scope, receive, send)

    async def _create(self, scope: Scope, receive: Receive, send: Send) -> None:
        done = asyncio.Event()
        self._under_way.add(done)
        try:
            body = await Request(scope, receive).body()
            await asyncio.sleep(self._random.uniform(0, self._lag))
            answer: list[Message] = []
            await self._call(scope, body, answer)
        finally:
            self._under_way.discard(done)
            done.set()
        await asyncio.sleep(self._random.uniform(0, ANSWERS_WITHIN))
        for part in answer:
            await send(part)

    async def _call(self, scope: Scope, body: bytes, answer: list[Message]) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(part: Message) -> None:
            answer.append(part)

        sandbox: ASGIApp = self._sandbox
        await sandbox(scope, receive, keep)

    async def _look_up(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._punctual:
            await asyncio.sleep(0.02)  # requests that arrived before this one may still be in the socket's queue
            for one in list(self._under_way):
                await one.wait()
        await self._sandbox(scope, receive, send)


def _key(callback: str) -> str:
    signed = parse_qs(urlsplit(callback).query).get("o", [""])[0]
    return signed.rpartition(".")[0]


async def main(seed: int, lag: float, *, punctual: bool) -> None:
    """Serve until whoever started us is gone."""
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, over.set)
    async with serving(Laggard(seed, lag, punctual=punctual)) as url:
        print(url, flush=True)  # whoever started us reads it
        await over.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), punctual=sys.argv[3] == "1"))
