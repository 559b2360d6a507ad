"""`run.py serve`: webhooks, API, health and workers in one process."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import click
import structlog
import uvloop
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

import settings as configuration
from bot.errors import BotError
from bot.ports import Channel
from bot.secret_keys import decoded
from commands import logs
from commands.assemble import Parts, epoch_ms, installable, known_desks, outreach_of, parts, settle_memory
from commands.contact_pages import ContactPages
from commands.events import events_of
from commands.figures import StoredFigures
from commands.flow_drafts import StoredDrafts
from commands.flow_pages import StoredFlows
from commands.import_pages import ImportPages
from commands.inbox import Inbox
from commands.inbox_pages import InboxPages
from commands.invitations import Invitations
from commands.outreach_pages import OutreachPages
from commands.people import People
from commands.reporting import Reporting, begin
from commands.strange_flows import strange_flows
from commands.versions import Publishing
from commands.watching import watch
from commands.workplace import stored_keys, workplace
from integrations.inbound.hook import Hook
from settings import Settings
from storage import accounts
from storage.vault import derived
from web import (
    app,
    compare,
    contact_pages,
    flow_pages,
    home,
    import_pages,
    inbox,
    ledger_pages,
    outreach_pages,
    report_pages,
)
from web.install import Installing
from web.keys import Key, Keyring, digest
from web.pictures import Pictures
from web.server import Site
from web.sessions import Doors
from web.workplace import Workplace

log = structlog.get_logger("serve")


PATIENCE = 15.0  # s for a `run.py send`, or the server before this one, to finish with the database


class AddressTaken(BotError):
    """Somebody else listens there."""


@click.command()
@click.option("--host", help="Address to listen on; 0.0.0.0 for all.  [default: setting host]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.  [default: setting port]")
def command(host: str | None, port: int | None) -> None:
    """Take webhooks, answer the API, run the conversations."""
    settings = configuration.load()
    logs.setup(settings.log, settings.log_level)
    listen_on = (host or settings.host, settings.port if port is None else port)
    uvloop.run(serve(settings, *listen_on))


async def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is under way."""
    ended = until_signalled()
    site = bind(host, port)
    async with parts(settings, settings.public_url or site.url, patience=PATIENCE) as assembled:
        _warn(assembled)
        async with serving(assembled, site, reporting=begin(assembled)):
            click.echo(f"Echolot listens on {site.url}", err=True)
            if not await assembled.reading.read(accounts.anybody):
                click.echo("Nobody can sign in yet: run.py user add you@example.com --role admin", err=True)
            await ended.wait()
            log.info("stopping")


