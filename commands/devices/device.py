"""What every device of the demo has: an owner, a provider's stand-in with faults, a channel, a screen, things to do."""

import importlib
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

from msgspec import Struct, structs
from starlette.types import ASGIApp

from bot.errors import BotError, Fault
from bot.messages import Address
from bot.ports import Channel
from sandbox.faults import Fault as ProviderFault
from sandbox.faults import Faults

PATIENCE = "2s"  # how long our channels wait for a provider's answer here: faults are to be seen soon
FAULTS: Mapping[str, ProviderFault | None] = {
    "none": None,
    "429": ProviderFault("throttle", times=3, after=2),
    "500": ProviderFault("error", times=3),
    "timeout": ProviderFault("timeout_after", times=3),
    "reset": ProviderFault("reset_after", times=3),
}


class NotOnStage(BotError):
    """Something that the demo does not do."""

    fault = Fault.CALLER


class Clock:
    """The demo's time: the real one and what has been skipped."""

    def __init__(self) -> None:
        self.skipped = 0

    def __call__(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000 + self.skipped

    def seconds(self) -> float:
        """Epoch seconds."""
        return time.time() + self.skipped / 1000


class Bubble(Struct, frozen=True):
    """A message on a screen. `buttons` are rows of labels; `at` is epoch milliseconds, as skipped."""

    id: str
    mine: bool
    name: str
    text: str
    at: int
    edited: bool = False
    editable: bool = False
    buttons: list[list[str]] = []


class Screen(Struct, frozen=True):
    """What a device shows. `state`: open | new (the owner has to press Start first) | blocked."""

    owner: str
    contact: str
    detail: str
    messages: list[Bubble]
    state: str = "open"


class Device(ABC):
    """Somebody's device. What is done on it goes through the provider's stand-in to our own webhook.

    Actions raise NotOnStage with a reason for the person at the page.
    """

    name: ClassVar[str]
    """The device's name, and that of its channel."""
    most: ClassVar[int]
    """Characters that somebody may write at once."""
    loads: ClassVar[Sequence[str]]
    """The modules that take long to load and are not needed before something is sent."""
    sends: ClassVar[str] = ""
    """Part of the path of the calls that faults strike."""
    chat: str
    sandbox: ASGIApp
    faults: Faults

    config: Any
    """The channel's configuration, once it is made."""

    def __init__(self) -> None:
        self._fault = "none"

    @property
    def lane(self) -> str:
        """The lane of the owner's conversation."""
        return Address(self.name, self.chat).lane

    @property
    def fault(self) -> str:
        """What the provider does wrong at present."""
        if not self.faults.planned:
            self._fault = "none"
        return self._fault

    def breaks(self, name: str) -> None:
        """Let the provider do the next three sends wrong in this way, one of FAULTS."""
        if name not in FAULTS:
            raise NotOnStage("There is no such fault.")
        self.faults.clear()
        fault = FAULTS[name]
        if fault:
            self.faults.plan(structs.replace(fault, path=self.sends))
        self._fault = name

    def load(self) -> None:
        """Load what is needed once something is sent. Takes up to a second."""
        for module in self.loads:
            importlib.import_module(module)

    @abstractmethod
    def channel(self, public_url: str, api_url: str) -> Channel:
        """The product's own channel, which calls the stand-in at `api_url` and is called at `public_url`."""

    @abstractmethod
    async def connect(self, hook: str) -> None:
        """Tell the provider where our webhook is."""

    @abstractmethod
    def skip(self, ms: int) -> None:
        """Time is now `ms` milliseconds ahead of the real one."""

    @abstractmethod
    def screen(self) -> Screen:
        """What is to be seen."""

    @abstractmethod
    async def news(self, seconds: float) -> None:
        """Wait until something changes on the screen, at most so long."""

    async def write(self, text: str) -> None:
        """Send a message."""
        text = text.strip()
        if not 1 <= len(text) <= self.most:
            raise NotOnStage(f"A message here has 1 to {self.most} characters.")
        await self._write(text)

    @abstractmethod
    async def _write(self, text: str) -> None: ...

    @abstractmethod
    async def close(self) -> None:
        """Stop everything that is under way."""


@runtime_checkable
class Chatting(Protocol):
    """A device whose messages have buttons and can be changed."""

    async def press(self, message: str, button: int) -> None:
        """Press a button of a message, counted from 0."""
        ...

    async def rewrite(self, message: str, text: str) -> None:
        """Change a message that was sent from here."""
        ...


@runtime_checkable
class Starting(Protocol):
    """A device on which nobody hears from a bot before they have pressed Start, or after they have blocked it."""

    async def open(self, link: str) -> None:
        """Press Start, by way of this link if there is one."""
        ...

    async def block(self, *, blocked: bool) -> None:
        """Block the bot, or let it write again."""
        ...


def taken(status: int) -> None:
    """Raises NotOnStage unless this is how a webhook says that it has taken something."""
    if not 200 <= status < 300:
        raise NotOnStage(f"The webhook answered {status or 'nothing'}.")
