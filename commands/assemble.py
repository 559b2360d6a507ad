"""Where the parts are put together: from settings to a database, channels, flows and a running office."""

import gc
import importlib
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import structlog

from bot.abilities import Installable
from bot.cases.desks import Desks
from bot.errors import BotError, Fault, StoreUnavailable
from bot.ports import Channel, Store
from bot.runtime.decider import Decider
from bot.runtime.drafts import Drafts, Found, read
from bot.runtime.intake import Intake
from bot.runtime.librarian import Librarian
from bot.runtime.mover import Mover
from bot.runtime.office import Office
from bot.runtime.planner import Planner
from bot.runtime.supervisor import Supervisor
from bot.secret_keys import decoded
from bot.versions import Archive
from commands.address_keys import naming
from commands.ask_budget import budget
from commands.desks import desks
from commands.entering import doors
from commands.outreach import Outreach
from commands.reports import Reports
from commands.triggers import Triggers
from flows.library import Library
from settings import Settings
from storage.campaigns import StoredPlans
from storage.ledger import StoredLedger
from storage.looking import look
from storage.opening import open_store
from storage.reading import SqlReading
from storage.schema import current
from storage.vault import Readable, Vault, advice

log = structlog.get_logger("assemble")

ADAPTERS = {
    "slack": "channels.slack.channel:slack_channel",
    "telegram": "channels.telegram.channel:TelegramChannel",
    "twilio": "channels.twilio.channel:TwilioChannel",
}
"""The adapter of each kind of channel, called with name, configuration, public URL and clock."""


class BrokenFlows(BotError):
    """A flow has errors; nothing was started."""

    fault = Fault.OPERATOR


class NoSecretKey(BotError):
    """Accounts can be added to a channel, and there is no key to seal their credentials with; nothing was started."""


@dataclass(frozen=True)
class Parts:
    """One process's parts. `store` also reads (`reading` is the same object)."""

    settings: Settings
    store: Store
    channels: Mapping[str, Channel]
    library: Library
    intake: Intake
    office: Office
    supervisor: Supervisor
    clock: Callable[[], int]
    desks: Desks
    librarian: Librarian
    drafts: Drafts
    public_url: str = ""

    @cached_property
    def reports(self) -> Reports:
        """What is sent by itself, and when."""
        return Reports(self.settings)

    @cached_property
    def triggers(self) -> Triggers:
        """After which events to ask."""
        return Triggers(self.settings, self.library)

    @property
    def mover(self) -> Mover:
        """What brings running conversations to other versions."""
        return Mover(self.reading, self.library, self.intake, self.clock)

    @property
    def reading(self) -> SqlReading:
        """The store's read side."""
        return cast("SqlReading", self.store)

    async def ready(self) -> str:
        """What keeps this process from doing its work, or ""."""
        if not self.supervisor.healthy():
            return "a background task keeps falling over"
        try:
            await self.reading.poison(1)  # cheap whatever the size of the database
        except StoreUnavailable:
            return "the database does not answer"
        return ""


def epoch_ms() -> int:
    """Now, UTC."""
    return time.time_ns() // 1_000_000


def known_desks(settings: Settings) -> set[str] | None:
    """The desks that flows may name; None: a set-up that has not come to desks yet lets them name any."""
    return set(settings.desks) or None


async def _files(settings: Settings) -> Found:
    """The shipped surveys and the admins' own.

    Raises BrokenFlows, naming file and line of every error, as long as nothing has ever been published: later there are
    versions that go on, and a server that starts anew has to start.
    """
    found = read(settings.flow_folders, known_desks(settings))
    if found.errors and not await _published(settings.database_url):
        raise BrokenFlows("\n".join(["Flows have errors; nothing was started.", *map(str, found.errors)]))
    return found


async def _published(url: str) -> bool:
    if not await current(url):
        return False
    async with look(url) as reading:
        return bool(await reading.current_versions())


def channels(
    settings: Settings, public_url: str, clock: Callable[[], int] = epoch_ms, but: Collection[str] = ()
) -> dict[str, Channel]:
    """The adapters of all configured channels `but` these; none of them connects before it is used."""
    return {
        name: adapter(config.kind)(name, config, public_url, clock)
        for name, config in settings.channels.items()
        if name not in but
    }


def installable(adapters: Mapping[str, Channel]) -> dict[str, Installable]:
    """The channels that people add their own accounts to, by name."""
    return {name: each for name, each in adapters.items() if isinstance(each, Installable) and each.installable}


def vault(settings: Settings, shelf: Readable) -> Vault:
    """Where the credentials of such accounts are kept."""
    return Vault(shelf, [decoded(key) for key in settings.secret_keys])


