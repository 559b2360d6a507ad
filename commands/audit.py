"""`run.py audit`: the trail of who did what: does it hold, print it, forget what is too old."""

import asyncio
from functools import partial
from typing import Any

import click

import settings as configuration
from commands import logs
from storage import audit
from storage.looking import look

PAGE = 1000
DAY = 86_400_000  # ms
KEPT = 731
"""Days: 24 months (RELIABILITY C12)."""


@click.group()
def command() -> None:
    """Who did what: look whether the trail holds, print it, forget what is too old."""


@command.command()
def verify() -> None:
    """Follow the chain from the oldest entry to the newest; exit 1 and the numbers of entries that do not fit."""
    url = _settings().database_url

    async def examined() -> tuple[int, list[int]]:
        async with look(url) as reading:
            found: tuple[int, list[int]] = await reading.read(audit.examine)
            return found

    count, broken = asyncio.run(examined())
    if broken:
        raise audit.Broken(f"{count:,} entries; the chain does not hold at {', '.join(map(str, broken[:20]))}.")
    click.echo(f"{count:,} entries, and the chain holds.")


@command.command()
def export() -> None:
    """Print every entry as a JSON line, newest first, with the hashes that anybody can check."""
    asyncio.run(_print(_settings().database_url))


@command.command()
@click.option("--days", type=click.IntRange(1), default=KEPT, show_default=True, help="How old an entry may get.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def trim(days: int, *, yes: bool) -> None:
    """Forget entries that are older, if the chain holds; an entry says so, and the rest can be checked as before.

    With SQLite the server has to be stopped.
    """
    settings = _settings()
    if not yes:
        click.confirm(f"Forget what happened more than {days} days ago?", abort=True)
    gone = asyncio.run(trimmed(settings, days))
    click.echo(f"{gone:,} entries are gone." if gone else "Nothing is that old.")


async def trimmed(settings: configuration.Settings, days: int) -> int:
    """Trim; how many entries are gone. Raises storage.audit.Broken and StoreUnavailable."""
    from commands.assemble import database, epoch_ms  # noqa: PLC0415 - `--help` should not load it

    store: Any = await database(settings)
    now = epoch_ms()
    try:
        gone: int = await store.run(lambda: audit.trim(now - days * DAY, now, "operator"))
    finally:
        await store.close()
    return gone


async def _print(url: str) -> None:
    import msgspec  # noqa: PLC0415

    encode = msgspec.json.Encoder().encode
    async with look(url) as reading:
        before = audit.NEWEST
        while found := await reading.read(partial(audit.entries, before, PAGE)):
            for each in found:
                facts = each._asdict() | {"facts": msgspec.Raw(each.facts.encode())}
                click.echo(encode(facts))
            before = found[-1].n


def _settings() -> configuration.Settings:
    settings = configuration.load()
    logs.setup(settings.log, "warning")
    return settings
