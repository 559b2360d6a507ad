"""The pages of surveys over a real database and the real rules, and people at the door."""

import contextlib
import re
from dataclasses import dataclass
from html import unescape

import httpx
from starlette.routing import Router

from commands.assemble import parts
from commands.serve import flow_pages_of
from settings import Settings
from tests.web.inbox_made import URL, Door
from web import flow_pages, pages
from web.gate import gated
from web.guard import Guard
from web.policies import POLICIES
from web.sessions import token

AUTHOR, OTHER, READER, ADMIN = "anna/author", "ben/author", "cleo/analyst", "dora/admin"
FLOW = """format: 1
id: {id}
title: Coffee <b>
kind: transactional
languages: [de, en]
variables: {{company: Acme{brand}}}
steps:
  - id: score
    ask:
      type: nps
      text:
        de: "{{{{ company }}}}: {words}, 0-10? STOP = abmelden"
        en: "{{{{ company }}}}: {words}, 0-10? Reply STOP to opt out"
    next: thanks
  - id: thanks
    say: {{de: "Danke!", en: "Thank you!"}}
"""
SMS = {"kind": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "secret", "from": "+4930555010"}


def source(words="How likely", flow="coffee", brand=""):
    """A survey with these words."""
    return FLOW.format(id=flow, words=words, brand=f", brand: {brand}" if brand else "")


@contextlib.asynccontextmanager
async def running(url, folder, **more):
    """The parts over this database; `folder` has the file of `coffee` unless it has files already."""
    folder.mkdir(exist_ok=True)
    if not list(folder.iterdir()):
        (folder / "coffee.yaml").write_text(source("One"))
    wanted = Settings(_env_file=None, database_url=url, flows_dir=folder, channels={"sms": SMS}, **more)
    async with parts(wanted) as assembled:
        yield assembled


def served(assembled, door):
    """The pages behind this door."""
    routes = [*flow_pages.routes(flow_pages_of(assembled)), *pages.routes()]
    return Guard(Router(gated(routes, POLICIES, door)), ["nps.example.com"], lambda *_: None)


@contextlib.asynccontextmanager
async def looks(assembled, who=AUTHOR, language="en"):
    """A browser in which this person has signed in."""
    transport = httpx.ASGITransport(
        served(assembled, Door(language)), client=("10.0.0.9", 1), raise_app_exceptions=False
    )
    cookies, headers = {"__Host-echolot": who}, {"accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url=URL, cookies=cookies, headers=headers) as client:
        yield Page(client, token(who))


@dataclass
class Page:
    """What somebody sees and sends."""

    client: httpx.AsyncClient
    csrf: str

    async def get(self, path="/flows", **query):
        return await self.client.get(path, params=query or None)

    async def sends(self, path, **fields):
        """A form, as browsers send it."""
        headers = {"origin": URL, "sec-fetch-site": "same-origin"}
        return await self.client.post(path, data={"_csrf": self.csrf} | fields, headers=headers)

    async def edits(self, text, press="check", flow="coffee", based_on=1, **fields):
        """The editor's form."""
        given = {"source": text, "based_on": str(based_on), "press": press} | fields
        return await self.sends(f"/flows/{flow}/edit", **given)


def typed(answer):
    """What stands in the editor."""
    return unescape(re.search(r'<textarea id="source"[^>]*>\n?(.*?)</textarea>', answer.text, re.DOTALL)[1])


def screen(answer):
    """The bubbles on the phone: (by, text)."""
    found = re.findall(
        r'<li class="(bot|customer|echolot)"><span.*?</span><span[^>]*>(.*?)</span>', answer.text, re.DOTALL
    )
    return [(by, unescape(text)) for by, text in found]


def hidden(answer, name):
    """A hidden field."""
    return unescape(re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', answer.text)[1])
