"""`run.py channels`: what is configured, setting it up at the provider, and an app's manifest."""

import asyncio
import importlib
import importlib.util
import sys
from typing import Any, NamedTuple

import click
import msgspec

import settings as configuration
from bot.abilities import Diagnosing
from bot.errors import BotError
from bot.ports import Channel, Listening
from commands import inspection, logs
from commands.assemble import ADAPTERS, channels, installable
from commands.findings import Finding, of_channel, tell
from settings import Settings, suggest

WAYS = {"slack": "Socket Mode", "telegram": "polling"}
CONNECT_SECONDS = 60.0


class CannotBeDone(BotError):
    """What was asked for is not possible with this channel or these settings."""


class Row(NamedTuple):
    """One channel: how its events come in, the names of its settings, and where people add their accounts."""

    name: str
    kind: str
    events: str
    settings: str
    install: str


@click.group()
def command() -> None:
    """List the channels, set them up at the provider, print what an app there needs."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def list_(*, as_json: bool) -> None:
    """List the configured channels. No secret is shown, only whether there is one."""
    settings = configuration.load()
    rows = [_row(settings, *each) for each in channels(settings, inspection.address(settings)).items()]
    if as_json:
        for row in rows:
            click.echo(msgspec.json.encode(row._asdict()))
    elif not rows:
        click.echo(f"No channel is configured; known kinds: {', '.join(ADAPTERS)}.", err=True)
    elif sys.stdout.isatty():
        _table(rows)
    else:
        for row in rows:
            click.echo("\t".join(row))


@command.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def connect(name: str, *, as_json: bool) -> None:
    """Set up channel NAME at its provider, as far as it can be done from here, and say what is left to do.

    The exit status is 1 if something needs you.
    """
    logs.setup("auto", "error")
    settings = _with(name)
    tell(asyncio.run(_connected(settings, name)), as_json=as_json)


@command.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of YAML.")
def manifest(name: str, *, as_json: bool) -> None:
    """Print the manifest of the app behind channel NAME, to be pasted at the provider."""
    settings = _with(name)
    config = settings.channels[name]
    module = f"{ADAPTERS[config.kind].partition(':')[0].rpartition('.')[0]}.manifest"
    if importlib.util.find_spec(module) is None:
        raise CannotBeDone(f"{config.kind} knows no manifests; `run.py channels connect {name}` sets it up.")
    public_url = inspection.address(settings)
    if not settings.public_url and not isinstance(channels(settings, public_url)[name], Listening):
        raise CannotBeDone("Set public_url first: the manifest tells the provider where to call this server.")
    made: dict[str, Any] = importlib.import_module(module).manifest(name, config, public_url, settings.company)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(made)))
        return
    import yaml  # noqa: PLC0415 - loaded with the settings anyway

    click.echo(yaml.safe_dump(made, sort_keys=False, allow_unicode=True), nl=False)


def _with(name: str) -> Settings:
    """The settings, which have this channel. Raises UsageError with a suggestion."""
    settings = configuration.load()
    if name not in settings.channels:
        known = ", ".join(settings.channels) or "none"
        near = suggest(name, settings.channels)
        raise click.UsageError(f"no channel is called {name!r}{near or f'; configured: {known}'}")
    return settings


async def _connected(settings: Settings, name: str) -> list[Finding]:
    async with inspection.opened(settings) as adapters:
        channel = adapters[name]
        if not isinstance(channel, Diagnosing):
            raise CannotBeDone(f"{channel.kind} cannot be set up from here; see docs/channels.")
        if getattr(channel, "hookable", False) and not settings.public_url and not isinstance(channel, Listening):
            raise CannotBeDone("Set public_url first: the provider has to know where to call this server.")
        found = await inspection.answer(channel.connect(), CONNECT_SECONDS)
    warnings = inspection.sane(settings.public_url) if settings.public_url else []
    return [*warnings, *of_channel(name, found)]


def _row(settings: Settings, name: str, channel: Channel) -> Row:
    base = inspection.address(settings)
    install = f"{base}/install/{name}" if name in installable({name: channel}) else ""
    return Row(name, channel.kind, _events(base, name, channel), ", ".join(_names(settings.channels[name])), install)


def _events(base: str, name: str, channel: Channel) -> str:
    hook = [f"{base}/hooks/{name}"] if getattr(channel, "hookable", False) else []
    own = [WAYS.get(channel.kind, "a connection of its own")] if isinstance(channel, Listening) else []
    return " and ".join([*hook, *own]) or "none: there is no secret"


def _names(config: Any) -> list[str]:
    """The settings that were made, as they are written; of a secret, whether it is empty."""
    names = []
    for field, info in type(config).model_fields.items():
        if field not in config.model_fields_set or field == "kind":
            continue
        value = getattr(config, field)
        empty = hasattr(value, "get_secret_value") and not value.get_secret_value()
        names.append((info.alias or field) + (" (empty)" if empty else ""))
    return names


def _table(rows: list[Row]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only for a terminal
    from rich.table import Table  # noqa: PLC0415

    titles = {"name": "Channel", "kind": "Kind", "events": "Events come by", "settings": "Configured"}
    if any(row.install for row in rows):
        titles["install"] = "Accounts are added at"
    table = Table()
    for title in titles.values():
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(getattr(row, field) for field in titles))
    Console(markup=False).print(table)
