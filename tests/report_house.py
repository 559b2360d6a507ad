"""A server's parts that send reports, over a week of answers, with a clock of their own."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bot.messages import Outbound
from bot.runtime.worker import Worker
from commands.postman import Postman
from commands.reporting import Reporting
from commands.reports import Reports
from flows import library
from settings import load
from storage import reports as runs
from tests.storage.builders import answer, session, turn

DAY, HOUR = 86_400_000, 3_600_000
NOW = int(datetime(2026, 11, 16, 12, tzinfo=UTC).timestamp() * 1000)  # a Monday
HOSTILE = "<!channel> *bold* </b> because of the parcel"
YAML = """
format: 1
report:
  id: weekly
  title: Our week
  every: week
  at: "08:00"
  to:
    - {channel: slack, chat: C1}
    - {email: anna@example.com}
    - {folder: out}
  alerts: [{on: fall, to: [{channel: slack, chat: C2}]}]
"""
SETTINGS = """
database_url: "%s"
company: Acme
reports_dir: reports
channels:
  slack: {kind: slack, bot_token: xoxb-1, signing_secret: s}
mail: {host: 127.0.0.1, port: %d, security: none, from: nps@example.com}
"""
_outbound = msgspec.json.Decoder(Outbound).decode


class House:
    """A server's parts that matter here, with a clock of their own."""

    def __init__(self, store, folder: Path) -> None:
        self.store = store
        self.now = NOW
        self.settings = load()
        self.reports = Reports(self.settings)
        self.reporting = self.another()
        self.folder = folder

    def another(self) -> Reporting:
        """One more server."""
        return Reporting(self.settings, self.store, self.reports, lambda: self.now)

    async def look(self) -> int:
        """One round of the reporter."""
        [report] = self.reports.current
        return await self.reporting.reporter.look(report)

    async def told(self) -> list[Outbound]:
        """What waits for Slack."""
        worker = Worker(self.store, library.load(), lambda: self.now)
        while await worker.step():
            pass
        rows = await self.store.lease("w", 99, self.now, self.now + 1000, ["slack"])
        return [_outbound(row.payload) for row in rows]

    def postman(self, owner: str = "p") -> Postman:
        """One who delivers."""
        settings = self.settings
        return Postman(
            self.reports, self.reporting.teller, self.store, settings.mail, self.folder, "Acme", owner, lambda: self.now
        )

    async def states(self) -> dict[str, str]:
        """By receiver."""
        return {each.receiver: each.state for each in await self.store.read(lambda: runs.latest("weekly", 99))}


RECEIVERS = ("slack:C1", "mailto:anna@example.com", "folder:out", "fall")


async def furnished(store, database_url, folder: Path, port: int, text: str = YAML) -> House:
    """A week of answers; the receivers have been known for a month. `port` is the mail server's.

    The folder is the one that one is in.
    """
    (folder / "reports").mkdir()
    (folder / "reports" / "weekly.yaml").write_text(text)
    (folder / "echolot.yaml").write_text(SETTINGS % (database_url, port))
    sessions, answers = [], []
    for number in range(80):
        at = NOW - (number % 20 + 1) * DAY
        key, lane, score = f"s{number:02}", f"sms:+49{number}", 2 if number % 5 == 0 else 9
        sessions.append(session(key, lane, started_at=at))
        day = datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
        answers.append(
            answer(session=key, lane=lane, value=score, comment=HOSTILE if score == 2 else "", at=at, day=day)
        )
    await turn(store, sessions=sessions, answers=answers)
    made = House(store, folder)
    await store.run(lambda: runs.receivers([("weekly", each) for each in RECEIVERS], NOW - 30 * DAY))
    return made
