"""`run.py send`: start one survey with one person now, and say what became of it."""

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

import settings as configuration
from bot.errors import BotError, StoreUnavailable
from settings import Settings
from storage.lock import holder
from storage.schema import sqlite_path

OPEN = frozenset({"", "accepted", "queued", "sending", "reconciling"})
FAILED = frozenset({"failed", "undelivered", "expired", "cancelled"})
OUTCOMES = {
    "sent": "Sent: the provider has taken it.",
    "delivered": "Delivered.",
    "read": "Delivered and read.",
    "reconciling": "In doubt: the provider did not confirm. It will be looked up there and not be sent twice.",
    "unknown": "In doubt: the provider did not confirm and cannot be asked. It will not be sent twice.",
    "failed": "Not sent: the provider refused it.",
    "undelivered": "Not delivered.",
    "expired": "Not sent: it waited too long.",
    "cancelled": "Not sent: the person has opted out, or somebody is talking with them.",
}
LATER = "Stored; it has not been sent yet and will be as soon as it can."
MOST_NAME = 100  # characters that the API takes as a survey's name
QR_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
REST = 0.1  # seconds between two looks
STARTING = 10.0  # seconds that a server may take from its lock to its address


class NotSent(BotError):
    """Why the survey was not started."""


@click.command()
@click.option("--flow", required=True, help="The survey's id; with --test also its file, published or not.")
@click.option(
    "--to",
    required=True,
    metavar="CHANNEL:ADDRESS",
    help="Whom to ask, like sms:+4930123456.  telegram: alone gives a link to hand out.",
)
@click.option("--language", default="", help="Language to ask in.  [default: the person's, else the survey's first]")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A value for the survey's texts; repeat.")
@click.option("--wait", default=30, show_default=True, help="Seconds to wait for the outcome.")
@click.option("--qr", type=QR_FILE, help="Where to save a link's QR code: a .png, .svg or .pdf file.")
@click.option("--test", is_flag=True, help="Only try it out: the first message says so, and no answer ever counts.")
def command(
    flow: str, to: str, language: str, pairs: tuple[str, ...], wait: int, qr: Path | None, *, test: bool
) -> None:
    """Start one survey with one person now: the operator's own act, without cool-down and quiet hours."""
    settings = configuration.load()
    wanted = {"flow": flow, "to": to, "language": language, "variables": variables(pairs), **trial(flow, test=test)}
    row = start(settings, wanted, wait)
    state = row.get("state", "")
    if row.get("link"):
        hand_out(row["link"], qr)
        return
    reason = " ".join(filter(None, (row.get("code"), row.get("error"))))
    click.echo(OUTCOMES.get(state, LATER) + (f" ({reason})" if reason else ""))
    if state in FAILED:
        if state == "failed" and links(settings, to):
            click.echo("They may have to write first. This link starts the survey for whoever opens it first:")
            hand_out(start(settings, {**wanted, "to": to.partition(":")[0] + ":"}, wait)["link"], qr)
        raise SystemExit(1)


def links(settings: Settings, to: str) -> bool:
    """Whether people on this channel have to write first, and can by a link."""
    from commands.assemble import adapter  # noqa: PLC0415  # only where something went wrong

    channel = settings.channels.get(to.partition(":")[0])
    return channel is not None and hasattr(adapter(channel.kind), "link")


def hand_out(link: str, picture: Path | None) -> None:
    """Print a link, with its QR code for a person to scan, or save that as a picture."""
    import segno  # noqa: PLC0415  # few surveys start by a link

    code = segno.make(link, micro=False)
    click.echo(link)
    if picture:
        code.save(str(picture), scale=8, border=4)
        click.echo(f"Its QR code is in {picture}.")
    elif sys.stdout.isatty():
        code.terminal(compact=True)


def variables(pairs: tuple[str, ...]) -> dict[str, str]:
    """`name=value` pairs as a mapping. Raises click.BadParameter."""
    wrong = [pair for pair in pairs if not pair.partition("=")[1]]
    if wrong:
        raise click.BadParameter(f"write NAME=VALUE, not {wrong[0]!r}", param_hint="--set")
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


def trial(flow: str, *, test: bool) -> dict[str, Any]:
    """What a test adds to an invitation; `flow` may be a file then. Raises click.BadParameter."""
    if not flow.endswith((".yaml", ".yml")):
        return {"test": True} if test else {}
    if not test:
        raise click.BadParameter("a file can only be tried out: add --test, or give its id", param_hint="--flow")
    try:
        file = Path(flow)
        return {"test": True, "flow": file.name[-MOST_NAME:], "source": file.read_text(encoding="utf-8-sig")}
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{flow} cannot be read: {error}", param_hint="--flow") from error


