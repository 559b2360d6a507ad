"""`run.py replay` on stored conversations, on both databases: what would go differently, and nothing is sent."""

import asyncio

import msgspec
import pytest
from click.testing import CliRunner

from bot.messages import Address
from commands import replay
from commands.replay import compare
from flows import loader
from flows.library import SHIPPED, load
from storage.opening import open_store
from tests.bot.runtime.house import House

TEXT = (SHIPPED / "after-support.yaml").read_text("utf-8")
STRICTER = TEXT.replace("- {when: passive, to: what-better}", "- {when: passive, to: sorry}")
URGENT = TEXT.replace("priority: high", "priority: urgent")
PEOPLE = {"+491": ["2", "slow"], "+492": ["8", "cheaper"], "+493": ["10", "Anna"], "+494": ["3"], "+495": []}


@pytest.fixture
async def stored(database_url):
    """Five conversations; one person has not answered why, one nothing at all."""
    store = await open_store(database_url)
    library = load()
    for flow in library.flows:
        await store.save_revision(flow.revision, flow.id, library.source(flow.revision), 0)
    house = House(store, library)
    for number, replies in PEOPLE.items():
        who = Address("sms", number)
        await house.asks(who)
        for reply in replies:
            await house.gets(reply, who)
            await house.waits()
    yield store
    await store.close()


async def outbox(store) -> int:
    return sum(row["n"] for row in await store.outbox_states())


async def test_the_same_version_changes_nothing(stored):
    """And what is stored stays as it is."""
    before = await outbox(stored)
    found = await compare(stored, loader.load(TEXT, "x.yaml"))
    assert (found.conversations, found.changed, found.unreadable) == (5, [], 0)
    assert found.left == {"score": (1, 1), "why-unhappy": (1, 1)}
    assert await outbox(stored) == before


async def test_a_shorter_way_for_passives(stored):
    """One conversation ends earlier, with other words; its outcome is the same, and it costs a message less."""
    found = await compare(stored, loader.revive(STRICTER, "x.yaml"))
    assert found.changed == []
    assert found.messages[0] - found.messages[1] == 1


async def test_other_escalations_are_named(stored, capsys):
    """Both detractors' cases would be urgent."""
    flow = loader.load(URGENT, "x.yaml")
    found = await compare(stored, flow)
    assert found.moves == {("cases", "support (high)", "support (urgent)"): 2}
    replay._tell(flow, found)
    said = capsys.readouterr().out
    assert "after-support: 5 conversations played, nothing sent\n3 go as before (60.0%)" in said
    assert "  cases: support (high) → support (urgent): 2" in said
    assert "  no answer at 'score': 1 → 1" in said


async def test_against_a_file(stored):
    """Two versions that never ran are compared on the same people."""
    found = await compare(stored, loader.load(URGENT, "x.yaml"), loader.load(URGENT, "y.yaml"))
    assert (found.conversations, found.changed) == (5, [])


async def test_pages_follow_one_another(stored):
    """A cursor goes on behind the last conversation, and each comes with its whole journal."""
    first = await stored.past_conversations("after-support", "", 2)
    rest = await stored.past_conversations("after-support", first[-1]["cursor"], 10)
    assert [len(first), len(rest)] == [2, 3]
    assert len({row["session"] for row in [*first, *rest]}) == 5
    assert [len(row["journal"]) for row in [*first, *rest]] == [3, 3, 3, 2, 1]
    assert await stored.past_conversations("relationship", "", 10) == []


def test_the_command(tmp_path, monkeypatch):
    """An empty database, a file, a mistake."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECHOLOT_DATABASE_URL", f"sqlite:///{tmp_path}/e.db")
    (tmp_path / "new.yaml").write_text(URGENT, "utf-8")
    from commands import db  # noqa: PLC0415 - beside its use

    runner = CliRunner()
    assert runner.invoke(db.command, ["upgrade"]).exit_code == 0
    told = runner.invoke(replay.command, ["new.yaml", "--against", "new.yaml"])
    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "after-support: 0 conversations played, nothing sent",
        "There are none yet; `run.py simulate` plays a survey without any.",
    ]
    assert runner.invoke(replay.command, ["after-support", "--json"]).output == ""
    for arguments in (["after-suport"], ["gone.yaml"], ["new.yaml", "--against", "abc"]):
        assert runner.invoke(replay.command, arguments).exit_code == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_its_json_stands_alone(stored, database_url, tmp_path, monkeypatch):
    """What the program notes about itself, such as that a database is open, is no part of the data."""
    (tmp_path / "echolot.yaml").write_text(f"database_url: {database_url}\n")
    (tmp_path / "new.yaml").write_text(URGENT)
    monkeypatch.setenv("ECHOLOT_CONFIG", str(tmp_path / "echolot.yaml"))
    told = await asyncio.to_thread(CliRunner().invoke, replay.command, [str(tmp_path / "new.yaml"), "--json"])
    lines = [msgspec.json.decode(line) for line in told.stdout.splitlines()]
    assert {change for line in lines for change in line["changes"]} == {"cases"}
