"""The Twilio sandbox, served, with Twilio's own SDK on one side and a hook that notes what it is told on the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from sandbox.serving import serving
from sandbox.twilio import Account, TwilioSandbox

SID, TOKEN = "AC" + "1" * 32, "sandbox token"
OURS, SHORT, ADA = "+4930111", "12345", "+49170123456"
SERVICE = "MG" + "1" * 32
TEMPLATE = "HX" + "a" * 32


class Http(TwilioHttpClient):
    """The SDK's synchronous client at another host; the sandbox must please this one as well."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def request(self, method, url, *rest, **more):
        return super().request(method, url.replace("https://api.twilio.com", self._base), *rest, **more)


class World:
    """A sandbox that is served, its SDK client, and a hook that notes what it is told."""

    def __init__(self, sandbox: TwilioSandbox, url: str, hook: str) -> None:
        self.sandbox, self.url, self.hook = sandbox, url, hook
        self.client = Client(SID, TOKEN, http_client=Http(url))
        self.calls: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.statuses: list[int] = []

    async def sdk(self, work):
        """Run a blocking SDK call beside the loop that serves it."""
        return await asyncio.to_thread(work)

    async def refused(self, **fields) -> tuple[int, int]:
        """HTTP status and code of a refused create."""
        with pytest.raises(TwilioRestException) as caught:
            await self.sdk(lambda: self.client.messages.create(**({"to": ADA, "from_": OURS, "body": "x"} | fields)))
        return caught.value.status, caught.value.code


@asynccontextmanager
async def a_world() -> AsyncIterator[World]:
    """Run one."""
    worlds: list[World] = []

    async def hook(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        worlds[0].calls.append((str(request.url), form, dict(request.headers)))
        status = worlds[0].statuses.pop(0) if worlds[0].statuses else 200
        return Response("<Response></Response>", status, media_type="text/xml")

    async with serving(Starlette(routes=[Route("/{path:path}", hook, methods=["POST"])])) as hooks:
        account = Account(
            SID,
            TOKEN,
            {OURS: f"{hooks}/sms?a=1", SHORT: f"{hooks}/short", "+4930222": f"{hooks}/pool", f"whatsapp:{OURS}": ""},
            services={SERVICE: ("+4930222",), "MG" + "0" * 32: ()},
            advanced_opt_out=frozenset({SERVICE}),
            templates={TEMPLATE: "Hi {{1}}"},
        )
        sandbox = TwilioSandbox([account])
        async with serving(sandbox) as url:
            worlds.append(World(sandbox, url, hooks))
            yield worlds[0]
        await sandbox.close()
