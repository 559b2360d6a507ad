"""The agents' inbox: who sees which cases, how they are told, and that what customers write stays text."""

import asyncio
import re
from html import unescape
from html.parser import HTMLParser

import pytest

from bot.cases.desks import Agent, Desk, Desks
from bot.cases.events import CustomerSaid
from commands.inbox_pages import InboxPages
from tests.browser.acting import XSS
from tests.web.inbox_made import ANNA, BEN, DESKS, Kept, field, looks, presses, shown
from web import inbox, inbox_acts, inbox_shown
from web.inbox_shown import DAY, HOUR, MINUTE
from web.words.inbox import INBOX


@pytest.fixture
def kept(monkeypatch):
    monkeypatch.setattr(inbox_acts, "PATIENCE", 0.05)
    return Kept()


@pytest.mark.parametrize(
    ("roles", "seen"),
    [
        ("agent", "1234"),
        ("admin", "1234"),
        ("agent:acme", "1"),
        ("agent:bolt", "23"),
        ("admin:acme", "1"),
        ("agent:*:second", "34"),
        ("agent:bolt:second", "3"),
        ("agent:acme+agent:*:second", "134"),
        ("agent:acme:second", ""),
        ("agent:*:elsewhere", ""),
        ("viewer+agent:acme", "1"),
        ("analyst+author+viewer", None),
    ],
)
async def test_one_sees_the_cases_of_one_s_desks_and_brands_and_no_others(kept, roles, seen):
    """In the list, on their own pages, live and by acting; a case of no brand takes a role for all brands."""
    kept.opens(1, brand="acme", comment="words 1")
    kept.opens(2, brand="bolt", comment="words 2")
    kept.opens(3, "second", brand="bolt", comment="words 3")
    kept.opens(4, "second", comment="words 4")
    async with looks(kept, f"anna/{roles}") as page:
        answer = await page.get()
        if seen is None:
            assert answer.status_code == 403
            return
        assert "".join(sorted(re.findall(r"words (\d)", answer.text))) == seen
        for case_id in list(kept.cases):
            there = case_id[-1] in seen
            assert (await page.get(f"/inbox/{case_id}")).status_code == (200 if there else 404)
            acted = await page.does(case_id, press="claim")
            assert acted.status_code == (303 if there else 404)
            assert bool(kept.cases[case_id].owner) == (there and case_id[-1] in "1234")
            if not there:
                assert (await page.get(f"/inbox/{case_id}/live")).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["2", "4", "1"]),
        ({"view": "mine"}, ["4"]),
        ({"view": "unclaimed"}, ["2"]),
        ({"view": "solved"}, ["3"]),
        ({"desk": "second"}, ["2"]),
        ({"channel": "telegram"}, ["4"]),
        ({"language": "de"}, ["1"]),
        ({"channel": "sms", "language": "en"}, ["2"]),
        ({"desk": "nowhere"}, []),
    ],
)
async def test_views_and_filters_are_in_the_address(kept, query, expected):
    """The most pressing first: what is due, then what was answered."""
    for number, about in enumerate(({"language": "de"}, {"desk": "second"}, {}, {"channel": "telegram"}), 1):
        kept.opens(number, comment=f"words {number}", **about)
        kept.now += MINUTE
    async with looks(kept, BEN) as page:
        await page.does(f"{1:024}", press="claim")
        await page.does(f"{1:024}", text="I am on it", as_="answer")
        await page.does(f"{3:024}", as_="resolve", cause="price", done="sent a new one")
    async with looks(kept) as page:
        await page.does(f"{4:024}", press="claim")
        assert re.findall(r"words (\d)", (await page.get(**query)).text) == expected


@pytest.mark.parametrize("query", ["view=all", "after=x", "after=-1", "after=²", "after=1234567890"])
async def test_addresses_that_mean_nothing_are_refused(kept, query):
    """With a page that says so."""
    async with looks(kept) as page:
        assert (await page.get(f"/inbox?{query}")).status_code == 422


