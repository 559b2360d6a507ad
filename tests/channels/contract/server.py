"""A whole server over real channels: webhooks, store, workers, dispatchers; with the calls that came in on tape."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from bot.errors import StoreUnavailable
from bot.messages import Receipt, WebRequest
from bot.ports import Channel
from commands.assemble import Parts, parts
from commands.serve import serving as working
from sandbox.serving import serving
from settings import Settings
from tests.channels.contract.provider import Customer, Gate, Provider
from web.server import Site

REPLAYED = "x-replayed"


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Until it is so. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - the condition is anything a test looks at
            await asyncio.sleep(0.01)


class Tape:
    """In front of a channel's receive: keeps every call; while `shut`, only what we replay ourselves gets through."""

    def __init__(self, channel: Channel) -> None:
        self.calls: list[WebRequest] = []
        self.shut = False
        self.receive = channel.receive

    async def __call__(self, request: WebRequest) -> Receipt:
        self.calls.append(request)
        if self.shut and REPLAYED not in request.headers:
            raise StoreUnavailable("shut")
        return await self.receive(request)

    async def catches(self, doing: Awaitable[None]) -> WebRequest:
        """The call that tells of what somebody does now, which is kept out; of other calls there may be some."""
        self.shut, before = True, len(self.calls)
        await doing
        found: list[WebRequest] = []

        async def told() -> bool:
            for call in self.calls[before:]:
                if not call.route and (await self.receive(call)).inbound:
                    found.append(call)
                    return True
            return False

        await until(told)
        return found[0]


class Server:
    """What runs, and ways to poke it."""

    def __init__(self, parts: Parts, url: str, client: httpx.AsyncClient, gates: dict[str, Gate]) -> None:
        self.parts = parts
        self.url = url
        self.gates = gates
        self.tapes: dict[str, Tape] = {}
        self._client = client
        for name, channel in parts.channels.items():
            self.tapes[name] = channel.receive = Tape(channel)  # type: ignore[method-assign]

    async def post(self, name: str, call: WebRequest) -> int:
        """Make a call as it was made before; the status of the answer."""
        headers = [(key.encode(), value.encode("latin-1")) for key, value in call.headers.items()]
        own = {b"host", b"content-length", b"connection", b"transfer-encoding"}
        kept = [pair for pair in headers if pair[0] not in own] + [(REPLAYED.encode(), b"1")]
        route = f"/{call.route}" if call.route else ""
        query = f"?{call.query}" if call.query else ""
        url = f"{self.url}/hooks/{name}{route}{query}"
        answer = await self._client.request(call.method, url, content=call.body, headers=kept)
        return answer.status_code

    async def asks(self, customer: Customer, flow: str = "after-support", language: str = "en") -> str:
        """Start a survey; the session. The question has been worked on and may be on its way."""
        session = await self.parts.office.invite(flow, customer.address, language=language)

        async def queued() -> bool:
            return await self.parts.reading.outbound(f"{session}.1.0") is not None

        await until(queued)
        return session

    async def state(self, key: str) -> str:
        """What has become of a message."""
        row = await self.parts.reading.outbound(key)
        return str(row["state"]) if row else ""

    async def reaches(self, key: str, *states: str) -> str:
        """Wait until a message is in one of these states; which."""

        async def there() -> bool:
            return await self.state(key) in states

        await until(there)
        return await self.state(key)

    async def answers(self, session: str) -> dict[str, str]:
        """What was stored of a conversation: question → answer."""
        for row in await self.parts.reading.responses():
            if row["session"] == session:
                return {answer["question"]: answer["text"] for answer in row["answers"]}
        return {}

    async def said(self, customer: Customer) -> list[str]:
        """What the store has of this customer's own words and presses."""
        rows = await self.parts.reading.conversation(customer.address.lane)
        return [str(row["text"]) for row in rows if row["from"] == "customer"]


@asynccontextmanager
async def a_server(
    database: str,
    *providers: Provider,
    flows: Path | None = None,
    settings: Mapping[str, Any] | None = None,
    **changes: Any,
) -> AsyncIterator[Server]:
    """Run one over these providers; `flows` is a folder with more surveys.

    `settings` are further ones of the server, as they are once they are read; `changes` are for all channels.
    """
    async with AsyncExitStack() as stack:
        site = Site("127.0.0.1", 0)
        configs, gates = {}, {}
        for provider in providers:
            stack.push_async_callback(provider.close)
            gates[provider.name] = Gate(provider.app, provider.sends)
            api = await stack.enter_async_context(serving(gates[provider.name]))
            configs[provider.name] = provider.settings(api, **changes)
        told: dict[str, Any] = {"home": Path(__file__).parent, "database_url": database, "channels": configs}
        told |= {"company": "Echolot", "flows_dir": flows} | dict(settings or {})
        read = Settings.model_construct(**told)
        assembled = await stack.enter_async_context(parts(read, site.url))
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        server = Server(assembled, site.url, client, gates)
        await stack.enter_async_context(working(assembled, site))
        for provider in providers:
            await provider.connect(assembled.channels[provider.name], f"{site.url}/hooks/{provider.name}")
        yield server
        for gate in gates.values():
            gate.open()
