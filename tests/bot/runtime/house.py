"""A small house for the runtime's tests: a clock set by hand, a provider that follows a script, and the parts."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from bot.errors import ChannelError
from bot.messages import Address, Body, Capabilities, Inbound, Outbound, Said, Sent
from bot.runtime.dispatcher import Dispatcher
from bot.runtime.intake import Intake
from bot.runtime.office import Office
from bot.runtime.worker import Worker
from flows.library import Library

NOW = 1_800_000_000_000
GATHER = 1_500
ANNA = Address("sms", "+4915112340001")
BEN = Address("sms", "+4915112340002")

Step = ChannelError | Exception | Sent | Callable[[Outbound], Awaitable[Sent]]


class Clock:
    """Epoch ms that pass only when told."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def passes(self, ms: int) -> None:
        self.now += ms


class Line:
    """A provider: does what the script says, one step per send, and then takes everything."""

    name, kind = "sms", "scripted"
    capabilities = Capabilities(max_text=1600)

    def __init__(self, *script: Step) -> None:
        self.script = list(script)
        self.tried: list[Outbound] = []
        self.taken: list[Outbound] = []
        self.closed = False

    async def send(self, message: Outbound) -> Sent:
        self.tried.append(message)
        step = self.script.pop(0) if self.script else Sent(f"P{len(self.tried)}", sender="+49300", parts=1)
        if isinstance(step, Exception):
            raise step
        sent = step if isinstance(step, Sent) else await step(message)
        self.taken.append(message)
        return sent

    async def receive(self, request: Any) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        self.closed = True


class Ledger(Line):
    """A provider that can be asked what became of a send; `known` are its answers, in order."""

    settle = 60.0

    def __init__(self, *script: Step, known: list[Sent | Exception | None] | None = None) -> None:
        super().__init__(*script)
        self.known = known or []
        self.asked: list[tuple[str, int]] = []
        self.others: list[str] = []  # ids that were said to belong to other messages

    async def find(self, message: Outbound, since: int, taken: Collection[str] = ()) -> Sent | None:
        self.asked.append((message.key, since))
        self.others += taken
        answer = self.known.pop(0) if self.known else None
        if isinstance(answer, Exception):
            raise answer
        return answer


class House:
    """Everything between the webhook and the provider, moved by hand."""

    def __init__(self, store: Any, library: Library, line: Line | None = None) -> None:
        self.store, self.library = store, library
        self.clock = Clock()
        self.intake = Intake(store, self.clock, {"sms": GATHER})
        self.office = Office(store, library, self.intake, self.clock)
        self.worker = Worker(store, library, self.clock, GATHER)
        self._events = 0
        self.connect(line or Line())

    def connect(self, line: Line) -> Line:
        """Go on with this provider, as another process would."""
        self.line = line
        self.dispatcher = Dispatcher("sms", line, self.store, f"w{id(line)}", self.clock)
        return line

    async def gets(self, body: Body | str, source: Address = ANNA, key: str = "") -> None:
        """An event arrives."""
        self._events += 1
        body = Said(body) if isinstance(body, str) else body
        await self.intake.accept([Inbound(key or f"e{self._events}", self.clock(), source, body)])

    async def works(self) -> None:
        """Every event that is ready now is taken."""
        while await self.worker.step():
            pass

    async def sends(self) -> None:
        """Every message that may go now goes."""
        while await self.dispatcher._lease_and_send():
            await self.lands()

    async def lands(self) -> None:
        """What is on its way comes home."""
        while self.dispatcher._flights:
            await asyncio.wait(self.dispatcher._flights)

    async def waits(self, ms: int = GATHER) -> None:
        """Time passes, and everybody does what is theirs to do."""
        self.clock.passes(ms)
        await self.store.tick(self.clock(), 100)
        await self.works()
        await self.sends()

    async def asks(self, to: Address = ANNA, language: str = "en", flow: str = "after-support", **how: Any) -> str:
        """Start a survey and bring its question to the customer."""
        session = await self.office.invite(flow, to, language=language, **how)
        await self.waits(0)
        return session

    async def state(self, key: str) -> str:
        return str((await self.store.outbound(key))["state"])

    async def states(self) -> dict[str, int]:
        """How many messages are in which state."""
        return {row["state"]: row["n"] for row in await self.store.outbox_states()}

    async def play(self, story: str, source: Address = ANNA) -> None:
        """A conversation over the whole way: `> said`, `< told` (… for any end), `~ ms` passes, `<` told nothing."""
        told = len(self.line.taken)
        for line in filter(None, map(str.strip, story.splitlines())):
            mark, _, text = line.partition(" ")
            if mark == ">":
                await self.gets(text, source)
            elif mark == "~":
                await self.waits(int(text))
            elif not text:
                assert [message.prompt.text for message in self.line.taken[told:]] == []
            else:
                assert told < len(self.line.taken), f"nobody said {text!r}"
                said = self.line.taken[told].prompt.text
                told += 1
                assert said.startswith(text[:-1]) if text.endswith("…") else said == text
        assert [message.prompt.text for message in self.line.taken[told:]] == []


async def soon(condition: Callable[[], bool]) -> None:
    """Until it is so; the test's timeout is the limit."""
    while not condition():  # noqa: ASYNC110 - the condition is anything a test looks at
        await asyncio.sleep(0.001)


def people(count: int) -> list[Address]:
    return [Address("sms", f"+49151{n:08}") for n in range(count)]


async def queued(house: House, to: Address = ANNA, flow: str = "relationship") -> str:
    """A question in the outbox; its key."""
    session = await house.office.invite(flow, to, language="en")
    await house.works()
    return f"{session}.1.0"


class Away:
    """A store whose named methods fail with the script's errors first."""

    def __init__(self, store, **scripts):
        self._store, self._scripts = store, scripts

    def __getattr__(self, name):
        script = self._scripts.get(name)
        if script:
            raise script.pop(0)
        return getattr(self._store, name)
