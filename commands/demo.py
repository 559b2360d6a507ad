"""`run.py demo`: the whole product with no account anywhere, in one browser page."""

import contextlib
import secrets
import socket
import tempfile
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
import uvloop

from channels.twilio.config import TwilioConfig
from commands import logs
from commands.assemble import parts
from commands.invitations import Invitations
from commands.serve import bind, serving, until_signalled
from commands.stage import CHANNEL, SENDER, Clock, DemoStage, SkippingChannel
from sandbox.twilio import Account, TwilioSandbox
from settings import Settings
from web import demo
from web.server import Site
from web.shapes import Invitation

HOST = "127.0.0.1"  # the demo is for whoever sits at this machine
USUAL_PORT = 8000
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
    """Start the server, a stand-in for the SMS provider and a page with a phone, all on this machine."""
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
async def running(folder: Path, site: Site) -> AsyncIterator[None]:
    """The whole demo, served on `site`."""
    sid, token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
    hooks = {SENDER: ""}
    sandbox = TwilioSandbox([Account(sid, token, hooks)], PACE)
    provider = Site(HOST, 0)
    await provider.start(sandbox)
    clock = Clock()
    config = TwilioConfig.model_validate(
        {"kind": "twilio", "account_sid": sid, "auth_token": token, "from": SENDER, "settle": "3s"}
        | {"api_url": provider.url, "timeout": "2s", "gather": "700ms"}
    )
    database = f"sqlite:///{(folder / 'demo.db').absolute()}"
    # Not validated, so that no ECHOLOT_ variable leads the demo to somebody's real database.
    settings = Settings.model_construct(home=folder, database_url=database, company="Echolot")
    channel = SkippingChannel(CHANNEL, config, site.url, clock)
    channel.clock = clock
    hooks[SENDER] = f"{site.url}/hooks/{CHANNEL}"
    try:
        async with parts(settings, site.url, clock, {CHANNEL: channel}) as assembled:
            invitations = Invitations(assembled)

            async def invite(flow: str, to: str, language: str) -> str:
                return (await invitations.invite(Invitation(flow, to, language))).id

            stage = DemoStage(sandbox, assembled.reading, assembled.library, invite, clock)
            async with serving(assembled, site, demo.routes(stage)):
                yield
                stage.close()
    finally:
        await sandbox.close()
        await provider.stop()
