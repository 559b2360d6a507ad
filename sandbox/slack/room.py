"""A channel as its members see and use it: say, press, edit, upload, react, run commands; and wait for what comes."""

import asyncio
import copy
import mimetypes
import secrets
from typing import Any

from msgspec import structs

from sandbox.slack import text as texts
from sandbox.slack.blocks import elements
from sandbox.slack.cloud import Cloud, Delivered
from sandbox.slack.interactions import Interactions
from sandbox.slack.model import GONE, Channel, File, Message, Refused, Team
from sandbox.slack.webhooks import Outcome


class Room:
    """One channel. Who acts is the first argument. Each outcome is what the app's side made of it, after all retries.

    Messages are told by their ts, or by what `shows()` gave at some time: that is how stale views are pressed.
    """

    def __init__(self, cloud: Cloud, interactions: Interactions, team: Team, channel: Channel) -> None:
        self.channel = channel
        self.team = team
        self._cloud = cloud
        self._interactions = interactions
        self._screen = cloud.screen(team, channel.id)

    @property
    def version(self) -> int:
        """Grows with everything that changes here."""
        return self._screen.version

    async def news(self, after: int, seconds: float) -> int:
        """Wait until the version exceeds `after`, at most so long; the version then."""
        return await self._screen.news(after, seconds)

    async def says(
        self, user: str, text: str, thread: str = "", *, broadcast: bool = False, raw: bool = False, me: bool = False
    ) -> Outcome:
        """Write a message. `raw` takes the text as Slack's wire has it, with `<@U…>` and the like; `me` is /me."""
        message = self._message(user, text if raw else texts.escaped(text), thread)
        message.broadcast = broadcast
        message.subtype = "me_message" if me else ""
        return await self._sent(message, self._cloud.post(self.team, self.channel, message))

    async def uploads(self, user: str, content: bytes, name: str, text: str = "", thread: str = "") -> Outcome:
        """Share a file."""
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        file = File("F" + secrets.token_hex(5).upper(), name, user, len(content), "", mime, content, done=True)
        self.team.files[file.id] = file
        message = self._message(user, texts.escaped(text), thread)
        message.subtype, message.files = "file_share", [file]
        delivered = self._cloud.post(self.team, self.channel, message)
        file.shares = {self.channel.id: [(message.ts, message.thread_ts)]}
        return await self._sent(message, delivered)

    async def edits(self, user: str, ts: str, text: str) -> Outcome:
        """Change an own message."""
        message = self._own(user, ts)
        before = message.json(self.team, self._cloud.url)
        message.text = texts.escaped(text)
        message.edited = {"user": user, "ts": self._cloud.stamp(self.channel)}
        return await self._sent(message, self._cloud.changed(self.team, self.channel, message, before))

    async def deletes(self, user: str, ts: str) -> Outcome:
        """Take an own message back."""
        message = self._own(user, ts)
        return await self._sent(message, self._cloud.delete(self.team, self.channel, message))

    async def takes_down(self, ts: str) -> Outcome:
        """An admin deletes anybody's message, the app's as well."""
        message = self.channel.messages[ts]
        return await self._sent(message, self._cloud.delete(self.team, self.channel, message))

    def archives(self) -> None:
        """An admin archives the channel: nobody can write or react there any more."""
        self.channel.archived = True
        self._screen.touch()

    async def unfurls(self, ts: str) -> Outcome:
        """Slack attaches a preview: message_changed without `edited`."""
        message = self.channel.messages[ts]
        return await self._sent(
            message,
            self._cloud.changed(self.team, self.channel, message, message.json(self.team, self._cloud.url)),
        )

    async def reacts(self, user: str, ts: str, name: str, *, add: bool = True) -> Outcome:
        """Add a reaction, or take it back."""
        message = self.channel.messages[ts]
        self._open(user)
        return await self._sent(message, self._cloud.react(self.team, self.channel, message, (user, name), add=add))

    async def joins(self, user: str) -> Outcome:
        """Come in."""
        return await self._cloud.join(self.team, self.channel, user)

    async def presses(self, user: str, label: str | int, message: str | dict[str, Any] | None = None) -> Outcome:
        """Press a button, or choose an option, by its label or its number on the message.

        Without a message, the latest one that has it. Raises KeyError if there is no such thing, or if the message has
        been deleted since, and IndexError for a number that it has not.
        """
        shown = self._found(label, user) if message is None else message
        kept = self._kept(shown if isinstance(shown, str) else shown["ts"], user)
        blocks = kept.blocks if isinstance(shown, str) else shown["blocks"]
        action = _choices(blocks)[label] if isinstance(label, int) else labelled(blocks, label)
        seen = kept if isinstance(shown, str) else structs.replace(kept, blocks=blocks, text=shown["raw"])
        pressed = {name: value for name, value in action.items() if name != "label"}
        return await self._interactions.press(self.team, user, self.channel, seen, pressed)

    async def command(self, user: str, command: str, text: str = "") -> Outcome:
        """Run a slash command, which Slack does not allow in threads."""
        return await self._interactions.command(self.team, user, self.channel, command, text)

    async def shortcut(self, user: str, callback: str, ts: str) -> Outcome:
        """Use a message shortcut."""
        message = self.channel.messages[ts]
        return await self._interactions.shortcut(self.team, user, self.channel, message, callback)

    def shows(self, viewer: str = "", thread: str = "") -> list[dict[str, Any]]:
        """Messages on the screen, oldest first; with `thread`, that thread only.

        {ts, thread, side: me | them, user, name, text, raw (as on the wire), at (epoch ms), blocks, buttons, edited,
        reactions, files, mentions, links, unfurls, ephemeral, replies (how many), gone}
        """
        whispers = [message for message in self.channel.whispers if message.viewer == viewer or not viewer]
        return [
            self._shown(message, viewer)
            for message in sorted([*self.channel.messages.values(), *whispers], key=lambda one: one.ts)
            if (not thread or thread in (message.ts, message.thread_ts)) and not message.gone
        ]

    def roots(self, viewer: str = "") -> list[dict[str, Any]]:
        """What the channel itself shows, as `shows` tells it: no replies, but deleted messages that have some."""
        whispers = [message for message in self.channel.whispers if message.viewer == viewer or not viewer]
        return [
            self._shown(message, viewer)
            for message in sorted([*self.channel.messages.values(), *whispers], key=lambda one: one.ts)
            if (message.broadcast or message.thread_ts in ("", message.ts)) and (message.replies or not message.gone)
        ]

    def heard(self, viewer: str = "", thread: str = "") -> list[str]:
        """What the app said, oldest first."""
        return [one["text"] for one in self.shows(viewer, thread) if one["bot"]]

    async def hears(self, count: int, seconds: float = 10.0, viewer: str = "", thread: str = "") -> list[str]:
        """Wait until the app has said `count` things. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.heard(viewer, thread)) < count:
                await self._screen.change()
        return self.heard(viewer, thread)

    def _shown(self, message: Message, viewer: str) -> dict[str, Any]:
        author = self.team.users.get(message.user)
        return {
            "ts": message.ts,
            "thread": message.thread_ts,
            "side": "me" if viewer and message.user == viewer else "them",
            "user": message.user,
            "name": message.username or (author.name if author else "echolot"),
            "bot": bool(message.bot_id),
            "text": GONE if message.gone else self._cloud.seen(self.team, message),
            "raw": message.text,
            "at": int(float(message.ts) * 1000),
            "blocks": [] if message.gone else copy.deepcopy(message.blocks),
            "buttons": [] if message.gone else [choice["label"] for choice in _choices(message.blocks)],
            "edited": bool(message.edited),
            "reactions": {name: list(users) for name, users in message.reactions.items()},
            "files": [file.name for file in message.files],
            "mentions": list(message.mentions),
            "links": list(message.links),
            "unfurls": message.unfurls,
            "ephemeral": bool(message.viewer),
            "replies": len(message.replies),
            "gone": message.gone,
        }

    def _message(self, user: str, text: str, thread: str) -> Message:
        self._open(user)
        if thread and thread not in self.channel.messages:
            raise KeyError(f"there is no thread {thread}")
        if self.channel.kind == "im" and not self._cloud.app.messages_tab:
            raise Refused("messages_tab_disabled")
        effects = texts.effects(text, [])
        return Message(text, user=user, thread_ts=thread, mentions=effects.mentions, links=effects.links)

    def _open(self, user: str) -> None:
        """Raises KeyError for strangers and Refused (is_archived)."""
        if user not in self.channel.members:
            raise KeyError(f"{user} is not in {self.channel.id}")
        if self.channel.archived:
            raise Refused("is_archived")

    def _own(self, user: str, ts: str) -> Message:
        message = self.channel.messages[ts]
        if message.user != user:
            raise KeyError(f"{ts} is not by {user}")
        return message

    def _kept(self, ts: str, user: str) -> Message:
        whispers = {message.ts: message for message in self.channel.whispers if message.viewer == user}
        return (self.channel.messages | whispers)[ts]

    def _found(self, label: str | int, user: str) -> str:
        for shown in reversed(self.shows(user)):
            if label in shown["buttons"] or (isinstance(label, int) and shown["buttons"]):
                return str(shown["ts"])
        raise KeyError(f"no message has the button {label}")

    async def _sent(self, message: Message, delivered: Delivered) -> Outcome:
        ts = message.ts
        return structs.replace(await delivered, ts=ts)


def _choices(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Everything that can be pressed, as an action with its label."""
    choices: list[dict[str, Any]] = []
    for block in blocks:
        for element in elements(block) if block["type"] in {"actions", "section"} else []:
            action = {"block_id": block["block_id"], "action_id": element["action_id"], "type": element["type"]}
            if element["type"] == "button":
                given = {name: element[name] for name in ("text", "value", "style", "url") if name in element}
                choices.append({"label": texts.seen(element["text"]["text"], {})} | action | given)
            choices.extend(
                {"label": texts.seen(option["text"]["text"], {})} | action | {"selected_option": option}
                for option in element.get("options", [])
            )
    return choices


def labelled(blocks: list[dict[str, Any]], label: str) -> dict[str, Any]:
    """What a press on this label tells the app. Raises KeyError."""
    for choice in _choices(blocks):
        if choice["label"] == label:
            return choice
    raise KeyError(f"the message has no button {label}")
