"""`run.py demo`: the whole product with no account anywhere, in one browser page."""

import asyncio
import contextlib
import os
import socket
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from zoneinfo import available_timezones

import click
import uvloop

from bot.cases.config import AgentSettings, DeskSettings
from bot.cases.desks import WEB
from bot.ports import Channel
from commands import logs
from commands.accounts import People
from commands.assemble import parts
from commands.demo_desk import DemoDesk
from commands.demo_people import people
from commands.demo_year import DIMENSIONS, SampleYear, Together
from commands.devices.device import Clock, Device
from commands.devices.seats import PhoneSeats, Seats, SlackSeats, TelegramSeats
from commands.devices.slack import SlackDm
from commands.devices.sms import SmsPhone
from commands.devices.telegram import TelegramPhone
from commands.figures import StoredFigures
from commands.inbox_pages import InboxPages
from commands.invitations import Invitations
from commands.reporting import Reporting, begin
from commands.serve import bind, serving, until_signalled, work
from commands.stage import DemoStage
from settings import Settings
from web import demo, home, inbox
from web.demo_door import DemoDoor
from web.pictures import Pictures
from web.server import Site
from web.words import LANGUAGES

HOST = "127.0.0.1"  # the demo is for whoever sits at this machine
USUAL_PORT = 8000
AGENTS = {"anna": "Anna", "ben": "Ben"}
CAUSES = [
    {"id": "delivery", "de": "Lieferung", "en": "Delivery"},
    {"id": "support", "de": "Beratung", "en": "Support"},
    {"id": "price", "de": "Preis", "en": "Price"},
    {"id": "other", "de": "Anderes", "en": "Something else"},
]
REPORTS = Path(__file__).with_name("demo_reports").absolute()
PACE = 0.4  # seconds between two statuses of a message: slow enough to see


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one.  [default: 8000 if free]")
@click.option("--no-browser", is_flag=True, help="Print the address only.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the database in this folder; without it, it is gone at the end.",
)
def command(port: int | None, data: Path | None, *, no_browser: bool) -> None:
    """Start the server, stand-ins for Twilio, Telegram and Slack, and a page with their phones, all on this machine."""
    logs.setup("auto", "warning")
    with tempfile.TemporaryDirectory(prefix="echolot-demo-") as scratch:
        folder = data or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        uvloop.run(show(folder, port, browser=not no_browser))


async def show(folder: Path, port: int | None, *, browser: bool) -> None:
    """Run the demo until SIGINT or SIGTERM."""
    ended = until_signalled()
    site = bind(HOST, USUAL_PORT if port is None and is_free(USUAL_PORT) else port or 0)
    async with running(folder, site):
        click.echo(f"The Echolot demo is at {site.url}\nEnd it with Ctrl+C.")
        if browser:
            with contextlib.suppress(webbrowser.Error):
                webbrowser.open(site.url)
        await ended.wait()


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


@asynccontextmanager
async def running(folder: Path, site: Site) -> AsyncIterator[DemoStage]:
    """The whole demo, served on `site`."""
    clock = Clock()
    sms, telegram, slack = SmsPhone(clock, PACE), TelegramPhone(clock), SlackDm(clock)
    devices: list[Device] = [sms, telegram, slack]
    seats = [SlackSeats(slack, AGENTS), TelegramSeats(telegram, AGENTS), PhoneSeats(sms, next(iter(AGENTS)))]
    async with AsyncExitStack() as stack:
        channels = {device.name: await provided(device, site, stack) for device in devices}
        settings = configured(folder, devices, seats)
        assembled = await stack.enter_async_context(parts(settings, site.url, clock, channels))
        began = await people(assembled)
        stage = DemoStage(devices, DemoDesk(seats, assembled), assembled, Invitations(assembled).invite, clock, began)
        figures = Together(SampleYear(clock()), StoredFigures(assembled.reading, DIMENSIONS))
        desk = InboxPages(assembled.reading, assembled.office, assembled.desks, assembled.channels)
        pressing = partial(inbox.pressing, cases=desk)
        numbers = home.Home(figures, Pictures(), clock, sample=True, at="/home", waiting=pressing)
        reporting = begin(assembled, figures) or Reporting(settings, assembled.store, assembled.reports, clock, figures)
        more = [*demo.routes(stage), *work(assembled, numbers, desk, reporting)]
        door = DemoDoor(People(assembled.store, clock), *next(iter(AGENTS.items())), clock)
        async with serving(assembled, site, more, reporting, door):
            telling = asyncio.create_task(reporting.send("weekly"))
            yield stage
            stage.close()
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


def configured(folder: Path, devices: Sequence[Device], seats: Sequence[Seats]) -> Settings:
    """The demo's settings: one desk with places wherever agents sit.

    Not validated, so that no ECHOLOT_ variable leads the demo to somebody's real database.
    """
    first, *also = [{"channel": each.channel, "chat": each.chat} for each in seats]
    desk = {"agents": list(AGENTS), "causes": CAUSES, "ask_again": True, "also": also}
    desk |= {"timezone": own_zone(), "language": own_language()}
    agents = {}
    for login, name in AGENTS.items():
        elsewhere = {each.channel: each.known_as(login) for each in seats if each.known_as(login)}
        agents[login] = AgentSettings.model_validate({"alias": name, WEB: login} | elsewhere)
    return Settings.model_construct(
        home=folder,
        database_url=f"sqlite:///{(folder / 'demo.db').absolute()}",
        company="Echolot",
        reports_dir=REPORTS,
        channels={device.name: device.config for device in devices},
        desks={"support": DeskSettings.model_validate(first | desk)},
        agents=agents,
    )


def own_zone() -> str:
    """This machine's time zone, so that deadlines read as the page's other clocks do; UTC if it cannot be told."""
    named = (
        os.environ.get("TZ", "").removeprefix(":") or str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    )
    return named if named in available_timezones() else "UTC"


def own_language() -> str:
    """This machine's language, for what agents read elsewhere than on the page; English if it is none of ours."""
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return named[:2] if named[:2] in LANGUAGES else "en"


async def provided(device: Device, site: Site, stack: AsyncExitStack) -> Channel:
    """Serve the stand-in of a device's provider for as long as `stack` is open; the channel that calls it."""
    provider = Site(HOST, 0)
    stack.push_async_callback(provider.stop)
    await provider.start(device.sandbox)
    stack.push_async_callback(device.close)
    await device.connect(f"{site.url}/hooks/{device.name}")
    return device.channel(site.url, provider.url)
