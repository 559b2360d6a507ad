"""`run.py db`: bring the database up to date, look at it, move it, back it up, count anew."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import settings as configuration
from commands import logs
from storage.schema import HEAD, SchemaMismatch, current, sqlite_path

if TYPE_CHECKING:  # `--help` should not load the migration tool
    from storage.copy import Content
    from storage.rebuild import Rebuilt

COUNTS_SINCE = "0007"
"""The schema from which on the rollups are kept."""


@click.group("db")
def command() -> None:
    """The database that the settings name: SQLite or PostgreSQL."""


@command.command()
def upgrade() -> None:
    """Create the tables, or bring them to the form this version needs; all or nothing.

    With SQLite the server has to be stopped. Make a backup first.
    """
    from storage import migrate  # noqa: PLC0415  # slow

    settings = configuration.load()
    before = asyncio.run(migrate.upgrade(settings.database_url))
    if "" < before.current < COUNTS_SINCE:
        _rebuild(settings)
    if before.up_to_date:
        click.echo(f"The database is up to date (schema {HEAD}).")
    else:
        click.echo(f"The database now has schema {HEAD}; before: {before.current or 'none'}.")


@command.command()
def status() -> None:
    """Show which schema the database has; exit 1 if it is not the one this version needs."""
    url = configuration.load().database_url
    path = sqlite_path(url)
    click.echo(f"database  {f'SQLite, {path}' if path else 'PostgreSQL'}")
    found = asyncio.run(current(url))
    click.echo(f"schema    {found or 'none'}")
    click.echo(f"needed    {HEAD}")
    if found != HEAD:
        raise SchemaMismatch(found)


@command.command("rebuild-rollups")
def rebuild_rollups() -> None:
    """Count all surveys anew, and correct what the dashboards' sums have wrong; says how much that was.

    On PostgreSQL servers and workers may run meanwhile; with SQLite the server has to be stopped. When it is cut off,
    run it again. Surveys stay in the dimensions that were known when they were asked.
    """
    done = _rebuild(configuration.load())
    click.echo(f"Surveys {done.surveys:,}, of them counted anew {done.recounted:,}; sums corrected {done.corrected:,}.")


def _rebuild(settings: configuration.Settings) -> "Rebuilt":
    from commands.assemble import database  # noqa: PLC0415  # slow
    from storage.rebuild import rebuild  # noqa: PLC0415  # see above

    async def run(progress: Callable[[str, int, int], None]) -> "Rebuilt":
        store: Any = await database(settings)
        try:
            return await rebuild(store, progress)
        finally:
            await store.close()

    logs.setup(settings.log, "warning")
    with _progress() as progress:
        return asyncio.run(run(progress))


@command.command()
@click.argument("target")
@click.option("--source", help="The database to copy from.  [default: the one in the settings]")
def copy(target: str, source: str | None) -> None:
    """Copy everything into the empty database TARGET (postgresql://… or sqlite:///…) and compare what arrived.

    Stop the server first, and start it with TARGET as database_url afterwards: conversations go on where they were. A
    backup is restored the same way: --source sqlite:///FILE. A password is better left to PGPASSWORD or ~/.pgpass
    than written on the command line.
    """
    from storage.copy import copy as transfer  # noqa: PLC0415  # slow

    for url in (target, source or ""):
        if url and not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise click.UsageError("a database is named by sqlite:///FILE or postgresql://USER@HOST/NAME")
    source = source or configuration.load().database_url
    with _progress() as progress:
        contents = asyncio.run(transfer(source, target, progress))
    _tell(contents)
    click.echo("Every table arrived with the same rows and the same content.")


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write everything into the new FILE, a SQLite database, and check it; works while the server runs.

    It restores either database: put it in the place of a SQLite database, or copy it into an empty PostgreSQL
    database with `run.py db copy`.
    """
    from storage.backup import backup as write  # noqa: PLC0415  # slow

    url = configuration.load().database_url
    with _progress() as progress:
        contents = asyncio.run(write(url, file, progress))
    _tell(contents)
    click.echo(f"{file} is complete: {file.stat().st_size:,} bytes, integrity checked, every table compared.")


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar per table on stderr, so that stdout stays readable by programs."""
    from rich.console import Console  # noqa: PLC0415  # only here
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description:16}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def tell(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(table, total=total)
            bars.update(tasks[table], completed=done, total=total)

        yield tell


def _tell(contents: Mapping[str, "Content"]) -> None:
    for table, content in contents.items():
        click.echo(f"{table:16} {content.rows:>12,} rows  {content.digest:032x}")
