"""What travels between channels, inbox, engine and outbox. All times are epoch milliseconds, UTC."""

from collections.abc import Mapping

from msgspec import Struct, field

from bot.cards import Card, Fact
from flows.answers import Option, Prompt

__all__ = [
    "Address", "Body", "Capabilities", "Card", "CaseWanted", "Consent", "Control", "DeadLink", "Delivery", "Edited",
    "Fact", "File", "FilesRefused", "FromDesk", "Inbound", "Invite", "LeftOut", "Limit", "Media", "Moved", "Option",
    "Outbound", "Pressed", "Prompt", "Reacted", "Receipt", "Removed", "Response", "Said", "Sent", "Started",
    "TimerFired", "Unreadable", "WebRequest",
]  # fmt: skip


class Address(Struct, frozen=True, omit_defaults=True):
    """Where somebody can be reached: the settings' channel name, the provider's account and chat, and a thread.

    `chat` is a person wherever one person is meant (a Slack user, not the DM with them), else a group or channel.
    Account, chat and thread hold neither `/` nor `#`.
    """

    channel: str
    chat: str
    account: str = ""
    thread: str = ""

    @property
    def lane(self) -> str:
        """The FIFO lane of this address: `channel:chat`, with account and thread where there are any."""
        account = f"{self.account}/" if self.account else ""
        thread = f"#{self.thread}" if self.thread else ""
        return f"{self.channel}:{account}{self.chat}{thread}"

    @classmethod
    def of_lane(cls, lane: str) -> "Address":
        """The address whose lane this is."""
        channel, _, rest = lane.partition(":")
        rest, _, thread = rest.partition("#")
        account, slash, chat = rest.rpartition("/")
        return cls(channel, chat if slash else rest, account, thread)


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


class Removed(Struct, frozen=True, tag="removed"):
    """The message `ref` was deleted by its author."""

    ref: str


class Pressed(Struct, frozen=True, tag="pressed", omit_defaults=True):
    """The customer pressed a button; `question` is the Outbound key of the message that carried it.

    `ref` is the provider's id of that message: a press proves that it arrived.
    """

    question: str
    value: str
    ref: str = ""


class Reacted(Struct, frozen=True, tag="reacted"):
    """Somebody put `emoji` on the message `ref`, or with "" took theirs away."""

    ref: str
    emoji: str


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
    """The provider tells of an opt-out, opt-in or help request. `answered`: it has replied to the customer itself."""

    action: str  # stop | start | help
    answered: bool = False


class Delivery(Struct, frozen=True, tag="delivery", omit_defaults=True):
    """What became of an outbound message. `state`: sent | delivered | undelivered | read | failed."""

    key: str  # Outbound.key; "" if only the provider's id is known
    provider_id: str
    state: str
    code: str = ""
    error: str = ""
    opted_out: bool = False


class Invite(Struct, frozen=True, tag="invite", omit_defaults=True):
    """Start a survey. `basis` says why we may (operator: the operator's own act)."""

    flow: str
    revision: str
    language: str
    basis: str
    variables: dict[str, str] = {}


class Control(Struct, frozen=True, tag="control"):
    """A person takes over (`human`) or hands back (`bot`). `by` is the agent."""

    owner: str
    by: str = ""


class DeadLink(Struct, frozen=True, tag="dead_link"):
    """Somebody opened a link that starts nothing any more, or never did: used | expired | unknown."""

    why: str


class TimerFired(Struct, frozen=True, tag="timer"):
    """A session's timer came due; `due_at` is when it was meant to."""

    session: str
    due_at: int


class FromDesk(Struct, frozen=True, tag="from_desk", omit_defaults=True):
    """What somebody did at a desk about a case, in the lane of its customer.

    `place` is the lane where it happened (a case's thread, a phone), or `web`; `author` what its channel calls the
    person, `name` how the person is called there, if that is known.
    """

    case: str
    place: str
    author: str
    body: Said | Edited | Removed | Pressed | Reacted
    name: str = ""


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
    | Control
    | TimerFired
    | FromDesk
    | CaseWanted
    | FilesRefused
    | Unreadable
)


class Inbound(Struct, frozen=True, omit_defaults=True):
    """One event for one lane: the same `id` twice has one effect.

    `id` is made of what the provider says about the thing itself, so that it stays the same if the provider tells of
    it again under a new delivery id.

    `author` is who acted, as the provider calls them, wherever the chat is not that one person: in groups and channels.
    """

    id: str
    at: int
    source: Address
    body: Body
    author: str = ""
    author_name: str = ""  # how the author is called there, if the provider tells
    recipient: str = ""  # the own number or bot it was written to; the answer goes out from there


class Outbound(Struct, frozen=True, omit_defaults=True):
    """One message to one address. `key` is `session.turn.n`, unique for ever; `not_after` 0 means no limit.

    With `edits`, the key of an earlier message, it changes that one instead, or with `removes` deletes it. `alias` and
    `avatar` (https URL) are the name and picture to speak under, where a channel can. `media` came in on the channel
    and account of the lane `origin`. `whisper` is the author in a group that alone should see it, where a channel can.

    `kind`: survey | notice (opt-out confirmation, help) | agent (a person's words) | case (a case's own, such as "is it
    solved?") | desk (to a desk) | card (a case's card there) | mark (shows a choice under its question) | status (a
    sign on the message `reply_to`, named by the prompt's text).
    """

    key: str
    to: Address
    prompt: Prompt
    kind: str = "survey"
    sender: str = ""  # the own number or bot the customer wrote to last; "" lets the channel choose
    not_after: int = 0
    language: str = ""  # of the prompt, for channels that have templates by language
    edits: str = ""
    reply_to: str = ""  # provider's id of the message it answers
    alias: str = ""
    avatar: str = ""
    card: Card | None = None
    whisper: str = ""
    media: tuple[Media, ...] = ()
    origin: str = ""
    removes: bool = False


class Limit(Struct, frozen=True):
    """At most `rate` messages per second on average, `burst` at once, to everything that shares `scope`."""

    scope: str
    rate: float
    burst: int = 1


class Sent(Struct, frozen=True, omit_defaults=True):
    """The provider took it. `provider_id` is all that it takes to change or find the message again."""

    provider_id: str
    state: str = "sent"
    sender: str = ""
    parts: int = 1
    left_out: tuple[LeftOut, ...] = ()  # files that were not sent with it


class Capabilities(Struct, frozen=True):
    """What a channel can do; data, so that lint and renderer need not know the adapter."""

    max_text: int
    buttons: bool = False
    threads: bool = False
    edits: bool = False
    media: bool = False
    receipts: bool = False
    can_start: bool = True  # may write to someone who has not written first
    text_unit: str = "chars"  # chars | utf16 | gsm7
    files: Mapping[str, int] = field(default_factory=lambda: {"*": 10_000_000})
    """Files that go out as they are: the most bytes by MIME type, `*` for all others. What does not fit is linked."""
    files_by_link: bool = False  # the provider fetches them from a link of ours


class WebRequest(Struct, frozen=True):
    """A webhook call as it came: header names in lower case, the body untouched."""

    method: str
    route: str  # "" for /hooks/{channel}, "status" for /hooks/{channel}/status
    query: str
    headers: dict[str, str]
    body: bytes


class Response(Struct, frozen=True):
    """What the provider is answered once the events are committed."""

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b""


class Receipt(Struct, frozen=True):
    """A verified and parsed webhook call: its events and the answer to give after they are committed."""

    inbound: tuple[Inbound, ...]
    response: Response = field(default_factory=Response)
