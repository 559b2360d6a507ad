"""The pages behind the door: people and roles, the audit trail, settings, my account, streams."""

import asyncio
import re

import pytest
from starlette.requests import Request

from commands.findings import bad, good
from commands.workplace import values
from settings import ApiKey, Settings
from tests.web.signing_in import URL, WORDS, housed
from web import pages, streams
from web.problems import Refused
from web.words.workplace import WORKPLACE

ANNA, BEN = "anna@example.com", "ben@example.com"
BENS = {"email": BEN, "name": "Ben", "language": "de", "role": "agent", "brand": "acme", "desk": ""}


async def findings():
    return [good("flows", "2 without errors"), bad("disk", "<b>full</b>", "delete something")]


@pytest.fixture
async def house(sqlite_url, monkeypatch):
    more = {"findings": findings, "values": [("company", "Muster & Söhne")]}
    async with housed(sqlite_url, monkeypatch, **more) as house:
        await house.settles()
        yield house


async def test_an_admin_invites_somebody_who_then_signs_in(house):
    """The link is shown once."""
    async with house.inside() as page:
        shown = await page.post("/settings/people", BENS)
        path = re.search(rf"{URL}(/welcome/[\w-]+)", shown.text)[1]
        ben = await house.people.member(BEN)
        assert path not in (await page.get(f"/settings/people/{ben.id}")).text
        assert "invited" in (await page.get("/settings/people")).text
    async with house.browser() as page:
        await page.choose(path.removeprefix("/welcome/"), WORDS)
        await page.sign_in(BEN)
        account = (await page.get("/account")).text
        assert 'lang="de"' in account
        assert "agent:acme" in account
        assert (await page.get("/settings/people")).status_code == 403


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"email": "ben"}, "no e-mail address"),
        ({"email": f"b en@{'x' * 300}"}, "no e-mail address"),
        ({"email": ANNA}, "with this address already"),
        ({"role": "boss"}, "no role"),
        ({"brand": "a:b:c"}, "role:brand:desk"),
        ({"language": "fr"}, "Languages are"),
        ({"name": "B\ben"}, "on one line"),
    ],
)
async def test_whoever_cannot_be_invited_is_not(house, change, told):
    """With the reason, and what was filled in."""
    async with house.inside() as page:
        answer = await page.post("/settings/people", BENS | change)
        assert answer.status_code == 422
        assert told in answer.text
        assert len(await house.people.members()) == 1


async def test_roles_are_given_and_taken(house):
    """And somebody is shut out, let in again, and gets a new link."""
    ben = await house.settles(BEN, "agent")
    path = f"/settings/people/{ben}"
    async with house.inside() as page:
        await page.post(path, {"act": "grant", "role": "viewer", "brand": "acme", "desk": ""})
        await page.post(path, {"act": "revoke", "role": "agent", "brand": "*", "desk": "*"})
        assert [str(grant) for grant in (await house.people.member(ben)).grants] == ["viewer:acme"]
        await page.post(path, {"act": "disable"})
        assert (await house.people.member(ben)).state == "disabled"
        assert (await page.post(path, {"act": "reset"})).status_code == 422
        await page.post(path, {"act": "enable"})
        assert "/welcome/" in (await page.post(path, {"act": "reset"})).text
        assert (await page.post(path, {"act": "explode"})).status_code == 422
        assert (await page.post(path, {"act": "grant", "role": ""})).status_code == 422
        assert (await page.get("/settings/people/nix")).status_code == 404
        own = f"/settings/people/{(await house.people.member(ANNA)).id}"
        assert "only admin" in (await page.post(own, {"act": "disable"})).text
        trail = (await page.get("/settings/audit")).text
        for words in ("gave a role", "took a role", "shut out", "let in again", "made a link"):
            assert words in trail


async def test_s39_the_trail_goes_back_page_by_page(house):
    """Whole, and without what is personal."""
    async with house.inside() as page:
        for n in range(60):
            await page.post("/account/profile", {"name": f"Anna {n}", "language": "en"}, form="/account")
            await house.people.sign_out_everywhere("nobody", "")
        first = (await page.get("/settings/audit")).text
        older = re.search(r'href="(/settings/audit\?before=\d+)"', first)[1]
        assert first.count("<tr>") == 51
        second = (await page.get(older)).text
        assert "invited" in second
        assert "chain is broken" not in first + second
        assert (await page.get("/settings/audit?before=x")).status_code == 422


async def test_settings_are_shown_with_what_the_doctor_found(house):
    """As text, whatever it says."""
    async with house.inside() as page:
        shown = (await page.get("/settings")).text
    assert "&lt;b&gt;full&lt;/b&gt;" in shown
    assert "Muster &amp; Söhne" in shown


def test_s19_settings_that_are_shown_hold_no_secret():
    """Keys by their names."""
    key = ApiKey(name="crm", sha256="a" * 64)
    shown = values(Settings(database_url="postgresql://u:pa55@h/d", api_keys=(key,), company=""))
    assert ("database_url", "PostgreSQL") in shown
    assert ("api_keys", "crm (invite, read)") in shown
    assert ("company", "–") in shown
    assert "pa55" not in repr(shown)
    assert "aaaa" not in repr(shown)