def tell_errors(settings: Settings) -> None:
    """Say what is wrong with files, whose published version is asked."""
    from bot.runtime.drafts import read  # noqa: PLC0415  # half a second that a mistyped option need not cost

    errors = read(settings.flow_folders, set(settings.desks) or None).errors
    if errors:
        click.echo(
            "\n".join(["These files have errors; what was published before goes on:", *map(str, errors)]), err=True
        )


def start(settings: Settings, wanted: Mapping[str, Any], wait: float) -> dict[str, Any]:
    """Through the server that holds the database, else by ourselves; what became of the message."""
    path = sqlite_path(settings.database_url)
    server = running(path) if path else None
    if server is None:
        try:
            return by_ourselves(settings, wanted, wait)
        except StoreUnavailable:
            server = running(path) if path else None  # one that was just starting got there first
            if server is None:
                raise
    tell_errors(settings)
    return through(server, wanted, wait)


def running(database: Path) -> Mapping[str, Any] | None:
    """What the process that holds the database announced; one that is only starting gets the time to."""
    end = time.monotonic() + STARTING
    server = holder(database)
    while server is not None and "url" not in server and time.monotonic() < end:
        time.sleep(REST)
        server = holder(database)
    return server


def reached(server: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, if it takes calls. Raises NotSent."""
    if "url" not in server:
        raise NotSent(f"Process {server.get('pid', '?')} uses the database and takes no calls now. Try again.")
    return server


def through(server: Mapping[str, Any], wanted: Mapping[str, Any], wait: float) -> dict[str, Any]:
    """Ask the server that holds the SQLite database. Raises NotSent."""
    answer = call(server, "/api/v1/invitations", wanted)
    if answer.get("link"):
        return answer
    return until_settled(lambda: call(server, f"/api/v1/invitations/{answer['id']}", missing_is_fine=True), wait)


def until_settled(look: Callable[[], dict[str, Any]], wait: float) -> dict[str, Any]:
    """Look until the message has an outcome or the time is up."""
    end = time.monotonic() + wait
    row = look()
    while row.get("state", "") in OPEN and time.monotonic() < end:
        time.sleep(REST)
        row = look()
    return row


def call(server: Mapping[str, Any], path: str, body: Any = None, *, missing_is_fine: bool = False) -> dict[str, Any]:
    """One call of the API on this machine. Raises NotSent with the server's reason."""
    request = urllib.request.Request(  # noqa: S310  # the address is our own server's, from its lock file
        reached(server)["url"] + path,
        json.dumps(body).encode() if body is not None else None,
        {"authorization": f"Bearer {server['key']}", "content-type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy between us and ourselves
    try:
        with opener.open(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        if error.code == 404 and missing_is_fine:
            return {}
        problem = _problem(error)
        raise NotSent(f"{problem.get('title', 'Refused')}: {problem.get('detail', error.reason)}") from error
    except OSError as error:
        raise NotSent(f"The server at {server['url']} does not answer: {error}") from error


def _problem(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        problem = json.load(error)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def by_ourselves(settings: Settings, wanted: Mapping[str, Any], wait: float) -> dict[str, Any]:
    """No server to ask: run everything here until this message has an outcome."""
    import asyncio  # noqa: PLC0415  # none of this is needed to ask a server

    import msgspec  # noqa: PLC0415

    from commands import logs  # noqa: PLC0415
    from commands.assemble import parts  # noqa: PLC0415
    from commands.invitations import Invitations  # noqa: PLC0415
    from web.shapes import Invitation  # noqa: PLC0415

    logs.setup(settings.log, "warning")

    async def send() -> dict[str, Any]:
        async with parts(settings) as assembled:
            invitations = Invitations(assembled)
            invited = await invitations.invite(Invitation(**wanted))
            if invited.link:
                return msgspec.structs.asdict(invited)
            session = invited.id
            await assembled.supervisor.start()
            try:
                state = await invitations.settled(session)
                end = time.monotonic() + wait
                while (state is None or state.state in OPEN) and time.monotonic() < end:
                    await asyncio.sleep(REST)
                    state = await invitations.settled(session)
            finally:
                await assembled.supervisor.stop()
            return msgspec.structs.asdict(state) if state else {}

    return asyncio.run(send())
