"""S13: files behind links are handed out to be saved, nothing of them runs, and a wrong link tells nothing."""

import hashlib

import httpx
import pytest

from bot.attachments import PASSED_ON
from bot.errors import StoreUnavailable
from tests.web.conftest import Backend
from web.app import Parts, build
from web.keys import Keyring

NOW, TOKEN = 1_800_000_000_000, "abcdefgh234567" * 4
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "cache-control": "private, no-store",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow",
}


class Shelf(Backend):
    """A backend with one file; `asked` are the hashes that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.row = {"name": "photo.jpg", "mime": "image/jpeg", "data": b"\xff\xd8\xff<script>"}
        self.expires, self.asked = NOW + 1, []

    async def file(self, token_hash, now):
        if self.down:
            raise StoreUnavailable("down")
        self.asked.append(token_hash)
        right = token_hash == hashlib.sha256(TOKEN.encode()).hexdigest() and now < self.expires
        return self.row if right else None


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def browser(shelf):
    """Somebody with a link."""
    parts = Parts(
        {}, shelf.accept, shelf.invite, shelf.settled, shelf, shelf.ready, Keyring([], lambda: 0), ["a.example"]
    )
    transport = httpx.ASGITransport(build(parts._replace(clock=lambda: NOW)), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://a.example") as client:
        yield client


@pytest.mark.parametrize("mime", sorted(PASSED_ON))
async def test_s13_a_file_is_saved_and_never_run(browser, shelf, mime):
    """Whatever is in it: its type is told and not guessed, it is an attachment, and has no rights if it is shown."""
    shelf.row = {**shelf.row, "name": f"photo.{PASSED_ON[mime]}", "mime": mime}
    answer = await browser.get(f"/files/{TOKEN}/photo.{PASSED_ON[mime]}")
    assert (answer.status_code, answer.content) == (200, shelf.row["data"])
    assert answer.headers["content-type"] == mime
    assert answer.headers["content-disposition"] == f'attachment; filename="photo.{PASSED_ON[mime]}"'
    assert {name: answer.headers.get_list(name) for name in HEADERS} == {name: [text] for name, text in HEADERS.items()}


async def test_twilio_may_ask_first_what_it_would_get(browser):
    """HEAD tells the type and the size, as GET does."""
    asked, got = await browser.head(f"/files/{TOKEN}/photo.jpg"), await browser.get(f"/files/{TOKEN}/photo.jpg")
    assert asked.status_code == 200
    for name in ("content-type", "content-length", "content-disposition"):
        assert asked.headers[name] == got.headers[name]


@pytest.mark.parametrize("way", ["expired", "unknown", "of another name", "long", "odd"])
async def test_lf13_an_expired_link_is_like_one_that_never_was(browser, shelf, way):
    """Status, body and headers are the same but for the number of the request."""
    shelf.expires = NOW if way == "expired" else NOW + 1
    unknown = await browser.get(f"/files/{TOKEN[:-1]}x/photo.jpg")
    paths = {
        "expired": f"{TOKEN}/photo.jpg",
        "unknown": f"{'a' * 52}/photo.jpg",
        "of another name": f"{TOKEN}/photo.exe",
        "long": f"{'a' * 5000}/photo.jpg",
        "odd": "%01%ff/%2e%2e",
    }
    answer = await browser.get(f"/files/{paths[way]}")

    def told(one):
        kept = {name: text for name, text in one.headers.items() if name not in ("x-request-id", "content-length")}
        return one.status_code, {**one.json(), "request_id": ""}, kept

    assert told(answer) == told(unknown)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path", ["/files", "/files/", f"/files/{TOKEN}", f"/files/{TOKEN}/", f"/files/{TOKEN}/a/photo.jpg"]
)
async def test_there_is_nothing_beside_whole_links(browser, shelf, path):
    """No list, and no file without its name."""
    assert (await browser.get(path)).status_code == 404
    assert shelf.asked in ([], [hashlib.sha256(TOKEN.encode()).hexdigest()])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_a_link_is_only_read(browser, shelf, method):
    """Nothing can be done to a file."""
    assert (await browser.request(method, f"/files/{TOKEN}/photo.jpg")).status_code == 405
    assert shelf.asked == []


async def test_without_a_database_the_link_is_not_wrong(browser, shelf):
    """P4: come back later."""
    shelf.down = True
    assert (await browser.get(f"/files/{TOKEN}/photo.jpg")).status_code == 503