async def test_long_lists_go_on_on_the_next_page(kept, monkeypatch):
    """Every case is on exactly one of them, however few of a batch one may see."""
    monkeypatch.setattr(inbox, "PER_PAGE", 3)
    monkeypatch.setattr(inbox, "BATCH", 4)
    monkeypatch.setattr(inbox, "MOST_READ", 8)
    for number in range(20):
        kept.opens(number, brand="acme" if number % 3 == 0 else "bolt", comment=f"words {number}.")
        kept.now += 1000
    for who, expected in ((ANNA, range(20)), ("anna/agent:acme", range(0, 20, 3))):
        async with looks(kept, who) as page:
            found, address = [], "/inbox"
            while address:
                answer = await page.get(address)
                found += map(int, re.findall(r"words (\d+)\.", answer.text))
                more = re.search(r'<a href="([^"]+)">More cases', answer.text)
                address = unescape(more[1]) if more else ""
            assert found == list(expected)


@pytest.mark.parametrize("view", inbox.VIEWS)
async def test_an_empty_list_says_what_to_do_next(kept, view):
    """In words of its own; with filters, to take them away."""
    async with looks(kept) as page:
        text = shown(await page.get(view=view))
        assert INBOX["en"][f"none_{view}"] in text
        assert INBOX["en"][f"none_{view}_text"] in text
        assert INBOX["en"]["reset"] in shown(await page.get(view=view, desk="support"))


@pytest.mark.parametrize(
    ("left", "changes", "kind", "english", "german"),
    [
        (12 * MINUTE, {}, "due", "12 min left to answer", "Noch 12 Min. für die Antwort"),
        (3 * MINUTE, {}, "soon", "3 min left to answer", "Noch 3 Min. für die Antwort"),
        (10, {}, "soon", "1 min left to answer", "Noch 1 Min. für die Antwort"),
        (3 * DAY, {}, "due", "3 days left to answer", "Noch 3 Tage für die Antwort"),
        (0, {}, "late", "Overdue by 1 min", "Überfällig seit 1 Min."),
        (-5 * HOUR, {}, "late", "Overdue by 5 h", "Überfällig seit 5 Std."),
        (-3 * DAY, {}, "late", "Overdue by 3 days", "Überfällig seit 3 Tagen"),
        (-HOUR, {"paused": True}, "paused", "The clock stands still", "Die Zeit steht still"),
        (None, {"responded_at": 5}, "answered", "Answered", "Beantwortet"),
        (None, {}, None, "", ""),
        (HOUR, {"phase": "resolved"}, None, "", ""),
    ],
)
async def test_clocks_are_told_by_a_word_and_an_icon(kept, left, changes, kind, english, german):
    """Not by their colour alone."""
    case = await listed(kept)
    case = case._replace(due_at=kept.now + left if left is not None else 0, responded_at=0)._replace(**changes)
    for lang, text in (("en", english), ("de", german)):
        found = inbox_shown.clock(case, kept.now, lang)
        assert found.get("kind") == kind
        assert found.get("text", "") == text
        assert bool(found.get("icon")) == bool(kind)


async def listed(kept):
    """A case as the list has it."""
    kept.opens()
    [found] = await InboxPages(kept, kept, kept.desks).rows("open", "", "anna", 10, 0)
    return found


async def test_somebody_whom_the_desk_does_not_list_reads_along(kept):
    """They are told which words are missing in the settings; a desk without a list takes everybody."""
    case_id, free = kept.opens(), kept.opens(2, "second")
    async with looks(kept, "eve/agent") as page:
        answer = await page.get(f"/inbox/{case_id}")
        assert "web: eve@example.com" in shown(answer)
        assert "<textarea" not in answer.text
        assert presses(answer) == []
        told = await page.get((await page.does(case_id, press="claim")).headers["location"])
        assert "You are not an agent of this desk" in shown(told)
        assert kept.cases[case_id].owner is None
        await page.does(free, press="claim")
        assert (kept.cases[free].owner.id, kept.cases[free].owner.name) == ("web:eve@example.com", "Eve")


