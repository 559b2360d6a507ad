"""docs/reference/commands.md, made from the commands: `python -m tests.architecture.commands_page > docs/…`."""

import sys
from collections.abc import Iterator

import click

import run

INTRO = """\
# Commands

<!-- made by `python -m tests.architecture.commands_page`; a test checks that it is up to date -->

Every command is `run.py COMMAND`, run with the Python of the checkout's `.venv` (`make demo` makes it). Settings come
from `echolot.yaml`, or the file that `ECHOLOT_CONFIG` names, and from the environment: see [settings](settings.md).

| command | does |
|---|---|
"""


def page() -> str:
    """The whole page."""
    table = "".join(f"| [`{name}`](#runpy-{name}) | {about} |\n" for name, about in run.COMMANDS.items())
    return INTRO + table + "".join(section for name in run.COMMANDS for section in _sections(run.cli, name))


def _sections(group: click.Group, name: str, path: str = "run.py") -> Iterator[str]:
    """What `--help` prints for a command, and for those below it."""
    command = group.get_command(click.Context(group), name)
    assert command is not None
    path = f"{path} {name}"
    with click.Context(command, info_name=path, terminal_width=100, max_content_width=100, color=False) as context:
        yield f"\n## `{path}`\n\n```text\n{command.get_help(context).strip()}\n```\n"
        if isinstance(command, click.Group):
            for below in command.list_commands(context):
                yield from _sections(command, below, path)


if __name__ == "__main__":
    sys.stdout.write(page())
