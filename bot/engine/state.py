"""A survey session as data, the events that move it and the effects it asks for. Times are epoch ms."""

from typing import Literal

from msgspec import Struct

from flows.answers import Answer, Option

Outcome = Literal["", "completed", "expired", "opted_out", "superseded", "handed_over"]


class Asked(Struct, frozen=True, omit_defaults=True):
    """An answer as recorded: what was read, from which step, when, and how often it was corrected since."""

    step: str
    answer: Answer
    at: int
    corrections: int = 0
    key: str = ""  # prompt_key its question had; "" if it was never put because the answer came by itself
    turn: int = 0  # the turn that took it: messages before this turn were its question's
    ref: str = ""  # the provider's id of the customer's message that gave it
    shown: str = ""  # Outbound key of the message with buttons under which the choice is shown


class Session(Struct, frozen=True, omit_defaults=True):
    """One survey with one person. Everything the next turn depends on is in here."""

    id: str
    flow: str
    revision: str  # content hash of the flow; only a switch changes it
    language: str
    started_at: int
    step: str = ""  # the step whose question is open; "" once the session is over
    turn: int = 0  # turns taken; effects are keyed `id.turn.n`
    asked_at: int = 0  # when the open question was last put to somebody who was there (reminders do not count)
    prompt_key: str = ""  # Outbound key of the message that first put the open question
    reasks: int = 0
    reminders: int = 0
    confirming: Answer | None = None  # "Did you mean …?" is out
    owner: Literal["bot", "human"] = "bot"
    answers: tuple[Asked, ...] = ()
    variables: dict[str, str] = {}
    outcome: Outcome = ""
    ended_at: int = 0
    late: bool = False  # took an answer after expiry
    channel: str = ""  # for routes that depend on it
    attributes: dict[str, str] = {}  # of the contact, for routes that depend on them
    confirms: str = ""  # the step `confirming` would answer; "" for the open one
    doubts: int = 0  # how often "Did you mean …?" was asked while this question is open
    resumed: int = 0  # how often the open question was put again because a person handed back
    unanswered: str = ""  # the step whose question was open when patience ran out
    desks: tuple[str, ...] = ()  # where cases are open; a desk gets one case per session
    human_told: bool = False  # the customer knows that a person will come
    helps: int = 0  # help texts sent
    remarks: int = 0  # messages after the end that became comments
    skipped: tuple[str, ...] = ()  # steps given up because no reply could be read
    suppressed: bool = False  # the customer wants no more messages
    offered: tuple[str, ...] = ()  # Outbound keys of the messages that show buttons while this question is open
    ref: str = ""  # the provider's id of the latest message that was read since the open question was put
    album: str = ""  # the latest album that was reacted to: what is left of it may come late
    returns: int = 0  # how often the customer opened the conversation anew
    variant: str = ""  # of the flow, for its whole life; "" where the revision has none
    test: bool = False  # somebody only tries the survey out


# Events


class Reply(Struct, frozen=True, tag="reply", omit_defaults=True):
    """One message of the customer: typed text, or a button that names the message it hung on."""

    text: str = ""  # what was typed, or the pressed button's value
    pressed: str = ""  # Outbound key of the pressed message; "" for typed text
    media: int = 0  # how many pictures or files came with it
    ref: str = ""  # the provider's id of the message
    album: str = ""  # of which it is a part


class Replied(Struct, frozen=True, tag="replied"):
    """The customer answered; parts arrived within one short window and are read together."""

    parts: tuple[Reply, ...]


class Reworded(Struct, frozen=True, tag="reworded"):
    """The customer changed a message they had sent: `ref` now reads `text`."""

    ref: str
    text: str


class Returned(Struct, frozen=True, tag="returned"):
    """The customer opened the conversation anew (Telegram's Start) and may not know where we were."""


class TimedOut(Struct, frozen=True, tag="timed_out"):
    """The session's timer came due; what is due follows from state and time."""


class TakenOver(Struct, frozen=True, tag="taken_over", omit_defaults=True):
    """A person talks with the customer now; the bot keeps silent."""

    by: str = ""


class HandedBack(Struct, frozen=True, tag="handed_back", omit_defaults=True):
    """The person is done; the bot takes up where it left off, or `silent` ends the survey without a word."""

    silent: bool = False


class OptedOut(Struct, frozen=True, tag="opted_out", omit_defaults=True):
    """The provider or an operator reports an opt-out. `answered`: the customer has been told already.

    `phrased`: it was read from words of the customer's own.
    """

    answered: bool = False
    phrased: bool = False


class Superseded(Struct, frozen=True, tag="superseded"):
    """A newer survey starts on the same lane."""


Event = Replied | Reworded | Returned | TimedOut | TakenOver | HandedBack | OptedOut | Superseded


class Began(Struct, frozen=True, tag="began", omit_defaults=True):
    """The first line of a session's journal: what `begin` was called with besides flow, id and time."""

    language: str
    variables: dict[str, str] = {}
    channel: str = ""
    attributes: dict[str, str] = {}
    variant: str = ""
    test: bool = False


class Switched(Struct, frozen=True, tag="switched"):
    """The session went on with another version of its flow: from the revision `before` to `revision`."""

    before: str
    revision: str


Journaled = Began | Switched | Event


# Effects


class Say(Struct, frozen=True, tag_field="effect", tag="say", omit_defaults=True):
    """Send this to the customer. `kind`: survey (needs a basis, ends at opt-out) or notice (stop, help)."""

    text: str
    options: tuple[Option, ...] = ()
    kind: Literal["survey", "notice"] = "survey"
    purpose: str = "question"  # question | reask | confirm | reminder | say | thanks | corrected | human | help | stop
    not_after: int = 0


class Record(Struct, frozen=True, tag_field="effect", tag="record"):
    """Store (or correct) the answer to a question.

    `marks` are the Outbound keys of messages whose buttons have done their work; under the last one `label`, the
    answer as the customer knows it, is to be shown.
    """

    question: str
    type: str
    answer: Answer
    at: int
    corrections: int = 0
    marks: tuple[str, ...] = ()
    label: str = ""


class SetTimer(Struct, frozen=True, tag_field="effect", tag="set_timer"):
    """Wake the session at `at`; replaces any earlier timer of the session."""

    at: int


class ClearTimers(Struct, frozen=True, tag_field="effect", tag="clear_timers"):
    """Nothing is due any more."""


class OpenCase(Struct, frozen=True, tag_field="effect", tag="open_case", omit_defaults=True):
    """A human should look at this: `reason` is score, answer or request."""

    desk: str
    priority: str = "normal"
    reason: str = "score"
    respond_within: int = 0  # milliseconds, 0 = the desk's own


class Suppress(Struct, frozen=True, tag_field="effect", tag="suppress"):
    """The customer wants no more messages."""

    source: str  # stop | provider | operator


class Finish(Struct, frozen=True, tag_field="effect", tag="finish"):
    """The session is over."""

    outcome: Outcome


Effect = Say | Record | SetTimer | ClearTimers | OpenCase | Suppress | Finish


class Turn(Struct, frozen=True):
    """What one event led to."""

    session: Session
    effects: tuple[Effect, ...]
