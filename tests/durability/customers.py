"""People with phones who answer surveys over Twilio, whose webhooks come again and again, in any order."""

import asyncio
import contextlib
import random
import secrets
from collections.abc import Mapping
from typing import Literal

import aiohttp
from msgspec import Struct, field
from twilio.request_validator import RequestValidator
from yarl import URL

from tests.durability.provider import ACCOUNT, NUMBER, TOKEN, Taken

API_KEY = "eck_of-the-durability-tests"
FLOW = "after-support"
REDELIVERED = 0.3  # of all acknowledged webhooks come again
LATE = 1.5  # seconds after which at the latest
LINES = 8  # requests at once
Habit = Literal["answers", "stops", "stops_at_once"]


class Customer(Struct):
    """What this person will do, and what has happened."""

    number: str
    habit: Habit
    score: int
    reason: str
    heard: dict[str, Taken] = field(default_factory=dict)  # by outbox key
    acked: int = 0  # own messages that the server has taken
    invited: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing more is to come in either direction."""
        messages, texts = {"answers": (3, 2), "stops": (2, 1), "stops_at_once": (0, 1)}[self.habit]
        return self.invited and len(self.heard) >= messages and self.acked == texts


class Town:
    """All customers, and the web between them and the server."""

    def __init__(self, session: aiohttp.ClientSession, server: str, seed: int) -> None:
        """`server` is its address."""
        self.customers: dict[str, Customer] = {}
        self.acked: set[str] = set()  # event keys the server answered 2xx to
        self.attempts = 0
        self.taken: list[Taken] = []
        self._session = session
        self._server = server
        self._random = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self.alive = asyncio.Event()  # whether it makes sense to try
        self._lines = asyncio.Semaphore(LINES)
        self.answers = 0  # of the server that say it has taken something
        self._answered = asyncio.Event()

    @property
    def busy(self) -> int:
        """How many conversations are going on."""
        return sum(not customer.done for customer in self.customers.values())

    def invite(self) -> None:
        """Somebody new."""
        index = len(self.customers)
        habit = self._random.choices(("answers", "stops", "stops_at_once"), (8, 1, 1))[0]
        number = f"+4915{index:09}"
        customer = Customer(number, habit, self._random.randrange(11), f"The parcel {index} came late")
        self.customers[number] = customer
        self._do(self._invite(customer))
        if habit == "stops_at_once":
            self._do(self._says(customer, "STOP"))

    async def watch(self, provider: str) -> None:
        """Look at the phones until cancelled."""
        while True:
            await self.look(provider)
            await asyncio.sleep(0.01)

    async def look(self, provider: str) -> None:
        """Look at all phones once and answer what is new."""
        async with self._session.get(f"{provider}/taken?after={len(self.taken)}") as answer:
            news = [Taken(*message) for message in await answer.json()]
        self.taken += news
        for message in news:
            customer = self.customers[message.to]
            first = message.key not in customer.heard
            customer.heard[message.key] = message
            if first:
                self._answer(customer)

    async def has_answers(self, count: int) -> None:
        """Wait until the server has taken so many things."""
        while self.answers < count:
            await self._answered.wait()

    async def settle(self) -> None:
        """Let every webhook arrive that is still to come, the repeated ones too."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def close(self) -> None:
        """Forget what is under way."""
        for task in self._tasks:
            task.cancel()

    def _answer(self, customer: Customer) -> None:
        nth = len(customer.heard)
        if customer.habit == "answers" and nth <= 2:
            self._do(self._says(customer, str(customer.score) if nth == 1 else customer.reason))
        if customer.habit == "stops" and nth == 1:
            self._do(self._says(customer, "STOP"))

    def _count(self, status: int) -> None:
        self.attempts += 1
        if status < 300:
            self.answers += 1
            self._answered.set()
            self._answered = asyncio.Event()

    def _do(self, work: object) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _invite(self, customer: Customer) -> None:
        body = {"flow": FLOW, "to": f"sms:{customer.number}", "language": "en"}
        headers = {"authorization": f"Bearer {API_KEY}", "idempotency-key": customer.number}
        status = 0
        while status not in (202, 409):  # 409: has said STOP in the meantime
            status = await self._post("/api/v1/invitations", headers, json=body)
        if status == 202:
            self.acked.add(f"invite:tests:{customer.number}:sms:{customer.number}")
        customer.invited = True

    async def _says(self, customer: Customer, text: str) -> None:
        form = {
            "MessageSid": f"SM{secrets.token_hex(16)}",
            "AccountSid": ACCOUNT,
            "From": customer.number,
            "To": NUMBER,
            "Body": text,
            "NumMedia": "0",
        }
        await self._delivered(form)
        customer.acked += 1
        self.acked.add(form["MessageSid"])
        while self._random.random() < REDELIVERED:
            await asyncio.sleep(self._random.uniform(0, LATE))
            await self._delivered(form)

    async def _delivered(self, form: Mapping[str, str]) -> None:
        signature = RequestValidator(TOKEN).compute_signature(f"{self._server}/hooks/sms", form)
        while await self._post("/hooks/sms", {"x-twilio-signature": signature}, data=form) != 200:
            pass

    async def _post(self, path: str, headers: dict[str, str], **body: object) -> int:
        """The status, or 0 if there was no answer, and then the next try is a little later."""
        try:
            async with self._lines, self._session.post(URL(self._server + path), headers=headers, **body) as answer:
                await answer.read()
                status = answer.status
                self._count(status)
        except (aiohttp.ClientError, OSError):
            status = 0
        if status not in (0, 200, 202, 409, 503):
            raise AssertionError(f"{path} answered {status}")
        if status in (0, 503):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.alive.wait(), 0.2)
            await asyncio.sleep(self._random.uniform(0, 0.02))
        return status
