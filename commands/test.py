"""`run.py test`: play the transcripts beside the flows, and show where a survey now says something else."""

import difflib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # `--help` should not load the models
    from bot.engine.replay import Player
    from flows.library import Library
    from flows.model import Flow, Question

FOLDER = "transcripts"
COLOURS = {"-": "red", "+": "green", "@": "cyan"}


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@click.option("--update", is_flag=True, help="Write down what the surveys say now; read the difference afterwards.")
def command(paths: tuple[Path, ...], *, update: bool) -> None:
    """Play transcripts and compare: files, or folders of flows with a folder `transcripts` in them.

    Without PATH, the folder that the settings name as flows_dir. The exit status is 1 if a conversation has changed or
    cannot be played. At the end stand the questions that no transcript answers, by language.
    """
    folders, files = _given(paths)
    library = _library(folders)
    failed, played = 0, []
    for file in files:
        player, problem = _play(file, library, update=update)
        failed += bool(problem)
        played += [player] if player else []
        click.echo(f"{click.style('✗', fg='red') if problem else click.style('✓', fg='green')} {file}")
        for line in problem:
            click.echo(f"    {click.style(line, fg=COLOURS.get(line[:1]))}")
    for line in _unasked(played, library):
        click.echo(click.style("·", fg="blue") + f" {line}")
    transcripts = f"{len(files)} transcript{'s' * (len(files) != 1)}"
    click.echo(f"{transcripts} played, " + (f"{failed} not as written down" if failed else "all as written down"))
    if failed:
        sys.exit(1)


def _given(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Folders of flows, and transcripts."""
    import settings  # noqa: PLC0415 — see above

    configured = settings.load().flow_folders
    folders = [path for path in paths if path.is_dir()] or ([] if paths else list(configured))
    files = [path for path in paths if path.is_file()]
    for folder in folders:
        files += sorted((folder / FOLDER).rglob("*.txt"))
    if not files:
        where = ", ".join(str(folder / FOLDER) for folder in folders) or "the folder `flows_dir` of the settings"
        raise click.UsageError(f"there is no transcript in {where}; `run.py simulate FLOW --save FILE` writes one")
    return [*configured, *(folder for folder in folders if folder not in configured)], files


def _library(folders: list[Path]) -> "Library":
    from flows.library import load  # noqa: PLC0415 — see above
    from flows.problems import FlowProblems  # noqa: PLC0415 — see above

    try:
        return load(folders)
    except FlowProblems as error:
        raise click.ClickException(f"{error}\nPut that right first: `run.py check` shows where.") from error


def _play(file: Path, library: "Library", *, update: bool) -> tuple["Player | None", list[str]]:
    """The conversation, and what is wrong with it: a difference, or why it cannot be played."""
    from bot.engine.replay import ScriptError, perform  # noqa: PLC0415 — see above
    from flows.library import UnknownFlow  # noqa: PLC0415 — see above
    from flows.model import VariableError  # noqa: PLC0415 — see above

    try:
        written = file.read_text(encoding="utf-8")
        player, told = perform(written, library.get)
    except (ScriptError, UnknownFlow, VariableError, UnicodeDecodeError) as error:
        return None, [str(error)]
    if update and told != written:
        file.write_text(told, encoding="utf-8")
        return player, []
    lines = difflib.unified_diff(written.splitlines(), told.splitlines(), "as written down", "now", lineterm="", n=2)
    return player, ["".join(char if char.isprintable() else " " for char in line) for line in lines]


def _unasked(played: Iterable["Player"], library: "Library") -> Iterator[str]:
    """Questions of the flows that were played which nobody in a transcript answers, by language.

    A question that a variant has from the flow as written is answered there, too.
    """
    answered: dict[tuple[str, str, str], list[Question]] = {}
    for player in played:
        for asked in player.session.answers:
            where = (player.flow.id, player.language, asked.step)
            answered.setdefault(where, []).append(player.flow.questions[asked.step])
    flows: dict[str, Flow] = {flow: library.get(flow) for flow in sorted({flow for flow, _, _ in answered})}
    for flow in flows.values():
        for name, questions in _questions(flow):
            for language in flow.languages:
                missing = [
                    step
                    for step, question in questions.items()
                    if question not in answered.get((flow.id, language, step), ())
                ]
                if missing:
                    yield f"{name} in '{language}': no transcript answers {', '.join(missing)}"


def _questions(flow: "Flow") -> "Iterator[tuple[str, dict[str, Question]]]":
    """The questions of a flow, and those of each variant that the flow as written does not put."""
    from flows.ways import onward, reach  # noqa: PLC0415 — see above

    yield flow.id, flow.questions
    for name in flow.variants:
        whole = flow.variant(name)
        reached = reach(whole.first.id, onward(whole))
        asked = {step: question for step, question in whole.questions.items() if step in reached}
        own = {step: question for step, question in asked.items() if flow.questions.get(step) != question}
        yield f"{flow.id}, variant '{name}',", own
