"""`run.py check`: lint flows, every problem with file, line, column and a suggestion."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

if TYPE_CHECKING:  # `--help` should not load the models
    from flows.library import Source
    from flows.problems import Problem


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per problem and line.")
@click.option("--sarif", is_flag=True, help="One SARIF document, as editors and CI services read it.")
@click.option("--forecast", is_flag=True, help="Also messages, SMS segments and cost, by channel and language.")
def command(paths: tuple[Path, ...], *, as_json: bool, sarif: bool, forecast: bool) -> None:
    """Look for problems in flows and desk files: files or folders; without PATH, the settings' and the shipped ones.

    The exit status is 1 if there is an error; warnings alone leave it at 0.
    """
    from flows.library import problems_of  # noqa: PLC0415 — see above

    sources, desks, desk_files = _given(paths) if paths else _configured()
    problems = problems_of(sources, desks) + _desk_problems(desk_files, sources)
    if sarif:
        from commands.sarif import document  # noqa: PLC0415 — see above

        click.echo(document(problems))
    elif as_json:
        for problem in problems:
            click.echo(msgspec.json.encode(problem))
    else:
        _tell(problems, sources, desk_files)
    if forecast and not sarif:
        _forecast(sources, as_json=as_json)
    if any(problem.severity == "error" for problem in problems):
        sys.exit(1)


def _forecast(sources: Iterable["Source"], *, as_json: bool) -> None:
    """What every flow without errors takes."""
    import settings  # noqa: PLC0415 — see above
    from commands import forecasting  # noqa: PLC0415 — see above
    from flows.loader import check  # noqa: PLC0415 — see above

    checked = [(check(source.text, source.file).flow, source) for source in sources]
    flows = [(flow, source) for flow, source in checked if flow]
    prices = settings.load().prices
    if not as_json:
        forecasting.tell(flows, prices)
        return
    for flow, _ in flows:
        for row in forecasting.as_json(flow, prices):
            click.echo(msgspec.json.encode(row))


Given = tuple[list["Source"], set[str] | None, list["Source"]]
"""Flows, the names of desks if they are known, and desk files."""


def _given(paths: Iterable[Path]) -> Given:
    from flows.library import Source, read_folders  # noqa: PLC0415 — see above

    sources: list[Source] = []
    for path in paths:
        if path.is_dir():
            found = list(read_folders([path]))
            if not found:
                raise click.UsageError(f"there is no .yaml file in {path}")
            sources += found
        else:
            sources.append(Source(str(path), path.read_bytes()))
    flows = [source for source in sources if not _is_desk_file(source.text)]
    return flows, None, [source for source in sources if source not in flows]


def _is_desk_file(text: str | bytes) -> bool:
    """A file without a flow's `steps` that has something of a desk file."""
    from flows import source  # noqa: PLC0415 — see above

    data = source.read(text, "").data
    return isinstance(data, dict) and "steps" not in data and not {"replies", "vouchers", "causes"}.isdisjoint(data)


def _desk_problems(files: Iterable["Source"], sources: Iterable["Source"]) -> list["Problem"]:
    """What is wrong with desk files, seen beside the languages of the flows."""
    from bot.cases import desk_file  # noqa: PLC0415 — see above
    from flows.loader import check  # noqa: PLC0415 — see above

    flows = [checked.flow for checked in (check(each.text, each.file) for each in sources) if checked.flow]
    languages = {language for flow in flows for language in flow.languages}
    return [problem for each in files for problem in desk_file.check(each.text, each.file, languages).problems]


def _configured() -> Given:
    import settings  # noqa: PLC0415 — see above
    from flows.library import SHIPPED, Source, read_folders  # noqa: PLC0415 — see above

    configured = settings.load()
    missing = [folder for folder in configured.flow_folders if not folder.is_dir()]
    if missing:
        raise click.UsageError(f"the folder {missing[0]} (setting flows_dir) does not exist")
    # a set-up without desks is one that has not come to them yet
    known = set(configured.desks) or None
    files = sorted({configured.home / desk.file for desk in configured.desks.values() if desk.file})
    desk_files = [Source(str(file), file.read_bytes()) for file in files]
    return list(read_folders([SHIPPED, *configured.flow_folders])), known, desk_files


def _tell(problems: Iterable["Problem"], sources: list["Source"], desk_files: list["Source"]) -> None:
    """Each problem with the line it is in and a caret under the place."""
    lines = {source.file: _lines(source.text) for source in (*sources, *desk_files)}
    counts = {"error": 0, "warning": 0}
    for problem in problems:
        counts[problem.severity] += 1
        colour = "red" if problem.severity == "error" else "yellow"
        place = click.style(f"{problem.file}:{problem.line}:{problem.column}:", bold=True)
        kind = click.style(f"{problem.severity}:", fg=colour, bold=True)
        click.echo(f"{place} {kind} {problem.message} [{problem.code}]")
        text = lines.get(problem.file, [])
        if problem.line <= len(text):
            click.echo(_excerpt(text[problem.line - 1], problem.line, problem.column, colour))
        if problem.suggestion:
            click.echo(f"      = {problem.suggestion}")
    kinds = [("flow", len(sources)), ("desk file", len(desk_files))]
    counted = [f"{count} {kind}{'s' * (count != 1)}" for kind, count in kinds if count]
    flows = f"{' and '.join(counted)} checked"
    if any(counts.values()):
        click.echo(f"{flows}: " + ", ".join(f"{n} {kind}{'s' * (n != 1)}" for kind, n in counts.items() if n))
    else:
        click.echo(f"{flows}, no problems")


def _lines(text: str | bytes) -> list[str]:
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig", "replace")
    return text.split("\n")


def _excerpt(line: str, number: int, column: int, colour: str) -> str:
    """The part of a line around a column, without anything a terminal could act on."""
    start = max(0, column - 60)
    shown = "".join(char if char.isprintable() else " " for char in line[start : start + 100])
    caret = click.style("^", fg=colour, bold=True)
    return f"{number:>5} | {shown}\n      | {' ' * (column - 1 - start)}{caret}"
