"""Unhappy customers and the agents who look after them: both talk at the same time, and do not wait for each other."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
from msgspec import field

from tests.durability.customers import Customer, Town
from tests.durability.desks import AGENTS, CLAIMED, DESKS, Posted, Token, order, talk_of, telegram_id
from tests.durability.networks import Taken, member
from tests.live.house import slack_id

RACES = 0.3  # of all cases are claimed by two at once
TYPED = 0.3  # of all claims are typed
HELD = 0.4  # of all conversations have words of somebody who may not speak
MOST_SAID = 4  # messages in each direction
PAUSE = 0.25  # s between two of them at most
SOLVED = "Has this solved it for you?"
Thread = tuple[str, str, str]
"""Channel, group, thread."""


class Talk(Customer):
    """A customer, and what is said about their case. The words are in the order in which the server has taken them."""

    index: int = 0
    desk: str = ""
    many: int = 0  # messages of the customer after the score
    told: list[Token] = field(default_factory=list)
    said: list[Token] = field(default_factory=list)
    secret: list[Token] = field(default_factory=list)  # what no customer may read
    place: Thread = ("", "", "")  # where the owner works
    owner: str = ""
    refs: dict[Token, str] = field(default_factory=dict)  # agents' messages as signs name them
    resolved: bool = False
    answered: bool = False

    @property
    def done(self) -> bool:
        """Whether everything has been said, and the customer has said that it is solved."""
        return self.answered


class DeskTown(Town):
    """All conversations, and the web between them and the server."""

    def __init__(self, *facts: Any, desks: Sequence[str] = tuple(DESKS)) -> None:
        """See Town; `desks` are those that the cases go to, in turn."""
        super().__init__(*facts)
        self._desks = desks
        self.talks: dict[int, Talk] = {}
        self.posted: dict[str, list[Posted]] = {"slack": [], "telegram": []}
        self.read: dict[Thread, list[str]] = defaultdict(list)  # what is to be read in each thread

    def invite(self) -> None:
        """Somebody new, who will not be happy."""
        index, dice = len(self.talks), self._random
        channel = self._channels[index % len(self._channels)]
        chat = {"sms": f"+4915{index:09}", "telegram": str(700_000_001 + index), "slack": member(index)}[channel]
        desk = self._desks[index // len(self._channels) % len(self._desks)]
        talk = Talk(channel, chat, "answers", dice.randrange(7), "", channel != "sms" and dice.random() < 0.6)
        talk.index, talk.desk, talk.many = index, desk, dice.randint(1, MOST_SAID)
        self.customers[talk.lane] = self.talks[index] = talk
        self._do(self._comes(talk))

    def survey(self, customer: Customer) -> dict[str, Any]:
        """With the desk that the case goes to, and what tells its card from others."""
        assert isinstance(customer, Talk)
        return {"flow": "live", "language": "en", "variables": {"place": customer.desk, "order": order(customer.index)}}

    async def look(self) -> None:
        """Look at the desks, too."""
        await super().look()
        async with self._looking:
            after = {name: str(len(posts)) for name, posts in self.posted.items()}
            told = await self._ask("/posted", **after)
            news = [Posted(*post) for posts in told.values() for post in posts]
            for post in news:
                self.posted[post.channel].append(post)
                self.read[post.channel, post.chat, post.thread].append(post.body)
        for post in news:
            index = talk_of(post.body) if post.buttons else None
            if index is not None and not self.talks[index].place[0]:
                self._shown(self.talks[index], post)

    async def at_last(self) -> dict[str, Any]:
        """How the desks look: see desk_provider."""
        found: dict[str, Any] = await self._ask("/desks")
        return found

    def _shown(self, talk: Talk, card: Posted) -> None:
        """A card is there: somebody takes it up, if that is the place where they work today."""
        places = DESKS[talk.desk]
        if card.channel == places[talk.index // 2 % len(places)]:
            talk.place = (card.channel, card.chat, card.thread)
            self._do(self._works(talk, card))

    def _answer(self, customer: Customer, message: Taken) -> None:
        assert isinstance(customer, Talk)
        if len(customer.heard) == 1:
            self._do(self._talks(customer, message))
        if SOLVED in message.body and not customer.answered:
            self._do(self._agrees(customer))

    async def _talks(self, talk: Talk, question: Taken) -> None:
        """Everything that the customer says, one after the other."""
        score = str(talk.score)
        await (self._presses(talk, score, question) if talk.presses and question.buttons else self._says(talk, score))
        for number in range(talk.many):
            await self._pause()
            token = Token("said", talk.index, number)
            await self._says(talk, f"The parcel came late, {token}")
            talk.said.append(token)

    async def _agrees(self, talk: Talk) -> None:
        await self._says(talk, "yes")
        talk.answered = True

    async def _works(self, talk: Talk, card: Posted) -> None:
        """An agent's work on a case, from the claim to the end."""
        dice = self._random
        who = dice.choice(AGENTS)
        claims = AGENTS if dice.random() < RACES else (who,)
        await asyncio.gather(*(self._claims(talk, each, card) for each in claims))
        await self._reads(talk, _claimed)
        found = next(match for words in self.read[talk.place] if (match := CLAIMED.search(words)))
        talk.owner = found[1].lower()
        other = next(agent for agent in AGENTS if agent != talk.owner)
        held = dice.random() < HELD
        for number in range(dice.randint(1, MOST_SAID)):
            await self._pause()
            token = Token("told", talk.index, number)
            await self._types(talk, talk.owner, f"{token}, we look into it", token)
            talk.told.append(token)
            if number == 0 and held:
                await self._whispers(talk, other)
        for number in range(talk.many):
            await self._reads(talk, Token("said", talk.index, number).is_in)
        await self._types(talk, talk.owner, "!resolve shipping sent again")
        talk.resolved = True

    async def _whispers(self, talk: Talk, other: str) -> None:
        """What must stay at the desk: words of somebody who does not own the case, and a note."""
        held, kept = Token("held", talk.index, 0), Token("kept", talk.index, 0)
        await self._types(talk, other, f"{held}, may I say this?")
        await self._types(talk, talk.owner, f"note: {kept}, they always complain")
        talk.secret += [held, kept]

    async def _claims(self, talk: Talk, who: str, card: Posted) -> None:
        if self._random.random() < TYPED:
            await self._types(talk, who, "!claim")
        elif card.channel == "telegram":
            pressed = await self._at_desk(talk, who, do="press", button="Claim", message=int(card.id))
            await self._until_acked(f"c:{pressed['done']}")
        else:
            taken = False
            while not taken and not any(map(CLAIMED.search, self.read[talk.place])):  # Slack repeats no press
                pressed = await self._at_desk(talk, who, do="press", label="Claim", message=card.id)
                taken = pressed.get("delivered") == 200
                await self._pause()

    async def _types(self, talk: Talk, who: str, text: str, token: Token | None = None) -> None:
        """Write into the case's thread, and come back once the server has taken it."""
        channel, chat, thread = talk.place
        if channel == "telegram":
            ref = (await self._at_desk(talk, who, do="say", text=text, topic=int(thread)))["done"]
            await self._until_acked(f"m:{chat}:{ref}")
        else:
            ref = (await self._at_desk(talk, who, do="say", text=text, thread=thread))["ts"]
        if token:
            talk.refs[token] = f"{chat}:{ref}"

    async def _at_desk(self, talk: Talk, who: str, **deed: Any) -> dict[str, Any]:
        channel, chat, _ = talk.place
        path = f"{self._network}/sandbox/{channel}/"
        if channel == "slack":
            path += f"rooms/{chat}"
            deed["user"] = slack_id(who)
        else:
            path += f"groups/{chat}/seats/{telegram_id(who)}"
        async with self._session.post(path, json=deed, timeout=aiohttp.ClientTimeout(total=None)) as answer:
            assert answer.status == 200 or deed["do"] == "press", await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    async def _reads(self, talk: Talk, wanted: Callable[[str], bool]) -> None:
        """Wait until something is to be read in the case's thread."""
        while not any(map(wanted, self.read[talk.place])):
            await self._news.wait()

    async def _pause(self) -> None:
        await asyncio.sleep(self._random.uniform(0, PAUSE))


def _claimed(words: str) -> bool:
    return CLAIMED.search(words) is not None
