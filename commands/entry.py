"""`run.py entry`: the surveys that customers begin themselves, and the codes and links for posters."""

import asyncio
import sys
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import click
import msgspec

import settings as configuration
from bot.errors import BotError
from settings import Settings, suggest

WHATSAPP = "whatsapp:"
PICTURE = click.Path(dir_okay=False, writable=True, path_type=Path)


class NoCode(BotError):
    """There is nothing to scan for this entry on this channel; says what people do there instead."""


class Way(NamedTuple):
    """How people come in on a channel: what a QR code holds, and what to print beside it."""

    channel: str
    code: str
    words: str


@click.group()
def command() -> None:
    """Surveys that customers begin themselves, with a word they send or a code they scan."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def list_(*, as_json: bool) -> None:
    """List the entries of the settings: word, survey, channels, days."""
    settings = configuration.load()
    for name, entry in settings.entries.items():
        on = sorted(entry.channels or settings.channels)
        days = " - ".join(str(day or "") for day in (entry.first_day, entry.last_day)).strip(" -")
        row = {"name": name, "word": entry.word or name, "flow": entry.flow, "channels": on, "days": days}
        click.echo(
            msgspec.json.encode(row) if as_json else f"{name}\t{row['word']}\t{entry.flow}\t{', '.join(on)}\t{days}"
        )
    if not settings.entries:
        click.echo("No entry is configured; docs/howto/entries.md shows how.", err=True)


@command.command()
@click.argument("name")
@click.option("--channel", default="", help="Where people come in.  [default: each channel of the entry]")
@click.option("--save", type=PICTURE, help="Where to save the QR code: a .png, .svg or .pdf file.")
def qr(name: str, channel: str, save: Path | None) -> None:
    """Print the link or code of the entry NAME, for each channel, and show it to be scanned."""
    settings = configuration.load()
    entry = settings.entries.get(name)
    if entry is None:
        raise click.UsageError(f"there is no entry {name!r}{suggest(name, settings.entries)}")
    mine = [each for each in settings.channels if not entry.channels or each in entry.channels]
    if channel and channel not in mine:
        raise click.UsageError(f"the entry {name!r} is not on {channel!r}{suggest(channel, mine)}")
    wanted = [channel] if channel else mine
    if save and len(wanted) != 1:
        raise click.UsageError(f"say which code to save with --channel: {', '.join(wanted)}")
    ways = asyncio.run(_ways(settings, name, entry.word or name, wanted))
    if save and not ways[0].code:
        raise NoCode(ways[0].words)
    for way in ways:
        _show(way, save)


async def _ways(settings: Settings, name: str, word: str, wanted: list[str]) -> list[Way]:
    from commands import inspection  # noqa: PLC0415 - `--help` should not load the adapters
    from commands.assemble import channels  # noqa: PLC0415

    others = set(settings.channels) - set(wanted)
    adapters = channels(settings, inspection.address(settings), but=others)
    try:
        return [await _way(channel, adapters[channel], settings.channels[channel], name, word) for channel in wanted]
    finally:
        for adapter in adapters.values():
            await adapter.close()


async def _way(channel: str, adapter: Any, config: Any, name: str, word: str) -> Way:
    """Raises a ChannelError if the provider has to be asked and does not answer."""
    from bot.abilities import Linking  # noqa: PLC0415

    if isinstance(adapter, Linking):
        link = await adapter.link(name)
        return Way(channel, link, link)
    number = getattr(config, "sender", "").removeprefix(WHATSAPP)
    if not number:
        return Way(channel, "", f"There is nothing to scan: people write {word} to us there.")
    if config.whatsapp:
        link = f"https://wa.me/{number.lstrip('+')}?text={quote(word)}"
        return Way(channel, link, link)
    return Way(channel, f"SMSTO:{number}:{word}", f"{word} to {number}, or sms:{number}?body={quote(word)}")


def _show(way: Way, save: Path | None) -> None:
    click.echo(f"{way.channel}: {way.words}")
    if not way.code:
        return
    import segno  # noqa: PLC0415 - only where there is something to scan

    code = segno.make(way.code, micro=False)
    if save:
        code.save(str(save), scale=8, border=4)
        click.echo(f"Its QR code is in {save}.")
    elif sys.stdout.isatty():
        code.terminal(compact=True)
