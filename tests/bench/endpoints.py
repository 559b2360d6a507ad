"""The servers that hooks.py measures; `python -m tests.bench.endpoints KIND FOLDER` prints its address and serves.

bare: Starlette and the check of the signature, nothing else. hooks: the product's web application, every event
committed to SQLite before the answer. server: all of `run.py serve` behind it, with messages that are sent to nobody.
"""

import asyncio
import itertools
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.messages import Inbound, Outbound, Sent, WebRequest
from channels.twilio.channel import TwilioChannel
from channels.twilio.signature import authentic_form
from commands.assemble import epoch_ms, parts
from commands.serve import build, serving
from settings import Settings
from tests.bench import survey
from tests.bench.durable import quiet
from web.server import Site

ACCOUNT, TOKEN, NUMBER = "AC" + "0123456789abcdef" * 2, "bench-auth-token", "+493022222222"
PUBLIC = "https://nps.example.com"
HOOK = f"{PUBLIC}/hooks/sms"


class Nowhere(TwilioChannel):
    """The channel for Twilio without Twilio."""

    _numbers = itertools.count(1)

    async def send(self, message: Outbound) -> Sent:
        return Sent(f"SM{next(self._numbers):032x}", sender=message.sender)

    async def missed(self, since: int) -> Sequence[Inbound]:  # noqa: ARG002  # the port's signature
        return ()


def settings(folder: Path) -> Settings:
    """What the product is told."""
    (folder / "flows").mkdir(exist_ok=True)
    (folder / "flows" / "bench.yaml").write_text(survey.YAML)
    sms = {"kind": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN, "from": NUMBER}
    return Settings(
        home=folder,
        database_url="sqlite:///bench.db",
        public_url=PUBLIC,
        flows_dir=Path("flows"),
        channels={"sms": sms},
    )


async def bare() -> None:
    """What the ratio stands on."""

    async def hook(request: Request) -> Response:
        call = WebRequest("POST", "", "", dict(request.headers), await request.body())
        authentic_form(call, HOOK, (TOKEN,), ACCOUNT)  # the very same check, or the ratio would say how fast checks are
        return Response("<Response></Response>", media_type="text/xml")

    app = Starlette(routes=[Route("/hooks/sms", hook, methods=["POST"])])
    config = uvicorn.Config(app, port=0, loop="uvloop", http="httptools", access_log=False, log_config=None)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn tells nobody
        await asyncio.sleep(0.01)
    _say(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
    await running


async def product(folder: Path, *, everything: bool) -> None:
    """The web application, alone or with the workers behind it."""
    given = settings(folder)
    replaced: dict[str, Any] = {"sms": Nowhere("sms", given.channels["sms"], PUBLIC, epoch_ms)}
    site = Site("127.0.0.1", 0)
    async with AsyncExitStack() as stack:
        assembled = await stack.enter_async_context(parts(given, PUBLIC, replaced=replaced))
        if everything:
            await stack.enter_async_context(serving(assembled, site))
        else:
            await site.start(build(assembled, site.host, []))
        _say(site.url)
        await asyncio.Event().wait()


def _say(url: str) -> None:
    print(url, flush=True)


if __name__ == "__main__":
    quiet()
    kind, where = sys.argv[1], Path(sys.argv[2])
    uvloop.run(bare() if kind == "bare" else product(where, everything=kind == "server"))
