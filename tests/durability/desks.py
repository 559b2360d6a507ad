"""The desks of a kill -9 test: a Slack channel, a Telegram group, one that is at both; and words that tell who spoke.

A token such as `told-bcd-f` says in which direction a message goes, in which conversation, and which one it is. It has
no digit, so that no survey takes it for a score.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tests.live.house import slack_id

AGENTS = ("anna", "ben")
DESKS: Mapping[str, tuple[str, ...]] = {"slack": ("slack",), "telegram": ("telegram",), "both": ("slack", "telegram")}
"""The channels that each desk is at."""
ROOMS = {"slack": "C5", "both": "C6"}
GROUPS = ("telegram", "both")
CLAIMED = re.compile(r"(\w+) of Echolot has claimed this case")
REPEATED = "(maybe repeated)"
DOUBTFUL = "May not have been delivered"

_LETTERS = "bcdfghjklmnpqrst"
_TOKEN = re.compile(r"\b(told|said|held|kept)-([a-z]+)-([a-z]+)\b")
_ORDER = re.compile(r"\border-([a-z]+)\b")


class Posted(NamedTuple):
    """What our bot said at a desk: in which group or channel, in which thread, whether it can be pressed."""

    channel: str
    chat: str
    thread: str
    body: str
    id: str
    buttons: bool


class Token(NamedTuple):
    """`kind` is told (agent to customer), said (customer to agent), held (by an agent who may not) or kept (a note)."""

    kind: str
    talk: int
    number: int

    def is_in(self, text: str) -> bool:
        """Whether a text has it."""
        return self in tokens(text)

    def __str__(self) -> str:
        return f"{self.kind}-{letters(self.talk)}-{letters(self.number)}"


def letters(number: int) -> str:
    """A number in consonants."""
    high, low = divmod(number, len(_LETTERS))
    return (letters(high) if high else "") + _LETTERS[low]


def _number(word: str) -> int:
    number = 0
    for letter in word:
        number = number * len(_LETTERS) + _LETTERS.index(letter)
    return number


def tokens(text: str) -> list[Token]:
    """All tokens of a text."""
    return [Token(kind, _number(talk), _number(number)) for kind, talk, number in _TOKEN.findall(text)]


def order(talk: int) -> str:
    """What the customer of a conversation has bought: their case's card says so."""
    return f"order-{letters(talk)}"


def talk_of(text: str) -> int | None:
    """The conversation that a card is about."""
    found = _ORDER.search(text)
    return _number(found[1]) if found else None


def telegram_id(who: str) -> int:
    """What Telegram calls an agent."""
    return 690_000_000 + AGENTS.index(who)


def settings(groups: Mapping[str, int], only: Iterable[str]) -> dict[str, Any]:
    """Desks, agents and routes as an operator writes them; `groups` are Telegram's, `only` the desks that are used."""
    desks: dict[str, Any] = {"support": {"channel": "web", "agents": AGENTS}}
    for name in only:
        chats = {"slack": ROOMS.get(name), "telegram": str(groups.get(name, ""))}
        (first, *others) = [{"channel": channel, "chat": chats[channel]} for channel in DESKS[name]]
        desks[name] = first | {"also": others, "agents": AGENTS}
    agents = {
        who: {"alias": f"{who.title()} of Echolot", "slack": slack_id(who), "telegram": telegram_id(who)}
        for who in AGENTS
    }
    routes = [{"desk": "support", "to": name, "when": {"place": name}} for name in only]
    return {"desks": desks, "agents": agents, "routes": routes}
