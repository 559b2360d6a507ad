"""Reports full of hostile names, through the real parts to the stand-ins of Slack and Telegram and a mail server.

S25, S26, S27: nothing pings, nothing becomes a link with words of its own or markup, and no header begins in a name.
"""

import asyncio
import json
import re
import time
from datetime import UTC, datetime
from email.policy import default

import pytest

from commands.assemble import parts
from commands.reporting import begin
from insights.reports.letter import one_line
from sandbox.serving import serving
from sandbox.slack import App, Channel, SlackSandbox, Team, User
from sandbox.telegram import Bot, TelegramSandbox
from settings import Settings
from storage import reports as runs
from tests.channels.slack_line import BOT, SECRET, XAPP
from tests.channels.telegram_line import SECRET as TELEGRAM_SECRET
from tests.channels.telegram_line import TOKEN
from tests.integrations.mail.post_office import open_office
from tests.storage.builders import answer, session, turn

DAY = 86_400_000
HOSTILE = (
    "<!channel> <!here> <!subteam^S1> <@U1> @channel",
    "<http://evil.example|Our bank> <mailto:x@evil.example|us>",
    "*bold* _it_ ~gone~ `code` >quote",
    "<b>bold</b> <a href='tg://resolve?domain=evil'>us</a> tg://resolve?domain=evil",
    "[us](tg://user?id=1) __under__ ||spoiler|| @admin /start@nps_bot",
    "Weekly\r\nBcc: evil@example.com\r\n\r\n<h1>body</h1>",
    "=?utf-8?q?=0d=0aBcc:_evil@example.com?= X",
    "\u202egnp.exe\u202c \u2066hidden\u2069 \u200f\u061c end",
    '=HYPERLINK("http://evil.example","x") +1-2@SUM(A1)',
    "&lt;!channel&gt; &amp;lt;script&amp;gt;",
    "Line\u2028separated\u2029here\x0band\x85there",
    "{{7*7}} ${x} {0.__class__} %s %(x)s \\",
)
BY = ("brand", "segment", "agent", "touchpoint", "flow", "region")
HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
OPEN = {"queued", "leased", "sending", "reconciling"}


def plan(n: int, group: int) -> str:
    """A report of yesterday whose every word is hostile."""
    to = [{"channel": "slack", "chat": "C1"}, {"channel": "telegram", "chat": str(group)}, {"email": f"a{n}@b.example"}]
    report = {"id": f"r{n}", "title": HOSTILE[n], "every": "day", "at": "00:00", "to": [*to, {"folder": "out"}]}
    report |= {"filters": {"region" if BY[n % len(BY)] != "region" else "brand": kept(HOSTILE[n])}}
    return json.dumps({"format": 1, "report": report | {"by": BY[n % len(BY)]}})


def kept(words: str) -> str:
    """As it is kept of an answer: on one line."""
    return " ".join(words.split())


async def answered(store, now: int) -> None:
    """Yesterday, for each report two groups that differ for certain, and words of customers."""
    sessions, answers = [], []
    at = now // DAY * DAY - DAY // 2
    day = datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
    for n, words in enumerate(HOSTILE):
        by = BY[n % len(BY)]
        for m in range(60):
            key, lane, good = f"s{n}x{m}", f"sms:+49{n:02}{m:02}", m % 2
            named = f"{words} {'good' if good else 'bad'}"
            facts = {"region": kept(words), "brand": kept(words)} | ({} if by == "flow" else {by: named})
            flow = named if by == "flow" else "nps"
            sessions.append(session(key, lane, flow=flow, started_at=at, state=json.dumps({"variables": facts})))
            said = f"because of the parcel {words}" if m < 4 else ""
            score = 10 if good else 0
            answers.append(answer(session=key, lane=lane, flow=flow, value=score, comment=said, at=at, day=day))
    await turn(store, sessions=sessions, answers=answers)


def settings(url, folder, stand_ins, port) -> Settings:
    """The company is hostile too: it stands in titles, and as who letters come from."""
    slack, telegram = stand_ins
    return Settings(
        _env_file=None, database_url=url, home=folder, reports_dir="reports", company='"x" <y@evil.example>\r\nCc: z',
        public_url="https://nps.example.com",
        channels={
            "slack": {"kind": "slack", "bot_token": BOT, "signing_secret": SECRET, "team": "T1", "app_id": "A1",
                      "api_url": f"{slack}/api/"},
            "telegram": {"kind": "telegram", "token": TOKEN, "webhook_secret": TELEGRAM_SECRET, "api_url": telegram},
        },
        mail={"host": "127.0.0.1", "port": port, "security": "none", "from": "nps@example.com"},
    )  # fmt: skip


