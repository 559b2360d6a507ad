"""What travels between channels, inbox, engine and outbox. All times are epoch milliseconds, UTC."""

from msgspec import Struct, field

from flows.answers import Option, Prompt

__all__ = [
    "Address", "Body", "Capabilities", "Consent", "Control", "Delivery", "Inbound", "Invite", "Media", "Option",
    "Outbound", "Pressed", "Prompt", "Receipt", "Response", "Said", "Sent", "TimerFired", "Unreadable", "WebRequest",
]  # fmt: skip


class Address(Struct, frozen=True, omit_defaults=True):
    """Where somebody can be reached: the settings' channel name, the provider's account and chat, and a thread."""

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


class Media(Struct, frozen=True, omit_defaults=True):
    """A picture, file or voice note: `ref` is what the adapter needs to download it, never a public link."""

    ref: str
    mime: str = ""
    name: str = ""


class Said(Struct, frozen=True, tag="said", omit_defaults=True):
    """The customer wrote something."""

    text: str
    media: tuple[Media, ...] = ()


class Pressed(Struct, frozen=True, tag="pressed"):
    """The customer pressed a button; `question` is the Outbound key of the message that carried it."""

    question: str
    value: str


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


class TimerFired(Struct, frozen=True, tag="timer"):
    """A session's timer came due; `due_at` is when it was meant to."""

    session: str
    due_at: int


class Unreadable(Struct, frozen=True, tag="unreadable"):
    """Authentic, but not understood: kept as poison so that the provider does not send it for ever."""

    raw: str
    error: str


Body = Said | Pressed | Consent | Delivery | Invite | Control | TimerFired | Unreadable


class Inbound(Struct, frozen=True, omit_defaults=True):
    """One event for one lane. `id` is the provider's id for it: the same id twice has one effect."""

    id: str
    at: int
    source: Address
    body: Body
    author: str = ""
    recipient: str = ""  # the own number or bot it was written to; the answer goes out from there


class Outbound(Struct, frozen=True, omit_defaults=True):
    """One message to one address. `key` is `session.turn.n`, unique for ever; `not_after` 0 means no limit."""

    key: str
    to: Address
    prompt: Prompt
    kind: str = "survey"  # survey | notice (opt-out confirmation, help) | agent
    sender: str = ""  # the own number or bot the customer wrote to last; "" lets the channel choose
    not_after: int = 0
    language: str = ""  # of the prompt, for channels that have templates by language


class Sent(Struct, frozen=True, omit_defaults=True):
    """The provider took it."""

    provider_id: str
    state: str = "sent"
    sender: str = ""
    parts: int = 1


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
