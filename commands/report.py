"""`run.py report`: the score of a period in the terminal as on the home page; reports that are sent by themselves."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
import msgspec

import settings as configuration
from commands import logs

if TYPE_CHECKING:  # `--help` should not load the statistics
    from rich.console import Console

    from insights.charts.chart import Chart
    from web.comparing import Comparisons
    from web.figures import ChartName, Figures
    from web.filters import Asked

WIDTH = 32  # characters of the longest bar
PERIODS = ("7d", "30d", "90d", "365d")


@click.group(invoke_without_command=True)
@click.pass_context
@click.option("--period", type=click.Choice(PERIODS), help="Up to and with today.  [default: 30d]")
@click.option("--from", "first", metavar="DAY", help="Instead of a period: the first day, as 2026-03-31.")
@click.option("--to", "last", metavar="DAY", help="The last day.")
@click.option("--filter", "wanted", multiple=True, metavar="DIMENSION=VALUE", help="Only these, as channel=sms.")
@click.option("--by", metavar="DIMENSION", help="Whose values are compared, as brand.")
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True)
@click.option("--compare", is_flag=True, help="Also this month beside the last, waves, a ranking and the like.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def command(ctx: click.Context, /, language: str, *, compare: bool, as_json: bool, **options: Any) -> None:
    """Print the score, how sure it is, and whether it moved; works while the server runs. Days are UTC.

    With a command: the reports that are sent by themselves (docs/howto/reports.md).
    """
    if ctx.invoked_subcommand:
        return
    settings = configuration.load()
    logs.setup(settings.log, "warning")
    found, compared = asyncio.run(_look(settings, _query(**options), compare=compare))
    if as_json:
        click.echo(msgspec.json.encode(_facts(found, compared, language)))
        return
    _tell(found, compared, language)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def list_reports(*, as_json: bool) -> None:
    """The reports: when each comes next, and what became of the last ones."""
    from commands.report_calls import listed  # noqa: PLC0415 - see above

    listed(as_json=as_json)


@command.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Print what it would say; nothing is sent.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the PDF there; nothing is sent.")
@click.option("--again", is_flag=True, help="Also to whoever has got it.")
def send(name: str, out: Path | None, *, dry_run: bool, again: bool) -> None:
    """Send the latest period of the report NAME now to whoever has not got it."""
    from commands.report_calls import send_now, show  # noqa: PLC0415 - see above

    if dry_run or out:
        show(name, out, told=dry_run)
        return
    send_now(name, again=again)


def _query(period: str | None, first: str | None, last: str | None, wanted: tuple[str, ...], by: str | None) -> Any:
    """The options as an address has them. Raises click.UsageError."""
    filters = dict(each.partition("=")[::2] for each in wanted)
    if bad := [each for each in wanted if "=" not in each]:
        raise click.UsageError(f"--filter {bad[0]}: write DIMENSION=VALUE, as channel=sms")
    given = {"period": period, "from": first, "to": last, "by": by, **filters}
    return {name: value for name, value in given.items() if value}


async def _look(
    settings: configuration.Settings, query: Mapping[str, str], *, compare: bool
) -> "tuple[Figures, Comparisons | None]":
    from commands.figures import StoredFigures  # noqa: PLC0415 - see above
    from storage.looking import look  # noqa: PLC0415 - see above
    from web import comparing  # noqa: PLC0415 - see above
    from web.figures import figures  # noqa: PLC0415 - see above

    async with look(settings.database_url) as reading:
        stored = StoredFigures(reading, settings.insights.dimensions)
        asked = _asked(query, stored.dimensions)
        return await figures(stored, asked, 5), await comparing.compare(stored, asked) if compare else None


def _asked(query: Mapping[str, str], dimensions: tuple[str, ...]) -> "Asked":
    from web.filters import OUR_OWN, read  # noqa: PLC0415 - see above
    from web.problems import Refused  # noqa: PLC0415 - see above

    known = {"period", "from", "to", "by", *OUR_OWN, *dimensions}
    if strange := sorted(query.keys() - known):
        raise click.UsageError(f"'{strange[0]}' is no dimension; there are {', '.join((*OUR_OWN, *dimensions))}")
    try:
        return read(query, dimensions, time.time_ns() // 1_000_000)
    except Refused as refused:
        raise click.UsageError(refused.detail or refused.title) from refused


def _facts(found: "Figures", compared: "Comparisons | None", language: str) -> dict[str, Any]:
    from web.compared_api import told  # noqa: PLC0415 - see above
    from web.figures import Line  # noqa: PLC0415 - see above
    from web.insights_api import groups, summary, trend  # noqa: PLC0415 - see above

    rows = [Line(value, tally) for value, tally in found.groups]
    return {
        "summary": summary(found, language),
        "trend": trend(found),
        "segments": groups(found.asked.by, rows),
        "open_cases": found.cases,
        **({"comparisons": told(compared)} if compared else {}),
    }


def _tell(found: "Figures", compared: "Comparisons | None", language: str) -> None:
    from rich.console import Console  # noqa: PLC0415 - see above

    from insights.charts.chart import Look  # noqa: PLC0415 - see above
    from web.drawn import NAMES  # noqa: PLC0415 - see above
    from web.words.home import HOME, dimension  # noqa: PLC0415 - see above

    console, words, said = Console(highlight=False), HOME[language], found.headline(language)
    window, look = found.asked.window, Look(language)
    told = f"{said.text}; {said.compared}" if said.compared else said.text
    console.print(f"[bold]NPS {said.score}[/bold]  {told}" if said.enough else told)
    console.print(f"{window.since} – {found.asked.last} · {words['cases']}: {found.cases}", style="dim")
    if not (found.now.asked or found.now.answered):
        console.print(words["nothing_text"])
        return
    for name in NAMES:
        _draw(console, found.chart(name, look, dimension(found.asked.by, language)), language)
    if compared:
        _compared(console, compared, language)


def _compared(console: "Console", found: "Comparisons", language: str) -> None:
    """Comparisons as the page has them."""
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    from web.compared import tables  # noqa: PLC0415 - see above

    for each in tables(found, language):
        console.print()
        console.print(Text(each.title, style="italic"))
        for line in each.said:
            console.print(Text(line))
        if each.rows:
            table = Table(box=None, pad_edge=False)
            for heading in each.header:
                table.add_column(Text(heading))
            for row in each.rows:
                table.add_row(*map(Text, row))
            console.print(table)
        if each.cut:
            console.print(Text(each.cut, style="dim"))
        if each.note:
            console.print(Text(each.note, style="dim"))


def _draw(console: "Console", chart: "Chart", language: str) -> None:
    """A chart as a table with bars: of points around 0, of counts from 0."""
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    from web.drawn import POINTS, written  # noqa: PLC0415 - see above

    name = cast("ChartName", chart.name)
    points = name in POINTS
    figures = [_figure(row[1 if points or chart.name == "funnel" else 2]) for row in chart.rows]
    most = 100.0 if points else max([1.0, *figures])
    table = Table(title=chart.title, title_justify="left", box=None, pad_edge=False)
    for at, heading in enumerate(chart.header):
        table.add_column(heading, justify="left" if at == 0 or isinstance(chart.rows[0][at], str) else "right")
    table.add_column("")
    for row, figure in zip(chart.rows, figures, strict=True):
        cells = [Text(written(name, at, each, language)) for at, each in enumerate(row)]
        table.add_row(*cells, bar(figure, most, signed=points))
    console.print()
    console.print(table)


def _figure(cell: Any) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def bar(figure: float, most: float, *, signed: bool) -> str:
    """A bar of at most WIDTH characters; with a sign, one of half that to the left or right of a line."""
    long = WIDTH // 2 if signed else WIDTH
    drawn = round(abs(figure) / most * long) * "█"
    if not signed:
        return drawn
    return f"{drawn:>{long}}│" if figure < 0 else f"{'':>{long}}│{drawn}"
