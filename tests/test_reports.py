"""Scheduled reports over a store of each kind: once per period and receiver, whoever looks, and what was missed."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest
from click.testing import CliRunner

from commands import check
from commands.report import command
from commands.reporting import NoReport
from storage import reports as runs
from tests.integrations.mail.post_office import open_office
from tests.report_house import DAY, HOUR, NOW, RECEIVERS, YAML, furnished
from tests.storage.builders import answer, session, turn
from tests.web.conftest import Backend
from web.app import Parts, build
from web.keys import Key, Keyring, digest


@pytest.fixture
async def office():
    """A mail server."""
    async with open_office() as found:
        yield found


@pytest.fixture
async def house(store, database_url, tmp_path, monkeypatch, office):
    """A week of answers; the receivers have been known for a month."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    made = await furnished(store, database_url, tmp_path, office.port)
    yield made
    made.reporting.pictures.close()


async def test_p4_every_receiver_gets_it_once(house, office):
    """Slack through the inbox, a letter, a file; another look, and another server, change nothing."""
    assert await house.look() == 3
    servers = [house.another() for _ in range(3)]
    [report] = house.reports.current
    assert sum(await asyncio.gather(*(each.reporter.look(report) for each in servers))) == 0
    [message] = await house.told()
    assert message.kind == "report"
    assert "Our week · Acme · 9 Nov 2026 to 15 Nov 2026" in message.prompt.text
    assert "NPS +" in message.prompt.text
    postmen = [house.postman(f"p{n}") for n in range(3)]
    while any(await asyncio.gather(*(each.step() for each in postmen))):
        pass
    assert len(office.letters) == 1
    assert [path.name for path in (house.folder / "out").iterdir()] == ["weekly-2026-11-09-2026-11-15.pdf"]
    assert (house.folder / "out" / "weekly-2026-11-09-2026-11-15.pdf").read_bytes().startswith(b"%PDF")
    assert (await house.states())["mailto:anna@example.com"] == "sent"


async def test_p4_what_was_missed_is_one_report(house):
    """A month without a server: the latest week, not four; and the next one in time."""
    house.now += 28 * DAY
    assert await house.look() == 3
    house.now += 6 * DAY
    assert await house.look() == 0
    house.now += DAY
    assert await house.look() == 3
    told = await house.store.read(lambda: runs.latest("weekly", 99))
    assert {each.first for each in told} == {"2026-12-07", "2026-12-14"}


async def test_a_new_receiver_begins_with_the_next_period(house):
    """And gets nothing that was due before."""
    path = house.folder / "reports" / "weekly.yaml"
    path.write_text(YAML.replace("{folder: out}", "{folder: elsewhere}"))
    await house.reports.look()
    assert await house.look() == 2
    house.now += 7 * DAY
    assert await house.look() == 3


async def test_a_broken_file_goes_on_as_it_was(house):
    """Until it is mended."""
    (house.folder / "reports" / "weekly.yaml").write_text(YAML.replace("every: week", "every: weak"))
    await house.reports.look()
    assert await house.look() == 3


@pytest.mark.parametrize(
    ("fault", "state", "letters"),
    [
        ("reset_after", "unknown", 1),
        ("reset_before", "unknown", 0),
        ("later", "queued", 0),
        ("refuse_data", "failed", 0),
    ],
)
async def test_p5_a_letter_that_goes_wrong(house, office, fault, state, letters):
    """In doubt it stays; later it is tried again; refused it is given up."""
    office.spoil = lambda: fault
    await house.look()
    postman = house.postman()
    while await postman.step():
        pass
    assert (await house.states())["mailto:anna@example.com"] == state
    assert len(office.letters) == letters
    office.spoil = lambda: ""
    house.now += 2 * HOUR
    while await postman.step():
        pass
    assert len(office.letters) == (1 if state == "queued" else letters)


