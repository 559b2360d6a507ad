"""The server that gets killed: `run.py serve` itself, forked from a process that has imported everything.

`python -m tests.durability.victim` reads one JSON line {"settings", "port", "sabotage"}, then commands: `start` forks a
server, `kill` is kill -9 and `stop` SIGTERM; each is answered by a line once the server is gone. Forking spares the
imports; the server's own work, from opening the database to listening, happens every time.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from typing import Any

import httpx
import slack_sdk.signature
import uvicorn.lifespan.off
import uvicorn.loops.uvloop
import uvloop

import channels.slack.channel
import channels.slack.client
import channels.slack.lookup
import channels.telegram.channel
import channels.telegram.client
import channels.telegram.sending
import channels.twilio.channel
import channels.twilio.client
import storage.postgres
import storage.sqlite
from bot.errors import ChannelError
from bot.ports import Channel
from bot.runtime import dispatcher, worker
from channels.telegram.config import TelegramConfig
from commands import assemble, logs, postman, reporter, serve
from settings import Settings
from tests.durability import sabotage

IMPORTED = (
    *(channels.twilio.client, channels.telegram.client, channels.telegram.sending, channels.slack.client),
    *(channels.slack.lookup, slack_sdk.signature, storage.postgres, storage.sqlite, uvicorn),
)
"""What a server imports only when it needs it; here it is there before the fork."""

CHANNELS = assemble.channels

# A dead worker's leases end after a second instead of half a minute. What has to hold is only the order: a send gives
# up before its lease ends. Nobody has to wait for a second between two messages.
QUICK: dict[Any, dict[str, Any]] = {
    dispatcher: {"LEASE": 1_000, "SEND_TIMEOUT": 0.8, "POLL": 0.1, "LOOK_UP_AGAIN": 200},
    worker: {"POLL": 0.1},
    reporter: {"EVERY": 0.1},
    postman: {"EVERY": 0.1, "LEASE": 3_000, "DELIVERY": 1_000, "FIRST_RETRY": 200},
    channels.telegram.channel: {"PERSON_RATE": 100.0, "GROUP_RATE": 100.0, "SIGN_RATE": 100.0},
    channels.slack.channel: {"PER_CHAT": 100.0, "PER_METHOD": 100.0},
    channels.twilio.channel: {"HOLD": 100},
}


def main() -> None:
    """Obey."""
    plan = json.loads(sys.stdin.readline())
    settings = Settings(**plan["settings"])
    found = assemble.read(settings.flow_folders, assemble.known_desks(settings))
    assemble.read = lambda *_: found
    for module, values in QUICK.items():
        for name, value in values.items():
            assert hasattr(module, name), f"{module.__name__} has no {name} any more"
            setattr(module, name, value)
    asyncio.run(_warm_up())
    _say("ready")
    child = 0
    for command in sys.stdin:
        if command.strip() == "start":
            child = os.fork()
            if not child:
                _serve(settings, plan)
            _say(child)
        else:
            os.kill(child, signal.SIGKILL if command.strip() == "kill" else signal.SIGTERM)
            _say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            child = 0
    if child:  # the test is gone
        os.kill(child, signal.SIGKILL)


def _ready_made(*facts: Any) -> dict[str, Channel]:
    """The channels, Telegram's with its client: else a third of all lives would end while the first send makes it."""
    found = CHANNELS(*facts)
    for channel in found.values():
        if isinstance(channel, channels.telegram.channel.TelegramChannel):
            channel._api()
    return found


async def _warm_up() -> None:
    """Load what Telegram's client loads with its first call, 0.1 s in which a server of this test would never send.

    Its TLS certificates are read once here; nothing in this test speaks TLS.
    """
    tls = httpx.create_ssl_context(trust_env=False)
    httpx.create_ssl_context = lambda **_: tls
    nobody = TelegramConfig.model_validate({"token": "1:x", "api_url": "http://127.0.0.1:9", "timeout": "100ms"})
    api = channels.telegram.client.Api(nobody)
    with contextlib.suppress(ChannelError):
        await api.once(api.bot.send_message(1, "-"))
    await api.close()


def _serve(settings: Settings, plan: dict[str, Any]) -> None:
    """Be the server, and never come back."""
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        logs.setup("json", "warning")
        sabotage.apply(plan["sabotage"])
        assemble.channels = _ready_made
        uvloop.run(serve.serve(settings, "127.0.0.1", plan["port"]))
        code = 0
    finally:
        os._exit(code)


def _say(what: object) -> None:
    print(what, flush=True)  # whoever started us reads it


if __name__ == "__main__":
    main()
