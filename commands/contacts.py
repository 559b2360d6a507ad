"""`run.py contacts`: look people up, make one of two, and write them all down."""

import asyncio
import csv
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec

import settings as configuration
from bot.errors import BotError, Fault
from commands import logs
from settings import Settings
from storage.looking import look
from storage.schema import sqlite_path

if TYPE_CHECKING:  # `--help` should not load them
    from bot.contacts import Contact
    from web.contact_shapes import ContactDetail

PAGE = 1000
COLUMNS = ("id", "external", "name", "language", "zone", "country", "brand", "region", "segment", "agent", "revenue")


class Nobody(BotError):
    """There is no such contact."""

    fault = Fault.CALLER


@click.group()
def command() -> None:
    """People: show one, find, merge, export. They come in by `run.py import contacts` and by the API."""


@command.command()
@click.argument("who", metavar="CONTACT")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(who: str, *, as_json: bool) -> None:
    """Show a CONTACT: by id, by external id, or by channel:address."""
    found = asyncio.run(_detail(configuration.load(), who))
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    for name, value in msgspec.structs.asdict(found).items():
        shown = _shown(name, value)
        if shown:
            click.echo(f"{name:10}  {shown}")


@command.command()
@click.argument("text")
@click.option("--limit", default=20, show_default=True, help="How many to show at most.")
def find(text: str, limit: int) -> None:
    """List contacts whose name, external id or address holds TEXT; looks at all of them."""
    wanted = text.casefold()

    async def look_through() -> int:
        count = 0
        async for one in _all(configuration.load()):
            places = " ".join(each.address for each in one.addresses)
            if wanted in f"{one.name}\n{one.external}\n{one.id}\n{places}".casefold():
                click.echo(f"{one.id}  {one.external:12}  {one.name}  {places}")
                count += 1
                if count >= limit:
                    break
        return count

    logs.setup("auto", "warning")
    if not asyncio.run(look_through()):
        raise Nobody(f"No contact holds {text!r}.")


@command.command()
@click.argument("contact")
@click.argument("into")
def merge(contact: str, into: str) -> None:
    """Make CONTACT part of INTO: addresses, decisions and consents go along; what INTO lacks it takes over.

    Both are named by id, by external id, or by channel:address.
    """
    settings = configuration.load()
    logs.setup(settings.log, "warning")
    found = asyncio.run(_merge(settings, contact, into))
    click.echo(f"{contact} is part of {found['id']} now; both ids lead there.")


@command.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--output", type=click.File("w", "utf-8", lazy=True), default="-", help="A file.  [default: stdout]")
def export(form: str, output: TextIO) -> None:
    """Write one line per contact, in the order of their ids; works while the server runs."""
    settings = configuration.load()
    logs.setup(settings.log, "warning")  # to stderr: stdout is for the data
    from commands.account_calls import note_export  # noqa: PLC0415 - see above

    note_export("contacts")
    write = _csv(output, list(settings.channels)) if form == "csv" else _jsonl(output)

    async def everybody() -> None:
        async for one in _all(settings):
            write(one)

    asyncio.run(everybody())
    output.flush()


async def _detail(settings: Settings, who: str) -> "ContactDetail":
    from commands.people import detail  # noqa: PLC0415 — see above

    [one] = await _found(settings, who)
    return detail(one)


async def _found(settings: Settings, *keys: str) -> list["Contact"]:
    """Raises Nobody."""
    from commands.people import named  # noqa: PLC0415 — see above

    people = []
    async with look(settings.database_url) as reading:
        for key in keys:
            one = await named(reading, settings, key)
            if one is None:
                raise Nobody(f"There is no contact {key!r}: give an id, an external id or channel:address.")
            people.append(one)
    return people


async def _all(settings: Settings) -> AsyncIterator["ContactDetail"]:
    from commands.people import detail  # noqa: PLC0415 — see above
    from storage import contacts  # noqa: PLC0415 — see above

    async with look(settings.database_url) as reading:
        after = ""
        while some := await reading.read(lambda: contacts.page(after, PAGE)):  # noqa: B023 — it is used at once
            for one in some:
                yield detail(one)
            after = some[-1].id


async def _merge(settings: Settings, contact: str, into: str) -> dict[str, Any]:
    """Through the server that holds the SQLite database, else by ourselves. Raises CannotMerge and NotSent."""
    from commands.assemble import database, epoch_ms  # noqa: PLC0415 — see above
    from commands.people import People  # noqa: PLC0415 — see above
    from commands.send import call, running  # noqa: PLC0415 — see above

    gone, remains = await _found(settings, contact, into)
    path = sqlite_path(settings.database_url)
    if server := running(path) if path else None:
        return call(server, f"/api/v1/contacts/{gone.id}/merge", {"into": remains.id})
    store = await database(settings)
    try:
        merged = await People(store, settings, epoch_ms).merge(gone.id, remains.id)
    finally:
        await store.close()
    return msgspec.structs.asdict(merged)


def _shown(name: str, value: Any) -> str:
    if name == "addresses":
        return " ".join(each.address for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={each}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(value[:8]) + (" …" if len(value) > 8 else "")
    return "" if value is None else str(value)


def _jsonl(output: TextIO) -> Callable[["ContactDetail"], None]:
    encode = msgspec.json.Encoder().encode

    def write(one: "ContactDetail") -> None:
        output.write(encode(one).decode() + "\n")

    return write


def _csv(output: TextIO, channels: list[str]) -> Callable[["ContactDetail"], None]:
    from web.spreadsheets import cell  # noqa: PLC0415 — see above

    table = csv.writer(output, lineterminator="\r\n")
    table.writerow([*COLUMNS, *(f"addresses.{channel}" for channel in channels)])

    def write(one: "ContactDetail") -> None:
        places: dict[str, str] = {}
        for each in one.addresses:
            places.setdefault(each.channel, each.address.partition(":")[2])
        values = [*(getattr(one, name) for name in COLUMNS), *(places.get(channel, "") for channel in channels)]
        table.writerow([cell(value) for value in values])

    return write