@pytest.mark.parametrize(
    ("email", "login"),
    [
        ("anna@example.com", "anna@example.com"),
        ("eve@example.com", "eve@example.com"),
        ("odd#name@example.com", "p1"),
        ("o'hara/x@example.com", "p1"),
        ("dora@example.com", "Dora@Example.com"),
    ],
)
def test_people_act_as_their_address_says(kept, email, login):
    """As the settings write it; an address that cannot be a login gives way to the person's id."""
    dora = Desk("x", agents=(Agent("dora", ids=frozenset({"web:Dora@Example.com", "slack:U7"})),))
    cases = InboxPages(kept, kept, Desks({**DESKS.desks, "x": dora}))
    assert cases.login(email, "p1") == login
    owners = {
        "anna@example.com": ["anna", "web:anna@example.com"],
        "Dora@Example.com": ["dora", "web:Dora@Example.com"],
    }
    assert cases.owners(login) == owners.get(login, [f"web:{login}"])


class Strange(HTMLParser):
    """Collects what runs, or leads elsewhere: our own scripts come from our own files."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        bad = tag in ("svg", "math", "iframe", "style", "mtext") or (tag == "img" and given.get("src") == "x")
        bad = bad or (tag == "script" and not given.get("src", "").startswith("/static/"))
        if bad or any(name.startswith("on") for name in given) or "javascript:" in given.get("href", ""):
            self.found.append((tag, attrs))


def strange(text):
    """What runs in a page and is not ours."""
    parser = Strange()
    parser.feed(text)
    return parser.found


async def test_s23_what_customers_write_stays_text(kept):
    """In the list, on the card, in the conversation, in what is held, and in what was typed."""
    whole = "\n".join(XSS)
    case_id = kept.opens(comment=whole, said=whole, attributes=(("city", XSS[0]), (XSS[1], "x")))
    async with looks(kept) as page, looks(kept, BEN) as ben:
        await ben.does(case_id, press="claim")
        held = await page.does(case_id, text=whole, as_="answer")
        pages_ = [await page.get(), await page.get(f"/inbox/{case_id}"), await page.get(held.headers["location"])]
        pages_.append(await page.does(case_id, text=whole, as_="explode"))
        for answer in pages_:
            assert "&lt;script&gt;" in answer.text
            assert strange(unescape(answer.text))  # what is looked for would be found
            assert not strange(answer.text)
            assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert field(pages_[-1]) == whole


async def test_both_languages_say_everything_and_the_history_too(kept):
    """With the same places to fill in; what our own machine says is in the reader's language, not the desk's."""
    german, english = INBOX["de"], INBOX["en"]
    for key, text in german.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key])), key
    case_id = kept.opens()
    async with looks(kept, language="de") as page:
        await page.does(case_id, press="claim")
        text = shown(await page.get(f"/inbox/{case_id}"))
        assert "Anna K. hat den Fall übernommen." in text
        assert "Fall " in text
        assert "Als Notiz behalten" in text
        assert "Alle offenen" in shown(await page.get())


async def test_whoever_looks_hears_of_changes_and_of_nothing_else(kept, monkeypatch):
    """A stream tells that something is new, and ends when the case is gone."""
    monkeypatch.setattr(inbox, "BEAT", 0.01)
    facts = [{"a": 1}, {"a": 1}, {"a": 2}]

    async def look():
        return facts.pop(0) if len(facts) > 1 else facts[0]

    stream = inbox._changes(look)
    assert await anext(stream) == b":\n\n"
    assert (await asyncio.wait_for(anext(stream), 5)).startswith(b"event: changed\n")

    async def gone():
        raise inbox.Refused(404, "No such case")

    with pytest.raises(StopAsyncIteration):
        await anext(inbox._changes(gone))


async def test_the_inbox_knows_no_case_that_is_not_there(kept):
    """Neither its page, nor an act, nor its stream."""
    async with looks(kept) as page:
        for path in ("/inbox/nix", "/inbox/nix/live"):
            assert (await page.get(path)).status_code == 404
        assert (await page.does("nix", press="claim")).status_code == 404


async def test_the_customer_s_first_words_are_in_the_list(kept):
    """The comment, else what was said first; cut where it is very long."""
    kept.opens(1, comment="", said="I want to talk")
    kept.happens(f"{1:024}", CustomerSaid("and more"))
    kept.opens(2, comment="x" * 400)
    async with looks(kept) as page:
        text = shown(await page.get())
        assert "I want to talk" in text
        assert "and more" not in text
        assert "x" * 279 + "…" in text
