"""The Telegram sandbox as one ASGI app: the Bot API, and `/sandbox/telegram/…` to steer it."""

import itertools
import time
from collections.abc import Callable, Iterable

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.faults import FaultLayer, Faults, steering
from sandbox.telegram import api
from sandbox.telegram.group import Group
from sandbox.telegram.limits import Limits
from sandbox.telegram.model import Bot, Chat, User
from sandbox.telegram.phone import Person
from sandbox.telegram.seat import Deed, Seat, do
from sandbox.telegram.updates import Updates
from sandbox.telegram.world import RIGHTS, World

MAX_WAIT = 30.0
FIRST_USER, FIRST_UPDATE = 700_000_001, 100_000_001


class TelegramSandbox:
    """A stand-in for Telegram that python-telegram-bot talks to.

    `POST /sandbox/telegram/faults` takes a JSON list of faults, `DELETE` forgets them, `GET` shows what is left;
    `GET /sandbox/telegram/phones/{user_id}?after=VERSION&wait=SECONDS` shows a phone, at once or when it changes;
    `POST /sandbox/telegram/phones/{user_id}` does something on it: see Typed. Whoever is asked for comes into being.
    `GET /sandbox/telegram/groups` lists groups; `GET /sandbox/telegram/groups/{chat}/seats/{user_id}` shows one as a
    member sees it, with `?topic=ID` (0: General) that topic's messages, `after` and `wait` as above; `POST` there does
    something in it: see Deed.
    Of the faults, those about callbacks (duplicate, reorder, undelivered) and `lag` mean nothing here.
    """

    def __init__(
        self,
        bots: Iterable[Bot],
        *,
        clock: Callable[[], float] = time.time,
        limits: bool = False,
        delay: float = 1.0,
        first_update: int = FIRST_UPDATE,
    ) -> None:
        """`clock` gives epoch seconds, `delay` is the pause after a webhook's second failure, in seconds."""
        self.world = World(bots, clock, first_update, limits=limits)
        self.faults = Faults()
        self._people: dict[int, Person] = {}
        self._groups: list[Group] = []
        self._ids = itertools.count(FIRST_USER)
        self.world.changed = self._changed
        routes = [*api.routes(self.world, delay), *self._steering()]
        self._app: ASGIApp = FaultLayer(Starlette(routes=routes), self.faults, api.PREFIXES, api.refusal, api.throttled)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        await self._app(scope, receive, send)

    @property
    def bot(self) -> Bot:
        """The first bot."""
        return next(iter(self.world.bots.values()))

    def person(
        self,
        first_name: str = "Ada",
        *,
        number: int = 0,
        last_name: str = "",
        username: str = "",
        language_code: str = "en",
    ) -> Person:
        """Somebody new; `number` is the user id, by default the next one."""
        user = User(number or next(self._ids), first_name, last_name, username, language_code)
        self.world.users[user.id] = user
        self._people[user.id] = Person(user, self.world)
        return self._people[user.id]

    def phone(self, number: int) -> Person:
        """The phone of the user with this id."""
        return self._people.get(number) or self.person(number=number)

    def group(
        self,
        title: str = "Support",
        *,
        forum: bool = True,
        supergroup: bool = True,
        bot_rights: Iterable[str] | None = RIGHTS,
        bot: Bot | None = None,
        members: Iterable[Person] = (),
    ) -> Group:
        """A group with an owner of its own, and the bot as an admin with these rights (None: as an ordinary member)."""
        owner = self.person("Olga")
        group = Group(self.world.new_group(title, supergroup=supergroup, forum=forum), owner.user, self.world)
        self._groups.append(group)
        group.adds(bot or self.bot, bot_rights)
        for member in members:
            group.adds(member)
        return group

    def seat(self, group: Group | int, person: Person | int) -> Seat:
        """A person's seat in a group. Raises LookupError for a group that there is not."""
        if isinstance(group, int):
            found = next((one for one in self._groups if one.id == group), None)
            if found is None:
                raise LookupError(f"there is no group {group}")
            group = found
        return Seat(group, person if isinstance(person, Person) else self.phone(person))

    def updates(self, bot: Bot | None = None) -> Updates:
        """A bot's updates: pending ones, all there ever were, the next number; hold them back here."""
        return self.world.updates[(bot or self.bot).id]

    def limits(self, bot: Bot | None = None) -> Limits:
        """What a bot has sent, and what came too early."""
        return self.world.limits[(bot or self.bot).id]

    async def redeliver(self, update_id: int, times: int = 1, bot: Bot | None = None) -> list[int]:
        """Call the webhook with an old update again, so often at once; the statuses of the answers."""
        return await self.world.deliveries[(bot or self.bot).id].redeliver(update_id, times)

    async def settled(self) -> None:
        """Wait until webhooks have taken every update that is not held back."""
        for delivery in self.world.deliveries.values():
            await delivery.settled()

    async def close(self) -> None:
        """Stop everything that is under way."""
        for bot, delivery in self.world.deliveries.items():
            self.world.updates[bot].end_poll("terminated by setWebhook request")
            await delivery.close()

    def _changed(self, chat: Chat) -> None:
        for number in [chat.user.id] if chat.user else list(chat.members):
            if number in self._people:
                self._people[number].touch()

    def _steering(self) -> list[Route]:
        async def phone(request: Request) -> Response:
            one = self.phone(request.path_params["user_id"])
            if request.method == "POST":
                return await self._typed(one, request)
            query = request.query_params
            await _awaited(one, request)
            chat = self.world.groups.get(int(query.get("chat", "0")))
            topic = int(query["topic"]) if "topic" in query else None
            return JSONResponse({"user": one.id, "version": one.version, "messages": one.shows(chat, topic)})

        async def seat(request: Request) -> Response:
            try:
                one = self.seat(int(request.path_params["chat"]), request.path_params["user_id"])
                if request.method == "POST":
                    return JSONResponse(do(one, msgspec.json.decode(await request.body(), type=Deed)))
                await _awaited(one.person, request)
                topic = request.query_params.get("topic")
                return JSONResponse(one.screen(None if topic is None else int(topic)))
            except (msgspec.MsgspecError, LookupError, ValueError, PermissionError) as problem:
                return JSONResponse({"error": str(problem)}, 422)

        async def groups(_request: Request) -> Response:
            found = [{"chat": one.id, "title": one.chat.title, "owner": one.owner.id} for one in self._groups]
            return JSONResponse(found)

        return [
            steering("/sandbox/telegram/faults", self.faults),
            Route("/sandbox/telegram/phones/{user_id:int}", phone, methods=["GET", "POST"]),
            Route("/sandbox/telegram/groups", groups),
            Route("/sandbox/telegram/groups/{chat}/seats/{user_id:int}", seat, methods=["GET", "POST"]),
        ]

    async def _typed(self, phone: Person, request: Request) -> Response:
        try:
            typed = msgspec.json.decode(await request.body(), type=Typed)
            return JSONResponse(self._do(phone, typed))
        except (msgspec.MsgspecError, LookupError, ValueError, PermissionError) as problem:
            return JSONResponse({"error": str(problem)}, 422)

    def _do(self, phone: Person, typed: "Typed") -> dict[str, object]:
        chat = self.world.groups[typed.chat] if typed.chat else None
        if typed.start is not None:
            return {"message": phone.start(self._named(typed.to), typed.start).id}
        if typed.press is not None:
            shown = chat.messages[typed.message] if chat else typed.message or None
            return {"press": phone.presses(typed.press, shown, stale=typed.stale).id}
        if typed.to and chat is None:
            chat = self.world.private(self._named(typed.to).id, phone.user)
        return {"message": phone.says(typed.text, chat=chat, topic=typed.topic, reply_to=typed.reply_to or None).id}

    def _named(self, username: str) -> Bot:
        for bot in self.world.bots.values():
            if username in (bot.username, ""):
                return bot
        raise LookupError(f"there is no bot {username} here")


async def _awaited(person: Person, request: Request) -> None:
    """Wait for news on the person's screen, if the query asks for it."""
    query = request.query_params
    if "after" in query:
        await person.news(int(query["after"]), min(float(query.get("wait", MAX_WAIT)), MAX_WAIT))


class Typed(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody does on a phone: `start` a bot with a payload, `press` a button, or type `text`.

    `to` is a bot's username, by default that of the chat at hand; `chat`, `topic` and `message` are ids.
    """

    text: str = ""
    start: str | None = None
    press: str | int | None = None
    stale: bool = False
    to: str = ""
    chat: int = 0
    topic: int = 0
    message: int = 0
    reply_to: int = 0
