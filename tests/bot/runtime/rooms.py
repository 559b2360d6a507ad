"""A house with desks: channels at the port that have threads, cards, signs, whispers and files, on a real store."""

import asyncio

from bot.errors import Rejected, ThreadGone
from bot.messages import Address, Body, Capabilities, File, Inbound, Outbound, Said, Sent
from bot.runtime.dispatcher import Dispatcher
from bot.runtime.office import Office
from bot.runtime.worker import Worker
from tests.bot.runtime.floor import DESKS
from tests.bot.runtime.house import House, Ledger, Line

JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"


class Hall(Line):
    """A group with topics (Threading). `stood` is what is in it now: (thread, text); `fail` fails the next calls."""

    name, kind = "telegram", "hall"
    capabilities = Capabilities(max_text=4096, buttons=True, threads=True, edits=True, media=True)

    def __init__(self, *script, **known):
        super().__init__(*script, **known)
        self.threads: dict[str, str] = {}  # id → title
        self.gone: set[str] = set()
        self.stood: list[tuple[str, str]] = []
        self.edited: list[tuple[str, str]] = []
        self.signs: list[tuple[str, str]] = []
        self.removed: list[str] = []
        self.refuse: dict[str, list[Exception]] = {}
        self.files: list[tuple[str, list[str]]] = []
        self.kept: dict[str, bytes] = {}  # what is downloaded under a ref; a picture under all others

    def _may(self, what: str, to: Address) -> None:
        if self.refuse.get(what):
            raise self.refuse[what].pop(0)
        if to.thread in self.gone:
            raise ThreadGone("no such topic")

    async def send(self, message: Outbound) -> Sent:
        assert not message.to.thread.startswith("@"), "a provider knows no case"
        self._may("send", message.to)
        sent = await super().send(message)
        self.stood.append((message.to.thread, message.prompt.text))
        return sent

    async def edit(self, message: Outbound, provider_id: str) -> Sent:
        self._may("edit", message.to)
        self.edited.append((provider_id, message.prompt.text))
        return Sent(provider_id)

    async def remove(self, to: Address, provider_id: str) -> None:
        self._may("remove", to)
        self.removed.append(provider_id)

    async def open_thread(self, to: Address, title: str) -> Address:
        self._may("open", to)
        name = str(100 + len(self.threads))
        self.threads[name] = title
        return Address(to.channel, to.chat, to.account, name)

    async def close_thread(self, to: Address) -> None:
        raise NotImplementedError

    async def reopen_thread(self, to: Address) -> None:
        raise NotImplementedError

    async def react(self, to: Address, ref: str, symbol: str) -> None:
        self._may("react", to)
        self.signs.append((ref, symbol))

    async def fetch(self, media, account=""):
        self._may("fetch", Address("", "", account))
        return File(media.name, media.mime, self.kept.get(media.ref, JPEG))

    async def send_files(self, message: Outbound, files) -> Sent:
        self._may("files", message.to)
        self.files.append((message.prompt.text, [file.name for file in files]))
        self.stood.append((message.to.thread, message.prompt.text))
        return Sent(f"F{len(self.files)}")


class Room(Hall):
    """A channel whose threads hang on a message (Rooted), and that can whisper."""

    name, kind = "slack", "room"

    def __init__(self, *script, **known):
        super().__init__(*script, **known)
        self.whispered: list[tuple[str, str]] = []

    def thread_of(self, provider_id: str) -> str:
        return f"t{provider_id}"

    async def whisper(self, message: Outbound) -> Sent:
        self.whispered.append((message.whisper, message.prompt.text))
        return Sent("")


class Archive(Room, Ledger):
    """A room that can be asked what became of a send."""


class Rooms(House):
    """The whole house: Anna on SMS, desks on Slack and Telegram."""

    def __init__(self, store, library, room=None, hall=None, line: Line | None = None, desks=DESKS):
        super().__init__(store, library, line)
        self.case = ""
        self.worker = Worker(store, library, self.clock, 0, desks=desks)
        self.office = Office(store, library, self.intake, self.clock)
        self.room, self.hall = room or Room(), hall or Hall()
        lines = {"sms": self.line, "slack": self.room, "telegram": self.hall}
        self.dispatchers = [Dispatcher(name, line, store, "w", self.clock, lines) for name, line in lines.items()]
        self.acts = 0

    async def sends(self) -> None:
        """Every message on every channel that may go now goes."""
        for dispatcher in self.dispatchers:
            while await dispatcher._lease_and_send():
                while dispatcher._flights:
                    await asyncio.wait(dispatcher._flights)

    async def looks_up(self) -> None:
        for dispatcher in self.dispatchers:
            await dispatcher.look_up()

    async def opened(self) -> str:
        """Anna was asked and gives a two: the case's id."""
        await self.asks()
        await self.gets("2")
        await self.waits()
        await self.waits(0)
        return str((await self.store.cases())[0]["id"])

    async def acts_at(self, body: Body | str, lane: str, author: str = "U1") -> None:
        """Somebody does something at a desk, and everybody does what follows from it."""
        self.acts += 1
        said = Said(body, ref=f"R{self.acts}") if isinstance(body, str) else body
        source = Address.of_lane(lane)
        await self.intake.accept([Inbound(f"a{self.acts}", self.clock(), source, said, author)])
        for _ in range(3):
            await self.waits(0)


def refused() -> Rejected:
    """A provider's no."""
    return Rejected("no", "400")
