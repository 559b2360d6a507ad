"""Reports through kill -9, with the real server, Slack's stand-in and a mail server that goes wrong.

P4, P5: in Slack nothing is doubled and nothing is lost. A letter is never doubled, and is lost only where it says that
it is in doubt.
"""

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

from commands.reporter import run_id
from integrations.mail.message import message_id
from sandbox.serving import serving
from sandbox.slack import App, Channel, SlackSandbox, Team, User
from storage import migrate
from storage import reports as runs
from storage.looking import look
from storage.opening import open_store
from tests.channels.slack_line import BOT, SECRET, XAPP
from tests.durability.outreach_campaign import _ready
from tests.durability.processes import server
from tests.durability.seeds import fresh_seed
from tests.integrations.mail.post_office import FAULTS, open_office

SENDER = "nps@example.com"
REPORTS, KILLS, PATIENCE = 8, 6, 60.0
OPEN = {"queued", "leased", "sending", "reconciling"}
YAML = """
format: 1
report:
  id: r{n}
  every: day
  at: "00:00"
  to:
    - {{channel: slack, chat: C1}}
    - {{email: a{n}@example.com}}
    - {{email: b{n}@example.com}}
"""


async def test_p4_p5_reports_survive_kill_9(database_url, tmp_path):
    """Eight reports to three receivers each, six kills, every fifth letter goes wrong."""
    dice = random.Random(fresh_seed())
    (tmp_path / "reports").mkdir()
    for n in range(REPORTS):
        (tmp_path / "reports" / f"r{n}.yaml").write_text(YAML.format(n=n))
    await migrate.upgrade(database_url)
    store = await open_store(database_url)
    boxes = ("slack:C1", "mailto:a{}@example.com", "mailto:b{}@example.com")
    names = [(f"r{n}", to.format(n)) for n in range(REPORTS) for to in boxes]
    await store.run(lambda: runs.receivers(names, 1))
    await store.close()
    team = Team("T1", BOT, "acme").add(User("U1", "ada"), Channel("C1", "reports", members=["U1", "U1BOT"]))
    slack = SlackSandbox(App("A1", "1.1", "secret", SECRET, XAPP), [team])
    spoil = lambda: dice.choice(FAULTS) if dice.random() < 0.2 else ""  # noqa: E731
    async with serving(slack) as address, open_office(spoil) as office:
        settings = _settings(database_url, tmp_path, address, office.port)
        async with server(settings, tmp_path) as victim:
            for _ in range(KILLS):
                await victim.start()
                await _ready(victim.url)
                await asyncio.sleep(dice.uniform(0.05, 1.6))
                await victim.kill()
            await victim.start()
            await _ready(victim.url)  # it may have nothing left to do, and be stopped at once
            states = await _settled(database_url)
            await victim.stop()
    letters = Counter(office.ids)
    posted = Counter(each.metadata["event_payload"]["o"] for each in team.channels["C1"].messages.values())
    print(Counter(states.values()), "letters", sum(letters.values()), "in Slack", sum(posted.values()))
    assert len(states) == len(names)
    for (report, period, receiver), state in states.items():
        key = run_id(report, period, receiver)
        if receiver == "slack:C1":
            assert (state, posted[key]) == ("sent", 1), (report, state)
            continue
        arrived = letters[message_id(key, SENDER)]
        assert arrived <= 1, "a letter came twice"
        assert state in ("sent", "unknown", "failed")
        assert arrived == 1 or state != "sent", "a letter is lost, and nobody knows"
        assert arrived == 0 or state != "failed"


async def _settled(url: str) -> dict[tuple[str, str, str], str]:
    """What became of everything, once nothing is open."""
    async with look(url) as reading, asyncio.timeout(PATIENCE):
        while True:
            told = [each for n in range(REPORTS) for each in await reading.read(lambda n=n: runs.latest(f"r{n}", 99))]
            if len(told) == REPORTS * 3 and not any(each.state in OPEN for each in told):
                return {(each.report, each.period, each.receiver): each.state for each in told}
            await asyncio.sleep(0.2)


def _settings(url: str, folder: Path, slack: str, port: int) -> dict[str, Any]:
    return {
        "database_url": url, "home": str(folder), "reports_dir": "reports",
        "channels": {"slack": {"kind": "slack", "bot_token": BOT, "signing_secret": SECRET, "team": "T1",
                               "app_id": "A1", "api_url": f"{slack}/api/", "settle": "150ms", "timeout": "600ms"}},
        "mail": {"host": "127.0.0.1", "port": port, "security": "none", "from": SENDER},
    }  # fmt: skip
