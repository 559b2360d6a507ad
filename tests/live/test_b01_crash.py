"""Behaviour 1, durable before ack: the server is killed after it has acknowledged, and the relay happens once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from commands.assemble import adapter
from sandbox.serving import serving
from tests.durability import processes
from tests.durability.desks import REPEATED
from tests.live.house import COMPANY, Providers, written
from tests.live.people import Customer
from tests.live.seats import Seat, Ticket
from tests.live.world import FLOWS, customer_of, seat_of, soon
from web.keys import digest

KEY = "eck_of-these-tests"
PAIRS = (("sms", "slack"), ("slack", "tg"), ("tg", "sms"))  # the customer's channel, the desk
KILLS = 2  # in each direction
HELD = "700ms"  # in which what was acknowledged waits for the rest: time for a kill before the relay


@asynccontextmanager
async def a_house(database: str, folder: Path) -> AsyncIterator[tuple[Providers, processes.Server]]:
    """Stand-ins that live on, and a server in a process of its own."""
    async with AsyncExitStack() as stack:
        providers = Providers(paced=False)
        channels = {}
        for one in (providers.slack, providers.tg, providers.sms):
            stack.push_async_callback(one.close)
            api = await stack.enter_async_context(serving(one.app))
            channels[one.name] = one.written(api) | {"kind": one.kind, "timeout": "2s", "gather": HELD}
        settings = {
            "database_url": database,
            "home": str(folder),
            "channels": channels,
            "company": COMPANY,
            "flows_dir": str(FLOWS),
            "api_keys": [{"name": "tests", "sha256": digest(KEY), "scopes": ["invite"]}],
        }
        victim = await stack.enter_async_context(processes.server(settings | written(providers), folder))
        for one in (providers.slack, providers.tg, providers.sms):
            config = one.settings(channels[one.name]["api_url"].removesuffix("/api/"))
            channel = adapter(one.kind)(one.name, config, victim.url)
            stack.push_async_callback(channel.close)
            await one.connect(channel, f"{victim.url}/hooks/{one.name}")
        await start(victim)
        yield providers, victim


async def start(victim: processes.Server) -> None:
    """Start it (again), and wait until it takes calls."""
    await victim.start()
    async with httpx.AsyncClient() as client:

        async def ready() -> bool:
            try:
                return (await client.get(f"{victim.url}/readyz")).status_code == 200
            except httpx.HTTPError:
                return False

        await soon(ready, "the server")


async def invite(url: str, customer: Customer, desk: str) -> None:
    """Ask somebody, and wait until they have read the question."""
    to = f"{customer.kind}:{customer.address.chat}"
    body = {"flow": "live", "to": to, "language": "en", "variables": {"place": desk}}
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"{url}/api/v1/invitations", json=body, headers={"authorization": f"Bearer {KEY}"}, timeout=10
        )
    assert answer.status_code == 202, answer.text
    await customer.hears(1)


class Talk(NamedTuple):
    """A customer and Anna, who owns their case."""

    customer: Customer
    anna: Seat
    case: Ticket

    async def is_told(self, text: str) -> None:
        """Wait until the customer reads it."""
        await soon(lambda: _matching(self.customer.heard(), text), lambda: (text, self.customer.heard()))

    async def tells(self, text: str) -> None:
        """Wait until Anna reads it."""
        await soon(lambda: self.anna.hears(text, self.case), lambda: (text, self.anna.reads(self.case)))


async def a_talk(providers: Providers, url: str, kind: str, desk: str) -> Talk:
    """A customer on a channel, and their case at a desk, claimed."""
    customer, anna = customer_of(providers, kind), seat_of(providers, "anna", desk, desk)
    await invite(url, customer, desk)
    await customer.says("2")
    [code] = await soon(anna.codes, f"a case at {desk}")
    case = Ticket("", code)
    await soon(lambda: anna.card(case), "its card")
    await anna.claims(case)
    await soon(lambda: anna.hears("has claimed this case", case), lambda: anna.reads(case))
    return Talk(customer, anna, case)


async def test_b01_killed_between_ack_and_relay(database_url, tmp_path):
    """P1, P2, P12: both ways, on each channel and desk; after the restart each message arrives once and in order.

    On a machine so late that a kill comes in the middle of a relay, a desk may read it again, marked as such (P4).
    """
    async with a_house(database_url, tmp_path) as (providers, victim):
        talks = await asyncio.gather(*(a_talk(providers, victim.url, kind, desk) for kind, desk in PAIRS))
        for kill in range(KILLS):
            await asyncio.gather(*(talk.anna.says(f"to you {kill}", talk.case) for talk in talks))
            await _dies(victim)
            for talk in talks:
                await talk.is_told(f"to you {kill}")
            await asyncio.gather(*(talk.customer.says(f"from me {kill}") for talk in talks))
            await _dies(victim)
            for talk in talks:
                await talk.tells(f"from me {kill}")
        await victim.stop()
        for talk in talks:
            seen = [seen.text for seen in talk.anna.reads(talk.case) if not seen.mine and REPEATED not in seen.text]
            assert _matching(talk.customer.heard(), r"to you \d") == [f"to you {kill}" for kill in range(KILLS)]
            assert _matching(seen, r"from me \d") == [f"from me {kill}" for kill in range(KILLS)]


async def _dies(victim: processes.Server) -> None:
    """Everything has been acknowledged by now, and nothing relayed."""
    await victim.kill()
    await start(victim)


def _matching(texts: list[str], what: str) -> list[str]:
    return [match[0] for text in texts if (match := re.search(what, text))]
