"""`run.py import`: people from files. Python keeps the word itself; hence the bar in the module's name."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import settings as configuration
from bot.errors import BotError, Fault, StoreUnavailable
from commands import logs
from settings import Settings
from storage.schema import current, sqlite_path

if TYPE_CHECKING:  # `--help` should not load them
    from bot.contacts import Person
    from commands.importing import Consents, Import, Outcome, Report, Save
    from integrations.imports.columns import Columns, Mapped
    from integrations.imports.source import Source

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
PATIENCE = 2.0  # s without a word
TICK = 0.2  # s between two looks at how far it is
COUNTED = ("new", "changed", "same", "refused", "suppressed", "doubtful")


class NobodyFound(BotError):
    """No column says who somebody is, or where they can be reached."""

    fault = Fault.CALLER


@click.group()
def command() -> None:
    """Bring people in from files."""


@command.command()
@click.argument("file", type=FILE)
@click.option("--map", "mapping", type=FILE, help="A YAML file that says what the columns are about.")
@click.option(
    "--channel", "pairs", multiple=True, metavar="NAME=COLUMN", help="Where a channel's addresses are; repeat."
)
@click.option(
    "--country", default="", metavar="DE", help="Of numbers without one.  [default: setting outreach.country]"
)
@click.option("--dry-run", is_flag=True, help="Write nothing, and say what would become of each row.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Where to list every refused row, as CSV."
)
def contacts(
    file: Path, mapping: Path | None, pairs: tuple[str, ...], country: str, report: Path | None, *, dry_run: bool
) -> None:
    """Import contacts from FILE: CSV, XLSX or JSON lines, as many as there are.

    Columns are known by their names in German and English, and by --map and --channel. Rows about people who are
    known change what they say and nothing else; the same file again changes nothing. With SQLite, a server that runs
    does the writing.
    """
    from integrations.imports.columns import UNMAPPED, Columns  # noqa: PLC0415 — see above
    from integrations.imports.columns import mapping as read_mapping  # noqa: PLC0415 — see above
    from integrations.imports.source import opened  # noqa: PLC0415 — see above

    settings = configuration.load()
    logs.setup(settings.log, "warning")
    mapped = _with_channels(read_mapping(mapping) if mapping else UNMAPPED, pairs)
    source = opened(file)
    columns = Columns(source.columns, {name: each.kind for name, each in settings.channels.items()}, mapped)
    _tell_columns(source, columns)
    if not columns.finds_people:
        raise NobodyFound(
            "No column holds an external id or an address. Say which does: --channel sms=COLUMN, or --map FILE."
        )
    with _reported(file, report) as refused:
        asyncio.run(_run(settings, source, columns, refused, country or mapped.country, dry_run=dry_run))


def _with_channels(mapped: "Mapped", pairs: tuple[str, ...]) -> "Mapped":
    """Raises click.BadParameter."""
    given = dict(mapped.columns)
    for pair in pairs:
        channel, _, column = pair.partition("=")
        if not column:
            raise click.BadParameter(f"write NAME=COLUMN, not {pair!r}", param_hint="--channel")
        given[column] = f"addresses.{channel}"
    return mapped._replace(columns=given)


def _tell_columns(source: "Source", columns: "Columns") -> None:
    """What was understood, so that nobody has to guess what we guessed."""
    click.echo("; ".join(source.notes))
    width = min(40, max((len(each.name) for each in columns.columns), default=0))
    for each in columns.columns:
        target = each.target if each.target != "-" else f"left out{f' ({each.why})' if each.why else ''}"
        click.echo(f"  {each.name[:40]:{width}}  →  {target}")


@contextmanager
def _reported(file: Path, report: Path | None) -> Iterator["Report"]:
    from commands.importing import Report  # noqa: PLC0415 — see above

    if report is None:
        yield Report(None, file.name)
        return
    with report.open("w", encoding="utf-8-sig", newline="") as table:
        yield Report(table, file.name)


async def _run(
    settings: Settings, source: "Source", columns: "Columns", refused: "Report", country: str, *, dry_run: bool
) -> None:
    from commands.assemble import epoch_ms  # noqa: PLC0415 — see above
    from commands.importing import Import, reader  # noqa: PLC0415 — see above

    running = Import(source, columns, reader(settings, country, trying=dry_run), refused)
    telling = asyncio.create_task(_tell_progress(running))
    try:
        async with _saving(settings, dry_run=dry_run) as save:
            await running.run(save, epoch_ms)
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)  # it takes its bar away
        _tell(running, refused, dry_run=dry_run)


@asynccontextmanager
async def _saving(settings: Settings, *, dry_run: bool) -> AsyncIterator["Save"]:
    """How people are saved, by ourselves or by the server that has the database, or how that is tried.

    Raises StoreUnavailable and NotSent.
    """
    from commands.importing import saved, tried  # noqa: PLC0415 — see above
    from storage.looking import look  # noqa: PLC0415 — see above
    from storage.trial import trial  # noqa: PLC0415 — see above

    if dry_run:
        async with AsyncExitStack() as stack:
            there = bool(await current(settings.database_url))
            reading = await stack.enter_async_context(look(settings.database_url)) if there else None
            trying = await stack.enter_async_context(trial(reading))

            async def looked(people: Sequence["Person"], consents: "Consents", now: int) -> list["Outcome"]:
                return tried(people, consents, await trying.save(people, now), now)

            yield looked
        return
    store, server = await _writer(settings)
    if server is not None:
        from commands.import_calls import through  # noqa: PLC0415 — see above
        from commands.send import call  # noqa: PLC0415 — see above

        yield through(partial(call, server))
        return
    try:

        async def written(people: Sequence["Person"], consents: "Consents", now: int) -> list["Outcome"]:
            return await store.run(lambda: saved(people, consents, now))  # type: ignore[no-any-return]

        yield written
    finally:
        await store.close()


async def _writer(settings: Settings) -> tuple[Any, Mapping[str, Any] | None]:
    """The store, or the server that holds the SQLite database. Raises StoreUnavailable."""
    from commands.assemble import database  # noqa: PLC0415 — see above
    from commands.send import running  # noqa: PLC0415 — see above

    path = sqlite_path(settings.database_url)
    server = running(path) if path else None
    if server is None:
        try:
            return await database(settings), None
        except StoreUnavailable:
            server = running(path) if path else None  # one that was just starting got there first
            if server is None:
                raise
    return None, server


async def _tell_progress(running: "Import") -> None:
    """A bar on stderr, for files that take a while."""
    await asyncio.sleep(PATIENCE)
    from rich.console import Console  # noqa: PLC0415 — only here
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415 — only here

    columns = (TextColumn("{task.fields[rows]:>12,} rows"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bars:
        task = bars.add_task("", total=1.0, rows=0)
        while True:
            bars.update(task, completed=running.done, rows=running.counts["rows"], refresh=True)
            await asyncio.sleep(TICK)


def _tell(running: "Import", refused: "Report", *, dry_run: bool) -> None:
    counts = running.counts
    told = ", ".join(f"{counts[name]:,} {name}" for name in COUNTED)
    click.echo(f"{'A dry run of ' if dry_run else ''}{counts['rows']:,} rows: {told}")
    if without := counts["no basis"]:
        click.echo(f"{without:,} of them say nothing complete about consent: nobody is written to without a basis.")
    for row, wrong in refused.first:
        where = f"row {row}" + (f", {wrong.column}" if wrong.column else "")
        shown = f" {wrong.value}" if wrong.value else ""
        click.echo(f"  {where}{shown}: {wrong.reason}; {wrong.advice}", err=True)
    if (more := counts["refused"] + counts["doubtful"]) > len(refused.first):
        click.echo(f"  … {more:,} in all; --report FILE lists them.", err=True)
