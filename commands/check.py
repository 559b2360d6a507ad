"""`run.py check`: lint flows and what stands beside them: each problem with file, line, column and a suggestion."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import msgspec

if TYPE_CHECKING:  # `--help` should not load the models
    from flows.library import Source
    from flows.model import Flow
    from flows.problems import Problem
    from settings import Settings


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per problem and line.")
@click.option("--sarif", is_flag=True, help="One SARIF document, as editors and CI services read it.")
@click.option("--forecast", is_flag=True, help="Also messages, SMS segments and cost, by channel and language.")
def command(paths: tuple[Path, ...], *, as_json: bool, sarif: bool, forecast: bool) -> None:
    """Look for problems in flows, desk files, triggers, campaigns and reports: in files or folders.

    Without PATH, in those of the settings and the shipped ones. The exit status is 1 if there is an error; warnings
    alone leave it at 0.
    """
    from flows.library import problems_of  # noqa: PLC0415 — see above

    given = _given(paths) if paths else _configured()
    problems = problems_of(given.flows, given.desks) + _desk_problems(given.desk_files, given.flows)
    problems += _asking_problems(given) + _report_problems(given) + _settings_problems(given)
    if sarif:
        from commands.sarif import document  # noqa: PLC0415 — see above

        click.echo(document(problems))
    elif as_json:
        for problem in problems:
            click.echo(msgspec.json.encode(problem))
    else:
        _tell(problems, given)
    if forecast and not sarif:
        _forecast(given.flows, as_json=as_json)
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


class Given(NamedTuple):
    """What is to be checked. `desks` and `channels` are those there are, None if that is not known."""

    flows: list["Source"]
    desk_files: list["Source"]
    triggers: list["Source"]
    campaigns: list["Source"]
    reports: list["Source"]
    desks: set[str] | None = None
    channels: frozenset[str] | None = None
    variables: frozenset[str] = frozenset()
    settings: "Settings | None" = None

    @property
    def files(self) -> list["Source"]:
        """All of them, and the settings' own."""
        from commands.strange_flows import settings_file  # noqa: PLC0415 — see above

        own = settings_file() if self.settings else None
        return [*self.flows, *self.desk_files, *self.triggers, *self.campaigns, *self.reports, *filter(None, [own])]


def _given(paths: Iterable[Path]) -> Given:
    from flows.library import Source, read_folders  # noqa: PLC0415 — see above

    kinds: dict[str, list[Source]] = {"flow": [], "desk file": [], "trigger": [], "campaign": [], "report": []}
    for path in paths:
        found = list(read_folders([path])) if path.is_dir() else [Source(str(path), path.read_bytes())]
        if not found:
            raise click.UsageError(f"there is no .yaml file in {path}")
        for each in found:
            kinds[_kind(each.text)].append(each)
    return Given(kinds["flow"], kinds["desk file"], kinds["trigger"], kinds["campaign"], kinds["report"])


def _kind(text: str | bytes) -> str:
    """What a file is, by its first keys: a flow, unless it is something else for certain."""
    from flows import source  # noqa: PLC0415 — see above

    data = source.read(text, "").data
    if not isinstance(data, dict) or "steps" in data:
        return "flow"
    for kind in ("trigger", "campaign", "report"):
        if kind in data:
            return kind
    return "flow" if {"replies", "vouchers", "causes"}.isdisjoint(data) else "desk file"


def _desk_problems(files: Iterable["Source"], sources: Iterable["Source"]) -> list["Problem"]:
    """What is wrong with desk files, seen beside the languages of the flows."""
    from bot.cases import desk_file  # noqa: PLC0415 — see above

    languages = {language for flow in _flows(sources).values() for language in flow.languages}
    return [problem for each in files for problem in desk_file.check(each.text, each.file, languages).problems]


def _asking_problems(given: Given) -> list["Problem"]:
    """What is wrong with triggers and campaigns, seen beside flows, if some were given, and channels."""
    from bot.outreach import campaign, triggers  # noqa: PLC0415 — see above
    from flows.library import SHIPPED, read_folders  # noqa: PLC0415 — see above

    if not (given.triggers or given.campaigns):
        return []
    flows = {**_flows(read_folders([SHIPPED])), **_flows(given.flows)} if given.flows else None
    known = triggers.Known(flows, given.channels, given.variables)
    found = triggers.check_all([(each.file, each.text) for each in given.triggers], known)[1]
    for each in given.campaigns:
        found += campaign.check(each.text, each.file, frozenset(flows or ()), given.channels or frozenset()).problems
    return found


def _report_problems(given: Given) -> list["Problem"]:
    """What is wrong with reports, seen beside channels and dimensions, where the settings are known."""
    if not given.reports:
        return []
    from commands.reports import known_to  # noqa: PLC0415 — see above
    from insights.reports.plan import Known, check_all  # noqa: PLC0415 — see above

    known = known_to(given.settings) if given.settings else Known()
    return check_all([(each.file, each.text) for each in given.reports], known)[1]


def _flows(sources: Iterable["Source"]) -> dict[str, "Flow"]:
    """The flows without errors, by id."""
    from flows.loader import check  # noqa: PLC0415 — see above

    checked = [check(each.text, each.file).flow for each in sources]
    return {flow.id: flow for flow in checked if flow}


def _settings_problems(given: Given) -> list["Problem"]:
    """What is odd about the settings, seen beside the flows; what is wrong with them has been told by then."""
    from commands.strange_flows import strange_flows  # noqa: PLC0415 — see above

    return strange_flows(given.settings, _flows(given.flows)) if given.settings else []


def _configured() -> Given:
    import settings  # noqa: PLC0415 — see above
    from flows.library import SHIPPED, Source, read_folders  # noqa: PLC0415 — see above

    configured = settings.load()
    missing = [folder for folder in configured.flow_folders if not folder.is_dir()]
    if missing:
        raise click.UsageError(f"the folder {missing[0]} (setting flows_dir) does not exist")
    files = sorted({configured.home / desk.file for desk in configured.desks.values() if desk.file})
    asking = configured.home / configured.outreach_dir if configured.outreach_dir else None
    return Given(
        list(read_folders([SHIPPED, *configured.flow_folders])),
        [Source(str(file), file.read_bytes()) for file in files],
        list(read_folders([asking / "triggers"])) if asking else [],
        list(read_folders([asking / "campaigns"])) if asking else [],
        list(read_folders([configured.home / configured.reports_dir])) if configured.reports_dir else [],
        # a set-up without desks is one that has not come to them yet
        set(configured.desks) or None,
        frozenset(configured.channels),
        frozenset({*configured.variables, *(["company"] if configured.company else [])}),
        configured,
    )


def _tell(problems: Iterable["Problem"], given: Given) -> None:
    """Each problem with the line it is in and a caret under the place."""
    lines = {source.file: _lines(source.text) for source in given.files}
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
    kinds = {"flow": given.flows, "desk file": given.desk_files, "trigger": given.triggers}
    kinds |= {"campaign": given.campaigns, "report": given.reports}
    counted = [f"{len(files)} {kind}{'s' * (len(files) != 1)}" for kind, files in kinds.items() if files]
    before = [*counted[:-2], " and ".join(counted[-2:])]
    flows = f"{', '.join(before)} checked"
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
