"""What the Telegram sandbox knows: bots, users, chats, topics, messages and files."""

import secrets
from typing import Any

from msgspec import Struct, field

Json = dict[str, Any]


class Bot(Struct, frozen=True):
    """A bot. Its id is the part of the token before the colon.

    `reads_all` is "privacy mode off": in groups it then gets every message, not only those meant for it.
    """

    token: str
    username: str = "echolot_bot"
    name: str = "Echolot"
    reads_all: bool = False

    @property
    def id(self) -> int:
        """The bot's user id."""
        return int(self.token.partition(":")[0])

    def json(self) -> Json:
        """The User object, as in `from`."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


class User(Struct):
    """A person."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "en"
    deactivated: bool = False

    def json(self) -> Json:
        """The User object, as in `from`."""
        optional = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        return {"id": self.id, "is_bot": False, "first_name": self.first_name} | {
            k: v for k, v in optional.items() if v
        }


class File(Struct, frozen=True):
    """Something uploaded. `size` exceeds the content's for files that are only said to be large."""

    kind: str  # photo | document | voice | audio | video
    content: bytes
    name: str = ""
    mime: str = ""
    seconds: int = 0
    size: int = 0
    unique: str = field(default_factory=lambda: secrets.token_hex(8))

    def id_for(self, viewer: int) -> str:
        """The file_id, which is another one for every bot."""
        return f"{self.kind}-{self.unique}-{viewer}"

    def json(self, viewer: int) -> Json | list[Json]:
        """The object of this kind; a photo is a list of sizes."""
        data: Json = {
            "file_id": self.id_for(viewer),
            "file_unique_id": self.unique,
            "file_size": self.size or len(self.content),
        }
        if self.kind == "photo":
            return [data | {"width": 90, "height": 90}, data | {"width": 1280, "height": 1280}]
        if self.kind in ("voice", "audio", "video"):
            data["duration"] = self.seconds
        if self.kind == "video":
            data |= {"width": 640, "height": 480}
        named = {"file_name": self.name if self.kind != "voice" else "", "mime_type": self.mime}
        return data | {key: value for key, value in named.items() if value}


class Topic(Struct):
    """A topic of a forum. Its id is that of the message that opened it."""

    id: int
    name: str
    creator: int
    icon_color: int = 7322096
    icon_custom_emoji_id: str = ""
    closed: bool = False

    def json(self) -> Json:
        """The ForumTopic object."""
        data: Json = {"message_thread_id": self.id, "name": self.name, "icon_color": self.icon_color}
        return data | ({"icon_custom_emoji_id": self.icon_custom_emoji_id} if self.icon_custom_emoji_id else {})


class Member(Struct):
    """Somebody's place in a group: creator, administrator (with rights), member, left or kicked."""

    status: str
    rights: frozenset[str] = frozenset()

    @property
    def present(self) -> bool:
        """Whether they are in the group."""
        return self.status not in ("left", "kicked")

    def may(self, right: str) -> bool:
        """Whether they may do what `right` names, e.g. can_manage_topics."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)


class Message(Struct, eq=False):
    """A message. `text` and `entities` are a caption where there is media; times are epoch seconds."""

    id: int
    chat: "Chat"
    sender: User | Bot
    date: float
    text: str = ""
    entities: list[Json] = []
    file: File | None = None
    album: str = ""
    reply_to: "Message | None" = None
    topic: int = 0
    service: Json = {}  # what a service message tells, e.g. {"forum_topic_closed": {}}
    keyboard: list[list[Json]] = []
    keyboards: list[list[list[Json]]] = []  # every inline keyboard it ever had
    edited: float = 0.0
    reactions: dict[int, list[Json]] = {}  # user id → ReactionType objects

    @property
    def mine(self) -> bool:
        """Whether a bot wrote it."""
        return isinstance(self.sender, Bot)

    def json(self, viewer: int, *, nested: bool = False) -> Json:
        """The Message object as one bot sees it; a message inside another shows no further reply."""
        data: Json = {
            "message_id": self.id,
            "from": self.sender.json(),
            "chat": self.chat.json(),
            "date": int(self.date),
        } | self.service
        if self.edited:
            data["edit_date"] = int(self.edited)
        if self.topic:
            data |= {"message_thread_id": self.topic, "is_topic_message": True}
        caption = "caption" if self.file else ""
        if self.text:
            data[caption or "text"] = self.text
        if self.entities:
            data[f"{caption}_entities" if caption else "entities"] = self.entities
        if self.file:
            data[self.file.kind] = self.file.json(viewer)
        if self.album:
            data["media_group_id"] = self.album
        if self.keyboard:
            data["reply_markup"] = {"inline_keyboard": self.keyboard}
        root = self.chat.messages.get(self.topic) if self.topic != self.id else None
        if (quoted := self.reply_to or root) and not nested:
            data["reply_to_message"] = quoted.json(viewer, nested=True)
        return data


class Chat(Struct, eq=False):
    """A private chat of one person with one bot, or a group."""

    id: int
    type: str  # private | group | supergroup
    title: str = ""
    forum: bool = False
    user: User | None = None  # of a private chat, as is what follows
    bot: int = 0
    started: bool = False
    blocked: bool = False
    members: dict[int, Member] = {}
    topics: dict[int, Topic] = {}
    messages: dict[int, Message] = {}
    last_id: int = 0
    migrated_to: int = 0
    signs: frozenset[str] | None = None  # emoji that members may react with; None: all

    def json(self) -> Json:
        """The Chat object, as in a message."""
        if self.user:
            person = self.user.json()
            return {"id": self.id, "type": "private"} | {
                name: person[name] for name in ("first_name", "last_name", "username") if name in person
            }
        return {"id": self.id, "type": self.type, "title": self.title} | ({"is_forum": True} if self.forum else {})

    def member(self, user: int) -> Member:
        """Somebody's place in this group."""
        return self.members.get(user, Member("left"))


class Refused(Exception):
    """The Bot API says no: status, description, and parameters such as retry_after."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        prefix = {400: "Bad Request: ", 403: "Forbidden: ", 409: "Conflict: "}.get(status, "")
        super().__init__(prefix + description)
        self.status = status
        self.parameters = parameters

    def json(self) -> Json:
        """The body of the answer: https://core.telegram.org/bots/api#making-requests."""
        body: Json = {"ok": False, "error_code": self.status, "description": str(self)}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str) -> Refused:
    """The commonest refusal: 400."""
    return Refused(400, description)
