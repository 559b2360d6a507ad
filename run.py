#!/usr/bin/env python3
"""The command line: `run.py COMMAND`; each command is a module of `commands/`, imported when it is used."""

import gc
import importlib
import keyword
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    import click
except ModuleNotFoundError:
    home = Path(__file__).resolve().parent
    python = home / ".venv" / "bin" / "python"
    sys.exit(
        f"Echolot's packages are not installed for {sys.executable}.\n"
        f"Run `make demo` once in {home}; it sets up .venv. Then: {python} run.py …"
    )

from bot.errors import BotError

# Here rather than in the modules, so that `--help` imports none of them.
COMMANDS = {
    "demo": "The whole product with no account anywhere, in one browser page.",
    "serve": "The server: webhooks, API, health and workers.",
    "worker": "Workers only, beside other servers on the same PostgreSQL.",
    "check": "Lint flows: every problem with file, line, column and a suggestion.",
    "simulate": "Play a survey in the terminal.",
    "test": "Play the transcripts beside the flows: what has changed?",
    "rehearse": "A survey with made-up people: completion, messages, cost, cases per hour.",
    "replay": "Past conversations through another version of their survey, with nothing sent.",
    "flow": "Versions of surveys: what runs, what changed, publish, go back.",
    "experiment": "The variants of a survey: their figures, and which differ by more than chance.",
    "entry": "Surveys that customers begin themselves: the words, links and QR codes.",
    "campaign": "Ask many people, in waves: plan, start, progress, pause, resume, cancel.",
    "why": "Why somebody was asked, will be, or was not.",
    "backtest": "The decisions of the last quarter with other rules, with nothing sent.",
    "read": "The reply reader alone: JSON lines in, JSON lines out.",
    "consent": "Who agreed, who took it back: import, show, proof.",
    "erase": "Forget somebody, and never write to them again.",
    "send": "Start one survey with one person now.",
    "import": "Bring people in from files: contacts.",
    "contacts": "People: show one, find, merge, export.",
    "report": "The score in the terminal: how high, how sure, and whether it moved.",
    "export": "Print what customers answered, as JSON lines or CSV.",
    "db": "The database: upgrade, status, copy, backup.",
    "channels": "The channels: list, connect to the provider, an app's manifest.",
    "user": "Make keys, for the API and for credentials at rest.",
    "key": "Keys for the API: add, list, revoke.",
    "audit": "Who did what: look whether the trail holds, print it, trim it.",
    "doctor": "Look for everything that needs an operator.",
}


def _module(command: str) -> str:
    return f"commands.{command}{'_' * keyword.iskeyword(command)}"


class Lazy(click.Group):
    """A group that knows its commands by name and imports `commands/<name>.py` when one is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The order of the table, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's
        """Import the command; None lets click say that there is no such command."""
        if cmd_name not in COMMANDS:
            return None
        gc.disable()  # importing makes next to no garbage; looking for it takes a fifth of a server's start
        try:
            command: click.Command = importlib.import_module(_module(cmd_name)).command
        finally:
            gc.freeze()
            gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Add a suggestion to click's own error."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from rapidfuzz import process  # noqa: PLC0415  # only for a mistake

            close = process.extractOne(args[0], list(COMMANDS), score_cutoff=60)
            if not close:
                raise
            raise click.UsageError(f"{error.message.rstrip('.')}. Did you mean {close[0]!r}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's
        """The table, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def cli() -> None:
    """Echolot asks customers the NPS question where they already chat.

    Settings come from echolot.yaml, or the file that ECHOLOT_CONFIG names, and from environment variables
    ECHOLOT_*.
    """


def main(arguments: Sequence[str] | None = None) -> Any:
    """Run one command; what went wrong on purpose is printed for a person, without a stack trace."""
    try:
        return cli.main(args=list(arguments) if arguments is not None else None, prog_name="run.py")
    except BotError as error:
        click.echo(f"{error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    main()
