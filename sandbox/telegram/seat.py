"""A member's seat in a group: its topics and messages on a screen, and everything that can be done there."""

from collections.abc import Callable, Iterable

import msgspec

from sandbox.telegram.group import Group
from sandbox.telegram.model import Chat, Json, Message, Topic
from sandbox.telegram.phone import Person

GENERAL = 0  # what has no topic


class Upload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file to send; in JSON its content is base64. `kind`: photo | document | voice."""

    content: bytes
    kind: str = "photo"
    name: str = "file.pdf"
    mime: str = "application/pdf"


class Seat:
    """One person in one group. What they may not do raises PermissionError, what there is not LookupError.

    Messages are told by their ids. `topic` is a message_thread_id, 0 for the General topic and groups without topics.
    """

    def __init__(self, group: Group, person: Person) -> None:
        self.group = group
        self.person = person

    @property
    def version(self) -> int:
        """Grows with everything that changes in the person's chats; wait for it with `Person.news`."""
        return self.person.version

    def screen(self, topic: int | None = None) -> Json:
        """The group and its topics, and the messages of a topic if one is open."""
        chat = self._chat
        shown = {"messages": self.shows(topic)} if topic is not None else {}
        told = {"version": self.version, "chat": chat.id, "title": chat.title, "forum": chat.forum}
        return told | {"member": chat.member(self.person.id).status, "topics": self.topics()} | shown

    def topics(self) -> list[Json]:
        """General first, then those in which something was said last: {id, name, closed, mine, messages, last, at}.

        `mine`: whether this person opened it; `last` is the latest text, `at` its time (epoch ms).
        """
        found = [self._topic(Topic(GENERAL, "General", 0)), *map(self._topic, self._chat.topics.values())]
        return sorted(found, key=lambda one: (one["id"] != GENERAL, -one["last_id"]))

    def shows(self, topic: int = GENERAL) -> list[Json]:
        """Messages of a topic, oldest first: see Person.shows."""
        return self.person.shows(self._chat, self._known(topic))

    def says(self, text: str, topic: int = GENERAL, reply_to: int = 0) -> Message:
        """Type into a topic, or reply to a message in its topic."""
        self._present()
        return self.person.says(text, chat=self._chat, topic=self._known(topic), reply_to=reply_to or None)

    def sends(self, files: Iterable[Upload], caption: str = "", topic: int = GENERAL) -> list[Message]:
        """Send a file, or several pictures as an album."""
        self._present()
        uploads, where = list(files), {"chat": self._chat, "topic": self._known(topic)}
        if len(uploads) > 1:
            return self.person.sends_album([one.content for one in uploads], caption, **where)  # type: ignore[arg-type]  # chat and topic
        [one] = uploads
        send: dict[str, Callable[[], Message]] = {
            "photo": lambda: self.person.sends_photo(one.content, caption, **where),  # type: ignore[arg-type]
            "voice": lambda: self.person.sends_voice(one.content, **where),  # type: ignore[arg-type]
            "document": lambda: self.person.sends_document(one.content, one.name, one.mime, caption, **where),  # type: ignore[arg-type]
        }
        return [send[one.kind]()]

    def presses(self, button: str | int, message: int, *, stale: bool = False) -> str:
        """Press a button by its label or number; the press's id."""
        self._present()
        return self.person.presses(button, self._message(message), stale=stale).id

    def edits(self, message: int, text: str) -> None:
        """Change an own message."""
        self._present()
        shown = self._message(message)
        if shown.sender.id != self.person.id:
            raise PermissionError("this is somebody else's message")
        self.person.edits(shown, text)

    def deletes(self, message: int) -> None:
        """Delete an own message, or as an administrator anybody's. Bots are not told."""
        shown = self._message(message)
        if shown.sender.id != self.person.id:
            self._may("can_delete_messages")
        self.person.deletes(shown)

    def reacts(self, emoji: str, message: int) -> None:
        """React to a message, or with "" take it back."""
        self._present()
        self.person.reacts(emoji, self._message(message))

    def opens(self, name: str) -> int:
        """Open a topic; its id."""
        self._present()
        return self.group.opens(self.person, name).id

    def closes(self, topic: int) -> None:
        """Close a topic: an own one, or as an administrator."""
        self.group.closes(self.person, self._managed(topic, "can_manage_topics"))

    def reopens(self, topic: int) -> None:
        """Take a closed topic up again."""
        self.group.reopens(self.person, self._managed(topic, "can_manage_topics"))

    def renames(self, topic: int, name: str) -> None:
        """Give a topic another name."""
        self.group.renames(self.person, self._managed(topic, "can_manage_topics"), name)

    def deletes_topic(self, topic: int) -> None:
        """Delete a topic with all its messages, which only administrators may. Bots are not told."""
        self._may("can_delete_messages")
        self.group.deletes(self._real(topic))

    @property
    def _chat(self) -> Chat:
        return self.group.chat

    def _topic(self, topic: Topic) -> Json:
        messages = [one for one in self._chat.messages.values() if one.topic == topic.id]
        said = [one for one in messages if not one.service]
        return {
            "id": topic.id,
            "name": topic.name,
            "closed": topic.closed,
            "mine": topic.creator == self.person.id,
            "messages": len(said),
            "last": said[-1].text if said else "",
            "last_id": messages[-1].id if messages else 0,
            "at": int(messages[-1].date * 1000) if messages else 0,
        }

    def _known(self, topic: int) -> int:
        return topic if topic == GENERAL else self._real(topic).id

    def _real(self, topic: int) -> Topic:
        if topic not in self._chat.topics:
            raise LookupError("there is no such topic")
        return self._chat.topics[topic]

    def _managed(self, topic: int, right: str) -> Topic:
        self._present()
        found = self._real(topic)
        if found.creator != self.person.id:
            self._may(right)
        return found

    def _message(self, message: int) -> Message:
        if message not in self._chat.messages:
            raise LookupError("there is no such message")
        return self._chat.messages[message]

    def _present(self) -> None:
        if not self._chat.member(self.person.id).present:
            raise PermissionError("not a member of this group")

    def _may(self, right: str) -> None:
        self._present()
        if not self._chat.member(self.person.id).may(right):
            raise PermissionError(f"only with the right {right}")


