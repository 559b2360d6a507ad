"""Reports on pages over a store of each kind: what there is, what was sent, how one looks, sending one by hand."""

import re
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.routing import Router

from storage import reports as runs
from tests.integrations.mail.post_office import open_office
from tests.report_house import DAY, NOW, YAML, furnished
from tests.storage.builders import answer, session, turn
from tests.web.conftest import Backend
from tests.web.inbox_made import URL, Door, shown
from web import pages, report_pages
from web.acts import Noting
from web.app import Parts, build
from web.gate import Watch, gated
from web.guard import Guard
from web.keys import Key, Keyring, digest
from web.pictures import Undrawable
from web.policies import POLICIES
from web.report_shown import cadence
from web.sessions import token
from web.words.reports import EXAMPLE, REPORTS

ADMIN, VIEWER = "anna/admin", "vera/viewer"


@pytest.fixture
async def office():
    """A mail server."""
    async with open_office() as found:
        yield found


@pytest.fixture
async def house(store, database_url, tmp_path, monkeypatch, office):
    """A week of answers; the receivers have been known for a month."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    made = await furnished(store, database_url, tmp_path, office.port)
    yield made
    made.reporting.pictures.close()


class Trail:
    """Keeps what was done."""

    def __init__(self):
        self.entries = []

    async def note(self, *entry):
        self.entries.append(entry)


@asynccontextmanager
async def looks(house, who=ADMIN, language="en", trail=None):
    """A browser in which this person has signed in, and the token of its forms."""
    routes = [*report_pages.routes(house.reporting), *pages.routes()]
    watch = Watch(Noting(trail or Trail(), lambda: house.now))
    app = Guard(Router(gated(routes, POLICIES, Door(language), watch)), ["nps.example.com"], lambda *_: None)
    transport = httpx.ASGITransport(app, client=("10.0.0.9", 1), raise_app_exceptions=False)
    cookies, headers = {"__Host-echolot": who}, {"accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url=URL, cookies=cookies, headers=headers) as client:
        yield client


async def press(client, who=ADMIN, act="send", once="a1", name="weekly"):
    """The form of an act, confirmed."""
    headers = {"origin": URL, "sec-fetch-site": "same-origin"}
    fields = {"_csrf": token(who), "act": act, "once": once}
    return await client.post(f"/reports/{name}", data=fields, headers=headers)


def write(house, text, file="weekly.yaml"):
    (house.folder / "reports" / file).write_text(text)
    return house.reports.look()


@pytest.mark.parametrize("language", ["de", "en"])
async def test_the_empty_page_says_what_to_do(house, language):
    """To whoever may do it with a file to copy, which is one."""
    (house.folder / "reports" / "weekly.yaml").unlink()
    await write(house, EXAMPLE, "example.yaml")
    assert [each.id for each in house.reports.current] == ["weekly"]
    assert house.reports.problems == ()
    (house.folder / "reports" / "example.yaml").unlink()
    await house.reports.look()
    words = REPORTS[language]
    async with looks(house, ADMIN, language) as page:
        text = shown(await page.get("/reports"))
        assert words["none"] in text
        assert words["none_runs"] in text
        assert "every: week" in text
    async with looks(house, VIEWER, language) as page:
        text = shown(await page.get("/reports"))
        assert words["none_looks"] in text
        assert "every: week" not in text


async def test_the_list_says_when_where_and_what_was_sent(house):
    """In plain words, on the clocks of the report's zone."""
    await write(house, YAML.replace("every: week", "every: week\n  zone: Europe/Berlin\n  on: tuesday"))
    async with looks(house) as page:
        text = shown(await page.get("/reports"))
        assert "Our week" in text
        assert "Every Tuesday at 08:00, about the week before (on the clocks of Europe/Berlin)" in text
        assert "2026-11-17, 08:00" in text
        assert "none yet" in text
        assert "C1 (slack), e-mail to anna@example.com, folder out" in text
        house.now += 2 * DAY
        await house.look()
        assert "2026-11-09 to 2026-11-15 on its way" in shown(await page.get("/reports"))


