"""People at the pages of the workplace: a web application over a fresh database, and browsers that keep cookies."""

import contextlib
import re
from dataclasses import dataclass, field

import httpx

from commands.accounts import People
from storage.opening import open_store
from web import passwords
from web.app import Parts, build
from web.keys import Keyring
from web.sessions import Doors
from web.visitors import Grant
from web.workplace import Workplace

URL = "https://nps.example.com"
WORDS = "vier Pferde im Regen"
START = 1_800_000_000_000


@dataclass
class House:
    """The application, and time."""

    people: People
    store: object
    now: list[int] = field(default_factory=lambda: [START])
    app: object = None
    parts: object = None

    def wait(self, ms: int) -> None:
        self.now[0] += ms

    async def invites(self, email="anna@example.com", *roles, language="en"):
        """Somebody new, and the token of their link."""
        grants = [Grant(*role.split(":")) for role in roles or ["admin"]]
        return await self.people.invite(email, email.partition("@")[0].title(), language, grants, "operator")

    async def settles(self, email="anna@example.com", *roles, password=WORDS):
        """Somebody who has chosen a password."""
        new = await self.invites(email, *roles)
        async with self.browser() as page:
            await page.choose(new.token, password)
        return new.id

    @contextlib.asynccontextmanager
    async def browser(self, url=URL, address="10.0.0.9"):
        transport = httpx.ASGITransport(self.app, client=(address, 1), raise_app_exceptions=False)
        headers = {"accept": "text/html", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
        async with httpx.AsyncClient(transport=transport, base_url=url, headers=headers) as client:
            yield Browser(client, url)

    @contextlib.asynccontextmanager
    async def inside(self, email="anna@example.com", password=WORDS):
        """A browser in which they have signed in."""
        async with self.browser() as page:
            assert (await page.sign_in(email, password)).status_code == 303
            yield page


@dataclass
class Browser:
    """Somebody at a page: forms are sent as browsers send them."""

    client: httpx.AsyncClient
    url: str

    async def get(self, path, **more):
        return await self.client.get(path, **more)

    async def post(self, path, fields, *, form="", **more):
        """Send the form that stands on the page `form`, at this path unless said otherwise."""
        page = await self.client.get(form or path)
        found = re.search(r'name="_csrf" value="(\w+)"', page.text)
        token = {"_csrf": found[1]} if found else {}
        headers = {"origin": self.url, "sec-fetch-site": "same-origin"} | more.pop("headers", {})
        return await self.client.post(path, data=token | fields, headers=headers, **more)

    async def sign_in(self, email, password=WORDS, **more):
        return await self.post("/sign-in", {"email": email, "password": password}, **more)

    async def choose(self, token, password):
        answer = await self.post(f"/welcome/{token}", {"password": password, "again": password})
        assert answer.status_code == 303, answer.text
        return answer


class Reading:
    """Nothing to read."""

    async def responses(self, *_asked):
        return []

    async def counts(self):
        return {}

    async def file(self, *_asked):
        return None


async def nothing(*_given):
    return None


async def well():
    return ""


@contextlib.asynccontextmanager
async def housed(url, monkeypatch, public_url=URL, keys=(), stored=None, inbox=None, insights=None, **more):
    """The web application over this database, with passwords that are quick to hash; `stored` are keys in it."""
    monkeypatch.setattr(passwords, "MEMORY", 64)
    monkeypatch.setattr(passwords, "TIMES", 1)
    store = await open_store(url)
    now = [START]
    people = People(store, lambda: now[0])
    house = House(people, store, now)
    if "ways" in more:  # they need what there is only now
        more["ways"] = more["ways"](store, lambda: now[0])
    workplace = Workplace(Doors(people, public_url, lambda: now[0]), keys=stored, **more)
    house.parts = Parts(
        {}, nothing, nothing, nothing, Reading(), well, Keyring(keys, lambda: now[0], stored=stored),
        ["nps.example.com"], workplace=workplace, inbox=inbox, insights=insights,
    )  # fmt: skip
    house.app = build(house.parts)
    try:
        yield house
    finally:
        await store.close()