async def test_a_profile_is_changed(house):
    """The pages speak the new language at once."""
    async with house.inside() as page:
        answer = await page.post("/account/profile", {"name": " Änne ", "language": "de"}, form="/account")
        assert answer.headers["location"] == "/account?done=saved"
        shown = (await page.get("/account?done=saved")).text
        assert "Gespeichert." in shown
        assert "Änne" in shown
        bad_name = {"name": "x" * 101, "language": "de"}
        assert (await page.post("/account/profile", bad_name, form="/account")).status_code == 422


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"password": "kurz", "again": "kurz"}, "at least 12"),
        ({"password": WORDS, "again": "x"}, "differ"),
        ({"password": "password1234", "again": "password1234"}, "easy to guess"),
    ],
)
async def test_a_password_that_does_not_do(house, fields, why):
    """The old one still holds."""
    async with house.inside() as page:
        answer = await page.post("/account/password", {"current": WORDS} | fields, form="/account")
        assert (answer.status_code, why in answer.text) == (422, True)
    async with house.inside():
        pass


async def test_s17_a_stolen_session_does_not_guess_the_password(house):
    """Five tries, as at the door."""
    async with house.inside() as page:
        wrong = {"current": "x", "password": WORDS + "!", "again": WORDS + "!"}
        statuses = [(await page.post("/account/password", wrong, form="/account")).status_code for _ in range(6)]
        assert statuses == [422] * 5 + [429]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"_csrf=x&name=%ff", "application/x-www-form-urlencoded", 422),
        (b"name=a%00b", "application/x-www-form-urlencoded", 422),
        (b"&".join(b"a%d=1" % n for n in range(201)), "application/x-www-form-urlencoded", 422),
        (b"x=" + b"y" * 70_000, "application/x-www-form-urlencoded", 413),
        (b'{"name": "x"}', "application/json", 415),
        (b"", "", 415),
    ],
)
async def test_s32_wrong_forms_are_refused(house, body, kind, status):
    """Before anything is done, as a page."""
    async with house.inside() as page:
        headers = {"origin": URL, "content-type": kind}
        answer = await page.client.post("/account/profile", content=body, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")


async def test_s36_scripts_are_told_in_json(house):
    """And nobody is told anything about the inside."""
    async with house.inside() as page:
        answer = await page.client.get("/settings/people/nix", headers={"accept": "application/json"})
        assert answer.json().keys() == {"title", "status", "request_id"}
        token = re.search(r'name="_csrf" value="(\w+)"', (await page.get("/account")).text)[1]
        headers = {"origin": URL, "x-csrf-token": token, "content-type": "application/json"}
        assert (await page.client.post("/sign-out", content=b"{}", headers=headers)).status_code == 303


async def test_s23_pages_have_nothing_inline(house):
    """Neither script nor style: the policy would not run it."""
    await house.people.profile((await house.people.member(ANNA)).id, "<script>alert(1)</script>", "en")
    async with house.inside() as page:
        for path in ("/", "/account", "/settings", "/settings/people", "/settings/audit", "/sign-in"):
            answer = await page.get(path)
            assert not re.search(r"<script(?! type=\"module\" src)|<style| style=| on\w+=|javascript:", answer.text), (
                path
            )
            assert "default-src 'self'" in answer.headers["content-security-policy"]


async def test_navigation_shows_what_one_may_see(house):
    """And where one is."""
    await house.settles(BEN, "viewer")
    async with house.inside() as page:
        assert '<a href="/settings" aria-current="page">Settings</a>' in (await page.get("/settings/people")).text
    async with house.inside(BEN) as page:
        shown = (await page.get("/account")).text
        assert 'href="/"' in shown
        assert 'href="/settings"' not in shown


def test_both_languages_say_everything():
    """With the same places to fill in."""
    german, english = WORKPLACE["de"], WORKPLACE["en"]
    assert german.keys() == english.keys()
    for key, text in german.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", english[key]), key
        assert text.strip(), key
    assert pages.moment(0, "de") == "01.01.1970, 00:00 UTC"
    assert pages.moment(0, "en") == "1970-01-01, 00:00 UTC"


def reader(still, **headers):
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "headers": [(b"host", b"nps.example.com"), *raw]}
    return Request(scope | {"state": {"still_there": still}})


async def test_s40_a_stream_ends_when_its_reader_is_shut_out(monkeypatch):
    """Looked at every minute, however quiet it is; what it reads from is closed."""
    monkeypatch.setattr(streams, "EVERY", 0.05)
    left, closed = [3], []

    async def still():
        left[0] -= 1
        return left[0] > 0

    async def source():
        try:
            yield b"data: 1\n\n"
            await asyncio.sleep(60)
        finally:
            closed.append(True)

    async with asyncio.timeout(5):
        assert [piece async for piece in streams.attended(reader(still), source())] == [b"data: 1\n\n"]
    assert (left, closed) == ([0], [True])


async def test_s40_a_stream_that_is_over_is_over():
    """And busy ones are looked at too."""

    async def still():
        return True

    async def source():
        for n in range(3):
            yield b"%d" % n

    assert [piece async for piece in streams.attended(reader(still), source())] == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"origin": URL}, True),
        ({"sec_fetch_site": "cross-site"}, False),
        ({"sec_fetch_site": "none"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
    ],
)
def test_s40_other_sites_read_no_streams(headers, let_in):
    """Browsers say who asks."""
    if let_in:
        streams.check_origin(reader(None, **headers))
    else:
        with pytest.raises(Refused):
            streams.check_origin(reader(None, **headers))
