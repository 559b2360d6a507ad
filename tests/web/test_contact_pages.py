"""Contacts on pages: looked for, shown with consent and history, made one of two; and to whom."""

import re

import pytest

from storage import browsing
from tests.browser.acting import XSS
from tests.web.inbox_made import shown
from tests.web.outreach_made import ADMIN, AGENT, world, yaml
from web import contact_pages
from web.outreach_shapes import CampaignStart
from web.words.contacts import CONTACTS


@pytest.fixture
async def here(database_url):
    async with world(database_url) as world_:
        yield world_


def listed(answer):
    """The contacts of a list, by id."""
    return re.findall(r'<td><a href="/contacts/(\w+)">', answer.text)


async def test_the_empty_list_says_how_people_come_in(here):
    async with here.looks(AGENT) as page:
        assert CONTACTS["en"]["none_text_agent"] in shown(await page.get("/contacts"))
        assert CONTACTS["en"]["none_chosen_text"] in shown(await page.post("/contacts", q="Ada"))
    async with here.looks() as page:
        answer = await page.get("/contacts")
    assert CONTACTS["en"]["none_text"] in shown(answer)
    assert 'href="/contacts/import"' in answer.text


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({"q": "beck"}, "ada"),
        ({"q": "BECK"}, "ada"),
        ({"q": "özil"}, "ozil"),
        ({"q": "Öz"}, "ozil"),
        ({"q": "50%"}, "odd"),
        ({"q": "_"}, ""),
        ({"q": "+4915112345678"}, "ada"),
        ({"q": "0151 12345678"}, "ada"),
        ({"q": "sms:+4915112345678"}, "ada"),
        ({"q": "k1"}, "ada"),
        ({"q": "nobody"}, ""),
        ({"brand": "acme"}, "ada odd"),
        ({"brand": "acme", "q": "beck"}, "ada"),
        ({"brand": "Acme"}, ""),
        ({"country": "at"}, "ozil"),
        ({"language": "de", "segment": "gold"}, "odd"),
        ({"region": "nord"}, "odd"),
    ],
)
async def test_people_are_found_by_name_address_number_and_attributes(here, fields, seen):
    """A part of a name in any case; addresses and numbers as people write them."""
    ids = {
        "ada": await here.knows("Ada Beck", number="+4915112345678", brand="acme"),
        "ozil": await here.knows("Mesut Özil", country="AT"),
        "odd": await here.knows("50% Off!", brand="acme", segment="gold", region="nord"),
    }
    async with here.looks(AGENT) as page:
        assert sorted(listed(await page.post("/contacts", **fields))) == sorted(ids[name] for name in seen.split())


@pytest.mark.parametrize("fields", [{}, {"brand": "acme"}, {"q": "person"}, {"q": "person", "brand": "acme"}])
@pytest.mark.parametrize("portion", [2, 5, 1000])
async def test_page_after_page_everybody_is_there_once(here, fields, portion, monkeypatch):
    """However little one look goes through; a search goes on by a form, so that no name is in an address."""
    monkeypatch.setattr(contact_pages, "PER_PAGE", 3)
    monkeypatch.setattr(browsing.people, "__defaults__", (portion,))
    for n in range(11):
        await here.knows(f"Person {n}", brand="acme" if n % 3 == 0 else "bolt")
    expected, found = (4 if "brand" in fields else 11), []
    async with here.looks(AGENT) as page:
        answer = await page.post("/contacts", **fields) if fields else await page.get("/contacts")
        for _ in range(30):
            found += listed(answer)
            assert "q=" not in answer.text
            link = re.search(r'href="(/contacts\?[^"]*after=[^"]+)"', answer.text)
            after = re.search(r'name="after" value="([^"]+)"', answer.text)
            if link:
                answer = await page.get(link[1].replace("&amp;", "&"))
            elif after:
                answer = await page.post("/contacts", **fields, after=after[1])
            else:
                break
    assert len(found) == len(set(found)) == expected


