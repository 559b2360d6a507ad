"""What moves a case. Durations in ms."""

from msgspec import Struct

from bot.cases.state import Actor, Case, Priority
from bot.messages import LeftOut, Media


class Claimed(Struct, frozen=True, tag="claimed", omit_defaults=True):
    """Somebody wants to own the case. `ref` is their message or press, to answer to."""

    by: Actor
    ref: str = ""


class Released(Struct, frozen=True, tag="released", omit_defaults=True):
    """The owner gives it back to the queue."""

    by: Actor
    ref: str = ""


class Assigned(Struct, frozen=True, tag="assigned", omit_defaults=True):
    """Somebody gives it to an agent, who is named as in the settings or as the channel does."""

    by: Actor
    to: str
    ref: str = ""


class HandedOver(Struct, frozen=True, tag="handed_over", omit_defaults=True):
    """Somebody gives it to another desk."""

    by: Actor
    desk: str
    ref: str = ""


class Snoozed(Struct, frozen=True, tag="snoozed", omit_defaults=True):
    """No reminders for so many milliseconds."""

    by: Actor
    duration: int
    ref: str = ""


class AgentSaid(Struct, frozen=True, tag="agent_said", omit_defaults=True):
    """Somebody wrote at the desk.

    `intent`: "" as it was typed; send (said so); reply (a text that the desk keeps); internal (a note by its form).
    """

    by: Actor
    text: str
    ref: str = ""
    media: tuple[Media, ...] = ()
    album: str = ""
    reply_to: str = ""
    intent: str = ""
    voucher: str = ""  # of the desk's, whose code the text still lacks


class AgentEdited(Struct, frozen=True, tag="agent_edited"):
    """Somebody changed a message at the desk."""

    by: Actor
    ref: str
    text: str


class AgentRemoved(Struct, frozen=True, tag="agent_removed"):
    """Somebody deleted a message at the desk."""

    by: Actor
    ref: str


class AgentReacted(Struct, frozen=True, tag="agent_reacted", omit_defaults=True):
    """Somebody put an emoji on a message at the desk, or with "" took theirs away: the one `taken`, or "" all of them.

    `shown` are the keys of the notes that stand in that message, the newest first.
    """

    by: Actor
    ref: str
    emoji: str
    taken: str = ""
    shown: tuple[str, ...] = ()


class Chosen(Struct, frozen=True, tag="chosen", omit_defaults=True):
    """Somebody pressed a button that names a thing: what to do with a held message, a failed one, a cause.

    `what` is send | note | take | retry | correct | cause | skip | cancel; `of` the id of that thing.
    """

    by: Actor
    what: str
    of: str = ""
    ref: str = ""


class Noted(Struct, frozen=True, tag="noted", omit_defaults=True):
    """An internal note."""

    by: Actor
    text: str
    ref: str = ""


class Resolved(Struct, frozen=True, tag="resolved", omit_defaults=True):
    """Somebody says it is solved. Without a cause, the desk asks for it."""

    by: Actor
    cause: str = ""
    action: str = ""
    ref: str = ""


class Reopened(Struct, frozen=True, tag="reopened", omit_defaults=True):
    """Somebody takes it up again."""

    by: Actor
    ref: str = ""


class Misunderstood(Struct, frozen=True, tag="misunderstood", omit_defaults=True):
    """Somebody typed a command that there is not, or used it wrongly. `why` is a phrase of `bot/cases/words.yaml`."""

    by: Actor
    why: str
    word: str = ""
    ref: str = ""


class CustomerSaid(Struct, frozen=True, tag="customer_said", omit_defaults=True):
    """The customer wrote. `to_bot`: the survey took it, too."""

    text: str
    ref: str = ""
    media: tuple[Media, ...] = ()
    album: str = ""
    reply_to: str = ""
    pressed: str = ""  # Outbound key of the message whose button was pressed
    value: str = ""  # and the button's value
    to_bot: bool = False


class CustomerEdited(Struct, frozen=True, tag="customer_edited"):
    """The customer changed a message."""

    ref: str
    text: str


class CustomerRemoved(Struct, frozen=True, tag="customer_removed"):
    """The customer deleted a message."""

    ref: str


class CustomerReacted(Struct, frozen=True, tag="customer_reacted", omit_defaults=True):
    """The customer put an emoji on a message, or with "" took theirs away: the one `taken`, or "" all of them."""

    ref: str
    emoji: str
    taken: str = ""


class BotSaid(Struct, frozen=True, tag="bot_said", omit_defaults=True):
    """The survey says this to the customer; `key` is the message's, which tells what became of it."""

    text: str
    key: str = ""


class Answered(Struct, frozen=True, tag="answered", omit_defaults=True):
    """The survey took an answer, or a corrected one."""

    question: str
    kind: str  # the question's type
    text: str  # as the customer knows it
    value: int | None = None
    segment: str = ""
    comment: str = ""


class Wanted(Struct, frozen=True, tag="wanted", omit_defaults=True):
    """The flow, or the customer, asks for a person (again)."""

    desk: str
    priority: Priority = "normal"
    reason: str = "score"
    respond_within: int = 0


class Woken(Struct, frozen=True, tag="woken"):
    """The case's timer came due; what is due follows from state and time."""


class OptedOut(Struct, frozen=True, tag="opted_out", omit_defaults=True):
    """The customer cannot be written to any more. `why`: stop | provider."""

    why: str = "stop"


class OptedIn(Struct, frozen=True, tag="opted_in"):
    """The customer wants messages again."""


class Overtaken(Struct, frozen=True, tag="overtaken"):
    """Another survey begins with somebody who has only tried one out so far."""


class DeliveryChanged(Struct, frozen=True, tag="delivery_changed", omit_defaults=True):
    """What became of a message to the customer. `state`: as outbox rows have it."""

    key: str
    state: str
    code: str = ""
    error: str = ""
    provider_id: str = ""  # of the customer's copy, if it is known by now


class FilesNotSent(Struct, frozen=True, tag="files_not_sent"):
    """Files of the message `key`, `by_agent` or by the customer, were not passed on; the rest of it was."""

    key: str
    files: tuple[LeftOut, ...]
    by_agent: bool


CaseEvent = (
    Claimed
    | Released
    | Assigned
    | HandedOver
    | Snoozed
    | AgentSaid
    | AgentEdited
    | AgentRemoved
    | AgentReacted
    | Chosen
    | Noted
    | Resolved
    | Reopened
    | Misunderstood
    | CustomerSaid
    | CustomerEdited
    | CustomerRemoved
    | CustomerReacted
    | BotSaid
    | Answered
    | Wanted
    | Woken
    | OptedOut
    | OptedIn
    | Overtaken
    | DeliveryChanged
    | FilesNotSent
)


class Begun(Struct, frozen=True, tag="begun", omit_defaults=True):
    """The first line of a case's journal: the case as it was opened."""

    case: Case
