"""Campaigns on pages: planned by a form, started, paused, cancelled, told how far they are, and to whom."""

import re
from html import unescape

import pytest

from bot.outreach.campaign import check
from flows.library import Library
from tests.browser.acting import XSS
from tests.storage.people import execute
from tests.web.inbox_made import shown
from tests.web.outreach_made import ADMIN, AGENT, ANALYST, START, day_of, world, yaml
from web.campaign_form import composed, decomposed, named
from web.outreach_shapes import CampaignStart
from web.outreach_shown import figure, percent
from web.words.outreach import OUTREACH, REASONS, reason


@pytest.fixture
async def here(database_url):
    async with world(database_url) as world_:
        yield world_


async def started(here, source=None):
    return await here.outreach.start(CampaignStart(source or yaml()), "u_1")


async def test_the_empty_page_says_what_to_do_next(here):
    """To whom may do it; the others are told who does."""
    async with here.looks() as page:
        answer = await page.get("/outreach")
        assert 'href="/outreach/new"' in answer.text
        assert OUTREACH["en"]["none_runs"] in shown(answer)
    async with here.looks("vera/viewer", "de") as page:
        answer = await page.get("/outreach")
        assert "/outreach/new" not in answer.text
        assert OUTREACH["de"]["none_looks"] in shown(answer)


async def test_a_campaign_is_planned_by_the_form_and_then_started(here):
    """The dry run says who would be asked and why not, and changes nothing; the start is in the audit trail."""
    for n in range(3):
        await here.knows(f"Nr {n}", brand="acme")
    await here.knows("No Basis", agrees=False, brand="acme")
    await here.knows("Elsewhere", brand="bolt")
    async with here.looks() as page:
        given = {"title": "Frühling 27", "flow": "relationship", "brand": "acme", "starts": "2027-01-18", "days": "5"}
        answer = await page.post("/outreach/new", **given, press="plan")
        assert answer.status_code == 200
        text = shown(answer)
        assert re.search(r"4 would be in it|would be in it 4", text), text
        assert reason("no_basis", "en") in text
        assert await here.campaigns.listed() == []
        assert await here.trail() == []
        source = unescape(re.search(r'<textarea name="source" hidden>\n(.*?)</textarea>', answer.text, re.DOTALL)[1])
        answer = await page.post("/outreach/new", source=source, press="start")
        assert (answer.status_code, answer.headers["location"]) == (303, "/outreach/fruehling-27")
        [row] = await here.campaigns.listed()
        assert (row.id, row.state, row.brands) == ("fruehling-27", "running", ("acme",))
        assert await here.trail() == [("id-anna", "campaign_started", "fruehling-27")]
        again = await page.post("/outreach/new", **given, press="plan")
        assert OUTREACH["en"]["change_text"] in shown(again)


async def test_what_is_wrong_is_said_and_what_was_typed_stays(here):
    """Each problem with its line; a form that names a survey that is gone, and YAML that is none."""
    async with here.looks() as page:
        answer = await page.post("/outreach/new", title="Ä <b>", flow="nix", starts="soon", press="plan")
        assert answer.status_code == 422
        assert "there is no survey 'nix'" in shown(answer) or "starts" in shown(answer)
        assert 'value="Ä &lt;b&gt;"' in answer.text
        answer = await page.post("/outreach/new", source="format: 1\ncampaign: [", press="start")
        assert answer.status_code == 422
        assert "campaign: [" in answer.text
        answer = await page.post("/outreach/new", source="x" * 40_001, press="plan")
        assert answer.status_code == 422
        past = yaml().replace("2027-01-18", "2020-01-18")
        answer = await page.post("/outreach/new", source=past, press="plan")
        assert (answer.status_code, "still to come" in shown(answer)) == (422, True)


