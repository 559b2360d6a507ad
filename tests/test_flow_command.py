"""`run.py flow` as authors use it: without a server on both databases, and beside one that holds the file."""

import asyncio
import json

import pytest
from click.testing import CliRunner

import settings as configuration
from bot.messages import Address
from commands.assemble import parts
from commands.flow import command, login
from commands.flow import getpass as who
from tests.test_cli import run_async
from tests.test_cli_server import server, world  # noqa: F401 - fixtures
from tests.web.test_flows import source


@pytest.fixture
def folder(tmp_path):
    """The folder of the surveys, with one in it."""
    surveys = tmp_path / "surveys"
    surveys.mkdir()
    (surveys / "coffee.yaml").write_text(source("One"))
    return surveys


@pytest.fixture
def house(tmp_path, folder, database_url, monkeypatch):
    """Settings of a house with a survey; the database is there."""
    (tmp_path / "echolot.yaml").write_text(f"database_url: {database_url}\nflows_dir: surveys\n")
    monkeypatch.setenv("ECHOLOT_CONFIG", str(tmp_path / "echolot.yaml"))
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, exits: int = 0) -> str:
    result = CliRunner().invoke(command, list(arguments))
    assert result.exit_code == exits, (result.output, result.exception)
    return f"{result.output}{result.exception if result.exception and exits else ''}"


@pytest.mark.usefixtures("house")
def test_the_life_of_a_survey(folder):
    """Publish, change, compare, publish, look back, go back; nothing comes twice."""
    assert "coffee               not published yet" in run("list")
    assert "begin with version 1 now" in run("publish", "coffee", "--note", "first", "--author", "ada")
    assert "Nothing to do: this is version 1" in run("publish", "surveys/coffee.yaml")
    assert "version 1 and file say the same" in run("diff", "coffee")
    (folder / "coffee.yaml").write_text(source("Two"))
    assert run("diff", "coffee").startswith("- score: text changed")
    assert run("diff", "coffee", "1", "surveys/coffee.yaml") == run("diff", "coffee")
    assert "(the file differs)" in run("list")
    run("publish", "surveys/coffee.yaml", "--note", "shorter", "--based-on", "1")
    [two, one] = run("history", "coffee").splitlines()
    assert (two.startswith("version 2"), two.endswith("shorter"), one.endswith("ada  first")) == (True, True, True)
    assert login() in two
    assert "begin with version 3 now" in run("rollback", "coffee", "--note", "too short")
    assert run("history", "coffee").splitlines()[0].endswith("rolled back  too short")
    assert "no earlier version" in run("rollback", "coffee", exits=1)
    assert "based on version 1" in run("rollback", "coffee", "--to", "2", "--based-on", "1", exits=1)


@pytest.mark.usefixtures("house")
def test_as_json(folder):
    """One document each, the same as the API's."""
    assert json.loads(run("publish", "coffee", "--json"))["new"] is True
    (folder / "coffee.yaml").write_text(source("Two"))
    assert [each["draft"] for each in json.loads(run("list", "--json"))["flows"] if each["version"]] == ["differs"]
    assert json.loads(run("diff", "coffee", "--json"))["changes"][0]["step"] == "score"
    run("publish", "coffee")
    assert json.loads(run("rollback", "coffee", "--json"))["version"]["n"] == 3
    assert [each["n"] for each in json.loads(run("history", "coffee", "--json"))["versions"]] == [3, 2, 1]


@pytest.mark.usefixtures("house")
def test_errors_come_with_file_line_and_column(folder):
    """Nothing is published; the list tells what is wrong, too."""
    (folder / "coffee.yaml").write_text(source() + "    next: nowhere\n")
    place = "coffee.yaml:9:11: error: unknown step 'nowhere'"
    for arguments in (("publish", "coffee"), ("publish", "surveys/coffee.yaml"), ("diff", "coffee")):
        assert place in run(*arguments, exits=1) or arguments[0] == "diff"
    assert place in run("list")
    assert "cannot be read" in run("publish", "nowhere.yaml", exits=2)
    assert "No version of 'coffee'" in run("history", "coffee", exits=1)
    assert "no file with the flow" in run("publish", "tea", exits=1) or place in run("publish", "tea", exits=1)