def adapter(kind: str) -> Any:
    """The adapter class of a kind of channel, imported now."""
    module, _, name = ADAPTERS[kind].partition(":")
    return getattr(importlib.import_module(module), name)


def settle_memory() -> None:
    """Spare the garbage collector what lives as long as the process: called once, when everything is loaded.

    Turns make many short-lived tuples and structs and no cycles, and with Python's defaults the collector looks for
    cycles among them all the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def database(settings: Settings, patience: float = 0.0) -> Store:
    """The database, with its tables created if it has none at all.

    A database of another version is left alone: upgrading one with data is the operator's decision.
    """
    url = settings.database_url
    if not await current(url):
        from storage.migrate import upgrade  # noqa: PLC0415  # half a second, once in a database's life

        await upgrade(url)
        log.info("database_created")
    store = await open_store(url, patience=patience)
    store.counting = store.counting._replace(dimensions=settings.insights.dimensions)
    return cast("Store", store)


@asynccontextmanager
async def parts(
    settings: Settings,
    public_url: str = "",
    clock: Callable[[], int] = epoch_ms,
    replaced: Mapping[str, Channel] | None = None,
    patience: float = 0.0,
    *,
    publishes: bool = True,
) -> AsyncIterator[Parts]:
    """Everything, assembled and not yet started; closed at the end.

    `replaced` are channels to use instead; `patience` (s) is how long to wait for another process to let go of a
    SQLite database. `publishes`: flows whose files have changed are published, as the settings have it.

    Raises BrokenFlows, BrokenDesk and NoSecretKey before the database is touched, SchemaMismatch, StoreUnavailable, and
    NoAddressKey where there are entries.
    """
    found = await _files(settings) if publishes else Found({}, ())
    public_url = public_url or settings.public_url or f"http://{settings.host}:{settings.port}"
    adapters = channels(settings, public_url, clock, replaced or ()) | dict(replaced or {})
    places = desks(settings, adapters, {language for each in found.drafts.values() for language in each.flow.languages})
    gather = {name: getattr(channel, "gather", 0) for name, channel in adapters.items()}
    open_to_all = installable(adapters)
    if open_to_all and not settings.secret_keys:
        raise NoSecretKey(f"Nothing was started: accounts can be added to {', '.join(open_to_all)}. {advice()}.")
    store = await database(settings, patience)
    try:
        await _keep(open_to_all, vault(settings, cast("SqlReading", store)), clock())
        shelf, librarian, drafts = published(settings, store, clock)
        await drafts.take(found)
        intake = Intake(store, clock, gather)
        longest = max(gather.values(), default=0)
        supervisor = Supervisor(store, adapters, shelf, intake, clock, longest, places, public_url)
        supervisor.worker.names, supervisor.worker.doors = naming(settings), doors(settings, shelf)
        office = Office(store, shelf, intake, clock)
        supervisor.also("librarian", librarian.run)
        _ask(supervisor, settings, store, shelf, clock)
        kept = (settings, store, adapters, shelf, intake, office, supervisor, clock, places, librarian, drafts)
        yield Parts(*kept, public_url)
    finally:
        await store.close()


def _ask(supervisor: Supervisor, settings: Settings, store: Any, library: Library, clock: Callable[[], int]) -> None:
    """Decide what waits in the ledger, and plan campaigns, for as long as the process runs."""
    policy = settings.outreach.policy()
    ours = {**settings.variables, **({"company": settings.company} if settings.company else {})}
    decider = Decider(StoredLedger(store), library, policy, clock, ours)
    supervisor.also("decider", decider.run)
    supervisor.also("planner", Planner(StoredPlans(store), decider.kind_of, policy, clock, budget).run)


def outreach_of(settings: Settings, store: Any, library: Library, clock: Callable[[], int] = epoch_ms) -> Outreach:
    """The ledger and campaigns, for the API and the commands."""
    return Outreach(store, library, settings.outreach.policy(), settings.channels, settings.prices, clock)


def published(settings: Settings, store: Store, clock: Callable[[], int]) -> tuple[Library, Librarian, Drafts]:
    """The library, who keeps it as it is published, and the files beside it; none of them has looked yet."""
    archive, known = cast("Archive", store), known_desks(settings)
    shelf = Library()
    librarian = Librarian(archive, shelf, clock, known)
    by_hand = settings.publish == "by_hand"
    return shelf, librarian, Drafts(settings.flow_folders, known, librarian, archive, by_hand=by_hand)


async def _keep(channels: Mapping[str, Installable], installations: Vault, now: int) -> None:
    """Let these channels keep their accounts; what is sealed with an older key is sealed again."""
    for name, channel in channels.items():
        await installations.renew(name, now)
        channel.keep_in(installations)
