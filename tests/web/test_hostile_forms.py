"""Whatever comes where a form is expected: no page fails, each says what is wrong, and nothing is stored."""

import re
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

import pytest

from bot.secret_keys import make
from commands.accounts import People
from commands.assemble import epoch_ms, outreach_of, parts
from commands.people import People as Contacts
from commands.serve import build
from flows import library
from settings import Settings
from storage.opening import open_store
from tests.bot.runtime.rooms import Rooms
from tests.storage.people import query
from tests.web.outreach_made import SMS, yaml
from tests.web.signing_in import URL, House
from web import passwords
from web.outreach_shapes import CampaignStart
from web.policies import POLICIES, Scoped
from web.sessions import token

NO_FORMS = {"/install/{channel}": "its button has no fields"}
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
GOES_ON = {
    "/account/sessions": 303,  # its button says everything
    "/sign-out": 303,
    "/settings/data/export": 200,
    "/contacts": 200,  # a search, for anything
    "/flows": 303,  # on to the editor
    "/inbox/{id}": 200,  # the words of a reply, filled in
    "/oidc/{provider}/start": 503,  # the provider does not answer
}
"""Where something that no page sends may come to something; it stores nothing either."""

KEPT = {"web_session", "audit", "audit_anchor", "sign_in_attempt"}
"""Tables in which coming in and going out is noted."""

FIELDS = sorted(
    {
        name
        for path in (Path(__file__).parents[2] / "web" / "templates").glob("*.html")
        for name in re.findall(r'name="([a-z]\w*)"', path.read_text("utf-8"))
    }
)


def filled(word: bytes, *, times: int = 1) -> bytes:
    """Every field that any page has, as often as that."""
    return b"&".join([name.encode() + b"=" + word for name in FIELDS] * times)


def part(name: bytes, value: bytes, more: bytes = b"") -> bytes:
    """One part of a form in parts."""
    return b'--b\r\nContent-Disposition: form-data; name="' + name + b'"' + more + b"\r\n\r\n" + value + b"\r\n"


def in_parts(value: bytes) -> bytes:
    """Every field, in parts."""
    return b"".join(part(name.encode(), value) for name in FIELDS) + b"--b--\r\n"


TOKEN = b"_csrf={token}"
BODIES = {
    "nothing": (FORM, b""),
    "nothing and no type": ("", b""),
    "the token alone": (FORM, TOKEN),
    "JSON": ("application/json", b'{"_csrf":"{token}"}'),
    "JSON that is called a form": (FORM, b'{"_csrf":"{token}"}'),
    "a text": ("text/plain", TOKEN),
    "a type that is none": ("\xff;;=", TOKEN),
    "empty fields": (FORM, TOKEN + b"&" + filled(b"")),
    "nonsense": (FORM, TOKEN + b"&" + filled(b"nonsense")),
    "numbers": (FORM, TOKEN + b"&" + filled(b"9" * 40)),
    "numbers of another script": (FORM, TOKEN + b"&" + filled("٣".encode())),
    "negative": (FORM, TOKEN + b"&" + filled(b"-1")),
    "doubled": (FORM, TOKEN + b"&" + TOKEN + b"&" + filled(b"nonsense", times=2)),
    "10,000 fields": (FORM, TOKEN + b"&a=1" * 10_000),
    "too much": (FORM, TOKEN + b"&a=" + b"x" * 300_000),
    "NUL": (FORM, TOKEN + b"&" + filled(b"a%00b")),
    "NUL as it is": (FORM, TOKEN + b"&" + filled(b"a\0b")),
    "a name of NUL": (FORM, TOKEN + b"&%00=1"),
    "half a character": (FORM, TOKEN + b"&" + filled(b"%ED%A0%BD")),
    "halves": (FORM, TOKEN + b"&" + filled(b"%ED%B8%80%ED%A0%BD")),
    "no UTF-8": (FORM, TOKEN + b"&" + filled(b"%FF\xfe")),
    "parts": (PARTS, part(b"_csrf", b"{token}") + in_parts(b"nonsense")),
    "empty parts": (PARTS, part(b"_csrf", b"{token}") + in_parts(b"")),
    "no parts": (PARTS, b""),
    "half a part": (PARTS, part(b"_csrf", b"{token}") + b"--b\r\nContent-Disp"),
    "parts without names": (PARTS, b"--b\r\nX: y\r\n\r\n1\r\n--b--\r\n"),
    "no boundary": ("multipart/form-data", part(b"_csrf", b"{token}")),
    "an empty boundary": ("multipart/form-data; boundary=", part(b"_csrf", b"{token}")),
    "a long boundary": ("multipart/form-data; boundary=" + "b" * 8_000, b"--" + b"b" * 8_000),
    "NUL in parts": (PARTS, part(b"_csrf", b"{token}") + in_parts(b"a\0b")),
    "half a character in parts": (PARTS, part(b"_csrf", b"{token}") + in_parts(b"\xed\xa0\xbd")),
    "halves by escapes": (f"{PARTS}; charset=unicode_escape", part(b"_csrf", b"{token}") + in_parts(rb"\ud83d")),
    "the token by escapes": (f"{PARTS}; charset=unicode_escape", part(b"_csrf", rb"\ud83d") + b"--b--\r\n"),
    "a strange alphabet": (f"{PARTS}; charset=idna", part(b"_csrf", b"{token}") + in_parts(b"a..b" + b"\xff" * 99)),
    "many parts": (PARTS, part(b"_csrf", b"{token}") + part(b"a", b"1") * 10_000 + b"--b--\r\n"),
    "many files": (PARTS, part(b"_csrf", b"{token}") + part(b"file", b"1", b'; filename="a.csv"') * 300 + b"--b--\r\n"),
    "a file that is a field": (PARTS, part(b"_csrf", b"{token}") + part(b"content", b"1", b'; filename="a\xff.csv"')),
}  # fmt: skip
"""What comes instead of the form: its type and its body, in which the token of the session is put."""


