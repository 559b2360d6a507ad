"""What travels between channels, inbox, engine and outbox. All times are epoch milliseconds, UTC."""

from collections.abc import Mapping

from msgspec import Struct, field

from bot.bodies import (
    TEST,
    Body,
    Bulletin,
    CaseWanted,
    Consent,
    Control,
    DeadLink,
    Delivery,
    Edited,
    File,
    FilesRefused,
    FromDesk,
    Invite,
    LeftOut,
    Media,
    Moved,
    NotEntered,
    Pressed,
    Reacted,
    Removed,
    Said,
    Started,
    Switch,
    TimerFired,
    Unreadable,
)
from bot.cards import Card, Fact
from flows.answers import Option, Prompt

__all__ = [
    "TEST", "Address", "Body", "Bulletin", "Capabilities", "Card", "CaseWanted", "Consent", "Control", "DeadLink",
    "Delivery", "Edited", "Fact", "File", "FilesRefused", "FromDesk", "Inbound", "Invite", "LeftOut", "Limit", "Media",
    "Moved", "NotEntered", "Option", "Outbound", "Pressed", "Prompt", "Reacted", "Receipt", "Removed", "Response",
    "Said", "Sent", "Started", "Switch", "TimerFired", "Unreadable", "WebRequest",
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
    sign on the message `reply_to`, named by the prompt's text, or an agent's emoji, which is the text; "": none) |
    report (to whoever reads this chat).
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
    voucher: str = ""  # `desk/name`: a code of it goes into the text, `{{ code }}`, when it is sent


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
    emoji: frozenset[str] = frozenset()  # `bare` ones that we can put on what somebody wrote there


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
