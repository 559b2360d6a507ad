"""`run.py consent`: opt-outs and consents from files, what holds for somebody, and the proof of it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click

import settings as configuration
from bot.outreach.consent import EVERYWHERE, REASONS
from commands import logs

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 10  # rows that were refused


@click.group("consent")
def command() -> None:
    """Who agreed to be asked, who took it back, and the proof of both."""


@command.command("import")
@click.argument("file", type=FILE)
@click.option("--channel", required=True, help="The channel it counts for, or * for all of an address's.")
@click.option("--opt-outs", is_flag=True, help="A list of people who are not to be written to.")
@click.option("--reason", type=click.Choice(REASONS), default="stop", show_default=True, help="Of opt-outs.")
def import_(file: Path, channel: str, reason: str, *, opt_outs: bool) -> None:
    """Keep what FILE says (CSV, XLSX or JSON lines): consents, or opt-outs such as a provider's list.

    A row has an address, and a consent also basis, source, at and wording. The same file again changes nothing.
    """
    settings = configuration.load()
    logs.setup(settings.log, "warning")
    if channel not in (EVERYWHERE, *settings.channels):
        raise click.BadParameter(f"there is no channel {channel!r}", param_hint="--channel")
    new, known, refused = asyncio.run(_import(settings, file, channel, reason if opt_outs else ""))
    for row, wrong in refused[:SHOWN]:
        click.echo(f"row {row}: {wrong}", err=True)
    if len(refused) > SHOWN:
        click.echo(f"… and {len(refused) - SHOWN:,} more", err=True)
    click.echo(f"{new:,} new, {known:,} known already, {len(refused):,} refused.")


async def _import(
    settings: configuration.Settings, file: Path, channel: str, reason: str
) -> tuple[int, int, list[tuple[int, str]]]:
    from commands.address_keys import pseudonyms  # noqa: PLC0415 — `--help` should not load it
    from commands.assemble import database, epoch_ms  # noqa: PLC0415
    from commands.consenting import Wanted, batches, take  # noqa: PLC0415
    from integrations.imports.source import opened  # noqa: PLC0415

    names, wanted = pseudonyms(settings), Wanted(channel, reason)
    new, known, refused = 0, 0, []
    source = opened(file)
    store: Any = await database(settings)
    try:
        for batch in batches(source.lines):
            now = epoch_ms()
            for one in await store.run(lambda rows=batch, now=now: take(settings, names, wanted, rows, now), "inbox"):
                new += one.new
                known += not one.new and not one.wrong
                refused += [(one.row, one.wrong)] if one.wrong else []
    finally:
        await store.close()
    return new, known, refused


@command.command()
@click.argument("whom")
def show(whom: str) -> None:
    """What holds for WHOM: a contact's id, the id of another system, or an address like sms:+4930123456."""
    found = asyncio.run(_proof(whom))
    for each in found["addresses"]:
        click.echo(each["address"])
        for held in each["holds"]:
            click.echo(f"  may be asked ({held['channel']}): {held['basis']}, since {held['since'][:16]}")
        for held in each["suppressed"]:
            click.echo(f"  is not written to ({held['channel']}): {held['reason']}, since {held['since'][:16]}")
        if not each["holds"] and not each["suppressed"]:
            click.echo("  no consent, and nothing against it")
        for event in each["events"]:
            click.echo(f"  {event['at'][:16]}  {event['action']}  {event['channel']}  {event['source']}")
        click.echo(f"  chain: {each['chain'] if each['chain'] == 'whole' else '; '.join(each['chain'])}")
    click.echo(f"{len(found['uses'])} messages were sent on these grounds; `run.py consent proof` lists them.")


@command.command()
@click.argument("whom")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file.  [default: stdout]")
def proof(whom: str, out: Path | None) -> None:
    """Everything that is kept about WHOM's consent as JSON: every event, every message sent because of it.

    Exit 1 if a chain of events is broken: somebody has changed or removed what was written down.
    """
    found = asyncio.run(_proof(whom))
    text = json.dumps(found, ensure_ascii=False, indent=2)
    if out:
        out.write_text(text + "\n", "utf-8")
        click.echo(f"{out} holds {sum(len(each['events']) for each in found['addresses'])} events.")
    else:
        click.echo(text)
    if any(each["chain"] != "whole" for each in found["addresses"]):
        raise SystemExit(1)


async def _proof(whom: str) -> dict[str, Any]:
    from commands.address_keys import pseudonyms  # noqa: PLC0415
    from commands.assemble import epoch_ms  # noqa: PLC0415
    from commands.consenting import proof as proved  # noqa: PLC0415
    from commands.whose import find  # noqa: PLC0415
    from storage.looking import look  # noqa: PLC0415

    settings = configuration.load()
    logs.setup(settings.log, "warning")
    names = pseudonyms(settings)
    async with look(settings.database_url) as reading:
        whose = await reading.read(lambda: find(settings, whom, names))
        return await reading.read(lambda: proved(whose, epoch_ms()))
