"""Trying a survey out before customers get it: `send --test` and the API, over both databases and a running server."""

import asyncio
import io
import json

import pytest

from bot.messages import Address, Inbound, Said
from commands.assemble import parts
from commands.export import export
from commands.inbox import Inbox
from commands.invitations import Busy, CannotInvite, Invitations, Suppressed
from settings import Settings
from tests.bot.runtime.house import Line
from tests.test_cli import PHONE, run_async
from tests.test_cli_server import server, world  # noqa: F401 - fixtures
from web.shapes import Invitation

AUTHOR = "sms:+4915112340001"
DRAFT = """\
format: 1
id: draft
kind: transactional
languages: [en]
variables: {company: Acme}
steps:
  - id: score
    ask: {type: nps, text: "{{ company }}: how likely are you to recommend us, 0-10? Reply STOP to opt out"}
    next: [{when: detractor, to: why}, {to: thanks}]
  - id: why
    do: [{escalate: {desk: support}}]
    ask: {type: text, text: "What went wrong?"}
  - {id: thanks, say: "Thank you!"}
"""


class Running:
    """The parts at work on one database, with a provider that takes everything."""

    def __init__(self, assembled, line):
        self.parts, self.line = assembled, line
        self.invitations = Invitations(assembled)
        self.said = 0

    async def invites(self, **wanted):
        """Who is asked, and what they read first."""
        invited = await self.invitations.invite(Invitation(**{"to": AUTHOR, "flow": "draft", **wanted}))
        await self.until(lambda: self.invitations.settled(invited.id))
        return invited.id

    async def says(self, text):
        """The author answers, and the bot has said something after that."""
        before, self.said = len(self.line.taken), self.said + 1
        inbound = Inbound(f"m{self.said}", self.parts.clock(), Address.of_lane(AUTHOR), Said(text, ref=f"r{self.said}"))
        await self.parts.intake.accept([inbound])
        await self.until(lambda: self.heard(before))

    async def heard(self, before):
        counts = await self.parts.reading.counts()
        return len(self.line.taken) > before and not (counts["inbox_new"] or counts["outbox_open"])

    async def until(self, look):
        async with asyncio.timeout(20):
            while not await look():  # noqa: ASYNC110 - rows are looked at, nothing tells of them
                await asyncio.sleep(0.02)


@pytest.fixture
async def running(database_url, tmp_path):
    """With the shipped surveys published, and the draft nowhere."""
    line = Line()
    channel = {"kind": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "t", "from": "+49300"}
    settings = Settings(database_url=database_url, channels={"sms": channel}, flows_dir=tmp_path)
    async with parts(settings, replaced={"sms": line}) as assembled:
        await assembled.supervisor.start()
        yield Running(assembled, line)
        await assembled.supervisor.stop()


async def test_a_draft_is_tried_out_all_the_way_and_counts_nowhere(running, database_url):
    """A low score opens a case that is marked; neither export, page nor gauge knows of it; `--tests` does."""
    await running.invites(test=True, source=DRAFT)
    await running.until(lambda: running.heard(0))
    assert running.line.taken[0].prompt.text.startswith("[Test] Acme: how likely")
    await running.says("2")
    await running.says("it was cold")
    assert [message.prompt.text for message in running.line.taken[1:]] == ["What went wrong?", "Thank you!"]
    reading = running.parts.reading
    assert await reading.responses() == []
    assert (await reading.responses(tests=True))[0]["score"] == 2
    assert (await reading.counts())["cases_open"] == 0
    inbox = Inbox(reading, running.parts.office, running.parts.desks)
    [case] = await inbox.page("", (), 10)
    assert (case.test, case.score, case.due_at) == (True, 2, None)
    assert (await inbox.case(case.id)).card.title.startswith("TEST - no real customer")
    for tests, lines in ((False, 0), (True, 1)):
        output = io.StringIO()
        await export(database_url, "jsonl", output, tests=tests)
        assert len(output.getvalue().splitlines()) == lines


async def test_a_draft_stays_unpublished(running):
    """Whoever is invited afterwards does not get what was only tried out."""
    await running.invites(test=True, source=DRAFT)
    assert "draft" not in {flow.id for flow in running.parts.library.flows}
    with pytest.raises(CannotInvite, match="no flow 'draft'"):
        await running.invites()


