"""What the contract has to know of a kind of channel: its provider's stand-in, its customers, its proofs, its noes."""

import asyncio
import importlib.util
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol
from urllib.parse import unquote_plus

from msgspec.structs import replace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import settings as configuration
from bot.errors import ChannelError
from bot.messages import Address, Option, Outbound, Prompt, WebRequest
from bot.ports import Channel
from commands.assemble import ADAPTERS, adapter
from sandbox.faults import Faults
from sandbox.serving import serving

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LEAST_PAYLOADS = 20
SCORES = tuple(Option(str(score), str(score)) for score in range(11))


class Customer(Protocol):
    """Somebody with the app that this channel writes to."""

    address: Address

    async def says(self, text: str) -> None:
        """Write to the bot."""
        ...

    async def presses(self, label: str, message: int = -1) -> None:
        """Press a button of the n-th message that the bot wrote, also one that has been taken away since."""
        ...

    def heard(self) -> list[str]:
        """What the bot wrote, as it reads now, oldest first."""
        ...

    def buttons(self) -> list[list[str]]:
        """The labels under each of these messages."""
        ...

    async def hears(self, count: int) -> list[str]:
        """Wait until there are so many."""
        ...


class Bench(NamedTuple):
    """A provider that listens, and adapters that are made to talk to it; they are closed with the bench."""

    url: str
    make: Callable[..., Channel]  # settings that differ → adapter


class Refusal(NamedTuple):
    """How a real answer of the provider leads to an error; `facts` are attributes that the error has then."""

    error: type[ChannelError]
    provoke: Callable[[Bench], Awaitable[object]]
    facts: Mapping[str, Any] = {}


class Provider(ABC):
    """One kind's stand-in with everything that is particular to it."""

    kind: ClassVar[str]
    name: ClassVar[str]
    """The channel's name in the settings."""
    sends: ClassVar[str]
    """Part of the path of the call that sends a message."""
    proof: ClassVar[str]
    """The header that shows that a call is the provider's."""
    signs_body: ClassVar[bool]
    """Whether that is a signature, and not a secret alone."""
    secrets: ClassVar[tuple[str, ...]]
    """What is never to be seen in logs and errors."""
    no_secret: ClassVar[Mapping[str, None]]
    """The settings without which there is no hook."""
    never: ClassVar[Mapping[type[ChannelError], str]] = {}
    """Errors that cannot come up, and why."""
    app: ASGIApp
    faults: Faults

    def settings(self, api: str, **changes: Any) -> Any:
        """The channel's entry as an operator writes it; None leaves a setting out."""
        written = self.written(api) | {"kind": self.kind, "timeout": "2s", "gather": "50ms"} | changes
        kept = {name: value for name, value in written.items() if value is not None}
        return configuration.config_class(self.kind).model_validate(kept)

    @abstractmethod
    def written(self, api: str) -> dict[str, Any]:
        """What this kind needs in its entry; `api` is where the stand-in listens."""

    @abstractmethod
    async def connect(self, channel: Channel, hook: str) -> None:
        """The provider calls this URL from now on."""

    @abstractmethod
    def customer(self, number: int) -> Customer:
        """The n-th customer, who may be written to."""

    @abstractmethod
    def signed(self, call: WebRequest, secret: str = "") -> WebRequest:
        """The call with a proof made from this secret, by default the right one."""

    @abstractmethod
    def again(self, call: WebRequest) -> WebRequest:
        """The same thing, told of under another delivery id."""

    @abstractmethod
    def forgeries(self, call: WebRequest) -> dict[str, WebRequest]:
        """What a forger might try here beside what fits every kind."""

    @abstractmethod
    def refusals(self) -> dict[str, Refusal]:
        """How each error of the taxonomy comes about."""

    @abstractmethod
    async def close(self) -> None:
        """Stop the stand-in."""

    def message(self, text: str = "How likely are you to recommend us? 0-10", number: int = 0, **more: Any) -> Outbound:
        """A question to the n-th customer."""
        told = {"key": f"session.{id(text) % 1000}.0", "prompt": Prompt(text, SCORES)}
        return Outbound(**(told | {"to": self.customer(number).address} | more))


class Gate:
    """In front of a provider: slow for one customer, at once for all others."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path
        self._names: tuple[str, ...] = ()
        self._open = asyncio.Event()
        self.reached = asyncio.Event()

    def shut(self, *names: str) -> None:
        """Sends that hold one of these, all that this customer may be called, wait from now on."""
        self._names = names
        self._open.clear()

    async def is_reached(self) -> None:
        """Wait until a send waits. Raises TimeoutError."""
        await asyncio.wait_for(self.reached.wait(), 20)

    def open(self) -> None:
        """Everything that waits goes on."""
        self._open.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if not self._names or scope["type"] != "http" or self._path not in scope["path"]:
            await self._app(scope, receive, send)
            return
        body = b""
        while (piece := await receive()).get("more_body"):
            body += piece["body"]
        body += piece.get("body", b"")
        if any(name in unquote_plus(body.decode()) for name in self._names):
            self.reached.set()
            await self._open.wait()
        read: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def once() -> Message:
            return read.pop() if read else await receive()

        await self._app(scope, once, send)


@asynccontextmanager
async def a_bench(provider: Provider) -> AsyncIterator[Bench]:
    """The provider, and adapters without a server."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(provider.close)
        url = await stack.enter_async_context(serving(provider.app))

        def make(**changes: Any) -> Channel:
            config = provider.settings(changes.pop("url", url), **changes)
            channel: Channel = adapter(provider.kind)(provider.name, config, "https://nps.example.com")
            stack.push_async_callback(channel.close)
            return channel

        yield Bench(url, make)


def with_headers(call: WebRequest, **headers: str) -> WebRequest:
    """The call with these headers instead; underscores stand for hyphens."""
    return replace(call, headers=call.headers | {name.replace("_", "-"): value for name, value in headers.items()})


def provider(kind: str) -> Provider:
    """A fresh stand-in for this kind. Raises ModuleNotFoundError if nobody has described it."""
    module = importlib.import_module(f"tests.channels.contract.{kind}")
    found: Provider = module.PROVIDER()
    return found


def lacks(kind: str) -> list[str]:
    """What a kind of channel needs beside its adapter and does not have."""
    payloads = ROOT / "tests" / "channels" / "payloads" / kind
    missing = {
        f"tests/channels/contract/{kind}.py": importlib.util.find_spec(f"tests.channels.contract.{kind}") is None,
        f"tests/channels/payloads/{kind}/": len(list(payloads.glob("*.*"))) < LEAST_PAYLOADS,
        f"docs/channels/{kind}.md": not (ROOT / "docs" / "channels" / f"{kind}.md").is_file(),
        f"{kind} in settings.KINDS": kind not in configuration.KINDS,
    }
    return [what for what, is_missing in missing.items() if is_missing]


KINDS = sorted(ADAPTERS)
