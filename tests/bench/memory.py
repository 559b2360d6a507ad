"""Whether memory stays flat: the whole runtime on SQLite for very many turns, RSS every 100,000.

Intake, worker, ticker and dispatcher run as in a server; only the sockets are missing: people answer through the
intake, and the channel sends to nobody. Wave after wave of people is asked, answers everything and never comes back.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import uvloop

from bot.ports import Channel
from commands.assemble import Parts, parts
from tests.bench import survey
from tests.bench.durable import chunks, now
from tests.bench.endpoints import PUBLIC, Nowhere, settings
from tests.bench.table import Row

WAVE = 2048  # people
EVERY = 100_000  # turns


def run(turns: int = 1_000_000) -> list[Row]:
    """First and last, and all in between on the error output."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as home:
        seen = uvloop.run(_live(Path(home), turns))
    early = seen[min(1, len(seen) - 1)]  # after the caches have filled
    return [
        Row("memory of the idle runtime (RSS)", seen[0], "MB"),
        Row(f"  after {turns:,} turns", seen[-1], "MB", beside=f"after {min(EVERY, turns):,}", theirs=early),
    ]


async def _live(home: Path, turns: int) -> list[float]:
    """RSS (MB) at the start, every 100,000 turns, and at the end."""
    given = settings(home)
    config = given.channels["sms"].model_copy(update={"gather": 0})
    channels: dict[str, Channel] = {"sms": Nowhere("sms", config, PUBLIC, now)}
    async with parts(given, PUBLIC, replaced=channels) as running:
        await running.supervisor.start()
        await asyncio.sleep(2)
        seen = [_rss()]
        began, made, told = time.monotonic(), 0, 0
        while made < turns:
            await _wave(running, range(made // survey.STEPS, made // survey.STEPS + WAVE))
            made += WAVE * survey.STEPS
            if made // EVERY > told or made >= turns:
                told = made // EVERY
                seen.append(_rss())
                line = f"  {made:>9,} turns  {seen[-1]:.1f} MB  {made / (time.monotonic() - began):,.0f} turns/s"
                print(line, file=sys.stderr, flush=True)
        await running.supervisor.stop()
    return seen


async def _wave(running: Parts, people: range) -> None:
    """Ask these people, and let them answer question after question."""
    flow: Any = running.library.get("bench")
    for chunk in chunks(people):
        await running.intake.accept(survey.invitations(flow, chunk))
    await _quiet(running)
    for step in range(survey.STEPS):
        for chunk in chunks(people):
            await running.intake.accept([survey.reply(step, person) for person in chunk])
        await _quiet(running)


async def _quiet(running: Parts) -> None:
    """Until everything is decided and sent."""
    while True:
        counts = await running.reading.counts()
        if not counts["inbox_new"] and not counts["outbox_open"]:
            return
        await asyncio.sleep(0.02)


def _rss() -> float:
    return psutil.Process().memory_info().rss / 1e6
