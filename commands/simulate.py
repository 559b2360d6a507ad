"""`run.py simulate`: play a survey in the terminal, by hand or from a script."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # `--help` should not load the models
    from bot.engine.replay import Player
    from flows.library import Library
    from flows.model import Flow

INTRO = """\
Answer as a customer would. `… +1d` lets time pass, [9] presses a button, (picture) sends a picture, a \\ at the
end of a line lets the next one arrive together with it, * taken over and * handed back are a person at work.
An empty line or Ctrl-D ends."""


@click.command("simulate")
@click.argument("flow_id", metavar="[FLOW]", required=False)
@click.option("--language", default="", help="The customer's language; without it, the flow's first.")
@click.option("--channel", default="", help="sms (the default) shows no buttons, any other name does.")
@click.option("--variant", default="", help="One of the flow's variants; without it, the flow as written.")
@click.option("--set", "variables", multiple=True, metavar="NAME=VALUE", help="A value for a text's {{ name }}.")
@click.option(
    "--script",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Play this transcript's side of the customer instead of asking; it names its flow itself.",
)
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the conversation to this file.")
def command(  # each argument is one option
    flow_id: str | None,
    language: str,
    channel: str,
    variant: str,
    variables: tuple[str, ...],
    script: Path | None,
    save: Path | None,
) -> None:
    """Play a survey in the terminal: nothing is sent and nothing is stored."""
    from bot.engine.replay import ScriptError, play  # noqa: PLC0415 — see above
    from flows.library import UnknownFlow  # noqa: PLC0415 — see above
    from flows.model import VariableError  # noqa: PLC0415 — see above
    from flows.problems import FlowProblems  # noqa: PLC0415 — see above

    try:
        flow_of = _finder(flow_id)
        if script is not None:
            written = script.read_text(encoding="utf-8")
            played = play(written, flow_of, language=language, channel=channel, variant=variant)
            click.echo(played, nl=False)
        elif flow_id is None:
            raise click.UsageError("name a flow, or a transcript with --script")
        else:
            given = dict(_pair(text) for text in variables)
            played = _by_hand(_variant(flow_of(flow_id), variant), language, channel or "sms", given)
    except (UnknownFlow, VariableError) as error:
        raise click.UsageError(str(error)) from error
    except FlowProblems as error:
        raise click.ClickException(f"{error}\nPut that right first: `run.py check` shows where.") from error
    except ScriptError as error:
        raise click.ClickException(f"{script}: {error}") from error
    if save is not None:
        save.write_text(played, encoding="utf-8")
        click.echo(f"saved as {save}", err=True)


def _finder(flow_id: str | None) -> Callable[[str], "Flow"]:
    """How flows are found: among the shipped and the settings' ones, or as the file that FLOW names."""
    from flows.loader import load  # noqa: PLC0415 — see above

    path = Path(flow_id or "")
    if path.suffix in {".yaml", ".yml"}:
        if not path.is_file():
            raise click.UsageError(f"there is no file {path}")
        flow = load(path.read_bytes(), str(path))
        return lambda wanted: flow if wanted in (flow_id, flow.id) else _library().get(wanted)
    return lambda wanted: _library().get(wanted)


def _library() -> "Library":
    import settings  # noqa: PLC0415 — see above
    from flows.library import load  # noqa: PLC0415 — see above

    return load(settings.load().flow_folders)


def _variant(flow: "Flow", name: str) -> "Flow":
    from flows.problems import did_you_mean  # noqa: PLC0415 — see above

    try:
        return flow.variant(name)
    except KeyError as error:
        hint = did_you_mean(name, flow.shares)
        message = f"the flow '{flow.id}' has no variant '{name}'" + (f"; {hint}" if hint else "")
        raise click.UsageError(message) from error


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"--set {text}: write NAME=VALUE")
    return name.strip(), value.strip()


def _by_hand(flow: "Flow", language: str, channel: str, variables: dict[str, str]) -> str:
    """Ask for lines until the end; the whole conversation as a transcript."""
    from bot.engine.replay import Player, heading  # noqa: PLC0415 — see above

    player = Player(flow, flow.language(language), channel, variables)
    lines = [*heading(player), "", *player.begin()]
    click.secho(INTRO, dim=True)
    _show(lines)
    while text := _ask(player):
        typed, happened = _turn(player, text)
        _show(happened)
        lines += ["", *typed, *happened] if typed else []
    return "\n".join(lines) + "\n"


def _ask(player: "Player") -> str:
    """One line or, joined by backslashes, several; "" for the end."""
    prompt = click.style("… " if player.session.outcome else "> ", fg="cyan")
    lines: list[str] = []
    while not lines or lines[-1].endswith("\\"):
        try:
            lines.append(click.prompt(prompt, prompt_suffix="", default="", show_default=False).rstrip())
        except click.Abort:
            click.echo()
            return ""
    return "\n".join(line.removesuffix("\\").rstrip() for line in lines)


def _turn(player: "Player", text: str) -> tuple[list[str], list[str]]:
    """The script's lines for what was typed, and what came of it; both empty but for a hint after a mistake."""
    lines = text.split("\n")
    script = lines if text.startswith(("…", "...", "*")) else [f"> {line}".rstrip() for line in lines]
    try:
        return script, player.take(script)
    except (LookupError, ValueError) as error:
        click.secho(str(error), fg="yellow", err=True)
        return [], []


def _show(lines: list[str]) -> None:
    for line in lines:
        click.secho(line, fg="green" if line.startswith("<") else None, dim=line.startswith("!"))
