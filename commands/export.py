"""`run.py export`: what customers answered, as JSON lines or CSV, in memory that does not grow."""

import asyncio
import csv
import time
from collections.abc import AsyncIterator, Callable
from typing import TextIO

import click
import msgspec

import settings as configuration
from commands import logs
from storage.looking import look
from web.shapes import Response, response
from web.spreadsheets import COLUMNS, cell

PAGE = 1000
PROGRESS_AFTER = 2.0  # seconds


@click.command()
@click.argument("what", type=click.Choice(["responses"]))
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--output", type=click.File("w", "utf-8", lazy=True), default="-", help="A file.  [default: stdout]")
@click.option("--tests", is_flag=True, help="Only what came of `run.py send --test`, which never counts.")
def command(what: str, form: str, output: TextIO, *, tests: bool) -> None:  # noqa: ARG001  # one thing to export so far
    """Write one line per response, oldest survey first; works while the server runs."""
    settings = configuration.load()
    logs.setup(settings.log, "warning")  # to stderr: stdout is for the data
    from commands.account_calls import note_export  # noqa: PLC0415 - `--help` should not load it

    note_export("responses")
    asyncio.run(export(settings.database_url, form, output, tests=tests))


async def export(url: str, form: str, output: TextIO, *, tests: bool = False) -> None:
    """Write everything, or all `tests`; tells on stderr how far it is if it takes long."""
    began = told = time.monotonic()
    write = _jsonl(output) if form == "jsonl" else _csv(output)
    count = 0
    async for each in responses(url, tests=tests):
        write(each)
        count += 1
        if count % PAGE == 0 and time.monotonic() - told > PROGRESS_AFTER:
            told = time.monotonic()
            click.echo(f"{count:,} responses …", err=True)
    output.flush()
    if told != began:
        click.echo(f"{count:,} responses.", err=True)


async def responses(url: str, *, tests: bool = False) -> AsyncIterator[Response]:
    """All responses, or all `tests`, page by page. Raises SchemaMismatch and StoreUnavailable."""
    async with look(url) as reading:
        after = ""
        while rows := await reading.responses(after, PAGE, tests=tests):
            for row in rows:
                yield response(row)
            after = rows[-1]["cursor"]


def _jsonl(output: TextIO) -> Callable[[Response], None]:
    encode = msgspec.json.Encoder().encode

    def write(each: Response) -> None:
        output.write(encode(each).decode() + "\n")

    return write


def _csv(output: TextIO) -> Callable[[Response], None]:
    table = csv.writer(output, lineterminator="\r\n")
    table.writerow(COLUMNS)

    def write(each: Response) -> None:
        table.writerow([cell(getattr(each, column)) for column in COLUMNS])

    return write
