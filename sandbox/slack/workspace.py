"""A workspace to act in: its people, its channels, and what happens to the app there."""

import asyncio
import copy
import secrets
from typing import Any

from sandbox.slack.cloud import Cloud
from sandbox.slack.interactions import Interactions
from sandbox.slack.model import Team, User
from sandbox.slack.person import Person
from sandbox.slack.room import Room
from sandbox.slack.webhooks import Outcome


class Workspace:
    """One team of the sandbox."""

    def __init__(self, cloud: Cloud, interactions: Interactions, team: Team) -> None:
        self.team = team
        self._cloud = cloud
        self._interactions = interactions
        self._people: dict[str, Person] = {}

    def person(self, user: str) -> Person:
        """Somebody's Slack. Raises KeyError."""
        if user not in self._people:
            self._people[user] = Person(self._cloud, self._interactions, self.team, self.team.users[user])
        return self._people[user]

    def channel(self, channel: str) -> Room:
        """A channel as its members use it. Raises KeyError."""
        return Room(self._cloud, self._interactions, self.team, self.team.channels[channel])

    async def arrives(self, user: User) -> Outcome:
        """Somebody joins the workspace."""
        self.team.add(user)
        event = {"type": "team_join", "user": user.json(self.team), "event_ts": f"{self._cloud.clock():.6f}"}
        return await self._cloud.emit(self.team, event)

    async def uninstalls(self) -> list[Outcome]:
        """Somebody removes the app; both events come, in an order that Slack does not promise."""
        return await asyncio.gather(*uninstall(self._cloud, self.team))

    async def redeliver(self, event: str = "", times: int = 1) -> Outcome:
        """Deliver an event again with the same event_id, `times` times at once; by default the latest of this team."""
        return await self._cloud.deliver(self._envelope(event), times)

    async def repeat(self, event: str = "") -> Outcome:
        """Deliver the content of an event again under a new event_id."""
        envelope = copy.deepcopy(self._envelope(event))
        envelope["event_id"] = "Ev" + secrets.token_hex(5).upper()
        return await self._cloud.deliver(envelope)

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """Envelopes that were sent to the app, oldest first; `kind` is an event's type or a message's subtype."""
        return [
            envelope
            for envelope in self._cloud.envelopes.values()
            if envelope["team_id"] == self.team.id
            and (not kind or kind in (envelope["event"]["type"], envelope["event"].get("subtype")))
        ]

    def _envelope(self, event: str) -> dict[str, Any]:
        return self._cloud.envelopes[event] if event else self.events()[-1]


def revoke(cloud: Cloud, team: Team) -> "asyncio.Task[Outcome]":
    """The bot's token ends; the app stays until it is uninstalled."""
    team.dead[team.token] = "token_revoked"
    event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot_user]}}
    team.installed = False
    return cloud.emit(team, event | {"event_ts": f"{cloud.clock():.6f}"})


def uninstall(cloud: Cloud, team: Team) -> "list[asyncio.Task[Outcome]]":
    """The app is removed: its token is that of an inactive account."""
    revoked = revoke(cloud, team)
    team.dead[team.token] = "account_inactive"
    return [revoked, cloud.emit(team, {"type": "app_uninstalled", "event_ts": f"{cloud.clock():.6f}"})]


def install(team: Team, scopes: frozenset[str]) -> str:
    """The app is installed, perhaps again; its token, a new one if the old one has ended."""
    if team.token in team.dead:
        team.token = "xoxb-" + secrets.token_hex(12)
    team.scopes, team.installed = scopes, True
    return team.token
