"""What we read of Telegram's updates; everything else in them is skipped unread.

Fields and types: https://core.telegram.org/bots/api#getting-updates. Numbers and ids are bounded so that whatever
passes can be stored.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "message_reaction")
"""The kinds of updates that we ask Telegram for; reactions come only to those who do."""

Id = Annotated[int, Meta(ge=-(1 << 53), le=1 << 53)]
Seconds = Annotated[int, Meta(ge=0, le=1 << 40)]
Token = Annotated[str, Meta(pattern=r"\A[\w.:-]{1,255}\Z")]


class User(Struct, frozen=True):
    """A person or a bot."""

    id: Id
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    language_code: str = ""


class Chat(Struct, frozen=True):
    """A private chat, group, supergroup or channel."""

    id: Id
    type: str = ""


class Piece(Struct, frozen=True):
    """A file of any kind, a sticker among them."""

    file_id: Token
    mime_type: str = ""
    file_name: str = ""
    emoji: str = ""


class Contact(Struct, frozen=True):
    """Somebody's telephone number."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Location(Struct, frozen=True):
    """A place, in degrees."""

    latitude: float
    longitude: float


class Venue(Struct, frozen=True):
    """A place with a name."""

    title: str
    address: str = ""


class Choice(Struct, frozen=True):
    """One answer of a poll."""

    text: str


class Poll(Struct, frozen=True):
    """A poll that somebody put up."""

    question: str
    options: list[Choice] = []


class Dice(Struct, frozen=True):
    """A thrown die, a dart and the like. Its value is chance, and no answer to anything."""

    emoji: str = ""


class Quoted(Struct, frozen=True):
    """The message that another one answers."""

    message_id: Id


class Message(Struct, frozen=True):
    """A message, or one of the many things that Telegram tells of as messages."""

    message_id: Id
    chat: Chat
    date: Seconds = 0
    sender: User | None = field(default=None, name="from")
    sender_chat: Chat | None = None
    message_thread_id: Id = 0
    is_topic_message: bool = False
    reply_to_message: Quoted | None = None
    edit_date: Seconds = 0
    media_group_id: Token = ""
    text: str = ""
    caption: str = ""
    photo: list[Piece] = []
    document: Piece | None = None
    voice: Piece | None = None
    audio: Piece | None = None
    video: Piece | None = None
    video_note: Piece | None = None
    animation: Piece | None = None
    sticker: Piece | None = None
    contact: Contact | None = None
    location: Location | None = None
    venue: Venue | None = None
    poll: Poll | None = None
    dice: Dice | None = None
    migrate_to_chat_id: Id = 0
    migrate_from_chat_id: Id = 0


class CallbackQuery(Struct, frozen=True):
    """A press of an inline button."""

    id: Token
    sender: User = field(name="from")
    message: Message | None = None
    data: str = ""


class Member(Struct, frozen=True):
    """Somebody's place in a chat."""

    status: str


class MemberUpdated(Struct, frozen=True):
    """Our own place in a chat has changed; in a private chat: the person has blocked or unblocked us."""

    chat: Chat
    new_chat_member: Member
    date: Seconds = 0


class Reaction(Struct, frozen=True):
    """One emoji under a message; a custom or paid one has no `emoji`."""

    emoji: str = ""


class ReactionUpdated(Struct, frozen=True):
    """Somebody's reactions to a message have changed. `actor_chat` is an anonymous administrator's group."""

    chat: Chat
    message_id: Id
    user: User | None = None
    actor_chat: Chat | None = None
    date: Seconds = 0
    old_reaction: list[Reaction] = []
    new_reaction: list[Reaction] = []


class Update(Struct, frozen=True):
    """One thing that happened."""

    update_id: Id
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MemberUpdated | None = None
    message_reaction: ReactionUpdated | None = None