async def test_pause_resume_cancel_by_the_page(here):
    """Each is asked for once more on the page, goes into the trail, and what is not possible any more says so."""
    await started(here)
    async with here.looks() as page:
        for act, state, others in (
            ("pause", "paused", ["resume", "cancel"]),
            ("resume", "running", ["pause", "cancel"]),
            ("cancel", "cancelled", []),
        ):
            answer = await page.post("/outreach/spring", act=act)
            assert (answer.status_code, answer.headers["location"]) == (303, "/outreach/spring")
            answer = await page.get("/outreach/spring")
            assert re.findall(r'name="act" value="(\w+)"', answer.text) == others
            assert (await here.outreach.campaign("spring")).state == state
        for act in ("resume", "pause", "delete", ""):
            answer = await page.post("/outreach/spring", act=act)
            assert (answer.status_code, OUTREACH["en"]["wrong_act"] in shown(answer)) == (409, True)
    acts = [(actor, act) for actor, act, _ in await here.trail()]
    assert acts == [
        ("u_1", "campaign_started"),
        ("id-anna", "campaign_paused"),
        ("id-anna", "campaign_resumed"),
        ("id-anna", "campaign_cancelled"),
    ]
    assert (await here.outreach.campaign("spring")).changed_by == "Anna"


async def test_progress_reasons_and_the_people_behind_them(here):
    """The bar, the figures, each reason with a link to exactly its people."""
    for n in range(4):
        await here.knows(f"Asked {n}", brand="acme")
    silent = [await here.knows(f"Silent {n}", agrees=False) for n in range(2)]
    stopped = await here.knows("Stopped")
    await here.stops(stopped)
    await started(here)
    await here.lives(10)
    async with here.looks() as page:
        answer = await page.get("/outreach/spring")
        text = shown(answer)
        assert "7 of 7 decided" in text
        assert 'value="100"' in answer.text
        links = {
            unescape(name): unescape(link)
            for link, name in re.findall(r'<td><a href="(/ledger[^"]+)">([^<]+)</a>', answer.text)
        }
        assert set(links) >= {reason("no_basis", "en"), reason("suppressed", "en")}
        behind = (await page.get(links[reason("no_basis", "en")])).text
        assert sorted(set(re.findall(r"Silent \d", behind))) == ["Silent 0", "Silent 1"]
        assert "Asked" not in re.sub(r"<select.*?</select>|<span class=\"tag.*?</span>", "", behind, flags=re.DOTALL)
        assert f"/contacts/{silent[0]}" in behind
        assert "Stopped" in (await page.get(links[reason("suppressed", "en")])).text
        [row] = await here.campaigns.listed()
        assert (row.members, row.decided) == (7, 7)


async def test_a_wave_that_takes_long_to_count_is_counted_less_often(here, monkeypatch):
    """The list shows what was counted last."""
    monkeypatch.setattr("commands.outreach_pages.EASE", 1_000_000)
    await here.knows("Asked")
    await started(here)
    await here.lives(3)
    [before] = await here.campaigns.listed()
    await here.knows("Later")
    monkeypatch.setattr("commands.outreach_pages.EASE", 0)
    await execute(here.store, "UPDATE decision SET outcome = 'not_asked'")
    assert [before] == await here.campaigns.listed()
    here.campaigns._counted.clear()
    [after] = await here.campaigns.listed()
    assert (before.decided, after.decided) == (0, 1)


async def test_cells_with_their_quota(here):
    """How many of each cell are in it, beside how many may be."""
    for n in range(5):
        await here.knows(f"N {n}", brand="acme" if n < 4 else "bolt")
    await started(here, yaml(more="quota: {by: [brand], most: 3}"))
    await here.lives(3)
    async with here.looks(ANALYST, "de") as page:
        text = shown(await page.get("/outreach/spring"))
    assert re.search(r"acme 3 3 \d", text), text
    assert re.search(r"bolt 1 3 \d", text), text


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("anna/admin", "all acme both"),
        ("vera/viewer", "all acme both"),
        ("vera/viewer:acme", "acme"),
        ("ben/agent:acme+viewer:bolt", "acme both"),
        ("ada/admin:acme", "acme"),
        ("ada/viewer:other", ""),
    ],
)
async def test_t25_who_is_for_one_brand_sees_what_asks_that_brand_alone(here, who, seen):
    """In the list, on its page and live; nobody with one brand acts, for who is asked belongs to any."""
    await started(here, yaml("all", "one-all"))
    await started(here, yaml("acme", "one-acme", "{attribute: {brand: [acme]}}"))
    await started(here, yaml("both", "one-both", "{attribute: {brand: [acme, bolt]}}"))
    async with here.looks(who) as page:
        assert sorted(set(re.findall(r"one-(\w+)", (await page.get("/outreach")).text))) == sorted(seen.split())
        for name in ("all", "acme", "both"):
            there = name in seen.split()
            assert (await page.get(f"/outreach/{name}")).status_code == (200 if there else 404)
            if not there:
                assert (await page.get(f"/outreach/{name}/live")).status_code == 404
            acted = await page.post(f"/outreach/{name}", act="pause")
            assert acted.status_code == (303 if who == ADMIN else 403)
        assert (await page.get("/outreach/new")).status_code == (200 if who == ADMIN else 403)


