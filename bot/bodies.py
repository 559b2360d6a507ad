"""What an event can be: what people did, and what happened to messages and surveys. All times are epoch ms, UTC."""

from msgspec import Struct


class Media(Struct, frozen=True, omit_defaults=True):
    """A picture, file or voice note: `ref` is what the adapter needs to download it, never a public link."""

    ref: str
    mime: str = ""
    name: str = ""


class File(Struct, frozen=True):
    """A file on its way out, with its bytes, and where they can be fetched if they have been put behind a link."""

    name: str
    mime: str
    data: bytes
    link: str = ""


class LeftOut(Struct, frozen=True):
    """A file that did not go along. `why`: type_refused | too_large | gone."""

    name: str
    why: str


class Said(Struct, frozen=True, tag="said", omit_defaults=True):
    """Somebody wrote something.

    `ref` is the provider's id of the message, unique within its chat, as `Sent.provider_id` would write it; `album`
    is the same for all parts of one album, which arrive as several messages; `reply_to` is the `ref` it quotes.
    """

    text: str
    media: tuple[Media, ...] = ()
    ref: str = ""
    album: str = ""
    reply_to: str = ""


class Edited(Struct, frozen=True, tag="edited"):
    """The message `ref` now reads differently. Never for changes that nobody can see."""

    ref: str
    text: str


class Removed(Struct, frozen=True, tag="removed", omit_defaults=True):
    """The message `ref` was deleted by its author; one of `ours`, on which a thread hung, by whoever may."""

    ref: str
    ours: bool = False


class Pressed(Struct, frozen=True, tag="pressed", omit_defaults=True):
    """The customer pressed a button; `question` is the Outbound key of the message that carried it.

    `ref` is the provider's id of that message: a press proves that it arrived.
    """

    question: str
    value: str
    ref: str = ""


class Reacted(Struct, frozen=True, tag="reacted", omit_defaults=True):
    """Somebody put `emoji` on the message `ref`, or with "" took theirs away: the one `taken`, or "" all of them."""

    ref: str
    emoji: str
    taken: str = ""


class Started(Struct, frozen=True, tag="started", omit_defaults=True):
    """Somebody opened the conversation with the bot, by a deep link if there is a `token`.

    `language` is what the provider knows of the person, an IETF tag or "".
    """

    token: str = ""
    language: str = ""


class Moved(Struct, frozen=True, tag="moved"):
    """The chat this came from goes on under the provider's new id `chat`."""

    chat: str


class Consent(Struct, frozen=True, tag="consent", omit_defaults=True):
    """The provider tells of an opt-out, opt-in or help request. `answered`: it has replied to the customer itself.

    `silent`: the customer said nothing, and the provider lets us write no more: they have blocked us there.
    `phrased`: the customer said so in words of their own, which may have been misread. `source`: the provider's code,
    such as 21610, or the reason for which somebody of ours has suppressed the address.
    """

    action: str  # stop | start | help
    answered: bool = False
    silent: bool = False
    phrased: bool = False
    source: str = ""


class Delivery(Struct, frozen=True, tag="delivery", omit_defaults=True):
    """What became of an outbound message. `state`: sent | delivered | undelivered | read | failed.

    One that is sent and `holds` (ms) is still in the provider's queue: the next one to the same person waits so long.
    """

    key: str  # Outbound.key; "" if only the provider's id is known
    provider_id: str
    state: str
    code: str = ""
    error: str = ""
    opted_out: bool = False
    holds: int = 0


TEST = "test"
"""The basis of a survey that somebody tries out: they see that, and what they answer never counts."""


class Invite(Struct, frozen=True, tag="invite", omit_defaults=True):
    """Start a survey.

    `basis` says why we may: operator (the operator's own act) | link | keyword | TEST, or what the consent event
    `grant` stands for: consent | existing_customer | contract | other. `quiet` are the hours in which we may write of
    our own accord, as `bot.outreach.quiet` has them; "" is always.
    """

    flow: str
    revision: str
    language: str
    basis: str
    variables: dict[str, str] = {}
    grant: str = ""
    quiet: str = ""


class Switch(Struct, frozen=True, tag="switch"):
    """A running survey is to go on with another revision of its flow, if it can."""

    session: str
    revision: str


class NotEntered(Struct, frozen=True, tag="not_entered"):
    """Somebody used the word of an entry, and its survey does not begin for them: again | stopped."""

    why: str


class Control(Struct, frozen=True, tag="control"):
    """A person takes over (`human`) or hands back (`bot`). `by` is the agent."""

    owner: str
    by: str = ""


class DeadLink(Struct, frozen=True, tag="dead_link"):
    """Somebody opened a link that starts nothing any more, or never did: used | expired | unknown."""

    why: str


class Bulletin(Struct, frozen=True, tag="bulletin"):
    """A report for whoever reads this chat; the event's id is the key of the message that tells it."""

    text: str
    language: str


class TimerFired(Struct, frozen=True, tag="timer"):
    """A session's timer came due; `due_at` is when it was meant to."""

    session: str
    due_at: int


class FromDesk(Struct, frozen=True, tag="from_desk", omit_defaults=True):
    """What somebody did at a desk about a case, in the lane of its customer.

    `place` is the lane where it happened (a case's thread, a phone), or `web`; `author` what its channel calls the
    person, `name` how the person is called there, if that is known. `shown` are the Outbound keys of what stands in the
    message of ours that it is about, the newest first, where only the store knows them.
    """

    case: str
    place: str
    author: str
    body: Said | Edited | Removed | Pressed | Reacted
    name: str = ""
    shown: tuple[str, ...] = ()


class CaseWanted(Struct, frozen=True, tag="case_wanted", omit_defaults=True):
    """A survey asked for a person before there were cases. `respond_within` is ms; 0: the desk's own."""

    desk: str
    priority: str
    reason: str
    session: str
    respond_within: int = 0


class FilesRefused(Struct, frozen=True, tag="files_refused"):
    """Files of the message `key` were not passed on; the rest of it was. In the lane of the case's customer.

    Sent `by_agent`, else by the customer.
    """

    key: str
    files: tuple[LeftOut, ...]
    by_agent: bool


class Unreadable(Struct, frozen=True, tag="unreadable"):
    """Authentic, but not understood: kept as poison so that the provider does not send it for ever."""

    raw: str
    error: str


Body = (
    Said
    | Edited
    | Removed
    | Pressed
    | Reacted
    | Started
    | Moved
    | Consent
    | Delivery
    | Invite
    | DeadLink
    | NotEntered
    | Control
    | Switch
    | TimerFired
    | Bulletin
    | FromDesk
    | CaseWanted
    | FilesRefused
    | Unreadable
)
