"""The report of a wave through kill -9, with the real server, Slack's stand-in and a mail server that goes wrong.

P4, P5: it comes once, to where it belongs, and tells the wave's numbers.
"""

import asyncio
import json
import random
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from bot.outreach.plans import Kept
from bot.outreach.waves import Span
from commands.reporter import run_id
from integrations.mail.message import message_id
from sandbox.serving import serving
from sandbox.slack import App, Channel, SlackSandbox, Team, User
from storage import migrate
from storage import reports as runs
from storage.campaigns import StoredPlans
from storage.looking import look
from storage.opening import open_store
from tests.channels.slack_line import BOT, SECRET, XAPP
from tests.durability.outreach_campaign import _ready
from tests.durability.processes import server
from tests.durability.seeds import fresh_seed
from tests.integrations.mail.post_office import FAULTS, open_office
from tests.storage.builders import answer, session, turn

SENDER, DAY, ANSWERS, KILLS, PATIENCE = "nps@example.com", 86_400_000, 40, 5, 60.0
OPEN = {"queued", "leased", "sending", "reconciling"}
WAVES = "format: 1\ncampaign: {{id: spring, flow: nps, waves: {{starts: {starts}, days: 3}}}}\n"
REPORT = {
    "id": "waves", "title": "The wave", "every": "wave", "campaign": "spring", "at": "00:00",
    "to": [{"channel": "slack", "chat": "C1"}, {"email": "anna@example.com"}],
}  # fmt: skip
RECEIVERS = ("slack:C1", "mailto:anna@example.com")


async def test_p4_p5_the_report_of_a_wave_survives_kill_9(database_url, tmp_path):
    """The wave is over, and nobody was told; the server dies five times before and while it tells."""
    dice = random.Random(fresh_seed())
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "waves.yaml").write_text(json.dumps({"format": 1, "report": REPORT}))
    await _over(database_url)
    channels = (Channel(name, name, members=["U1", "U1BOT"]) for name in ("C1", "C2"))
    team = Team("T1", BOT, "acme").add(User("U1", "ada"), *channels)
    slack = SlackSandbox(App("A1", "1.1", "secret", SECRET, XAPP), [team])
    spoil = lambda: dice.choice(FAULTS) if dice.random() < 0.3 else ""  # noqa: E731
    async with serving(slack) as address, open_office(spoil) as office:
        settings = _settings(database_url, tmp_path, address, office.port)
        async with server(settings, tmp_path) as victim:
            for _ in range(KILLS):
                await victim.start()
                await _ready(victim.url)
                await asyncio.sleep(dice.uniform(0.02, 0.9))
                await victim.kill()
            await victim.start()
            await _ready(victim.url)  # it may have nothing left to do, and be stopped at once
            states = await _settled(database_url)
            await victim.stop()
    assert sorted(states) == sorted(RECEIVERS)
    [posted] = [each for each in team.channels["C1"].messages.values() if each.metadata]
    assert [each for each in team.channels["C2"].messages.values() if each.metadata] == []
    assert posted.metadata["event_payload"]["o"] == run_id("waves", "wave:spring:1", "slack:C1")
    assert states["slack:C1"] == "sent"
    arrived = Counter(office.ids)[message_id(run_id("waves", "wave:spring:1", RECEIVERS[1]), SENDER)]
    assert (arrived, states[RECEIVERS[1]]) in {(1, "sent"), (1, "unknown"), (0, "unknown"), (0, "failed")}
    assert len(office.letters) == arrived
    for text in (
        json.dumps(posted.blocks) + posted.text,
        *(str(each.get_body().get_content()) for each in office.letters),
    ):
        assert f"from {ANSWERS} answers" in text


async def _over(url: str) -> None:
    """A wave of three days that ended yesterday, and a survey of somebody whom no campaign asked."""
    now = int(time.time() * 1000)
    ended = now // DAY * DAY
    starts = ended - 3 * DAY
    await migrate.upgrade(url)
    store: Any = await open_store(url)
    store.counting = store.counting._replace(dimensions=("wave", "campaign"))
    source = WAVES.format(starts=_day(starts))
    plans = StoredPlans(store)
    await plans.begin(Kept("spring", "r", source, "running", starts - DAY, "test"), [Span(1, starts, ended)])
    sessions, answers = [], []
    for n in range(ANSWERS + 5):
        at, key, lane = starts + (n % 3) * DAY + 1000, f"s{n}", f"sms:+49{n}"
        asked = {"campaign": "spring", "wave": "1"} if n < ANSWERS else {}
        sessions.append(session(key, lane, started_at=at, state=json.dumps({"variables": asked})))
        answers.append(answer(session=key, lane=lane, value=9 if n < ANSWERS else 0, at=at, day=_day(at)))
    await turn(store, sessions=sessions, answers=answers)
    await store.run(lambda: runs.receivers([("waves", each) for each in RECEIVERS], 1))
    await store.close()


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


async def _settled(url: str) -> dict[str, str]:
    """What became of it, by receiver, once nothing is open."""
    async with look(url) as reading, asyncio.timeout(PATIENCE):
        while True:
            told = await reading.read(lambda: runs.latest("waves", 99))
            if len(told) == len(RECEIVERS) and not any(each.state in OPEN for each in told):
                return {each.receiver: each.state for each in told}
            await asyncio.sleep(0.2)


def _settings(url: str, folder: Any, slack: str, port: int) -> dict[str, Any]:
    return {
        "database_url": url, "home": str(folder), "reports_dir": "reports",
        "insights": {"dimensions": ["wave", "campaign"]},
        "channels": {"slack": {"kind": "slack", "bot_token": BOT, "signing_secret": SECRET, "team": "T1",
                               "app_id": "A1", "api_url": f"{slack}/api/", "settle": "150ms", "timeout": "600ms"}},
        "mail": {"host": "127.0.0.1", "port": port, "security": "none", "from": SENDER},
    }  # fmt: skip
