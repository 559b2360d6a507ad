"""Slack and Telegram with desks in them, where what our bot says there is noted apart from what customers read."""

import random
from typing import Any

from sandbox.slack import Channel as Room
from sandbox.slack import User
from sandbox.slack.model import Message as SlackMessage
from sandbox.slack.model import Team
from tests.durability.desks import AGENTS, GROUPS, ROOMS, Posted, telegram_id
from tests.durability.networks import TEAM, Network, Slack, Telegram, Twilio
from tests.live.house import slack_id

BOT_USER = "U1BOT"


class DeskTelegram(Telegram):
    """See Network. Opening a topic takes as long as sending does."""

    takes = "POST .*/(sendMessage|createForumTopic)"

    def __init__(self, dice: random.Random) -> None:
        super().__init__(dice)
        members = [self.app.person(who.title(), number=telegram_id(who)) for who in AGENTS]
        self.groups = {name: self.app.group(name, members=members) for name in GROUPS}

    def posted(self, after: int) -> list[Posted]:
        """What desks read, from the `after`-th on."""
        return [
            Posted("telegram", str(one.chat.id), str(one.topic), text, str(one.id), bool(one.keyboards))
            for one, text in [each for each in self.at_desks if not each[0].service][after:]
        ]

    def threads(self) -> list[tuple[str, str, str]]:
        """Every topic there is: its group, its id and its name."""
        groups = self.groups.values()
        return [(str(group.id), str(topic.id), topic.name) for group in groups for topic in group.topics.values()]

    def signs(self) -> dict[str, list[str]]:
        """By group and message of an agent: the signs of ours."""
        messages = [one for group in self.groups.values() for one in group.messages if not one.mine]
        bot = self.app.bot.id
        return {f"{one.chat.id}:{one.id}": [sign["emoji"] for sign in one.reactions.get(bot, ())] for one in messages}


class DeskSlack(Slack):
    """See Network."""

    looks_up = "[A-Z]+ /api/conversations.(history|replies)"

    def __init__(self, dice: random.Random) -> None:
        super().__init__(dice)
        team = self.app.cloud.teams[TEAM]
        people = [slack_id(who) for who in AGENTS]
        team.add(*(User(slack_id(who), who, who.title()) for who in AGENTS))
        team.add(*(Room(room, name, members=[*people, BOT_USER]) for name, room in ROOMS.items()))
        self._at_desks: list[tuple[str, SlackMessage, str]] = []  # with their words at first

    def posted(self, after: int) -> list[Posted]:
        """What desks read, from the `after`-th on; not what one person alone does."""
        return [
            Posted("slack", room, one.thread_ts or one.ts, text, one.ts, len(one.blocks) > 1)
            for room, one, text in self._at_desks[after:]
        ]

    def threads(self) -> list[tuple[str, str, str]]:
        """Every message of ours that is no reply: its channel, its ts and its words."""
        at_desks = self._at_desks
        return [(room, one.ts, one.text) for room, one, _ in at_desks if one.thread_ts in ("", one.ts)]

    def signs(self) -> dict[str, list[str]]:
        """By channel and message of an agent: the signs of ours."""
        rooms = [self.app.cloud.teams[TEAM].channels[room] for room in ROOMS.values()]
        messages = [(room.id, one) for room in rooms for one in room.messages.values() if not one.bot_id]
        return {
            f"{room}:{one.ts}": [name for name, users in one.reactions.items() if BOT_USER in users]
            for room, one in messages
        }

    def _posted(self, team: Team, channel: Any, message: SlackMessage, fault: Any = None) -> Any:
        if channel.kind == "im":
            return super()._posted(team, channel, message, fault)
        delivered = self._post(team, channel, message, fault)
        if message.bot_id and not message.viewer:
            self._at_desks.append((channel.id, message, message.text))
        return delivered


def networks(dice: random.Random) -> dict[str, Network]:
    """All of them, by the names of our channels."""
    return {"sms": Twilio(dice), "telegram": DeskTelegram(dice), "slack": DeskSlack(dice)}