async def settled(store) -> list:
    """What became of every run, once nothing is open."""
    async with asyncio.timeout(120):
        while True:
            told = [each for n in range(len(HOSTILE)) for each in await store.read(lambda n=n: runs.latest(f"r{n}", 9))]
            if len(told) == 4 * len(HOSTILE) and not any(each.state in OPEN for each in told):
                return told
            await asyncio.sleep(0.2)


@pytest.fixture
async def world(sqlite_url, tmp_path, monkeypatch):
    """All reports have gone out: Slack's channel, what the group shows, the mail server."""
    monkeypatch.setattr("commands.reporter.EVERY", 0.2)
    monkeypatch.setattr("commands.postman.EVERY", 0.2)
    for rate in ("PERSON_RATE", "GROUP_RATE"):
        monkeypatch.setattr(f"channels.telegram.channel.{rate}", 100.0)
    for rate in ("PER_CHAT", "PER_METHOD"):
        monkeypatch.setattr(f"channels.slack.channel.{rate}", 100.0)
    team = Team("T1", BOT, "acme").add(User("U1", "ada"), Channel("C1", "reports", members=["U1", "U1BOT"]))
    slack = SlackSandbox(App("A1", "1.1", "secret", SECRET, XAPP), [team])
    telegram = TelegramSandbox([Bot(TOKEN, "nps_bot", "NPS")])
    reader = telegram.person("Ada")
    group = telegram.group(forum=False, members=[reader])
    (tmp_path / "reports").mkdir()
    for n in range(len(HOSTILE)):
        (tmp_path / "reports" / f"r{n}.yaml").write_text(plan(n, group.id))
    async with serving(slack) as one, serving(telegram) as other, open_office() as office:
        async with parts(settings(sqlite_url, tmp_path, (one, other), office.port)) as assembled:
            places = ("slack:C1", f"telegram:{group.id}", "folder:out")
            names = [(f"r{n}", to) for n in range(len(HOSTILE)) for to in (*places, f"mailto:a{n}@b.example")]
            await assembled.store.run(lambda: runs.receivers(names, 1))
            await answered(assembled.store, time.time_ns() // 1_000_000)
            assert len(assembled.reports.current) == len(HOSTILE), assembled.reports.problems
            reporting = begin(assembled)
            await assembled.supervisor.start()
            told = await settled(assembled.store)
            await assembled.supervisor.stop()
            reporting.pictures.close()
        yield {"told": told, "team": team, "shown": reader.shows(group.chat), "office": office, "folder": tmp_path}
        await telegram.close()


def bare(text: str) -> str:
    """Without what makes it inert, and without spaces."""
    return re.sub(r"[\s\u2060]", "", text)


async def test_s25_s26_s27_nothing_in_a_report_sets_anything_off(world):
    """All four ways carry the same hostile words, and they are words there."""
    assert {each.state for each in world["told"]} == {"sent"}, world["told"]
    posted = [each for each in world["team"].channels["C1"].messages.values() if not each.subtype]
    assert len(posted) == len(HOSTILE)
    for each in posted:
        assert (each.mentions, each.links) == ([], []), each.text
        elements = json.dumps(each.blocks)
        assert '"mrkdwn"' not in elements, elements
    shown = [each for each in world["shown"] if each["bot"] and not each["service"]]
    assert len(shown) == len(HOSTILE)
    for each in shown:
        assert (each["effects"], each["entities"]) == ([], []), each["text"]
    for words in HOSTILE:  # it did arrive: as a title, as a group, as what customers wrote
        told = [bare(each["text"]) for each in shown if bare(one_line(words, 70))[:20] in bare(each["text"])]
        assert any("becauseoftheparcel" in each for each in told), words
        assert any("ishigherthantheothers" in each for each in told), words


async def test_s27_no_header_begins_in_a_name(world):
    """The headers are ours, each on one line of words; the body is plain text and a PDF under our own name."""
    letters = world["office"].letters
    assert len(letters) == len(HOSTILE)
    for raw, letter in zip(world["office"].raw, letters, strict=True):
        head = raw.partition(b"\r\n\r\n")[0]
        assert {name for name, _ in letter.items()} == HEADERS, head
        assert letter["To"].addresses[0].addr_spec.endswith("@b.example")
        assert [each.addr_spec for each in letter["From"].addresses] == ["nps@example.com"]
        for header in ("Subject", "From"):
            assert all(char.isprintable() for char in str(letter[header])), letter[header]
            assert default.header_factory(header, str(letter[header])).defects == ()
        assert [part.get_content_type() for part in letter.walk()] == [
            "multipart/mixed", "text/plain", "application/pdf",
        ]  # fmt: skip
        [file] = list(letter.iter_attachments())
        assert re.fullmatch(r"r\d+-[\d-]+\.pdf", file.get_filename())
        assert file.get_content().startswith(b"%PDF")
    names = sorted(each.name for each in (world["folder"] / "out").iterdir())
    assert [name.partition("-")[0] for name in names] == sorted(f"r{n}" for n in range(len(HOSTILE)))