class Site(House):
    """The server as it runs, with something behind every address."""

    def __init__(self, people, store, assembled, ids):
        super().__init__(people, store, app=build(assembled, "127.0.0.1", []))
        self.ids, self.cookies = ids, {}

    def forms(self) -> list[str]:
        """The addresses that take forms."""
        found = [route.path for route in self.app._app.routes if "POST" in (getattr(route, "methods", None) or ())]
        ours = [path for path in found if not isinstance(POLICIES[f"POST {path}"], Scoped) and path[:7] != "/hooks/"]
        return sorted(set(ours) - NO_FORMS.keys())

    def at(self, path: str) -> str:
        """The address of what there is."""
        return re.sub(r"\{\w+\}", lambda _: self.ids[path], path)

    async def stored(self) -> dict[str, list]:
        """All there is, but who came in when."""
        schema = (Path(__file__).parents[1] / "storage" / "schema.txt").read_text("utf-8")
        tables = set(re.findall(r"^(\w+)\.", schema, re.MULTILINE)) - KEPT
        everything = {name: f"SELECT * FROM {name}" for name in sorted(tables)}  # noqa: S608 - names of the schema
        return {name: sorted(map(repr, await query(self.store, asked))) for name, asked in everything.items()}

    @asynccontextmanager
    async def somebody(self, path: str):
        """Who sends this form, and the token of their cookie: outside there is another than inside."""
        outside = path == "/sign-in" or path.startswith(("/welcome", "/oidc"))
        async with self.browser() as page:
            if outside:
                await page.get("/sign-in")
                yield page.client, token(page.client.cookies["__Host-echolot-form"])
            else:
                page.client.cookies.update(await self.inside_with())
                yield page.client, token(page.client.cookies["__Host-echolot"])

    async def inside_with(self) -> dict[str, str]:
        """The cookies of somebody who has signed in and not gone."""
        async with self.browser() as page:
            page.client.cookies.update(self.cookies)
            if (await page.get("/account")).status_code != 200:
                page.client.cookies.clear()
                assert (await page.sign_in("anna@example.com")).status_code == 303
                self.cookies = dict(page.client.cookies)
        return self.cookies


@pytest.fixture
async def site(database_url, tmp_path, monkeypatch):
    """A case, a contact, a campaign, a report, a survey, somebody else, and a provider of identities."""
    monkeypatch.setattr(passwords, "MEMORY", 64)
    monkeypatch.setattr(passwords, "TIMES", 1)
    (tmp_path / "reports").mkdir()
    report = 'format: 1\nreport: {id: weekly, every: week, at: "08:00", to: [{folder: out}]}\n'
    (tmp_path / "reports" / "weekly.yaml").write_text(report)
    store = await open_store(database_url)
    case = await Rooms(store, library.load()).opened()
    await store.close()
    wanted = Settings(
        _env_file=None, database_url=database_url, channels={"sms": SMS}, address_keys=[make()], public_url=URL,
        reports_dir=tmp_path / "reports", oidc={"company": {"issuer": "http://127.0.0.1:9", "client_id": "echolot"}},
    )  # fmt: skip
    async with parts(wanted) as assembled:
        people = People(assembled.store, epoch_ms)
        site = Site(people, assembled.store, assembled, {})
        await site.settles()
        ben, link = await site.settles("ben@example.com"), (await site.invites("cleo@example.com")).token
        [known] = await Contacts(assembled.store, wanted, epoch_ms).save([{"external": "1", "name": "Ada"}])
        campaigns = outreach_of(wanted, assembled.store, assembled.library, epoch_ms)
        await campaigns.start(CampaignStart(yaml().replace("2027", "2099"), "campaign", "anna"), "anna")
        site.ids |= {
            "/contacts/{id}/merge": known.contact, "/flows/{id}": "relationship", "/flows/{id}/edit": "relationship",
            "/inbox/{id}": case, "/oidc/{provider}/start": "company", "/outreach/{id}": "spring",
            "/reports/{id}": "weekly", "/settings/people/{id}": ben, "/welcome/{token}": link,
        }  # fmt: skip
        yield site


def is_kind(answer) -> bool:
    """A page for people, or, before anything was read, what every caller is told of a size; in words."""
    if answer.status_code == 413:
        return "The limit is" in answer.text
    page = answer.headers["content-type"] == "text/html; charset=utf-8"
    return page and re.search(r"<p[ >]|role=\"alert\"", answer.text) is not None


@pytest.mark.parametrize("shown", ["in the form", "in a header"])
async def test_s16_s32_no_form_makes_a_page_fail_and_nothing_is_stored(site, shown):
    """Every address that takes a form, with everything that is no form of it."""
    forms = site.forms()
    assert len(forms) > 25
    before, wrong = await site.stored(), []
    for path, (name, (kind, body)) in product(forms, BODIES.items()):
        async with site.somebody(path) as (client, csrf):
            headers = {"origin": URL, "sec-fetch-site": "same-origin", "content-type": kind.encode("latin-1")}
            headers |= {"x-csrf-token": csrf} if shown == "in a header" else {}
            answer = await client.post(site.at(path), content=body.replace(b"{token}", csrf.encode()), headers=headers)
        refused = 400 <= answer.status_code < 500 and is_kind(answer)
        if not (refused or answer.status_code == GOES_ON.get(path)) or (answer.status_code == 404 and "{id}" in path):
            wrong.append((path, name, answer.status_code))
    assert "\n".join(map(str, wrong)) == ""
    assert await site.stored() == before
