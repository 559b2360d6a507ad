"""The ledger on a page: filters, the reasons in German and English, page after page, and who may know whom."""

import re

import pytest

from storage import browsing
from tests.web.inbox_made import shown
from tests.web.outreach_made import ADMIN, AGENT, ANALYST, START, day_of, world, yaml
from web import ledger_pages
from web.outreach_shapes import CampaignStart
from web.words.outreach import OUTREACH, reason


@pytest.fixture
async def here(database_url):
    async with world(database_url) as world_:
        yield world_


@pytest.fixture
async def decided(here):
    """Three are asked, two agreed to nothing, one has objected; their ids by name."""
    ids = {f"Asked {n}": await here.knows(f"Asked {n}", brand="acme") for n in range(3)}
    ids |= {f"Silent {n}": await here.knows(f"Silent {n}", agrees=False, brand="bolt") for n in range(2)}
    ids["Stopped"] = await here.knows("Stopped")
    await here.stops(ids["Stopped"])
    await here.outreach.start(CampaignStart(yaml()), "u_1")
    await here.lives(10)
    return ids


def people(answer):
    """Whose names there are."""
    body = answer.text.partition("<tbody>")[2]
    return sorted(set(re.findall(r"(?:Asked|Silent) \d|Stopped", re.sub(r"<span class=\"tag.*?</span>", "", body))))


async def test_the_empty_ledger_says_what_will_be_there(here):
    async with here.looks() as page:
        assert OUTREACH["en"]["ledger_none_text"] in shown(await page.get("/ledger"))
        assert OUTREACH["en"]["ledger_chosen_text"] in shown(await page.get("/ledger", outcome="asked"))


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ({"rule": "no_basis"}, ["Silent 0", "Silent 1"]),
        ({"rule": "suppressed"}, ["Stopped"]),
        ({"outcome": "not_asked"}, ["Silent 0", "Silent 1", "Stopped"]),
        ({"outcome": "asked", "rule": "no_basis"}, []),
        ({"name": "spring", "wave": "1", "rule": "suppressed"}, ["Stopped"]),
        ({"name": "summer"}, []),
        ({"wave": "2"}, []),
        ({"to": day_of(START)}, []),
        ({"outcome": "asked"}, ["Asked 0", "Asked 1", "Asked 2"]),
        ({"from": day_of(START), "rule": "suppressed"}, ["Stopped"]),
        ({"from": "2027-02-20"}, []),
        ({"contact": "Stopped"}, ["Stopped"]),
        ({"contact": "Stopped", "rule": "no_basis"}, []),
        ({"contact": "Stopped", "name": "spring", "from": "2027-01-18", "to": "2027-01-25"}, ["Stopped"]),
        ({"contact": "Stopped", "to": "2027-01-16"}, []),
        ({"contact": "nobody"}, []),
    ],
)
async def test_filters_are_in_the_address(here, decided, query, seen):
    """By outcome, reason, campaign, wave, day and contact, alone and together."""
    if "contact" in query:
        query = query | {"contact": decided.get(query["contact"], query["contact"])}
    async with here.looks() as page:
        assert people(await page.get("/ledger", **query)) == seen


async def test_what_is_still_to_come_is_shown_to_who_asks_for_it(here):
    """A wave of thousands would stand before everything that was decided."""
    await here.knows("Asked 0")
    await here.outreach.start(CampaignStart(yaml()), "u_1")
    await here.lives(3)
    async with here.looks() as page:
        assert people(await page.get("/ledger")) == []
        answer = await page.get("/ledger", outcome="pending")
        assert people(answer) == ["Asked 0"]
        assert "Will be decided" in shown(answer)


async def test_the_reason_is_told_in_both_languages(here, decided):
    """As `run.py why` tells it."""
    for lang, words in (("de", "Nichts erlaubt uns diese Umfrage"), ("en", "nothing allows us this survey")):
        async with here.looks(language=lang) as page:
            answer = await page.get("/ledger", rule="no_basis")
            assert words in shown(answer)
            assert reason("no_basis", lang) in answer.text


@pytest.mark.parametrize(
    "query", ["outcome=maybe", "wave=x", "wave=-1", "before=x", "before=1:", "before=²:x", "from=soon", "to=0001-01-01"]
)
async def test_addresses_that_mean_nothing_are_refused(here, query):
    async with here.looks() as page:
        assert (await page.get(f"/ledger?{query}")).status_code == 422


@pytest.mark.parametrize("query", [{}, {"outcome": "not_asked"}, {"name": "spring"}])
@pytest.mark.parametrize("portion", [2, 3, 1000])
async def test_page_after_page_everybody_is_there_once(here, decided, query, portion, monkeypatch):
    """However little one look goes through; newest first."""
    monkeypatch.setattr(ledger_pages, "PER_PAGE", 2)
    monkeypatch.setattr(browsing.ledger, "__defaults__", (portion,))
    expected = 3 if "outcome" in query else 6
    found, address, pages = [], None, 0
    async with here.looks() as page:
        answer = await page.get("/ledger", **query)
        while True:
            rows = answer.text.partition("<tbody>")[2]
            found += re.findall(r'<time datetime="([^"]+)".*?href="/contacts/(\w+)"', rows, re.DOTALL)
            following = re.search(r'class="button" href="(/ledger\?[^"]*before=[^"]+)"', answer.text)
            pages += 1
            if not following or pages > 20:
                break
            address = following[1].replace("&amp;", "&")
            answer = await page.get(address)
    assert len(found) == len({contact for _, contact in found}) == expected
    assert [at for at, _ in found] == sorted((at for at, _ in found), reverse=True)


@pytest.mark.parametrize(
    ("who", "lines", "named"),
    [
        (ADMIN, 6, ["Asked 0", "Asked 1", "Asked 2", "Silent 0", "Silent 1", "Stopped"]),
        (AGENT, 6, ["Asked 0", "Asked 1", "Asked 2", "Silent 0", "Silent 1", "Stopped"]),
        (ANALYST, 6, []),
        ("ben/agent:acme", 3, ["Asked 0", "Asked 1", "Asked 2"]),
        ("cleo/analyst:bolt", 2, []),
        ("cleo/analyst:bolt+agent:acme", 5, ["Asked 0", "Asked 1", "Asked 2"]),
        ("cleo/analyst+agent:*:support", 6, []),
        ("vera/viewer", None, []),
        ("sam/agent:acme:support", None, []),
        ("sam/author", None, []),
    ],
)
async def test_t25_decisions_by_brand_and_names_for_who_may_know_them(here, decided, who, lines, named):
    """Analysts see why, and not whom; nobody sees decisions about people of other brands, not even by their id."""
    async with here.looks(who) as page:
        answer = await page.get("/ledger")
        if lines is None:
            assert answer.status_code == 403
            return
        assert answer.text.count("<time ") == lines
        assert people(answer) == named
        ids = set(re.findall(r"/contacts/(\w+)", answer.text))
        assert ids == {decided[name] for name in named}
        if ":" in who and "*" not in who:
            assert (await page.get("/ledger", contact=decided["Stopped"])).text.count("<time ") == 0