async def test_one_page_tells_all_that_is_kept(here):
    """Addresses with what holds and since when, what was recorded, decisions and why; and that it was seen."""
    ada = await here.knows("Ada Beck", brand="acme", attributes={"tariff": "gold"})
    await here.outreach.start(CampaignStart(yaml()), "u_1")
    await here.lives(10)
    async with here.looks(AGENT) as page:
        text = shown(await page.get(f"/contacts/{ada}"))
        for each in (
            "tariff gold",
            "sms:+49151",
            "May be asked: consent, since 2026-05-01",
            "agreed (consent)",
            "Ja, gern.",
        ):
            assert each in text, each
        assert "Campaign spring" in text
        await here.stops(ada)
        text = shown(await page.get(f"/contacts/{ada}"))
        assert "Not written to: objection, since 2027-01-24 (on all channels)" in text
        assert "objected" in text
    async with here.looks(AGENT, "de") as page:
        text = shown(await page.get(f"/contacts/{ada}"))
        assert "Gesperrt: Widerspruch, seit 24.01.2027 (auf allen Kanälen)" in text
    assert ("id-ben", "contact_seen", ada) in await here.trail()


async def test_two_become_one_when_somebody_is_sure(here):
    """First it is shown whom that means; both ids lead to who remains, and it is in the trail."""
    one, two = await here.knows("Ada Beck"), await here.knows("A. Beck", number="+4915112345678")
    async with here.looks() as page:
        for into in ("nobody", "", one):
            answer = await page.post(f"/contacts/{one}/merge", into=into)
            assert (answer.status_code, CONTACTS["en"]["merge_nobody"] in shown(answer)) == (422, True)
        answer = await page.post(f"/contacts/{one}/merge", into="+49 151 12345678")
        assert "A. Beck" in shown(answer)
        assert len((await here.people.find(two)).addresses) == 1
        assert (await page.post(f"/contacts/{one}/merge", into=two, sure=one)).status_code == 200
        answer = await page.post(f"/contacts/{one}/merge", into=two, sure=two)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/contacts/{two}?done=merged")
        text = shown(await page.get(f"/contacts/{one}"))
        assert "A. Beck" in text
    assert len((await here.people.find(one)).addresses) == 2
    assert ("id-anna", "contact_merged", one) in await here.trail()


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (ADMIN, "acme bolt none"),
        (AGENT, "acme bolt none"),
        ("ben/agent:acme", "acme"),
        ("ada/admin:bolt", "bolt"),
        ("ben/agent:acme+agent:bolt+viewer", "acme bolt"),
        ("ben/agent:acme:support+agent:bolt", "bolt"),
        ("cleo/analyst+viewer+author", None),
        ("sam/agent:*:support", None),
    ],
)
async def test_t25_people_of_other_brands_are_not_there(here, who, seen):
    """Not in the list, not by their number, not by their page; of no brand only for who is for all brands."""
    ids = {
        name: await here.knows(f"Person {name}", brand="" if name == "none" else name)
        for name in ("acme", "bolt", "none")
    }
    numbers = {name: (await here.people.find(ids[name])).addresses[0].address for name in ids}
    async with here.looks(who) as page:
        if seen is None:
            assert {(await page.get(path)).status_code for path in ("/contacts", f"/contacts/{ids['acme']}")} == {403}
            assert "/contacts" not in (await page.get("/outreach")).text
            return
        for answer in (await page.get("/contacts"), await page.post("/contacts", q="person")):
            assert sorted(listed(answer)) == sorted(ids[name] for name in seen.split())
        for name, key in ids.items():
            there = name in seen.split()
            assert (await page.get(f"/contacts/{key}")).status_code == (200 if there else 404)
            assert listed(await page.post("/contacts", q=numbers[name])) == ([key] if there else [])
            merged = await page.post(f"/contacts/{key}/merge", into="x")
            assert merged.status_code == (422 if who == ADMIN else 403)


async def test_s23_what_was_imported_stays_text(here):
    """Names, external ids, attributes and their names."""
    for n, each in enumerate(XSS):
        key = await here.knows(each[:190], external=f"{n}{each}"[:190], attributes={"note": each}, brand=each[:90])
        async with here.looks() as page:
            for answer in (
                await page.get("/contacts"),
                await page.get(f"/contacts/{key}"),
                await page.post("/contacts", q=each),
            ):
                assert answer.status_code == 200
                assert "<" not in each or each not in answer.text


@pytest.mark.parametrize(
    "odd", ["a\x01b", "\u202eabc", "\U0010ffff", "\ud83d", "x" * 3000, "%", "!", "'", "\\", "sms:", ":"]
)
async def test_c14_strange_searches_find_nobody(here, odd):
    """And break nothing."""
    await here.knows()
    async with here.looks() as page:
        answer = await page.post("/contacts", q=odd.encode("utf-8", "replace").decode())
        assert answer.status_code == 200
        assert listed(answer) == []
        assert (await page.get("/contacts", after=odd.encode("utf-8", "replace").decode())).status_code == 200