async def test_p4_an_alert_is_told_once_and_quotes_its_rate(house):
    """A bad fortnight; every later look says nothing more."""
    sessions, answers = [], []
    for number in range(90):
        at = NOW - (number % 9) * DAY
        key, lane = f"b{number:02}", f"sms:+48{number}"
        day = datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
        sessions.append(session(key, lane, started_at=at))
        answers.append(answer(session=key, lane=lane, value=0, at=at, day=day))
    await turn(house.store, sessions=sessions, answers=answers)
    await house.store.run(lambda: runs.receivers([("weekly", "fall")], NOW))
    assert await house.look() == 4
    [alert] = [each for each in await house.told() if each.to.chat == "C2"]
    assert "The NPS has fallen · Our week · Acme" in alert.prompt.text
    assert "at most 5 of 100 years" in alert.prompt.text
    [report] = house.reports.current
    for days in range(10):
        house.now = NOW + days % 2 * DAY
        assert await house.another().reporter.look(report) == 0


async def run(*arguments: str, exits: int = 0) -> str:
    result = await asyncio.to_thread(CliRunner().invoke, command, list(arguments))
    assert result.exit_code == exits, (result.output, result.exception)
    return result.output


async def test_the_command_previews_and_lists(house, monkeypatch):
    """Nothing is sent by a preview; what was sent is listed with its state."""
    monkeypatch.setattr("commands.reporting.epoch_ms", lambda: NOW)
    monkeypatch.setattr("commands.reporting.Reporting.__init__.__defaults__", (lambda: NOW, None, None))
    text = await run("send", "weekly", "--dry-run", "--out", "w.pdf")
    assert "NPS +" in text
    assert (house.folder / "w.pdf").read_bytes().startswith(b"%PDF")
    assert "nothing was sent yet" in await run("list")
    await house.look()
    listed = json.loads(await run("list", "--json"))
    assert {each["receiver"] for each in listed["reports"][0]["runs"]} == set(RECEIVERS) - {"fall"}
    told = await asyncio.to_thread(CliRunner().invoke, command, ["send", "weakly", "--dry-run"])
    assert isinstance(told.exception, NoReport)
    assert "did you mean 'weekly'?" in str(told.exception)


async def test_sending_by_hand(house):
    """To whoever has not got it; with `again` to everybody."""
    first = await house.reporting.send("weekly")
    assert (first.begun, first.known) == (3, 0)
    assert (await house.reporting.send("weekly")).begun == 0
    house.now += 1
    assert (await house.reporting.send("weekly", again=True)).begun == 3
    assert await house.look() == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "", None, 200),
        ("POST", "/weekly/runs", {"again": True}, 202),
        ("POST", "/weakly/runs", {}, 404),
        ("POST", "/weekly/runs", {"agian": 1}, 422),
        ("POST", "/weekly/runs", [], 422),
    ],
)
async def test_the_api_lists_and_sends(house, method, path, body, status):
    """Over the same reports; what does not fit is told."""
    backend, key = Backend(), Key("all", digest("eck_all"), frozenset({"read", "outreach"}))
    app = build(
        Parts(
            hooks={}, accept=backend.accept, invite=backend.invite, settled=backend.settled, reading=backend,
            ready=backend.ready, keyring=Keyring([key], lambda: 1000), hosts=["nps.example.com"],
            reporting=house.reporting,
        )
    )  # fmt: skip
    headers = {"authorization": "Bearer eck_all"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://nps.example.com") as client:
        answer = await client.request(method, f"/api/v1/reports{path}", headers=headers, json=body)
        listed = (await client.get("/api/v1/reports", headers=headers)).json()
    assert answer.status_code == status, answer.text
    assert listed["reports"][0]["next"] == "2026-11-23T08:00:00.000Z"
    assert len(listed["reports"][0]["runs"]) == (3 if status == 202 else 0)


async def test_check_knows_reports(house):
    """Beside flows and triggers, with channels, dimensions and mail as the settings have them."""
    good = await asyncio.to_thread(CliRunner().invoke, check.command, [])
    assert (good.exit_code, "1 report checked" in good.output) == (0, True), good.output
    (house.folder / "reports" / "weekly.yaml").write_text(YAML.replace("slack, chat: C1", "slak, chat: C1"))
    bad = await asyncio.to_thread(CliRunner().invoke, check.command, [])
    assert bad.exit_code == 1
    assert "weekly.yaml:9:17: error: the settings have no channel 'slak'" in bad.output