async def test_only_who_reads_decisions_gets_links_to_them(here):
    """A viewer sees the figures."""
    await here.knows("Silent", agrees=False)
    await started(here)
    await here.lives(10)
    for who, there in ((AGENT, True), (ANALYST, True), ("vera/viewer", False), ("sam/agent:*:support", False)):
        async with here.looks(who) as page:
            answer = await page.get("/outreach/spring")
            assert ("/ledger" in answer.text) == there, who
            assert reason("no_basis", "en") in shown(answer)
            assert (await page.get("/ledger")).status_code == (200 if there else 403)


async def test_s23_words_of_a_campaign_stay_text(here):
    """Titles, audiences and cells are what somebody typed or imported."""
    for each in XSS:
        async with here.looks() as page:
            given = {"title": each, "id": "spring", "flow": "relationship", "brand": each, "starts": "2027-01-18"}
            answer = await page.post("/outreach/new", **given, press="plan")
            assert answer.status_code in (200, 422)
            _no_markup(answer.text, each)
            source = composed(given)
            await page.post("/outreach/new", source=source, press="start")
            for path in ("/outreach", "/outreach/spring", "/outreach/new?from=spring"):
                answer = await page.get(path)
                assert answer.status_code == 200
                _no_markup(answer.text, each)


def _no_markup(text, hostile):
    if "<" in hostile:
        assert hostile not in text


async def test_a_campaign_whose_survey_is_gone_is_still_there(here):
    """And one that cannot be read any more says so, and does not take the others along."""
    await started(here)
    await started(here, yaml("other", "Other"))
    await execute(here.store, "UPDATE campaign SET source = 'format: 0' WHERE id = 'other'")
    here.library = Library()
    here.__post_init__()
    async with here.looks() as page:
        assert "Spring" in (await page.get("/outreach")).text
        for name, status in (("spring", 200), ("other", 422), ("nothing", 404)):
            assert (await page.get(f"/outreach/{name}")).status_code == status
        assert (await page.post("/outreach/spring", act="cancel")).status_code == 303


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"brand": "acme, nord", "region": "süd", "language": "de", "country": "de, at", "revenue_from": "1.000"},
        {"sample": "25", "rotate": "4", "every": "quarter", "count": "3", "most": "500", "daily": "2.000"},
        {"limit": "quota", "by": "brand, region", "most_each": "200", "channels": "sms, telegram"},
        {"limit": "precision", "by": "brand", "within": "10", "messages": "5000", "sample": "12,5 %"},
    ],
)
def test_the_form_makes_yaml_and_back(more):
    """What a form says is a campaign, and a campaign fills the form with the same."""
    given = {"title": "Spring", "flow": "relationship", "starts": "2027-01-18", "days": "5", **more}
    found = check(composed(given), "campaign", {"relationship"}, {"sms", "telegram"})
    assert found.campaign, found.problems
    again = check(composed(decomposed(found.campaign)), "campaign")
    assert again.campaign == found.campaign.model_copy(update={"rotate": found.campaign.rotate})


@pytest.mark.parametrize(
    ("title", "name"), [("Frühling 2027!", "fruehling-2027"), ("  ", ""), ("日本", ""), ("x" * 90, "x" * 40)]
)
def test_a_title_makes_a_short_name(title, name):
    assert named(title) == name


def test_every_rule_has_its_words():
    """All that the rules of asking, the decider and the planner say."""
    page = open("docs/reference/outreach.md", encoding="utf-8").read()  # noqa: SIM115, PTH123
    rules = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert rules == set(REASONS)
    assert all(reason(each, "de") != each != reason(each, "en") for each in rules)


def test_figures_and_percent():
    """All is said only when it is all, nothing only when it is nothing."""
    assert (figure(1234567, "de"), figure(1234567, "en")) == ("1.234.567", "1,234,567")
    assert [percent(*each) for each in ((0, 0), (0, 9), (1, 1000), (999, 1000), (5, 5), (7, 5))] == [
        0,
        0,
        1,
        99,
        100,
        100,
    ]
    assert day_of(START) == "2027-01-15"
