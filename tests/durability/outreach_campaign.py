"""A campaign put through faults and kill -9: prepared, asked through the real server, and counted at the end."""

import asyncio
import random
import time
from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct, field

from bot.outreach import waves
from bot.outreach.plans import Kept, counts
from bot.outreach.policy import Policy
from bot.outreach.waves import Span
from bot.runtime.planner import Planner
from sandbox.faults import Fault, Kind
from sandbox.serving import serving
from sandbox.twilio import Account, TwilioSandbox
from storage import migrate
from storage.campaigns import StoredPlans
from storage.opening import open_store
from storage.scripts import Many, Script
from tests.bench.campaign import Bucket, Took
from tests.durability.networks import ACCOUNT, NUMBER, TOKEN
from tests.durability.processes import server
from tests.storage import standings
from web.keys import digest

KEY = "eck_campaign_0123456789abcdef"
PATIENCE = 120.0  # s
FINAL = {"sent", "delivered", "undelivered", "failed", "expired", "cancelled", "unknown"}
FAULTS: tuple[Kind, ...] = (
    "throttle", "error", "error_after", "timeout_after", "reset_before", "reset_after", "half", "garbled",
)  # fmt: skip
YAML = f"""
format: 1
campaign:
  id: all
  flow: relationship
  waves: {{starts: {date.today()}, days: 1}}
  meaningful_for: 1d
"""  # noqa: DTZ011 - its days are not looked at
_PORTION = 1000


class Campaign(Struct):
    """How large it is and how badly it goes; afterwards `figures`."""

    url: str
    folder: Path
    seed: int
    people: int
    kills: int
    faulty: float = 0.1  # of all sends
    rate: float = 400.0  # segments a second that the provider allows
    over: float = 2.0  # seconds over which turns are spread
    figures: dict[str, Any] = field(default_factory=dict)

    async def run(self) -> None:
        """Ask everybody, with a server that dies again and again."""
        await self._prepare()
        dice = random.Random(self.seed)
        sandbox = TwilioSandbox([Account(ACCOUNT, TOKEN, {NUMBER: ""})])
        self._spoil(sandbox, dice)
        began = time.monotonic()
        async with serving(sandbox) as address, server(self._settings(address), self.folder) as victim:
            watching = asyncio.create_task(self._watch(victim.url))
            for _ in range(self.kills):
                await victim.start()
                await _ready(victim.url)
                await asyncio.sleep(dice.uniform(0.2, 1.2))
                await victim.kill()
            await victim.start()
            await _ready(victim.url)  # it may have nothing left to do, and be stopped at once
            await asyncio.wait_for(watching, PATIENCE + self.people / 20)
            self.figures["seconds"] = round(time.monotonic() - began, 1)
            await victim.stop()
        await self._count(sandbox)

    async def _prepare(self) -> None:
        """Everybody with a grant, and all of them in the ledger with a turn within the next seconds."""
        standings.install()
        await migrate.upgrade(self.url)
        store = await open_store(self.url)
        for first in range(0, self.people, _PORTION):
            numbers = range(first, min(first + _PORTION, self.people))
            await store.run(partial(_people, numbers))
        plans, now = StoredPlans(store), int(time.time() * 1000)
        policy = Policy(hours="24/7")
        slot, waves.SLOT = waves.SLOT, 100
        try:
            span = Span(1, now, now + max(1000, round(self.over * 1000)))
            await plans.begin(Kept("all", "r", YAML, "running", now, "test"), [span])
            planner = Planner(plans, lambda _flow: "relationship", policy, lambda: now)
            while await plans.plan_some(now + 1, now, _PORTION, planner._members, planner._budget):
                pass
        finally:
            waves.SLOT = slot
        await store.close()

    def _settings(self, provider: str) -> dict[str, Any]:
        sms = {
            "kind": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN, "from": NUMBER, "api_url": provider,
            "settle": "150ms", "timeout": "600ms", "rate": self.rate,
        }  # fmt: skip
        return {
            "database_url": self.url, "home": str(self.folder), "channels": {"sms": sms},
            "outreach": {"hours": "24/7"}, "api_keys": [{"name": "test", "sha256": digest(KEY), "scopes": ["read"]}],
        }  # fmt: skip

    def _spoil(self, sandbox: TwilioSandbox, dice: random.Random) -> None:
        """Let one of so many sends go wrong."""
        self.figures["faults"] = 0

        def take(method: str, path: str) -> Fault | None:
            if method != "POST" or not path.endswith("/Messages.json") or dice.random() >= self.faulty:
                return None
            self.figures["faults"] += 1
            return Fault(dice.choice(FAULTS), after=0.2, seconds=1.0)

        sandbox.faults.take = take  # type: ignore[method-assign]

    async def _watch(self, url: str) -> None:
        """What the campaign says of itself while it runs: never back, never more than there is; until all is final."""
        before: dict[str, Any] = {}
        headers = {"authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
            while not before or before["waiting"] or before["open"]:
                await asyncio.sleep(max(0.2, self.people / 20_000))  # its figures are counted anew each time
                try:
                    answer = await client.get("/api/v1/campaigns")
                except httpx.HTTPError:
                    continue  # it is dead for the moment
                if answer.status_code != 200:
                    continue
                [wave] = answer.json()["campaigns"][0]["waves"]
                wave["open"] = sum(n for state, n in wave["messages"].items() if state not in FINAL)
                wave["open"] += wave["asked"] - sum(wave["messages"].values())  # not in the outbox yet
                self._believe(wave, before)
                before = wave

    def _believe(self, wave: dict[str, Any], before: dict[str, Any]) -> None:
        decided = wave["asked"] + sum(wave["not_asked"].values())
        assert decided + wave["waiting"] == self.people, wave
        assert sum(wave["messages"].values()) <= wave["asked"], wave
        if before:
            assert wave["asked"] >= before["asked"], (before, wave)
            assert wave["waiting"] <= before["waiting"], (before, wave)

    async def _count(self, sandbox: TwilioSandbox) -> None:
        store = await open_store(self.url)
        [progress] = await StoredPlans(store).progress("all")
        await store.close()
        messages = sandbox.network.messages.values()
        asked = Counter(one.to for one in messages)
        self.figures |= {
            **counts(progress),
            "people asked": len(asked),
            "doubled": sum(n - 1 for n in asked.values()),
            "fullest": Bucket("", 0, self.rate).fullest(
                [Took(one.created, one.to, int(one.json()["num_segments"])) for one in messages]
            ),
        }


def _people(numbers: range) -> Script[None]:
    lanes = [(f"{n % 256:02x}{n:07}", f"sms:+4917{n:08}") for n in numbers]
    yield Many("test_contact", [(key, f"x-{key}", "Ada Beck", "", "{}") for key, _ in lanes])
    yield Many("test_reach", [(lane, key, "sms", f"h-{lane}", 0) for key, lane in lanes])
    yield Many("test_consent", [(f"e-{lane}", f"h-{lane}", "sms", "consent") for _, lane in lanes])
    yield Many("test_grant", [(f"h-{lane}", "sms", f"e-{lane}", "consent") for _, lane in lanes])


async def _ready(url: str) -> None:
    async with httpx.AsyncClient() as client:
        async with asyncio.timeout(60):
            while True:
                try:
                    if (await client.get(f"{url}/readyz")).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.02)