def test_nothing_is_there_before_the_first_server(tmp_path, folder, monkeypatch):
    """Looking does not make a database."""
    (tmp_path / "echolot.yaml").write_text("database_url: sqlite:///e.db\nflows_dir: surveys\n")
    monkeypatch.setenv("ECHOLOT_CONFIG", str(tmp_path / "echolot.yaml"))
    assert "not published yet" in run("list")
    assert "No version of 'coffee'" in run("diff", "coffee", exits=1)
    assert not (tmp_path / "e.db").exists()


def test_who_has_no_name(monkeypatch):
    """In a container there may be none."""

    def nobody():
        raise OSError

    monkeypatch.setattr(who, "getuser", nobody)
    assert login() == "command line"


@pytest.mark.usefixtures("house")
def test_conversations_are_moved_without_a_server(folder):
    """Those that can go on do, and who stays is told why."""
    run("publish", "coffee")
    asyncio.run(_asks("+4915112345678"))
    (folder / "coffee.yaml").write_text(source("Two"))
    run("publish", "coffee")
    assert run("move", "coffee", "--dry-run") == "1 would go on with version 2 of coffee.\n"
    assert run("move", "coffee") == "1 go on with version 2 of coffee.\n"
    assert json.loads(run("move", "coffee", "--json"))["moving"] == 0
    (folder / "coffee.yaml").write_text(source("Two").replace("id: score", "id: points"))
    run("publish", "coffee")
    assert "1 stay on theirs: their open question is not there" in run("move", "coffee")
    assert "no version 9" in run("move", "coffee", "--to", "9", exits=1)


async def _asks(phone: str) -> None:
    async with parts(configuration.load()) as assembled:
        await assembled.office.invite("coffee", Address("sms", phone))
        while await assembled.supervisor.worker.step():
            pass


async def test_beside_a_server_that_holds_the_database(world, tmp_path, server):  # noqa: F811
    """Writing goes through it, and what is published is asked at once; looking needs nobody."""
    environment = world[2]
    file = tmp_path / "relationship.yaml"
    text = (await run_async("flow", "list", "--json", **environment)).stdout
    shipped = {flow["id"]: flow["file"] for flow in json.loads(text)["flows"]}["relationship"]
    with open(shipped, encoding="utf-8") as there:  # noqa: ASYNC230, PTH123
        file.write_text(there.read().replace("{{ company }}", "{{ company }}!"), "utf-8")
    done = await run_async("flow", "publish", str(file), "--note", "louder", **environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "begin with version 2 now" in done.stdout
    refused = await run_async("flow", "publish", str(file), "--based-on", "1", **environment)
    assert (refused.returncode, "version 1" in refused.stderr) == (1, True)
    await run_async("send", "--flow", "relationship", "--to", "sms:+4915112345678", **environment)
    assert "Muster GmbH!" in (await world[0].phone("+4915112345678").hears(1))[0]
    moved = await run_async("flow", "move", "relationship", **environment)
    assert (moved.returncode, moved.stdout) == (0, "0 go on with version 2 of relationship.\n")
    back = await run_async("flow", "rollback", "relationship", "--author", "ada", **environment)
    assert "begin with version 3 now" in back.stdout
    moved = await run_async("flow", "move", "relationship", **environment)
    assert (moved.returncode, moved.stdout) == (0, "1 go on with version 3 of relationship.\n")
    again = await run_async("flow", "move", "relationship", "--json", **environment)
    assert json.loads(again.stdout)["moving"] == 0
    told = await run_async("flow", "history", "relationship", **environment)
    assert "ada  rolled back" in told.stdout.splitlines()[0]
