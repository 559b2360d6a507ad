"""`run.py doctor`: look for everything that needs an operator; exit 1 if something does."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

import settings as configuration
from bot.errors import BotError
from bot.messages import Address
from bot.ports import Channel, Listening
from bot.runtime.drafts import read
from commands import inspection, logs
from commands.address_keys import examined
from commands.assemble import channels, epoch_ms, installable, known_desks
from commands.findings import Finding, bad, good, note, tell
from settings import CONFIG_VARIABLE, DEFAULT_FILE, Settings
from storage.contacts import keys
from storage.lock import holder
from storage.looking import look
from storage.reading import SqlReading
from storage.schema import HEAD, current, sqlite_path
from storage.vault import advice

FIXED_IN = ((3, 44, 6), (3, 50, 7))  # backports of the fix for the WAL-reset bug; everything from 3.51.3 has it
LITTLE_SPACE = 1_000_000_000  # bytes
STUCK_FOR = 60_000  # ms; what desks have waited for less is on its way
STUCK = ("unknown", "reconciling", "failed", "undelivered")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
@click.option("--offline", is_flag=True, help="Ask no provider, look only at what is here.")
def command(*, as_json: bool, offline: bool) -> None:
    """Look at settings, database, flows, channels and what got stuck; ask each provider about its account.

    Nothing is changed, and nobody is written to. The exit status is 1 if something needs an operator.
    """
    logs.setup("auto", "error")
    tell(examine(offline=offline), as_json=as_json)


def examine(*, offline: bool = False) -> Iterator[Finding]:
    """Every finding. What cannot be looked at because of an earlier one is left out."""
    try:
        settings = configuration.load()
    except BotError as error:
        yield bad("settings", str(error))
        return
    yield good("settings", _where())
    yield from _attempt("flows", lambda: _flows(settings))
    yield from _channels(settings, offline=offline)
    yield from _attempt("database", lambda: _database(settings))


def _where() -> str:
    path = Path(os.environ.get(CONFIG_VARIABLE, DEFAULT_FILE))
    return str(path.absolute()) if path.exists() else "no file; defaults and environment"


def _attempt(about: str, look_at: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look_at()
    except BotError as error:
        return [bad(about, str(error))]


def _flows(settings: Settings) -> list[Finding]:
    found = read(settings.flow_folders, known_desks(settings))
    names = ", ".join(sorted(found.drafts))
    first = good("flows", f"{len(found.drafts)} without errors: {names}")
    if found.errors:
        hint = "what was published before goes on, and a new database is not started with them"
        first = bad("flows", "\n".join(["Flows have errors:", *map(str, found.errors)]), hint)
    return [first, *(note("flows", str(each)) for each in found.problems if each.severity != "error")]


def _channels(settings: Settings, *, offline: bool) -> Iterator[Finding]:
    if not settings.channels:
        yield note("channels", "none configured; only `run.py demo` and `run.py simulate` can talk to anybody")
        return
    base = settings.public_url or ""
    adapters = channels(settings, inspection.address(settings))
    called = [name for name, channel in adapters.items() if getattr(channel, "hookable", False)]
    if not base and (called or not all(isinstance(channel, Listening) for channel in adapters.values())):
        yield bad("channels", "public_url is not set: providers cannot reach the hooks, and signatures will not hold")
    yield from inspection.sane(base)
    if installable(adapters) and not settings.secret_keys:
        yield bad(
            "channels", f"no secret_keys, so the server does not start: {', '.join(installable(adapters))}", advice()
        )
    asked: dict[str, list[Finding]] = {}
    if not offline:
        if base and called:
            yield asyncio.run(inspection.reachable(base))
        try:
            asked = asyncio.run(inspection.diagnosed(settings))
        except BotError as error:
            yield bad("channels", str(error))
    for name, channel in adapters.items():
        yield _comes_in(base, name, channel)
        yield from asked.get(name, ())


def _comes_in(base: str, name: str, channel: Channel) -> Finding:
    about = f"channel {name}"
    if getattr(channel, "hookable", False):
        return good(about, f"{channel.kind}; give the provider this webhook: {base}/hooks/{name}")
    if isinstance(channel, Listening):
        return good(about, f"{channel.kind}; fetches its events itself")
    return bad(about, f"{channel.kind} without a secret: its webhook does not exist and messages get lost")


def _database(settings: Settings) -> list[Finding]:
    path = sqlite_path(settings.database_url)
    findings = list(_file(path)) if path else []
    found = asyncio.run(current(settings.database_url))
    if not found:
        return [*findings, note("database", "has no tables yet; `run.py serve` creates them")]
    if found != HEAD:
        return [*findings, bad("database", f"schema {found}, needed is {HEAD}: run `run.py db upgrade`")]
    findings.append(good("database", f"reachable, schema {found}"))
    return [*findings, *asyncio.run(_rows(settings)), *asyncio.run(inspection.accounts(settings))]


def _file(path: Path) -> Iterator[Finding]:
    version = sqlite3.sqlite_version_info
    if version < (3, 51, 3) and not any(version[:2] == fix[:2] and version >= fix for fix in FIXED_IN):
        yield note(
            "SQLite",
            f"{sqlite3.sqlite_version}: safe as Echolot uses it (one writer), but not together with Litestream, "
            "which needs 3.51.3 or newer",
        )
    server = holder(path)
    if server is None:
        yield note("server", "none is running on this database")
    else:
        yield good("server", f"process {server.get('pid', '?')} at {server.get('url', '(not listening)')}")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    report = good if free > LITTLE_SPACE else bad
    yield report("disk", f"{free / 1e9:.1f} GB free in {folder}")


async def _rows(settings: Settings) -> list[Finding]:
    async with look(settings.database_url) as reading:
        found = [*await _poison(reading), *await _outbox(reading), *await _inbox(reading)]
        found += stuck_desks(settings, await reading.stuck_at_desks())
        return [*found, *examined(settings, await reading.read(keys))]


async def _poison(reading: SqlReading) -> list[Finding]:
    rows = await reading.poison(20)
    count = (await reading.counts())["inbox_poison"]
    if not count:
        return [good("inbox", "every event was understood")]
    lines = [f"{row['id']} {row['channel']} {row['kind']} {row['event_key']}: {row['error']}" for row in rows]
    return [bad("inbox", "\n".join([f"{count} events could not be understood (id, channel, kind, key):", *lines]))]


async def _outbox(reading: SqlReading) -> list[Finding]:
    rows: list[dict[str, Any]] = await reading.outbox_states()
    if not rows:
        return [good("outbox", "empty")]
    stuck = [row for row in rows if row["state"] in STUCK]
    text = ", ".join(f"{row['channel']} {row['state']} {row['n']}" for row in rows)
    return [note("outbox", text) if stuck else good("outbox", text)]


def stuck_desks(settings: Settings, rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """Places that take nothing, one line each, with the desk whose they are and the provider's latest words."""
    names = {
        Address(channel, chat, account).lane: f"desk {name}"
        for name, desk in settings.desks.items()
        for channel, chat, account in desk.places
    }
    by_place: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_place.setdefault(row["lane"].partition("#")[0], []).append(row)
    for place, stuck in by_place.items():
        since = min(row["created_at"] for row in stuck)
        if epoch_ms() - since >= STUCK_FOR:
            waiting = f"{len({row['lane'] for row in stuck})} threads wait since {_moment(since)}"
            hint = "other places of the desk and the web inbox go on; what waits goes out by itself within 5 minutes"
            yield bad(names.get(place, "desk"), f"{place} takes nothing: {stuck[-1]['error']} ({waiting})", hint)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


async def _inbox(reading: SqlReading) -> list[Finding]:
    waiting = (await reading.counts())["inbox_new"]
    return [note("inbox", f"{waiting} events wait to be worked on")] if waiting else []