@pytest.mark.parametrize(
    ("lines", "german", "english"),
    [
        ("day", "Jeden Tag um 08:00, über den Tag davor (UTC)", "Every day at 08:00, about the day before (UTC)"),
        ("week", "Jeden Montag um 08:00, über die Woche davor", "Every Monday at 08:00, about the week before (UTC)"),
        ("month", "Am 1. jedes Monats um 08:00", "On day 1 of every month at 08:00"),
        ("month\n  on: 31", "Am 31. jedes Monats um 08:00", "On day 31 of every month at 08:00"),
        ("wave\n  campaign: spring", "jeder Welle der Kampagne spring", "each wave of the campaign spring"),
    ],
)  # fmt: skip
async def test_every_cadence_in_words(house, lines, german, english):
    await write(house, YAML.replace("every: week", f"every: {lines}"))
    [report] = (await house.reporting.page()).reports
    assert german in cadence(report, "de")
    assert english in cadence(report, "en")


async def test_problems_are_named_with_line_and_column_for_admins(house):
    """The report goes on as it was."""
    await write(house, YAML.replace("slack, chat: C1", "slak, chat: C1"))
    async with looks(house) as page:
        text = shown(await page.get("/reports"))
        assert "weekly.yaml:9:17 the settings have no channel 'slak' did you mean 'slack'?" in text
        assert "Our week" in text
    async with looks(house, VIEWER) as page:
        assert "weekly.yaml:9:17" not in shown(await page.get("/reports"))


async def test_a_preview_is_marked_and_sends_nothing(house):
    """Customers' words are text; the PDF is one."""
    async with looks(house) as page:
        answer = await page.get("/reports/weekly/letter")
        assert REPORTS["en"]["preview"] in shown(answer)
        assert "Our week · Acme · 9 Nov 2026 to 15 Nov 2026" in shown(answer)
        assert "&lt;!channel&gt; *bold* &lt;/b&gt;" in answer.text
        pdf = await page.get("/reports/weekly/pdf")
        assert pdf.content.startswith(b"%PDF")
        assert 'filename="weekly-2026-11-09-2026-11-15-preview.pdf"' in pdf.headers["content-disposition"]
        for path in ("letter", "pdf"):
            assert (await page.get(f"/reports/weekly/{path}?of=last")).status_code == 404
            assert (await page.get(f"/reports/weekly/{path}?of=first")).status_code == 422
    assert await house.store.read(lambda: runs.latest("weekly", 9)) == []


async def test_the_last_one_stays_to_be_looked_at(house):
    """The period that was sent, though another one is due by now."""
    await house.look()
    house.now += 5 * DAY
    async with looks(house) as page:
        answer = shown(await page.get("/reports/weekly/letter?of=last"))
        assert "9 Nov 2026 to 15 Nov 2026" in answer
        assert "This went out on" in answer
        house.now += 3 * DAY
        assert "16 Nov 2026 to 22 Nov 2026" in shown(await page.get("/reports/weekly/letter"))
        pdf = await page.get("/reports/weekly/pdf?of=last")
        assert 'filename="weekly-2026-11-09-2026-11-15.pdf"' in pdf.headers["content-disposition"]


async def test_p4_sent_by_hand_once_and_noted(house):
    """However often the form is sent; again only where that is asked for, and once for each form."""
    trail = Trail()
    async with looks(house, trail=trail) as page:
        assert 'id="ask-send"' in (await page.get("/reports/weekly")).text
        first = await press(page)
        assert (first.status_code, first.headers["location"]) == (303, "/reports/weekly?done=3.0")
        assert (await press(page)).headers["location"] == "/reports/weekly?done=0.3"
        house.now += 1000
        assert (await press(page, act="again", once="b1")).headers["location"] == "/reports/weekly?done=3.0"
        house.now += 1000
        assert (await press(page, act="again", once="b1")).headers["location"] == "/reports/weekly?done=0.3"
        assert "On its way to 3; 0 had it before" in shown(await page.get("/reports/weekly?done=3.0"))
        for strange in ("x", "1", "-1.2", "9999.99999", "<b>.1"):
            assert "On its way to" not in shown(await page.get("/reports/weekly", params={"done": strange}))
    assert len(await house.store.read(lambda: runs.latest("weekly", 99))) == 6
    sent = [entry for entry in trail.entries if entry[1] == "sent_report"]
    assert [(actor, subject, facts) for actor, _, subject, facts in sent] == [
        ("id-anna", "weekly", {"how": how, "begun": begun})
        for how, begun in (("send", "3"), ("send", "0"), ("again", "3"), ("again", "0"))
    ]  # fmt: skip


