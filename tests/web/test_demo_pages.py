"""The workplace in the demo: every page answers whoever sits at this machine, and nobody else."""

import re

import httpx
import pytest

from commands.demo import running
from tests.web.inbox_made import shown
from web.demo import WAYS
from web.server import Site

HTML = {"accept": "text/html"}
FORM = (
    "/outreach/new",
    {"title": "Mine", "flow": "relationship", "starts": "2099-01-05", "days": "5", "press": "plan"},
)


@pytest.fixture
async def site(tmp_path):
    """A running demo."""
    site = Site("127.0.0.1", 0)
    async with running(tmp_path, site):
        yield site


async def test_the_demo_leads_to_every_page_and_back(site):
    """From its one page, in the language that was chosen there; each has the way back."""
    async with httpx.AsyncClient(base_url=site.url, headers=HTML) as client:
        ways = re.findall(r'href="(/\w+\?lang=de)"', (await client.get("/?lang=de")).text)
        assert ways == [f"/{way}?lang=de" for way in WAYS]
        for way in ways:
            answer = await client.get(way)
            assert answer.status_code == 200, way
            assert 'class="me" href="/?lang=de"' in answer.text, way
            assert re.findall(r'<li><a href="(/\w+)"', answer.text)[:6] == [
                "/home", "/inbox", "/flows", "/outreach", "/reports", "/contacts",
            ]  # fmt: skip
        for path in ("/contacts", "/flows/relationship/edit", "/reports/weekly/letter"):
            answer = await client.get(path)
            assert (answer.status_code, '<html lang="de">' in answer.text) == (200, True), path
        for path in ("/settings", "/settings/people", "/account", "/sign-in", "/welcome/x"):
            assert (await client.get(path)).status_code == 404, path


async def test_s16_forms_have_to_come_from_the_demos_own_pages(site):
    """With the token that stands in them; no page of another site can read it."""
    path, fields = FORM
    ours = {"origin": site.url, "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(base_url=site.url, headers=HTML) as client:
        csrf = re.search(r'name="_csrf" value="(\w+)"', (await client.get(path)).text)[1]
        for given, headers, status in (
            (csrf, ours, 200),
            ("", ours, 403),
            ("x" * 64, ours, 403),
            ("ü", ours, 403),
            (csrf, {}, 403),
            (csrf, {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, 403),
            (csrf, ours | {"sec-fetch-site": "same-site"}, 403),
        ):
            answer = await client.post(path, data={"_csrf": given, **fields}, headers=headers)
            assert answer.status_code == status, (given, headers, shown(answer)[:200])


async def test_s20_nobody_from_elsewhere_gets_in(site):
    """Neither by another name nor through a proxy; there is no sign-in to try."""
    async with httpx.AsyncClient(base_url=site.url) as client:
        for headers, status in (
            ({"host": "evil.example"}, 421),
            ({"x-forwarded-for": "10.0.0.9"}, 401),
            ({"forwarded": "for=10.0.0.9"}, 401),
        ):
            for path in ("/home", "/contacts", "/inbox"):
                assert (await client.get(path, headers=headers)).status_code == status, (headers, path)


async def test_an_agent_of_the_demo_is_at_its_desk(site):
    """The made-up admin is Anna, who is an agent as well."""
    async with httpx.AsyncClient(base_url=site.url, headers=HTML) as client:
        assert (await client.get("/inbox?view=mine")).status_code == 200
        assert (await client.get("/confirm")).status_code == 404
