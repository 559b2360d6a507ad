"""Timers and back-fill: due things go through the same inbox, once, whatever is away."""

import asyncio

import pytest

from bot.errors import Conflict, Misconfigured, StoreUnavailable, Throttled, Unavailable
from bot.messages import Address, Inbound, Said
from bot.runtime import ticker
from bot.runtime.ticker import BACKFILL_EVERY, GAP, OVERLAP, backfill, fetch_missed, tick
from tests.bot.runtime.house import ANNA, BEN, NOW, Line, soon
from tests.storage.builders import case, turn

DAY = 86_400_000


class Catching(Line):
    """A provider that lists what reached it."""

    def __init__(self, *answers):
        super().__init__()
        self.answers, self.since = list(answers), []

    async def missed(self, since):
        self.since.append(since)
        answer = self.answers.pop(0) if self.answers else []
        if isinstance(answer, Exception):
            raise answer
        return answer


def sms(key, text="9", at=NOW):
    return Inbound(key, at, ANNA, Said(text))


# --- timers --------------------------------------------------------------------------------------------------------


async def test_p9_a_timer_fires_once_however_many_look(house):
    await house.asks()
    house.clock.passes(DAY)
    assert sum(await asyncio.gather(*(house.store.tick(house.clock(), 10) for _ in range(4)))) == 1
    await house.works()
    await house.sends()
    assert len(house.line.taken) == 2


async def test_p9_timers_missed_while_we_were_down_fire_when_we_return(house, monkeypatch):
    monkeypatch.setattr(ticker, "EVERY", 0.001)
    monkeypatch.setattr(ticker, "MOST", 1)
    for to in (ANNA, BEN):
        await house.asks(to)
    house.clock.passes(DAY + 3_600_000)
    calls, real = [StoreUnavailable("away"), Conflict("busy")], house.store.tick

    async def sometimes(now, limit):
        if calls:
            raise calls.pop()
        return await real(now, limit)

    house.store.tick = sometimes
    running = asyncio.create_task(tick(house.store, house.clock))
    await soon(lambda: not calls)
    while len(house.line.taken) < 4:
        await house.works()
        await house.sends()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [message.prompt.text[:16] for message in house.line.taken[2:]] == ["Just a quick one"] * 2


# --- back-fill -----------------------------------------------------------------------------------------------------


async def test_p3_a_new_channel_has_no_past(house):
    line = Catching([sms("old")])
    assert await fetch_missed(house.store, house.intake, "sms", line, NOW) == 0
    assert (line.since, await house.store.watermark("sms")) == ([], NOW)


async def test_p3_t23_what_the_webhook_missed_is_fetched_and_what_it_had_changes_nothing(house):
    await house.asks()
    await house.store.watermark("sms", NOW)
    await house.gets("9", key="SM1")
    house.clock.passes(1_800_000)
    line = Catching([sms("SM1"), sms("SM2", "because it was fast")], [sms("SM1"), sms("SM2")])
    assert await fetch_missed(house.store, house.intake, "sms", line, house.clock()) == 2
    await house.waits()
    assert await fetch_missed(house.store, house.intake, "sms", line, house.clock()) == 2
    await house.waits()
    assert line.since == [NOW - OVERLAP, NOW + 1_800_000 - OVERLAP]
    assert await house.store.watermark("sms") == house.clock() - 1_500
    [response] = await house.store.responses()
    assert (response["score"], response["comment"]) == (9, "because it was fast")


@pytest.mark.parametrize("error", [Unavailable("down"), Misconfigured("key"), KeyError("adapter")])
async def test_p3_the_watermark_moves_only_over_what_was_seen(house, error):
    await house.store.watermark("sms", NOW)
    assert await fetch_missed(house.store, house.intake, "sms", Catching(error), NOW + 300_000) == 0
    assert await house.store.watermark("sms") == NOW


async def test_p3_p13_what_cannot_be_stored_is_fetched_again(house):
    await house.store.watermark("sms", NOW)

    async def away(_arrivals):
        raise StoreUnavailable("away")

    real, house.intake._group._flush = house.intake._group._flush, away
    line = Catching([sms("SM1")], [sms("SM1")])
    assert await fetch_missed(house.store, house.intake, "sms", line, NOW + 1) == 0
    assert await house.store.watermark("sms") == NOW
    house.intake._group._flush = real
    assert await fetch_missed(house.store, house.intake, "sms", line, NOW + 2) == 1
    assert await house.store.watermark("sms") == NOW + 2


