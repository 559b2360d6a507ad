"""A campaign per channel: thousands of sends through dispatcher, adapter and SDK, as fast as the provider allows.

Everything runs in virtual time (see virtual.py) against the sandboxes, over HTTP, with the time that the network takes
on top: neither processor nor disk is what limits it. Judged by what the provider has written down: never more than it
allows in any window, nothing refused, and within 1.10 of the time that its limits leave.
"""

import asyncio
import contextlib
import random
import tempfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.messages import Address, Outbound, Prompt
from bot.rows import OutboxRow
from bot.runtime.dispatcher import Dispatcher
from channels.slack.channel import slack_channel
from channels.telegram.channel import TelegramChannel
from channels.twilio.channel import TwilioChannel
from sandbox import slack, telegram, twilio
from sandbox.serving import serving
from storage import migrate
from storage.opening import open_store
from tests.bench import virtual
from tests.bench.table import Row
from tests.channels import slack_line, telegram_line, twilio_line
from tests.storage.builders import NOW as EPOCH
from tests.storage.builders import turn

SLOWEST = 1.10  # times what the limit allows
NETWORK = (0.02, 0.06)  # s each way
HOUR, DAY = 3_600, 86_400  # s
TEXT = "How likely are you to recommend us to a friend or colleague, 0-10? Reply STOP to end"
LONG = TEXT + " Your answer stays with us, and it decides what we mend first. It takes half a minute. Thank you!"

Clock = Callable[[], float]  # epoch seconds


class Took(NamedTuple):
    """What the provider wrote down: when (s), for whom, how many of what it counts."""

    at: float
    place: str
    parts: int = 1


class Window(NamedTuple):
    """At most `most` in any `seconds`; of everything, or of each place for which `of` is true."""

    name: str
    most: float
    seconds: float
    of: Callable[[str], bool] | None = None

    def fullest(self, taken: Sequence[Took]) -> float:
        """The most that any window holds, half open as providers count."""
        times = [one.at for one in taken for _ in range(one.parts)]
        return max(index + 1 - bisect_right(times, at - self.seconds) for index, at in enumerate(times))


class Bucket(NamedTuple):
    """`rate` per second on average, and at most `most` at once; of everything, or of each place."""

    name: str
    most: float
    rate: float
    of: Callable[[str], bool] | None = None

    def fullest(self, taken: Sequence[Took]) -> float:
        """How many were ever over the average at the same time."""
        level, before, most = 0.0, 0.0, 0.0
        for one in taken:
            level = max(0.0, level - (one.at - before) * self.rate) + one.parts
            before, most = one.at, max(most, level)
        return most


class Provider(NamedTuple):
    """One provider, its limits, and the messages of the campaign. `crowd` is a place with a limit of its own."""

    app: Any
    channel: Callable[[str, Clock], Any]
    messages: list[tuple[Address, str]]
    taken: Callable[[], list[Took]]
    refused: Callable[[], int]
    laws: Sequence[Window | Bucket]
    rate: float  # parts per second
    crowd: str = ""
    crowd_rate: float = 1.0


def sms(clock: Clock, sends: int, rate: float, sender: str) -> Provider:
    """Twilio takes everything and queues it: more than a second's worth there is what an opt-out cannot stop."""
    sandbox = twilio.TwilioSandbox([twilio.Account(twilio_line.ACCOUNT, twilio_line.TOKEN, {sender: ""})], 0.0, clock)
    people = [(Address("bench", f"+4917{number:09d}"), TEXT if number % 10 else LONG) for number in range(sends)]
    numbers = {"from": sender, "rate": rate, "timeout": "10s"}

    def channel(url: str, now: Clock) -> TwilioChannel:
        return TwilioChannel("bench", twilio_line.config(api_url=url, **numbers), url, lambda: int(now() * 1000))

    def taken() -> list[Took]:
        found = sandbox.network.messages.values()
        return [Took(one.created, one.to, int(one.json()["num_segments"])) for one in found]

    laws = [Bucket("segments queued at Twilio", rate + 2, rate)]  # a text has up to two
    return Provider(sandbox, channel, people, taken, lambda: 0, laws, rate)


def tg(clock: Clock, sends: int, crowd: int) -> Provider:
    """Telegram: 30 a second, about one a second to a person, 20 a minute to a group."""
    bot = telegram.Bot(telegram_line.TOKEN, "nps_bot", "NPS")
    sandbox = telegram.TelegramSandbox([bot], clock=clock, limits=True)
    group = sandbox.group()
    owner = sandbox.phone(group.owner.id)
    topics = [str(group.opens(owner, f"case {number}").id) for number in range(4)]
    lanes = [Address("bench", str(group.id), thread=topics[number % 4]) for number in range(crowd)]
    people = [sandbox.person(f"P{number}") for number in range(sends - crowd)]
    for one in people:
        one.start()
    lanes += [Address("bench", str(one.id)) for one in people]

    def channel(url: str, now: Clock) -> TelegramChannel:
        made = telegram_line.config(api_url=url, timeout="10s")
        return TelegramChannel("bench", made, url, lambda: int(now() * 1000))

    limits = sandbox.limits()
    laws = [
        Window("messages in a second", 30, 1.0),
        Window("messages to the group in a minute", 20, 60.0, lambda place: place.startswith("-")),
        Bucket("messages at once to a person", 3, 1.0, lambda place: not place.startswith("-")),
    ]
    return Provider(
        sandbox,
        channel,
        [(to, TEXT) for to in lanes],
        lambda: [Took(one.at, str(one.chat)) for one in limits.accepted],
        lambda: len(limits.violations),
        laws,
        30.0,
        str(group.id),
        20 / 60,
    )