async def test_a_published_survey_is_tried_out_by_its_name(running):
    """Its own revision, with the mark."""
    await running.invites(flow="after-support", test=True)
    await running.until(lambda: running.heard(0))
    assert running.line.taken[0].prompt.text.startswith("[Test] ")


async def test_a_draft_with_mistakes_is_not_sent(running):
    """All of them are named, with line and column, as `check` does."""
    broken = DRAFT.replace("to: why", "to: wy").replace("type: text", "type: txt")
    with pytest.raises(CannotInvite) as refused:
        await running.invites(test=True, source=broken, flow="draft.yaml")
    assert "draft.yaml:9:" in str(refused.value)
    assert "draft.yaml:12:" in str(refused.value)
    assert await running.parts.reading.sessions() == []


async def test_nobody_is_tested_who_is_a_customer_at_this_moment(running):
    """Not beside a real survey, not beside a real case; afterwards again, and never after a STOP."""
    await running.invites(flow="after-support")
    with pytest.raises(Busy, match="asked for real"):
        await running.invites(test=True, source=DRAFT)
    await running.says("1")
    await running.says("too slow")
    with pytest.raises(Busy, match="real case"):
        await running.invites(test=True, source=DRAFT)
    assert len(await running.parts.reading.sessions()) == 1
    await running.says("STOP")
    with pytest.raises(Suppressed):
        await running.invites(test=True, source=DRAFT)


async def test_a_real_survey_takes_the_place_of_a_test(running):
    """Nobody has to end a test first."""
    await running.invites(test=True, source=DRAFT)
    real = await running.invites(flow="after-support")
    rows = {row["id"]: row for row in await running.parts.reading.sessions()}
    assert (rows.pop(real)["outcome"], [row["outcome"] for row in rows.values()]) == ("", ["superseded"])


# --- the command -----------------------------------------------------------------------------------------------------


async def test_a_file_through_the_running_server(world, server, tmp_path):  # noqa: F811 - fixtures
    """The source goes along: the server need not have the file."""
    sandbox, _, environment = world
    file = tmp_path / "draft.yaml"
    file.write_text(DRAFT)
    sent = await run_async("send", "--flow", file, "--to", f"sms:{PHONE}", "--test", **environment)
    assert (sent.returncode, sent.stderr) == (0, "")
    phone = sandbox.phone(PHONE)
    assert (await phone.hears(1))[0].startswith("[Test] Muster GmbH: how likely")
    await phone.text("10")
    await phone.hears(2)
    real = await run_async("export", "responses", **environment)
    trials = await run_async("export", "responses", "--tests", **environment)
    assert real.stdout == ""
    assert json.loads(trials.stdout)["score"] == 10


async def test_a_file_without_a_server(world, tmp_path):  # noqa: F811 - a fixture
    """By itself; a mistake is told and nobody is asked."""
    sandbox, _, environment = world
    file = tmp_path / "draft.yml"
    file.write_text(DRAFT.replace("to: why", "to: wy"))
    arguments = ["send", "--flow", file, "--to", f"sms:{PHONE}", "--test"]
    refused = await run_async(*arguments, **environment)
    assert refused.returncode == 1
    assert "draft.yml:9:" in refused.stderr
    file.write_text(DRAFT)
    sent = await run_async(*arguments, **environment)
    assert (sent.returncode, sent.stdout.strip()) == (0, "Sent: the provider has taken it.")
    assert [text.partition(":")[0] for text in sandbox.phone(PHONE).heard()] == ["[Test] Muster GmbH"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--flow", "draft.yaml"], "a file can only be tried out: add --test"),
        (["--flow", "gone.yaml", "--test"], "gone.yaml cannot be read"),
        (["--flow", "drft", "--test"], "no flow 'drft'"),
    ],
)
async def test_what_cannot_be_tried_out_is_told(world, arguments, told):  # noqa: F811 - a fixture
    """And why."""
    refused = await run_async("send", *arguments, "--to", f"sms:{PHONE}", **world[2])
    assert refused.returncode != 0
    assert told in refused.stderr
