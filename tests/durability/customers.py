"""People who answer surveys by SMS, Telegram and Slack; what they do reaches the server again and in any order."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import aiohttp
from msgspec import Struct, field
from twilio.request_validator import RequestValidator
from yarl import URL

from tests.durability.networks import ACCOUNT, AGAIN, CHANNELS, LATE, NUMBER, TOKEN, Taken, member

API_KEY = "eck_of-the-durability-tests"
FLOW = "after-support"
LINES = 8  # requests at once
PRESSES = 0.6  # of the scores, where there are buttons
Habit = Literal["answers", "stops", "stops_at_once"]


class Customer(Struct):
    """What this person will do, and what has happened."""

    channel: str
    chat: str
    habit: Habit
    score: int
    reason: str
    presses: bool
    heard: dict[str, Taken] = field(default_factory=dict)  # by outbox key, or text where that is not seen
    acked: int = 0  # own messages that the server has taken
    invited: bool = False
    stuck: bool = False  # waits for a message that nobody knows the fate of

    @property
    def lane(self) -> str:
        """Where they are reached."""
        return f"{self.channel}:{self.chat}"

    @property
    def done(self) -> bool:
        """Whether nothing more is to come in either direction."""
        messages, texts = {"answers": (3, 2), "stops": (2, 1), "stops_at_once": (0, 1)}[self.habit]
        return self.invited and len(self.heard) >= messages and self.acked == texts


class Town:
    """All customers, and the web between them and the server."""

    def __init__(
        self, session: aiohttp.ClientSession, server: str, network: str, seed: int, channels: Sequence[str] = CHANNELS
    ) -> None:
        """`server` and `network` (of the providers) are addresses; people use these channels in turn."""
        self.customers: dict[str, Customer] = {}
        self.acked: set[str] = set()  # event keys the server answered 2xx to
        self.attempts = 0
        self.taken: dict[str, list[Taken]] = {name: [] for name in CHANNELS}
        self._session = session
        self._server = server
        self._network = network
        self._channels = channels
        self._random = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: list[BaseException] = []
        self._looking = asyncio.Lock()
        self._told = 0  # acknowledgements that the providers have told of
        self.alive = asyncio.Event()  # whether it makes sense to try
        self._lines = asyncio.Semaphore(LINES)
        self.answers = 0  # of the server that say it has taken something
        self._answered = asyncio.Event()
        self._news = asyncio.Event()

    @property
    def busy(self) -> int:
        """How many conversations are going on."""
        return sum(not (customer.done or customer.stuck) for customer in self.customers.values())

    def invite(self) -> None:
        """Somebody new."""
        index = len(self.customers)
        habit = self._random.choices(("answers", "stops", "stops_at_once"), (8, 1, 1))[0]
        channel = self._channels[index % len(self._channels)]
        chat = {"sms": f"+4915{index:09}", "telegram": str(700_000_001 + index), "slack": member(index)}[channel]
        presses = channel != "sms" and self._random.random() < PRESSES
        score, reason = self._random.randrange(11), f"The parcel {index} came late"
        customer = Customer(channel, chat, habit, score, reason, presses)
        self.customers[customer.lane] = customer
        self._do(self._comes(customer))

    async def connect(self) -> None:
        """Tell the providers where the server is."""
        await self._ask("/connect", url=self._server)

    async def watch(self) -> None:
        """Look at the phones until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(0.01)

    async def look(self) -> None:
        """Look at all phones once and answer what is new; hear what the server has taken from them."""
        async with self._looking:
            after = {name: len(taken) for name, taken in self.taken.items()} | {"acked": self._told}
            told = await self._ask("/taken", **{name: str(count) for name, count in after.items()})
            news = {name: [Taken(*message) for message in told[name]] for name in self.taken}
            for name, messages in news.items():
                self.taken[name] += messages
            self.acked.update(told["acked"])
            self._news.set()
            self._news = asyncio.Event()
            self._told += len(told["acked"])
            self._count(len(told["acked"]))
        for message in [message for messages in news.values() for message in messages]:
            customer = self.customers[message.lane]
            first = (message.key or message.body) not in customer.heard
            customer.heard[message.key or message.body] = message
            if first:
                self._answer(customer, message)

    async def marked(self) -> set[str]:
        """Messages that show what was chosen: lane, slash, the provider's id."""
        return set(await self._ask("/marked"))

    async def has_answers(self, count: int) -> None:
        """Wait until the server has taken so many things."""
        while self.answers < count:
            await self._answered.wait()

    async def settle(self) -> None:
        """Let everything arrive that is still to come, what is repeated too. May be given up and begun again.

        Raises what went wrong with somebody's doings.
        """
        while self._tasks or not await self._ask("/quiet"):
            if self._tasks:  # not gather, which would take them along when it is given up
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            if self._failed:
                raise self._failed[0]
            await asyncio.sleep(0.02)

    def close(self) -> None:
        """Forget what is under way."""
        for task in self._tasks:
            task.cancel()

    def _answer(self, customer: Customer, message: Taken) -> None:
        nth = len(customer.heard)
        if customer.habit == "answers" and nth == 1:
            score = str(customer.score)
            pressing = customer.presses and message.buttons
            self._do(self._presses(customer, score, message) if pressing else self._says(customer, score))
        if customer.habit == "answers" and nth == 2:
            self._do(self._says(customer, customer.reason))
        if customer.habit == "stops" and nth == 1:
            self._do(self._says(customer, "STOP"))

    def _count(self, taken: int) -> None:
        if taken:
            self.answers += taken
            self._answered.set()
            self._answered = asyncio.Event()

    def _do(self, work: object) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failed.append(error)

    def survey(self, _customer: Customer) -> dict[str, Any]:
        """What somebody is invited to."""
        return {"flow": FLOW, "language": "en"}

    async def _comes(self, customer: Customer) -> None:
        if customer.channel == "telegram":  # has to open the bot's link
            await self._opens(customer)
            at_once = customer.habit == "stops_at_once"
            await (self._says(customer, "STOP") if at_once else asyncio.sleep(0))
            return
        stops = self._says(customer, "STOP") if customer.habit == "stops_at_once" else asyncio.sleep(0)
        await asyncio.gather(self._invite(customer), stops)

    async def _invite(self, customer: Customer) -> None:
        body = self.survey(customer) | {"to": customer.lane}
        headers = {"authorization": f"Bearer {API_KEY}", "idempotency-key": customer.chat}
        status = 0
        while status not in (202, 409):  # 409: has said STOP in the meantime
            status, _ = await self._post("/api/v1/invitations", headers, json=body)
        if status == 202:
            self.acked.add(f"invite:tests:{customer.chat}:{customer.lane}")
        customer.invited = True

    async def _opens(self, customer: Customer) -> None:
        body = self.survey(customer) | {"to": "telegram:"}
        status, answer = 0, {}
        while status != 202:
            status, answer = await self._post("/api/v1/invitations", {"authorization": f"Bearer {API_KEY}"}, json=body)
        payload = parse_qs(urlsplit(answer["link"]).query)["start"][0]
        started = await self._acts(customer, start=payload)
        await self._until_acked(f"m:{customer.chat}:{started['message']}")
        customer.invited = True

    async def _says(self, customer: Customer, text: str) -> None:
        if customer.channel == "sms":
            await self._texts(customer, text)
            return
        said = await self._acts(customer, text=text)
        if customer.channel == "telegram":
            await self._until_acked(f"m:{customer.chat}:{said['message']}")
        customer.acked += 1

    async def _presses(self, customer: Customer, label: str, message: Taken) -> None:
        """Press; on Slack, which does not repeat presses, again as long as the button is there and nobody reacts."""
        if customer.channel == "telegram":
            pressed = await self._acts(customer, press=label, message=int(message.id))
            await self._until_acked(f"c:{pressed['press']}")
        else:
            taken = False
            while not taken:
                taken = (await self._acts(customer, press=label, message=message.id)).get("delivered", 200) == 200
                await asyncio.sleep(self._random.uniform(0, 0.1))
        customer.acked += 1

    async def _acts(self, customer: Customer, **deed: Any) -> dict[str, Any]:
        """Do something on a Telegram phone or in Slack; what came of it, an error if the button is gone."""
        path = f"{self._network}/sandbox/{customer.channel}/phones/{customer.chat}"
        async with self._session.post(path, json=deed, timeout=aiohttp.ClientTimeout(total=None)) as answer:
            assert answer.status == 200 or "press" in deed, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def _until_acked(self, key: str) -> None:
        while key not in self.acked:
            await self._news.wait()

    async def _texts(self, customer: Customer, text: str) -> None:
        form = {
            "MessageSid": f"SM{secrets.token_hex(16)}",
            "AccountSid": ACCOUNT,
            "From": customer.chat,
            "To": NUMBER,
            "Body": text,
            "NumMedia": "0",
        }
        await self._delivered(form)
        customer.acked += 1
        self.acked.add(form["MessageSid"])
        while self._random.random() < AGAIN:
            await asyncio.sleep(self._random.uniform(0, LATE))
            await self._delivered(form)

    async def _delivered(self, form: Mapping[str, str]) -> None:
        signature = RequestValidator(TOKEN).compute_signature(f"{self._server}/hooks/sms", form)
        status = 0
        while status != 200:
            status, _ = await self._post("/hooks/sms", {"x-twilio-signature": signature}, data=form)

    async def _ask(self, path: str, **query: str) -> Any:
        async with self._session.get(self._network + path, params=query) as answer:  # a GET is repeated if need be
            return await answer.json()

    async def _post(self, path: str, headers: dict[str, str], **body: Any) -> tuple[int, dict[str, Any]]:
        """Status and JSON, or 0 if there was no answer, and then the next try is a little later."""
        found: dict[str, Any] = {}
        self.attempts += 1
        try:
            async with self._lines, self._session.post(URL(self._server + path), headers=headers, **body) as answer:
                if "json" in answer.content_type:
                    found = await answer.json()
                await answer.read()
                status = answer.status
                self._count(status < 300)
        except (aiohttp.ClientError, OSError):
            status = 0
        if status not in (0, 200, 202, 409, 503):
            raise AssertionError(f"{path} answered {status}")
        if status in (0, 503):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.alive.wait(), 0.2)
            await asyncio.sleep(self._random.uniform(0, 0.02))
        return status, found
