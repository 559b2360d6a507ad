"""A case as data. Times are epoch ms, UTC."""

import hashlib
from typing import Literal

from msgspec import Struct

from bot.messages import Media

Phase = Literal["open", "claimed", "waiting", "resolved", "confirmed"]
Priority = Literal["low", "normal", "high", "urgent"]


class Actor(Struct, frozen=True, omit_defaults=True):
    """Who acts at a desk.

    `id` is the agent's name in the settings, or `channel:author` for somebody who is not named there. `place` is the
    case's outbound lane where it happened (`Desks.place`), or `web`; `author` what the person is called there.
    """

    id: str
    name: str = ""
    place: str = ""
    author: str = ""
    allowed: bool = True  # whether this is an agent of the case's desk


class Emoji(Struct, frozen=True, omit_defaults=True):
    """An agent's emoji on a message of the customer's. `key` is the Outbound key of what puts it there."""

    text: str
    by: str  # the agent's id
    place: str  # where the agent put it
    key: str


class Line(Struct, frozen=True, omit_defaults=True):
    """One thing that was said, as far as later edits, replies, deliveries and a new thread need it.

    `side` is customer | agent | bot. `ref` is the provider's id of the original; `place` the lane it came from;
    `key` the Outbound key of the copy that the customer got ("" for what the customer said). `shown` is the key of the
    note that shows at the desk what the customer said.
    """

    side: str
    text: str
    at: int
    ref: str = ""
    place: str = ""
    by: str = ""
    key: str = ""
    state: str = ""  # of an agent's message: queued | sent | delivered | read | failed | unknown | cancelled | removed
    media: tuple[Media, ...] = ()
    voucher: str = ""  # of the desk's, whose code the text lacks: it is known when it goes out
    shown: str = ""
    copy: str = ""  # the provider's id of the customer's copy
    emoji: Emoji | None = None  # an agent's, on what the customer said
    answer: str = ""  # the customer's emoji, on what we said


class Held(Struct, frozen=True, omit_defaults=True):
    """A message at the desk that waits for its author to say whether it is meant for the customer."""

    id: str  # names it in buttons
    by: Actor
    text: str
    media: tuple[Media, ...]
    ref: str
    at: int
    voucher: str = ""  # of the desk's, whose code the text still lacks


class Resolving(Struct, frozen=True, omit_defaults=True):
    """An agent has pressed Resolve: first the cause is asked for, then what was done."""

    by: Actor
    cause: str = ""
    ref: str = ""


class Former(Struct, frozen=True):
    """An earlier case of the same customer."""

    id: str
    code: str
    opened_at: int
    desk: str
    phase: str
    cause: str = ""


class Score(Struct, frozen=True):
    """An earlier answer to the 0-10 question."""

    at: int
    flow: str
    score: int


class Customer(Struct, frozen=True, omit_defaults=True):
    """What is known about the customer, and their survey so far, when a case opens."""

    lane: str
    session: str = ""
    flow: str = ""
    channel: str = ""
    language: str = "en"
    attributes: tuple[tuple[str, str], ...] = ()  # the session's variables and the contact's attributes
    score: int | None = None
    segment: str = ""
    comment: str = ""
    answers: tuple[tuple[str, str], ...] = ()  # other answers: step, words
    scores: tuple[Score, ...] = ()  # of earlier surveys, newest first
    opted_out_at: int = 0
    test: bool = False  # somebody only tries the survey out


class Case(Struct, frozen=True, omit_defaults=True):
    """One case. Everything the next turn depends on is in here."""

    id: str
    code: str  # four characters for people
    lane: str  # the customer's
    session: str
    desk: str  # "" where the settings have none: the web inbox still shows it
    opened_at: int
    reason: str = "score"  # score | answer | request
    language: str = "en"  # the customer's
    flow: str = ""
    channel: str = ""
    priority: Priority = "normal"
    phase: Phase = "open"
    control: Literal["bot", "human"] = "bot"  # who talks with the customer
    turn: int = 0  # turns taken; effects are keyed `id.turn.n`
    owner: Actor | None = None
    score: int | None = None
    score_after: int | None = None
    segment: str = ""
    comment: str = ""
    answers: tuple[tuple[str, str], ...] = ()  # further answers: the question's step and its words
    attributes: tuple[tuple[str, str], ...] = ()  # what the trigger brought along
    name: str = ""  # the customer's, if it may be shown
    scores: tuple[Score, ...] = ()  # earlier ones, newest first
    former: tuple[Former, ...] = ()  # earlier cases, newest first
    lines: tuple[Line, ...] = ()  # the latest, oldest first
    held: tuple[Held, ...] = ()
    resolving: Resolving | None = None
    cause: str = ""
    action: str = ""
    respond_within: int = 0  # ms of business time; 0: the desk's own
    due_at: int = 0  # when the first response is due; 0: done, or no clock
    resolve_by: int = 0  # when it should be resolved
    paused_at: int = 0  # since when the clocks stand (the customer has opted out)
    reminded: int = 0  # how often the desk was reminded of the running clock
    escalated: tuple[str, ...] = ()  # desks it has been at before
    claimed_at: int = 0
    responded_at: int = 0  # first response of a person, recorded once
    resolved_at: int = 0
    resolved_by: str = ""
    confirmed_at: int = 0
    reopened: int = 0
    snoozed_until: int = 0
    silent_since: int = 0  # since when a customer's message waits for the owner's answer
    asked: str = ""  # what the customer was asked after resolving: solved | score
    asked_at: int = 0
    asked_key: str = ""  # Outbound key of that question
    opted_out_at: int = 0
    blocked: str = ""  # why the customer cannot be reached, for people
    relayed: tuple[int, ...] = ()  # when the latest agents' messages went out, for the loop breaker
    told: tuple[str, ...] = ()  # what was said once: hours | claimed to the customer, emoji:ID to an agent
    thanked: bool = False  # "thanks" after resolving was noted
    test: bool = False  # of a survey that somebody only tries out: no clocks, no alarms, counted nowhere

    @property
    def closed(self) -> bool:
        """Whether nobody works on it any more."""
        return self.phase in ("resolved", "confirmed")

    @property
    def busy(self) -> bool:
        """Whether somebody works on it, or waits for the customer to say that it is solved."""
        return not self.closed or self.asked != ""


_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nobody mistakes one for another


def code_of(case_id: str) -> str:
    """Four characters for people. Two cases may share them: who uses them has to look whether they are unique."""
    number = int.from_bytes(hashlib.blake2b(case_id.encode(), digest_size=8).digest())
    code = ""
    for _ in range(4):
        number, letter = divmod(number, len(_LETTERS))
        code += _LETTERS[letter]
    return code


def key(case_id: str, *parts: int | str) -> str:
    """The Outbound key of something that belongs to a case."""
    return ".".join((f"k{case_id}", *map(str, parts)))


def case_of(outbound_key: str) -> str:
    """The id of the case that an Outbound key belongs to, "" for others."""
    head, dot, _ = outbound_key.partition(".")
    return head[1:] if dot and head.startswith("k") and len(head) == CASE_ID + 1 else ""


CASE_ID = 24
"""Characters of a case's id."""