async def test_p3_every_channel_is_asked_at_the_start_and_again_and_again(house, monkeypatch):
    assert BACKFILL_EVERY <= 300
    monkeypatch.setattr(ticker, "BACKFILL_AFTER", 0.001)
    monkeypatch.setattr(ticker, "BACKFILL_EVERY", 0.001)
    for name in ("bad", "good"):
        await house.store.watermark(name, NOW)
    bad, good = Catching(*[KeyError("bug")] * 3), Catching()
    channels = {"bad": bad, "plain": Line(), "good": good}
    running = asyncio.create_task(backfill(house.store, house.intake, channels, house.clock))
    await soon(lambda: len(good.since) >= 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(bad.since) >= 3


# --- threads ---------------------------------------------------------------------------------------------------------


class Listed(Line):
    """A provider that lists threads; `said` is what was written, by thread."""

    name = "slack"

    def __init__(self, *script, **said):
        super().__init__()
        self.answers, self.said, self.asked = list(script), said, []

    async def missed_in(self, conversations, since):
        self.asked.append(([to.thread for to in conversations], since))
        if self.answers and (problem := self.answers.pop(0)):
            raise problem
        return [event for to in conversations for event in self.said.get(to.thread, ())]


async def in_threads(house, count: int) -> None:
    """So many cases with a thread at Slack, one at Telegram, one that is over, and one on a phone."""
    others = [("x", "open", "telegram:-1#9", "9"), ("y", "confirmed", "slack:C1#99", "99"), ("z", "open", "sms:+1", "")]
    cases = [(f"{n}", "resolved" if n else "open", f"slack:C1#t{n}", f"t{n}") for n in range(count)] + others
    rows = [case(id=name * 24, phase=phase, opened_at=NOW + n) for n, (name, phase, _, _) in enumerate(cases)]
    await turn(house.store, cases=rows)
    for name, _, inbound, thread in cases:
        await house.store.save_place(name * 24, f"{inbound.partition('#')[0]}#@{name * 24}", inbound, thread, "")


def reply(thread: str, key: str) -> Inbound:
    return Inbound(key, NOW, Address("slack", "C1", thread=thread), Said("!claim"), "U1")


async def test_p3_what_was_written_in_threads_meanwhile_is_fetched(house):
    """The same event as the webhook's, and each is taken once."""
    await in_threads(house, 7)
    await house.store.watermark("slack", NOW)
    line = Listed(t3=[reply("t3", "m:1")], t0=[reply("t0", "m:2")])
    assert await fetch_missed(house.store, house.intake, "slack", line, NOW + 1_000, first=True) == 2
    assert await fetch_missed(house.store, house.intake, "slack", line, NOW + 2_000, first=True) == 2
    asked = [thread for threads, _ in line.asked[:2] for thread in threads]
    assert asked == ["t6", "t5", "t4", "t3", "t2", "t1", "t0"]
    assert {since for _, since in line.asked} == {NOW - OVERLAP, NOW + 1_000 - OVERLAP}
    assert await house.store.watermark("slack") == NOW + 2_000
    assert await house.store.event("slack", "m:1")


async def test_p3_threads_are_looked_into_at_the_start_and_after_a_gap_only(house):
    await in_threads(house, 1)
    await house.store.watermark("slack", NOW)
    line = Listed()
    for after in (300_000, 600_000, 600_000 + GAP + 1):
        await fetch_missed(house.store, house.intake, "slack", line, NOW + after)
    assert len(line.asked) == 1


@pytest.mark.parametrize(("times", "wanted"), [(ticker.MOST_ASKED, 1), (ticker.MOST_ASKED + 1, 0)])
async def test_p3_threads_are_looked_into_as_slowly_as_the_provider_says(house, times, wanted):
    await in_threads(house, 1)
    await house.store.watermark("slack", NOW)
    line = Listed(*[Throttled("slow", 0.001)] * times, t0=[reply("t0", "m:1")])
    assert await fetch_missed(house.store, house.intake, "slack", line, NOW + 5_000, first=True) == wanted
    assert await house.store.watermark("slack") == NOW + 5_000 * wanted


async def test_p3_the_first_look_is_into_threads_too(house, monkeypatch):
    monkeypatch.setattr(ticker, "BACKFILL_AFTER", 0.0)
    monkeypatch.setattr(ticker, "BACKFILL_EVERY", 0.001)
    await in_threads(house, 1)
    await house.store.watermark("slack", NOW)
    line, other = Listed(), Line()
    running = asyncio.create_task(backfill(house.store, house.intake, {"slack": line, "sms": other}, house.clock))
    await soon(lambda: line.asked)
    await asyncio.sleep(0.05)
    running.cancel()
    assert len(line.asked) == 1