async def test_p4_a_test_goes_to_whoever_asks_alone(house, office):
    """Once for each form; the others get theirs in time."""
    async with looks(house) as page:
        for _ in range(2):
            assert (await press(page, act="test")).status_code == 303
        postman = house.postman()
        while await postman.step():
            pass
        [letter] = office.letters
        assert letter["To"] == "anna@example.com"
        assert letter["Subject"].startswith("Test: Our week")
        assert await house.told() == []
        text = shown(await page.get("/reports/weekly"))
        assert "test 2026-11-09 to 2026-11-15 e-mail to anna@example.com sent" in text
        assert (await page.get("/reports/weekly/letter?of=last")).status_code == 404
    assert await house.look() == 3


async def test_what_cannot_be_sent_says_why(house, monkeypatch):
    """No such act, a form that was made up, no mail server, nobody to draw."""
    async with looks(house) as page:
        assert (await press(page, act="erase")).status_code == 409
        assert (await press(page, once="<b>")).status_code == 409
        assert (await press(page, once="x" * 99)).status_code == 409
        assert (await press(page, name="weakly")).status_code == 404
        monkeypatch.setattr(house.reporting.pictures, "draw", refuses)
        assert (await page.get("/reports/weekly/pdf")).status_code == 503
        house.reports.known = house.reports.known.__class__(mail=False)
        text = (await page.get("/reports/weekly")).text
        assert "ask-test" not in text
        assert REPORTS["en"]["no_mail"] in shown(await page.get("/reports/weekly"))
        answer = await press(page, act="test")
        assert (answer.status_code, "add `mail`" in shown(answer)) == (409, True)


async def refuses(*_):
    raise Undrawable("today")


async def test_s20_brands_see_their_own_reports(house):
    """One that tells of all brands is not there for who works for one, nor what it says, nor its PDF."""
    await write(
        house, YAML.replace("weekly", "ours").replace("every: week", "every: week\n  filters: {brand: acme}"), "b.yaml"
    )
    house.reports.known = house.reports.known.__class__()
    await house.reports.look()
    async with looks(house, "vera/viewer:acme") as page:
        text = (await page.get("/reports")).text
        assert re.findall(r'href="/reports/(\w+)"', text) == ["ours"]
        assert (await page.get("/reports/ours")).status_code == 200
        for path in ("/reports/weekly", "/reports/weekly/letter", "/reports/weekly/pdf", "/reports/nix"):
            assert (await page.get(path)).status_code == 404, path
        assert (await press(page, "vera/viewer:acme", name="ours")).status_code == 403
        assert "ask-send" not in (await page.get("/reports/ours")).text


async def test_p4_moves_are_told_with_their_rate(house):
    """What the alert said, though its answers are gone from the letter."""
    sessions, answers = [], []
    for number in range(90):
        at, key, lane = NOW - number % 9 * DAY, f"b{number:02}", f"sms:+48{number}"
        sessions.append(session(key, lane, started_at=at))
        day = f"2026-11-{16 - number % 9:02}"
        answers.append(answer(session=key, lane=lane, value=0, at=at, day=day))
    await turn(house.store, sessions=sessions, answers=answers)
    async with looks(house) as page:
        assert "None so far." in shown(await page.get("/reports/weekly"))
        await house.look()
        text = shown(await page.get("/reports/weekly"))
        assert "False alarms: in at most 5 of 100 years in which nothing changes." in text
        assert "The NPS has fallen · Our week · Acme , 2026-11-16, 12:00 UTC" in text
        assert "Before that:" in text


async def test_the_api_tells_the_letter(house):
    """As it would go out now, and the last one."""
    key = Key("all", digest("eck_all"), frozenset({"read"}))
    by = Backend()
    keyring = Keyring([key], lambda: 1000)
    parts = Parts({}, by.accept, by.invite, by.settled, by, by.ready, keyring, ["x"], reporting=house.reporting)
    transport, headers = httpx.ASGITransport(build(parts)), {"authorization": "Bearer eck_all"}
    async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
        now = (await client.get("/api/v1/reports/weekly/letter")).json()
        assert (now["sent"], now["first_day"], now["title"][:8]) == (False, "2026-11-09", "Our week")
        assert (await client.get("/api/v1/reports/weekly/letter?of=last")).status_code == 404
        assert (await client.get("/api/v1/reports/weakly/letter")).status_code == 404
        assert (await client.get("/api/v1/reports/weekly/letter?of=x")).status_code == 422
        await house.look()
        assert (await client.get("/api/v1/reports/weekly/letter?of=last")).json()["sent"] is True
        await write(house, YAML.replace("every: week", "every: weak"))
        assert (await client.get("/api/v1/reports")).json()["problems"][0]["line"] == 6
