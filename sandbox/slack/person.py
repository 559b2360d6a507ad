"""Somebody's Slack, open at the conversation with the bot: a customer's phone, as the Twilio sandbox has one."""

from typing import Any

from msgspec import structs

from sandbox.slack.cloud import Cloud
from sandbox.slack.interactions import Interactions
from sandbox.slack.model import Team, User
from sandbox.slack.room import Room, labelled
from sandbox.slack.views import View
from sandbox.slack.webhooks import Outcome


class Person:
    """One user. The DM with the bot comes about when either side begins it. See Room for what the methods mean."""

    def __init__(self, cloud: Cloud, interactions: Interactions, team: Team, user: User) -> None:
        self.user = user
        self.team = team
        self.room = Room(cloud, interactions, team, cloud.direct(team, user.id))
        self._cloud = cloud
        self._interactions = interactions

    @property
    def version(self) -> int:
        """Grows with everything that changes on the screen."""
        return self.room.version

    async def opens_app(self, tab: str = "messages") -> Outcome:
        """Look at the bot's page; `tab` is messages or home."""
        channel = self.room.channel
        event: dict[str, Any] = {"type": "app_home_opened", "user": self.user.id, "channel": channel.id, "tab": tab}
        home = self._interactions.views.homes.get((self.team.id, self.user.id))
        if tab == "home" and home is not None:
            event["view"] = home.json(self.team, self._cloud.app.id)
        return await self._cloud.emit(self.team, event | {"event_ts": self._cloud.stamp(channel)}, channel)

    async def says(self, text: str, thread: str = "", *, raw: bool = False, me: bool = False) -> Outcome:
        """Write to the bot."""
        return await self.room.says(self.user.id, text, thread, raw=raw, me=me)

    async def presses(self, label: str | int, message: str | dict[str, Any] | None = None) -> Outcome:
        """Press a button by its label or number: on the latest message that has it, or on this one."""
        return await self.room.presses(self.user.id, label, message)

    async def edits(self, ts: str, text: str) -> Outcome:
        """Change an own message."""
        return await self.room.edits(self.user.id, ts, text)

    async def deletes(self, ts: str) -> Outcome:
        """Take an own message back."""
        return await self.room.deletes(self.user.id, ts)

    async def uploads(self, content: bytes, name: str, text: str = "", thread: str = "") -> Outcome:
        """Send a file."""
        return await self.room.uploads(self.user.id, content, name, text, thread)

    async def reacts(self, ts: str, name: str, *, add: bool = True) -> Outcome:
        """Add a reaction, or take it back."""
        return await self.room.reacts(self.user.id, ts, name, add=add)

    async def command(self, command: str, text: str = "") -> Outcome:
        """Run a slash command in the DM."""
        return await self.room.command(self.user.id, command, text)

    @property
    def view(self) -> View | None:
        """The modal that is open."""
        return self._interactions.views.top(self.team.id, self.user.id)

    @property
    def home(self) -> View | None:
        """The App Home that was published for this user."""
        return self._interactions.views.homes.get((self.team.id, self.user.id))

    async def presses_in(self, view: View, label: str) -> Outcome:
        """Press a button in a modal or App Home. Raises KeyError if it has none like that."""
        action = {name: value for name, value in labelled(view.content["blocks"], label).items() if name != "label"}
        return await self._interactions.press_in_view(self.team, self.user.id, view, action)

    async def submits(self, **answers: Any) -> Outcome:
        """Send the open form; names are action IDs or block IDs. Raises KeyError if none is open."""
        return await self._interactions.submit(self.team, self.user.id, answers)

    async def dismisses(self) -> Outcome:
        """Close the open form. Raises KeyError if none is open."""
        return await self._interactions.dismiss(self.team, self.user.id)

    async def changes(self, **fields: Any) -> Outcome:
        """Another name, address or time zone, or `deleted=True`."""
        self.user = structs.replace(self.user, **fields)
        self.team.add(self.user)
        event = {"type": "user_change", "user": self.user.json(self.team), "event_ts": f"{self._cloud.clock():.6f}"}
        return await self._cloud.emit(self.team, event)

    def shows(self) -> list[dict[str, Any]]:
        """Messages on the screen, oldest first."""
        return self.room.shows(self.user.id)

    def heard(self) -> list[str]:
        """Texts that came in, oldest first."""
        return self.room.heard(self.user.id)

    async def hears(self, count: int, seconds: float = 10.0) -> list[str]:
        """Wait until `count` texts have come in. Raises TimeoutError."""
        return await self.room.hears(count, seconds, self.user.id)

    async def news(self, after: int, seconds: float) -> int:
        """Wait until the version exceeds `after`, at most so long; the version then."""
        return await self.room.news(after, seconds)