def workspace(clock: Clock, sends: int, crowd: int) -> Provider:
    """Slack: 300 a minute in a workspace, one a second in a channel, 50 calls a minute of what is not posting."""
    names = [f"U{number:06d}" for number in range(sends - crowd)]
    team = slack.Team("T1", slack_line.BOT, "acme").add(slack.Channel("C1", "support", members=["U1BOT"]))
    team.add(*(slack.User(name, name.lower()) for name in names))
    app = slack.App("A1", "1.1", "client-secret", slack_line.SECRET, slack_line.XAPP)
    sandbox = slack.SlackSandbox(app, [team], limits=True, clock=clock)

    def channel(url: str, now: Clock) -> Any:
        made = slack_line.config(api_url=f"{url}/api/", timeout="10s")
        return slack_channel("bench", made, url, lambda: int(now() * 1000))

    limits = sandbox.limits
    laws = [
        Window("messages in a minute", 300, 60.0),
        Bucket("messages at once to a channel", 3, 1.0, bool),
    ]
    return Provider(
        sandbox,
        channel,
        [(Address("bench", place), TEXT) for place in ["C1"] * crowd + names],
        lambda: [Took(one.at, one.channel) for one in limits.posts],
        lambda: len(limits.violations),
        laws,
        300 / 60,
        "C1",
        1.0,
    )


CAMPAIGNS: dict[str, tuple[str, Callable[[Clock, int], Provider]]] = {
    "long code": ("sms", lambda clock, sends: sms(clock, sends, 1.0, "+493022222222")),
    "short code": ("sms", lambda clock, sends: sms(clock, sends, 100.0, "12345")),
    "telegram": ("telegram", lambda clock, sends: tg(clock, sends, max(sends // 100, 24))),
    "slack": ("slack", lambda clock, sends: workspace(clock, sends, max(sends // 50, 24))),
}


def run(sends: int = 10_000, channel: str = "") -> list[Row]:
    """Every campaign, or those of one channel: sms, telegram, slack."""
    names = [name for name, (kind, _) in CAMPAIGNS.items() if channel in ("", kind)]
    return [row for name in names for row in play(name, sends)]


def play(name: str, sends: int) -> list[Row]:
    """One campaign and what is to be said about it."""
    loop = virtual.VirtualLoop()
    provider = CAMPAIGNS[name][1](lambda: EPOCH / 1000 + loop.time(), sends)
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder,
        asyncio.Runner(loop_factory=lambda: loop) as runner,
    ):
        left = runner.run(_campaign(provider, f"sqlite:///{folder}/campaign.db", sends))
    return list(_judged(name, provider, left))


async def _campaign(provider: Provider, url: str, sends: int) -> int:
    """Send everything; how many messages are left."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    def now() -> float:
        return EPOCH / 1000 + loop.time() - began

    await migrate.upgrade(url)
    store: Any = await open_store(url)
    try:
        await turn(store, outbox=[_row(number, *message) for number, message in enumerate(provider.messages)])
        async with serving(_distant(provider.app), idle=DAY) as address:
            channel = provider.channel(address, now)
            dispatcher = Dispatcher("bench", channel, store, "bench", lambda: int(now() * 1000))
            running = asyncio.create_task(dispatcher.run())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2 * SLOWEST * sends / provider.rate + HOUR):
                    while dispatcher.sent < sends and not running.done():  # noqa: ASYNC110  # it tells nobody
                        await asyncio.sleep(1.0)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await channel.close()
            await provider.app.close()
        return sum(row["n"] for row in await store.outbox_states() if row["state"] not in ("sent", "delivered"))
    finally:
        await store.close()


def _row(number: int, to: Address, text: str) -> OutboxRow:
    message = Outbound(f"campaign.{number}.0", to, Prompt(text))
    return OutboxRow(
        message.key, to.lane, "bench", "", "survey", msgspec.json.encode(message).decode(), EPOCH, 0, EPOCH
    )


def _distant(app: ASGIApp) -> ASGIApp:
    """The app at the other end of a network; what it calls back is taken and forgotten."""
    chance = random.Random(2)

    async def there_and_back(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith("/hooks/"):
            await Response()(scope, receive, send)
            return
        await asyncio.sleep(chance.uniform(*NETWORK))
        await app(scope, receive, send)

    return there_and_back


def _judged(name: str, provider: Provider, left: int) -> Iterator[Row]:
    taken = sorted(provider.taken())
    others = [one for one in taken if one.place != provider.crowd]
    alone = (len(taken) - len(others)) / provider.crowd_rate  # s
    crowd = f", {len(taken) - len(others)} of them to one group" if alone else ""
    least = max(alone, _parts(taken) / provider.rate)
    yield _hard(f"campaign, {name}: {len(taken)} sends{crowd}", taken[-1].at - EPOCH / 1000, least, SLOWEST, "s")
    if alone:
        until = [one for one in taken if one.at <= others[-1].at]
        yield _hard("  without the group", until[-1].at - EPOCH / 1000, _parts(until) / provider.rate, SLOWEST, "s")
    for law in provider.laws:
        places: dict[str, list[Took]] = defaultdict(list)
        for one in taken:
            if law.of is None or law.of(one.place):
                places[one.place if law.of else ""].append(one)
        yield _hard(f"  most {law.name}", max(map(law.fullest, places.values())), law.most)
    yield Row("  refused, or never sent", provider.refused() + left, "", most=0.5, hard=True)


def _hard(name: str, ours: float, allowed: float, times: float = 1.0, unit: str = "") -> Row:
    return Row(name, ours, unit, "the limit", allowed, most=times * allowed, hard=True)


def _parts(taken: Sequence[Took]) -> int:
    return sum(one.parts for one in taken)
