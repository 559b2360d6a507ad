"""A wave of a campaign from its plan to its report: people are asked, some answer, and the morning after it is told."""

import re
from pathlib import Path

import msgspec
import pytest

from bot.messages import Address, Inbound, Outbound, Said
from bot.runtime.intake import Intake
from bot.runtime.worker import Worker
from commands.reporting import Reporting
from commands.reports import Reports
from insights.dimensions import InsightsSettings
from storage import reports as runs
from tests.storage.builders import answer, session, turn
from tests.web.outreach_made import START, world, yaml
from web.outreach_shapes import CampaignStart

DAY = 86_400_000
REPORT = """
format: 1
report:
  id: waves
  title: The wave
  every: wave
  campaign: spring
  at: "08:00"
  zone: Europe/Berlin
  to: [{channel: sms, chat: "+4930999"}, {folder: out}]
"""
COUNTED = ("brand", "campaign", "wave")
_outbound = msgspec.json.Decoder(Outbound).decode


@pytest.fixture(params=[COUNTED, ("brand",)], ids=["by wave", "by survey"])
async def here(database_url, tmp_path, monkeypatch, request):
    """A campaign of five days from Monday on, and a report about its waves."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "waves.yaml").write_text(REPORT)
    insights = InsightsSettings(dimensions=request.param)
    async with world(database_url, home=Path(tmp_path), reports_dir="reports", insights=insights) as made:
        made.store.counting = made.store.counting._replace(dimensions=request.param)
        for n in range(40):
            await made.knows(f"Nr {n}", brand="acme")
        await made.outreach.start(CampaignStart(yaml()), "u_1")
        yield made


async def lives(here, days):
    """As long; whoever is asked answers at once: of four people three give 9, and the fourth stays silent."""
    intake = Intake(here.store, lambda: here.now, {})
    for _ in range(days):
        await here.lives(1)
        await worked(here)
        for lease in await here.store.lease("w", 999, here.now, here.now + 1, ["sms"]):
            message = _outbound(lease.payload)
            if message.kind == "survey" and int(message.to.chat[-1]) % 4 and not message.key.startswith("seen"):
                said = Inbound(f"r{message.key}", here.now, Address("sms", message.to.chat), Said("9"))
                await intake.accept([said])
        await worked(here)


async def worked(here):
    worker = Worker(here.store, here.library, lambda: here.now)
    while await worker.step():
        pass


def reporting(here):
    """One server's."""
    return Reporting(here.settings, here.store, Reports(here.settings), lambda: here.now)


async def look(here):
    server = reporting(here)
    [report] = server.reporter._reports.current
    new = await server.reporter.look(report)
    server.pictures.close()
    return new


async def others(here):
    """Somebody who was not asked by the campaign answers the same survey meanwhile, and is not pleased."""
    about = {"flow": "relationship", "session": "other", "lane": "sms:+4915"}
    score = answer(value=0, at=START + 4 * DAY, day="2027-01-19", **about)
    asked = session("other", "sms:+4915", flow="relationship", started_at=START + 4 * DAY)
    await turn(here.store, sessions=[asked], answers=[score])


async def text_of(here):
    server = reporting(here)
    told = await server.told("waves", "last")
    return told.letter.text


async def test_p4_a_wave_is_told_once_on_the_morning_after_with_its_own_numbers(here):
    """Not before its last day is over, by one server of several, and the next look says nothing more."""
    assert await look(here) == 0
    await lives(here, 8)  # from Friday until the next Friday, the last day
    [wave] = (await here.campaigns.campaign("spring")).waves
    assert wave.asked >= 39
    if "wave" in here.settings.insights.dimensions:
        await others(here)
    here.now = START + 7 * DAY  # 9 o'clock in Berlin on the last day
    assert await look(here) == 0
    here.now = START + 8 * DAY  # the morning after
    assert await look(here) == 2
    assert await look(here) == 0
    here.now += 90 * DAY
    assert await look(here) == 0
    told = await here.store.read(lambda: runs.latest("waves", 99))
    assert {(each.receiver, each.period, each.first, each.last) for each in told} == {
        ("sms:+4930999", "wave:spring:1", "2027-01-18", "2027-01-22"),
        ("folder:out", "wave:spring:1", "2027-01-18", "2027-01-22"),
    }
    text = await text_of(here)
    assert f"from {wave.answered} answers" in text, (wave, text)
    assert re.search(rf"Asked: {wave.asked}\b", text), text
    assert "NPS +100" in text
    assert wave.answered >= 20


async def test_p4_a_wave_that_was_cancelled_is_not_told(here):
    """Nobody waits for its numbers."""
    await here.store.run(lambda: runs.receivers([("waves", "folder:out"), ("waves", "sms:+4930999")], START))
    await lives(here, 4)
    async with here.looks() as page:
        assert (await page.post("/outreach/spring", act="cancel")).status_code == 303
    await here.works()
    here.now = START + 20 * DAY
    await here.works()
    assert await look(here) == 0
