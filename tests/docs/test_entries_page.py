"""docs/howto/entries.md is played: its settings load, its codes are printed, its conversation is what people read."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

import settings
from bot.messages import Address, Inbound, Said
from bot.outreach.entries import EntrySettings
from commands import entry
from commands.assemble import parts
from tests.bot.runtime.house import Clock, Line
from tests.docs.pages import code, page, pieces, table
from tests.docs.test_desks_page import merged

PAGE = page("docs/howto/entries.md")
SECRETS = {
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "TELEGRAM_TOKEN": f"1:{'a' * 35}",
    "TELEGRAM_WEBHOOK_SECRET": "w" * 32,
}
NEW = "+4915112345678"


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> settings.Settings:
    """The settings after the last piece; they were loaded after each one."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / settings.DEFAULT_FILE
    monkeypatch.setenv(settings.CONFIG_VARIABLE, str(path))
    tree: Any = {"database_url": "sqlite:///e.db"}
    for piece in pieces(PAGE):
        tree = merged(tree, yaml.safe_load(re.sub(r"\$\{\w+\}", r'"\g<0>"', piece.content)))
        path.write_text(yaml.safe_dump(tree), encoding="utf-8")
        settings.load()
    return settings.load()


def test_the_commands_print_what_the_page_shows(loaded: settings.Settings, tmp_path: Path) -> None:
    """Both channels of the page; the picture is there afterwards."""
    commands = re.findall(r"^\$ run\.py entry (.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 3
    printed = {}
    for command in commands:
        arguments = [each.replace("shop-17.svg", str(tmp_path / "shop-17.svg")) for each in shlex.split(command)]
        done = CliRunner().invoke(entry.command, arguments)
        assert done.exit_code == 0, done.output
        printed[command] = done.output
    [shown] = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert printed["qr shop-17"] == shown
    assert "SHOP17\tafter-support" in printed["list"]
    assert (tmp_path / "shop-17.svg").is_file()


async def test_the_conversation_of_the_page(loaded: settings.Settings) -> None:
    """Each row in order, by one person."""
    clock, line = Clock(), Line()
    async with parts(loaded, clock=clock, replaced={"sms": line}) as assembled:
        supervisor = assembled.supervisor
        for number, (_, sends, gets) in enumerate(table(PAGE, "who", "sends", "gets")):
            said = Inbound(f"SM{number}", clock(), Address("sms", NEW), Said(code(sends)[0]))
            await assembled.intake.accept([said])
            clock.passes(5_000)
            before = len(line.taken)
            while await supervisor.worker.step():
                pass
            while await supervisor.dispatchers["sms"]._lease_and_send():
                while supervisor.dispatchers["sms"]._flights:
                    await next(iter(supervisor.dispatchers["sms"]._flights))
            [told] = line.taken[before:]
            assert told.prompt.text.startswith(code(gets)[0])


def test_every_setting_of_an_entry_is_described() -> None:
    """In the reference, with what it is called in the file."""
    text = page("docs/reference/settings.md").partition("## `entries`")[2].partition("\n## ")[0]
    described = [name for row in table(text, "setting", "default", "meaning") for name in code(row[0])]
    fields = [field.alias or name for name, field in EntrySettings.model_fields.items()]
    assert sorted(described) == sorted(fields)
    for piece in pieces(text):
        EntrySettings.model_validate(yaml.safe_load(piece.content)["entries"]["shop-17"])
