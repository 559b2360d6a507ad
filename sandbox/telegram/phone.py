"""A person's phone: what its screen shows, and everything that can be done on it."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Iterable

from sandbox.telegram.model import Bot, Chat, File, Json, Member, Message, User
from sandbox.telegram.reactions import may_react
from sandbox.telegram.text import commands, effects
from sandbox.telegram.world import Press, World

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


class Person:
    """One user. `version` grows with everything that changes in the chats they are in.

    `chat` and `topic` say where in what follows; by default the private chat in which something was said last.
    """

    def __init__(self, user: User, world: World) -> None:
        self.user = user
        self.version = 0
        self._world = world
        self._changed = asyncio.Event()

    @property
    def id(self) -> int:
        """The user id, which is also that of the private chat with any bot."""
        return self.user.id

    def start(self, bot: Bot | None = None, payload: str = "") -> Message:
        """Press Start, or open https://t.me/<bot>?start=PAYLOAD. Lifts a block first, as the app does."""
        if not _PAYLOAD.fullmatch(payload):
            raise ValueError("a deep link takes 1-64 characters of A-Z a-z 0-9 _ -")
        chat = self._with(bot)
        if chat.blocked:
            self.unblocks(bot)
        return self._post(chat, f"/start {payload}".strip())

    def says(
        self,
        text: str,
        *,
        reply_to: Message | int | None = None,
        chat: Chat | None = None,
        topic: int = 0,
        entities: Iterable[Json] | None = None,
    ) -> Message:
        """Send a text; a reply goes to the topic of what it replies to. Raises PermissionError, as other sends do."""
        chat = chat or self._chat()
        quoted = chat.messages[reply_to] if isinstance(reply_to, int) else reply_to
        if quoted and chat.forum and not topic:
            topic = quoted.topic
        return self._post(chat, text, topic=topic, reply_to=quoted, entities=entities)

    def presses(self, button: str | int, message: Message | int | None = None, *, stale: bool = False) -> Press:
        """Press an inline button by its label or number; by default on the last message that has any.

        With `stale` the app shows every keyboard that the message ever had. Raises LookupError if no button matches.
        """
        shown = self._message(message)
        keyboards = [*reversed(shown.keyboards)] if stale else [shown.keyboard]
        for keyboard in keyboards:
            buttons = [one for row in keyboard for one in row]
            for index, one in enumerate(buttons):
                if (button in (index, one["text"])) and "callback_data" in one:
                    return self._world.press(self.user, shown, one["callback_data"])
        raise LookupError("there is no such button on this message")

    def edits(self, message: Message, text: str) -> Message:
        """Change an own text or caption; what the bot gets then says so, even if the text is the same."""
        message.text, message.entities = text, commands(text)
        message.edited = self._world.clock()
        self._world.tell("edited_message", message)
        self._world.changed(message.chat)
        return message

    def deletes(self, message: Message) -> None:
        """Delete a message for everyone, of which no bot is told."""
        del message.chat.messages[message.id]
        self._world.changed(message.chat)

    def sends_photo(self, content: bytes, caption: str = "", *, chat: Chat | None = None, topic: int = 0) -> Message:
        """Send a picture."""
        return self._post(chat or self._chat(), caption, topic=topic, file=File("photo", content))

    def sends_document(
        self,
        content: bytes,
        name: str = "file.pdf",
        mime: str = "application/pdf",
        caption: str = "",
        *,
        size: int = 0,
        chat: Chat | None = None,
        topic: int = 0,
    ) -> Message:
        """Send a file. With `size` it is said to have so many bytes."""
        file = File("document", content, name, mime, size=size)
        return self._post(chat or self._chat(), caption, topic=topic, file=file)

    def sends_voice(self, content: bytes, seconds: int = 3, *, chat: Chat | None = None, topic: int = 0) -> Message:
        """Send a voice message."""
        file = File("voice", content, mime="audio/ogg", seconds=seconds)
        return self._post(chat or self._chat(), "", topic=topic, file=file)

    def sends_album(
        self, contents: Iterable[bytes], caption: str = "", *, chat: Chat | None = None, topic: int = 0
    ) -> list[Message]:
        """Send pictures that belong together: as many messages, the caption on the first."""
        album, where = str(secrets.randbits(60)), chat or self._chat()
        captions = [caption]
        return [
            self._post(where, captions.pop() if captions else "", topic=topic, file=File("photo", content), album=album)
            for content in contents
        ]

    def reacts(self, emoji: str, message: Message | int | None = None) -> None:
        """Set a reaction, or with "" take it back; by default on the last message with buttons.

        Raises PermissionError where the group does not take it.
        """
        shown = self._message(message)
        if emoji and not may_react(shown.chat, emoji):
            raise PermissionError("this reaction is not allowed here")
        self._world.react(self.user, shown, [{"type": "emoji", "emoji": emoji}] if emoji else [])

    def blocks(self, bot: Bot | None = None) -> None:
        """Block a bot."""
        self._block(bot, "member", "kicked")

    def unblocks(self, bot: Bot | None = None) -> None:
        """Let a bot write again."""
        self._block(bot, "kicked", "member")

    def shows(self, chat: Chat | None = None, topic: int | None = None) -> list[Json]:
        """Messages on the screen, oldest first, of one chat (and topic) or of all private ones.

        Each is {id, side: me | them, with, user (who wrote it), name, bot, text, entities, effects (what the app makes
        of the text by itself: names it calls, commands, app links), buttons, edited, at (epoch ms), reply_to, topic,
        media (its kind), file (its name), album, service, reactions}.
        """
        messages = [
            message
            for one in ([chat] if chat else self._world.chats(self.id))
            for message in one.messages.values()
            if topic is None or message.topic == topic
        ]
        return [self._shown(message) for message in sorted(messages, key=lambda message: (message.date, message.id))]

    def heard(self, chat: Chat | None = None, topic: int | None = None) -> list[str]:
        """Texts that others wrote, oldest first."""
        return [one["text"] for one in self.shows(chat, topic) if one["side"] == "them" and not one["service"]]

    async def hears(
        self, count: int, seconds: float = 10.0, chat: Chat | None = None, topic: int | None = None
    ) -> list[str]:
        """Wait until `count` texts have come in. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.heard(chat, topic)) < count:
                await self._changed.wait()
        return self.heard(chat, topic)

    async def news(self, after: int, seconds: float) -> int:
        """Wait until the version exceeds `after`, at most so long; the version then."""
        if self.version <= after:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)
        return self.version

    def touch(self) -> None:
        """Something on the screen has changed."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def _post(self, chat: Chat, text: str, entities: Iterable[Json] | None = None, **content: object) -> Message:
        if chat.blocked:
            raise PermissionError("the bot is blocked")
        chat.started = True
        topic = chat.topics.get(int(str(content.get("topic", 0))))
        if topic and topic.closed and not chat.member(self.id).may("can_manage_topics"):
            raise PermissionError("the topic is closed")
        marks = commands(text) if entities is None else list(entities)
        return self._world.post(chat, self.user, text=text, entities=marks, **content)

    def _with(self, bot: Bot | None) -> Chat:
        return self._world.private((bot or next(iter(self._world.bots.values()))).id, self.user)

    def _chat(self) -> Chat:
        """The private chat in which something was said last."""
        spoken = [chat for chat in self._world.chats(self.id) if chat.messages]
        return max(spoken, key=lambda chat: list(chat.messages.values())[-1].date) if spoken else self._with(None)

    def _message(self, message: Message | int | None) -> Message:
        if isinstance(message, Message):
            return message
        messages = self._chat().messages
        if message is not None:
            return messages[message]
        found = next((one for one in reversed(messages.values()) if one.keyboard), None)
        if found is None:
            raise LookupError("there is no message with buttons")
        return found

    def _block(self, bot: Bot | None, before: str, after: str) -> None:
        chat = self._with(bot)
        chat.blocked = after == "kicked"
        owner = next(one for one in self._world.bots.values() if one.id == chat.bot)
        self._world.move(chat, owner, self.user, Member(before), Member(after))

    def _shown(self, message: Message) -> Json:
        mine, sender = message.sender.id == self.id, message.sender
        return {
            "id": message.id,
            "side": "me" if mine else "them",
            "with": message.chat.bot or message.chat.id,
            "user": sender.id,
            "name": sender.name if isinstance(sender, Bot) else f"{sender.first_name} {sender.last_name}".strip(),
            "bot": message.mine,
            "text": message.text,
            "entities": message.entities,
            "effects": effects(message.text),
            "buttons": [[button["text"] for button in row] for row in message.keyboard],
            "edited": bool(message.edited),
            "at": int(message.date * 1000),
            "reply_to": message.reply_to.id if message.reply_to else 0,
            "topic": message.topic,
            "media": message.file.kind if message.file else "",
            "file": message.file.name if message.file else "",
            "album": message.album,
            "service": next(iter(message.service), ""),
            "reactions": [one["emoji"] for given in message.reactions.values() for one in given],
        }
