"""A company's provider of identities beside the pages: real calls between them, and browsers that go back and forth."""

import contextlib
import functools
import html
import itertools
import re
from urllib.parse import parse_qs, urlsplit

import httpx

from commands.identities import StoredIdentities
from integrations.oidc.config import OidcSettings
from integrations.oidc.provider import Provider
from sandbox.oidc import Client, OidcSandbox, Person
from sandbox.oidc.model import new_key
from sandbox.serving import serving
from tests.web.signing_in import URL, housed
from web.identities import Ways

ANNA, BEN, EVE = "anna@example.com", "ben@example.com", "eve@evil.example"
SECRET = "s3cret:with/signs+and ümlaut"
PEOPLE = (Person("a-1", "Anna", ANNA), Person("b-2", "Ben", BEN), Person("e-3", "Eve", ANNA), Person("A-1", "Al", EVE))
"""Eve's account has Anna's address, as far as the provider says."""


@functools.cache
def spare():
    """Keys take long to make, and any will do."""
    return itertools.cycle([new_key() for _ in range(4)])


class Company:
    """Two providers, `company` and `other`, and the pages that know both; one sandbox plays them under two names."""

    def __init__(self, house, sandbox, issuers, providers):
        self.house, self.sandbox, self.issuers, self.providers = house, sandbox, issuers, providers

    def __getattr__(self, name):
        return getattr(self.house, name)

    @contextlib.asynccontextmanager
    async def surfing(self):
        """A browser at our pages, and what it uses at the provider's."""
        async with self.house.browser() as page, httpx.AsyncClient() as elsewhere:
            yield Surfer(page, elsewhere)

    async def acts(self):
        return [(each.act, each.facts) for each in reversed(await self.house.people.trail(0, 100))]


class Surfer:
    """Somebody at a browser."""

    def __init__(self, page, elsewhere):
        self.page, self.elsewhere = page, elsewhere

    async def sets_out(self, provider="company", **fields):
        """Press the button on the sign-in page; where it leads."""
        return leads(await self.page.post(f"/oidc/{provider}/start", fields, form="/sign-in"))

    async def presses(self, path, form, **fields):
        """Press a button of somebody who has signed in; where it leads."""
        return leads(await self.page.post(path, fields, form=form))

    async def chooses(self, url, sub="a-1", **more):
        """Say at the provider who one is; the path and query that it sends the browser back with."""
        answer = await self.elsewhere.get(url, params={"as": sub, **more} | queried(url))
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith(URL)
        return answer.headers["location"].removeprefix(URL)

    async def comes_back(self, path):
        return await self.page.get(path)

    async def signs_in(self, sub="a-1", provider="company", **fields):
        """The whole way."""
        return await self.comes_back(await self.chooses(await self.sets_out(provider, **fields), sub))

    async def is_in(self):
        return (await self.page.get("/account")).status_code == 200


def queried(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def leads(answer):
    """Where our page leads."""
    assert answer.status_code == 200, (answer.status_code, answer.text)
    meta = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    link = re.search(r'class="button primary" href="([^"]+)"', answer.text)
    assert meta[1] == link[1]
    return html.unescape(meta[1])


@contextlib.asynccontextmanager
async def company(url, monkeypatch, public_url=URL, secret=SECRET, back="", **config):
    """The pages, with two providers on this machine."""
    back = {name: f"{back or public_url}/oidc/{name}/callback" for name in ("company", "other")}
    monkeypatch.setattr("sandbox.oidc.model.new_key", lambda: next(spare()))
    async with contextlib.AsyncExitStack() as stack:
        now = [0]
        sandbox = OidcSandbox([Client("echolot", secret, tuple(back.values()))], PEOPLE, lambda: now[0] / 1000)
        address = await stack.enter_async_context(serving(sandbox))
        issuers = {"company": address, "other": address.replace("127.0.0.1", "localhost")}
        providers = {}
        house = await stack.enter_async_context(
            housed(url, monkeypatch, public_url, ways=lambda *kept: Ways(providers, StoredIdentities(*kept)))
        )
        now = house.now
        for name, where in back.items():
            asked = OidcSettings(
                title=name.title(), issuer=issuers[name], client_id="echolot", client_secret=secret, **config
            )
            providers[name] = Provider(name, asked, where, lambda: house.now[0])
        yield Company(house, sandbox, issuers, providers)
