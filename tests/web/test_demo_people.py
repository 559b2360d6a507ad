"""The demo's made-up contacts and their campaign: there from the start, without a message, and not on the stage."""

import re

import httpx

from commands.demo import running
from tests.web.inbox_made import shown
from web.server import Site

HTML = {"accept": "text/html"}


async def test_last_months_campaign_is_there_and_nothing_is_sent(tmp_path):
    """Figures that add up, on every page about it; and the stage knows of nothing. A second start adds nobody."""
    for _ in range(2):
        site = Site("127.0.0.1", 0)
        async with running(tmp_path, site) as stage, httpx.AsyncClient(base_url=site.url, headers=HTML) as client:
            now = await stage.snapshot()
            assert now["store"]["responses"] == []
            assert now["store"]["scores"] == {"promoter": 0, "passive": 0, "detractor": 0}
            waiting = {"inbox_new", "outbox_queued", "timers", "poison", "cases_open"} & now["store"]["counts"].keys()
            assert waiting
            assert {now["store"]["counts"][name] for name in waiting} <= {0, 1}  # one may be the weekly report
            assert [talk["session"] for talk in now["talks"].values()] == [None, None, None]
            assert all(screen["messages"] == [] for screen in now["devices"].values())

            text = shown(await client.get("/outreach/autumn"))
            asked, answered, left = (
                int(re.search(rf"{words}[^0-9]* (\d+) ", text)[1])
                for words in ("asked(?= \\d)", r"answered \(\d+ %\)", "not asked")
            )
            assert asked + left == 60, text
            assert 10 < answered < asked
            assert "60 of 60 decided" in text
            ledger = await client.get("/ledger?name=autumn&rule=no_basis")
            people = re.findall(r'href="(/contacts/[^"]+)"', ledger.text)
            assert len(set(people)) == left
            assert "Asked or not, and why" in shown(await client.get(people[0]))
            contacts = await client.get("/contacts?brand=Nordlicht")
            assert 0 < len(set(re.findall(r'href="/contacts/(c[^"?]+)"', contacts.text))) <= 30