def bind(host: str, port: int) -> Site:
    """Take the address before anything else. Raises AddressTaken."""
    try:
        return Site(host, port)
    except OSError as error:
        raise AddressTaken(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another --port.") from error


@asynccontextmanager
async def serving(
    assembled: Parts,
    site: Site,
    more: Sequence[BaseRoute] = (),
    reporting: Reporting | None = None,
    demo: Doors | None = None,
) -> AsyncIterator[None]:
    """Listen and work; at the end stop listening first and working last. `more` and `demo` as in `build`."""
    key = f"eck_operator_{secrets.token_urlsafe(32)}"
    announce = getattr(assembled.store, "announce", None)  # SQLite: others have to ask this process
    for folder in assembled.settings.flow_folders:
        assembled.supervisor.also("watcher", partial(watch, folder, assembled.drafts.look))
    if assembled.triggers.folder:
        assembled.supervisor.also("triggers", partial(watch, assembled.triggers.folder, assembled.triggers.look))
    settle_memory()
    await assembled.supervisor.start()
    try:
        await site.start(build(assembled, site.host, [operator(key)], more, site.url, reporting, demo))
        if announce:
            announce({"url": site.url, "key": key})
        yield
    finally:
        if announce:
            announce({})
        await site.stop()
        await assembled.supervisor.stop()


def build(
    assembled: Parts,
    host: str,
    keys: Sequence[Key],
    more: Sequence[BaseRoute] = (),
    address: str = "",
    reporting: Reporting | None = None,
    demo: Doors | None = None,
) -> ASGIApp:
    """The web application over the running parts; `more` is the demo, behind a door of its own. `address` is ours."""
    settings = assembled.settings
    invitations, events = Invitations(assembled), events_of(assembled)
    figures = StoredFigures(assembled.reading, settings.insights.dimensions)
    configured = [
        Key(key.name, key.sha256, frozenset(key.scopes), int(key.expires.timestamp() * 1000) if key.expires else 0)
        for key in settings.api_keys
    ]
    stored = stored_keys(settings, assembled.store, epoch_ms)
    telling = reporting or Reporting(settings, assembled.store, assembled.reports, assembled.clock)
    public = urlsplit(settings.public_url or "").hostname
    return app.build(
        app.Parts(
            hooks=hooks(assembled.channels),
            accept=assembled.intake.accept,
            invite=invitations.invite,
            settled=invitations.settled,
            reading=assembled.reading,
            ready=assembled.ready,
            keyring=Keyring([*configured, *keys], epoch_ms, settings.web.calls_per_minute, stored),
            hosts={*settings.hosts, host, *([public] if public else [])},
            installing=installing(assembled),
            clock=assembled.clock,
            proxies=settings.web.proxies,
            inbox=Inbox(assembled.reading, assembled.office, assembled.desks),
            flows=flows_of(assembled),
            outreach=outreach_of(settings, assembled.store, assembled.library),
            events=events,
            contacts=People(assembled.store, settings, assembled.clock),
            inbound=inbound(settings),
            happened=events.happened,
            insights=figures,
            reporting=telling,
            workplace=None if more else pages(assembled, figures, address, telling),
            demo=demo,
        ),
        more,
    )


def pages(assembled: Parts, figures: StoredFigures, address: str, reporting: Reporting) -> Workplace:
    """The pages for people behind the door where they sign in."""
    desk = InboxPages(assembled.reading, assembled.office, assembled.desks, assembled.channels)
    numbers = home.Home(figures, Pictures(), assembled.clock, waiting=lambda who: inbox.pressing(who, desk))
    more = work(assembled, numbers, desk, reporting)
    return workplace(assembled.settings, assembled.store, assembled.clock, address, more)


def work(assembled: Parts, numbers: home.Home, desk: InboxPages, reporting: Reporting) -> list[BaseRoute]:
    """What people work with: the home page, the inbox, surveys, campaigns, contacts and reports."""
    front = [*home.routes(numbers), *compare.routes(numbers)]
    cases, surveys = inbox.routes(desk, assembled.clock), flow_pages.routes(flow_pages_of(assembled))
    return [*front, *cases, *surveys, *asking(assembled), *report_pages.routes(reporting)]


def asking(assembled: Parts) -> list[Route]:
    """The pages about campaigns, decisions and contacts."""
    settings, store, clock = assembled.settings, assembled.store, assembled.clock
    outreach = outreach_of(settings, store, assembled.library, clock)
    campaigns = OutreachPages(outreach, assembled.library, sorted(settings.channels))
    people = contact_pages.routes(ContactPages(store, settings, outreach, clock))
    files = import_pages.routes(ImportPages(store, settings, clock))
    return [*outreach_pages.routes(campaigns), *ledger_pages.routes(campaigns, clock), *files, *people]


def flows_of(assembled: Parts) -> Publishing:
    """Flows and their versions, for the API."""
    return Publishing(assembled.reading, assembled.drafts.read, assembled.librarian, assembled.mover)


def flow_pages_of(assembled: Parts) -> StoredFlows:
    """Surveys and their drafts, for the pages."""
    settings = assembled.settings
    ours = {**settings.variables, **({"company": settings.company} if settings.company else {})}
    drafts = StoredDrafts(assembled.store, assembled.clock)
    return StoredFlows(flows_of(assembled), assembled.store, assembled.library, known_desks(settings), ours, drafts)


def installing(assembled: Parts) -> Installing:
    """What the pages need where people add their accounts."""
    settings = assembled.settings
    return Installing(
        channels=installable(assembled.channels),
        company=settings.company,
        keys=[derived(decoded(key), "install state") for key in settings.secret_keys],
        https=(settings.public_url or "").startswith("https://"),
        clock=epoch_ms,
    )


def hooks(channels: Mapping[str, Channel]) -> dict[str, Channel]:
    """The channels whose webhooks can be verified; the hooks of others do not exist (RELIABILITY S2)."""
    return {name: channel for name, channel in channels.items() if getattr(channel, "hookable", False)}


def inbound(settings: Settings) -> dict[str, Hook]:
    """Other systems' hooks; those without a secret do not exist (RELIABILITY S2)."""
    root = f"{settings.public_url or ''}/hooks/in"
    return {name: Hook(name, each, f"{root}/{name}") for name, each in settings.inbound.items() if each.secrets}


def operator(key: str) -> Key:
    """The key that `run.py send` and `run.py flow` find in the lock file; it lives as long as this process."""
    scopes = frozenset({"invite", "read", "author", "contacts", "outreach", "metrics", "people"})
    return Key("operator", digest(key), scopes)


def until_signalled() -> asyncio.Event:
    """An event that SIGINT or SIGTERM sets."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    return ended


def _warn(assembled: Parts) -> None:
    settings = assembled.settings
    if settings.channels and not settings.public_url:
        log.warning("public_url_missing", reason="providers sign the address they call; set public_url")
    for problem in strange_flows(settings, {flow.id for flow in assembled.library.flows}):
        log.warning("setting_odd", reason=str(problem))
    for name in settings.channels.keys() - hooks(assembled.channels).keys():
        log.warning("no_hook", channel=name, reason="no secret is configured, so its webhooks cannot be verified")
    for name in settings.inbound.keys() - inbound(settings).keys():
        log.warning("no_hook", channel=f"in/{name}", reason="no secret is configured, so its calls cannot be verified")
