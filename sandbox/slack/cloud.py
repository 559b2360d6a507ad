"""Slack itself: takes messages and changes from apps and people, keeps them, and tells the app."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from msgspec import Struct

from sandbox.faults import Fault
from sandbox.slack import text as texts
from sandbox.slack.delivery import Delivery
from sandbox.slack.limits import Limits
from sandbox.slack.model import App, Channel, File, Message, Refused, Team
from sandbox.slack.screen import Screen
from sandbox.slack.webhooks import Outcome

T = TypeVar("T")
Delivered = asyncio.Task[Outcome]
_HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}
_READ = {"channel": "channels:read", "group": "groups:read", "im": "im:read", "mpim": "mpim:read"}
_SCOPES = {
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "user_change": "users:read",
    "team_join": "users:read",
}


class Grant(Struct, frozen=True):
    """What a code of the authorize page stands for; it `expires` at an epoch second."""

    team: str
    user: str
    scopes: frozenset[str]
    redirect: str
    expires: float


class Cloud:
    """All teams of one sandbox. `clock` gives epoch seconds; `url` is where this sandbox is served."""

    def __init__(
        self, app: App, teams: Iterable[Team], clock: Callable[[], float], limits: Limits, delivery: Delivery
    ) -> None:
        self.app = app
        self.teams = {team.id: team for team in teams}
        self.clock = clock
        self.limits = limits
        self.delivery = delivery
        self.url = ""
        self.envelopes: dict[str, dict[str, Any]] = {}  # event ID → what was delivered
        self.uploads: dict[str, tuple[Team, File]] = {}  # ticket of an upload URL → its file
        self.grants: dict[str, Grant] = {}  # code → what it stands for
        self.spent: set[str] = set()  # codes that were used
        self.share_delay = 0.0  # seconds until an uploaded file appears in its channel
        self._screens: dict[tuple[str, str], Screen] = {}
        self._running: set[asyncio.Task[Any]] = set()

    def screen(self, team: Team, channel: str) -> Screen:
        """What tells whoever looks at a channel that it has changed."""
        return self._screens.setdefault((team.id, channel), Screen())

    def channel(self, team: Team, id_: str) -> Channel:
        """A channel. Raises Refused (channel_not_found), also for private ones that the bot is not in."""
        found = team.channels.get(id_)
        if found is None or (found.kind != "channel" and team.bot_user not in found.members):
            raise Refused("channel_not_found")
        return found

    def direct(self, team: Team, user: str) -> Channel:
        """The DM of somebody and the bot, which exists as soon as somebody asks for it."""
        id_ = f"D{user[1:]}"
        if id_ not in team.channels:
            team.add(Channel(id_, kind="im", members=[user, team.bot_user], user=user))
        return team.channels[id_]

    def stamp(self, channel: Channel) -> str:
        """The next ts of a channel: unique there and nowhere else, as at Slack."""
        channel.last = max(int(self.clock() * 1_000_000), channel.last + 1)
        return f"{channel.last // 1_000_000}.{channel.last % 1_000_000:06d}"

    def post(self, team: Team, channel: Channel, message: Message, fault: Fault | None = None) -> Delivered:
        """Keep a new message and tell the app.

        A reply to a message that is not there comes into the channel without a word, as at Slack (slack-go#1571).
        """
        root = channel.messages.get(message.thread_ts)
        if root is None:
            message.thread_ts, message.broadcast = "", False
        message.ts = self.stamp(channel)
        message.listed_from = self.clock() + (fault.lag if fault else 0.0)
        if message.viewer:
            return self._whisper(team, channel, message, root)
        if root is not None:
            root = channel.messages[root.thread_ts or root.ts]
            message.thread_ts = root.thread_ts = root.ts
            root.replies.append(message.ts)
            root.repliers += [message.user] if message.user and message.user not in root.repliers else []
        channel.messages[message.ts] = message
        self.screen(team, channel.id).touch()
        event = self.shown(team, channel, message) | {"event_ts": message.ts}
        if message.broadcast and root is not None:
            event["root"] = root.json(team, self.url)
        if f"@{team.bot_user}" in message.mentions and channel.kind != "im":
            self.emit(team, event | {"type": "app_mention"}, channel)
        return self.emit(team, event, channel, 2 if fault and fault.kind == "duplicate" else 1)

    def changed(self, team: Team, channel: Channel, message: Message, before: dict[str, Any]) -> Delivered:
        """Tell about a message that has another content than `before`, its JSON."""
        self.screen(team, channel.id).touch()
        now = message.json(team, self.url)
        return self._hidden(team, channel, "message_changed", {"message": now, "previous_message": before})

    def delete(self, team: Team, channel: Channel, message: Message) -> Delivered:
        """Take a message away; one with replies leaves a tombstone."""
        before = message.json(team, self.url)
        if message.replies:
            message.gone = True
            return self.changed(team, channel, message, before)
        del channel.messages[message.ts]
        root = channel.messages.get(message.thread_ts)
        if root is not None and message.ts in root.replies:
            root.replies.remove(message.ts)
        self.screen(team, channel.id).touch()
        return self._hidden(team, channel, "message_deleted", {"deleted_ts": message.ts, "previous_message": before})

    def react(self, team: Team, channel: Channel, message: Message, who: tuple[str, str], *, add: bool) -> Delivered:
        """Add or take back a reaction; `who` is (user, name). Raises Refused (already_reacted, no_reaction)."""
        user, name = who
        users = message.reactions.setdefault(name, [])
        if add == (user in users):
            raise Refused("already_reacted" if add else "no_reaction")
        (users.append if add else users.remove)(user)
        if not users:
            del message.reactions[name]
        self.screen(team, channel.id).touch()
        event = {
            "type": "reaction_added" if add else "reaction_removed",
            "user": user,
            "reaction": name,
            "item_user": message.user,
            "item": {"type": "message", "channel": channel.id, "ts": message.ts},
            "event_ts": self.stamp(channel),
        }
        return self.emit(team, event, channel)

    def join(self, team: Team, channel: Channel, user: str) -> Delivered:
        """Somebody comes into a channel."""
        channel.members.append(user)
        event = {"type": "member_joined_channel", "user": user, "channel": channel.id, "team": team.id}
        return self.emit(team, event | {"channel_type": channel.id[0], "event_ts": self.stamp(channel)}, channel)

    def emit(self, team: Team, event: dict[str, Any], channel: Channel | None = None, times: int = 1) -> Delivered:
        """Wrap an event and deliver it `times` times, if the app would get it; the outcome is that of the first."""
        if not self._subscribed(team, event, channel):
            return self._spawn(_nothing())
        envelope = {
            "token": "verification",
            "team_id": team.id,
            "context_team_id": team.id,
            "context_enterprise_id": team.enterprise,
            "api_app_id": self.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": "Ev" + secrets.token_hex(5).upper(),
            "event_time": int(self.clock()),
            "authorizations": [
                {
                    "enterprise_id": team.enterprise,
                    "team_id": team.id,
                    "user_id": team.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel is not None and channel.shared,
            "event_context": "4-" + secrets.token_urlsafe(8),
        }
        return self.deliver(envelope, times)

    def deliver(self, envelope: dict[str, Any], times: int = 1) -> Delivered:
        """Deliver an envelope, `times` times at once."""
        self.envelopes[envelope["event_id"]] = envelope
        first, *_ = [self._spawn(self.delivery.event(envelope)) for _ in range(times)]
        return first

    def shown(self, team: Team, channel: Channel, message: Message) -> dict[str, Any]:
        """A message as an event tells it."""
        where = {"channel": channel.id, "channel_type": channel.kind}
        return message.json(team, self.url) | where

    def names(self, team: Team) -> dict[str, str]:
        """What the IDs in a text are called."""
        people = {user.id: user.name for user in team.users.values()}
        return people | {channel.id: channel.name for channel in team.channels.values()}

    def seen(self, team: Team, message: Message) -> str:
        """What a person reads."""
        return texts.seen(texts.reading(message.text, message.blocks), self.names(team))

    async def settled(self) -> None:
        """Wait until everything has been delivered or given up."""
        while self._running:
            await asyncio.gather(*self._running)

    async def close(self) -> None:
        """Stop everything that is under way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.delivery.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something happen later."""
        self._spawn(work)

    def _whisper(self, team: Team, channel: Channel, message: Message, root: Message | None) -> Delivered:
        """Show it to one member. In a thread that nobody has replied in, Slack takes it and shows nothing."""
        if root is None or root.thread_ts:
            message.thread_ts = root.thread_ts if root else ""
            channel.whispers.append(message)
            self.screen(team, channel.id).touch()
        return self._spawn(_nothing())

    def _hidden(self, team: Team, channel: Channel, subtype: str, more: dict[str, Any]) -> Delivered:
        ts = self.stamp(channel)
        event = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel.id, "ts": ts}
        return self.emit(team, event | {"channel_type": channel.kind, "event_ts": ts} | more, channel)

    def _subscribed(self, team: Team, event: dict[str, Any], channel: Channel | None) -> bool:
        kind = event["type"]
        scope = _SCOPES.get(kind, "")
        if channel is not None and kind in {"message", "member_joined_channel"}:
            scope = (_HISTORY if kind == "message" else _READ)[channel.kind]
        there = channel is None or team.bot_user in channel.members
        installed = team.installed or kind in {"app_uninstalled", "tokens_revoked"}
        return installed and there and kind not in self.app.unsubscribed and (not scope or scope in team.scopes)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


async def _nothing() -> Outcome:
    return Outcome(0, 0)