class Deed(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody does in a group, in JSON. `do` is one of DEEDS; the rest is what it needs.

    `message`, `topic` and `reply_to` are ids; `text` is also a topic's name or an emoji; `button` a label or number.
    """

    do: str
    text: str = ""
    topic: int = GENERAL
    message: int = 0
    reply_to: int = 0
    button: str | int = 0
    stale: bool = False
    files: list[Upload] = []


DEEDS: dict[str, Callable[[Seat, Deed], object]] = {
    "say": lambda seat, deed: seat.says(deed.text, deed.topic, deed.reply_to).id,
    "send": lambda seat, deed: [one.id for one in seat.sends(deed.files, deed.text, deed.topic)],
    "press": lambda seat, deed: seat.presses(deed.button, deed.message, stale=deed.stale),
    "edit": lambda seat, deed: seat.edits(deed.message, deed.text),
    "delete": lambda seat, deed: seat.deletes(deed.message),
    "react": lambda seat, deed: seat.reacts(deed.text, deed.message),
    "open": lambda seat, deed: seat.opens(deed.text),
    "close": lambda seat, deed: seat.closes(deed.topic),
    "reopen": lambda seat, deed: seat.reopens(deed.topic),
    "rename": lambda seat, deed: seat.renames(deed.topic, deed.text),
    "delete_topic": lambda seat, deed: seat.deletes_topic(deed.topic),
}


def do(seat: Seat, deed: Deed) -> Json:
    """Do it: {"done": what came of it}, such as the id of a new message. Raises PermissionError or LookupError."""
    if deed.do not in DEEDS:
        raise LookupError(f"do one of {', '.join(DEEDS)}")
    return {"done": DEEDS[deed.do](seat, deed)}
