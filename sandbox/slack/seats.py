"""A seat in a channel, such as an agent has at a desk: what it shows and everything that can be done there, as JSON."""

from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.slack.cloud import Cloud
from sandbox.slack.interactions import Interactions
from sandbox.slack.model import Refused, Team
from sandbox.slack.room import Room
from sandbox.slack.webhooks import Outcome

MAX_WAIT = 30.0
PATH = "/sandbox/slack/rooms"


class Acted(msgspec.Struct, forbid_unknown_fields=True):
    """What `user` does. `message` is the ts of the message that is meant; `content` a file's bytes, in base64.

    say: `text`, in `thread` or the channel | press: the button with this `label` or number, on `message` or on the
    latest that has it | edit, delete: an own `message` | take_down: anybody's | react, unreact: with the reaction
    called `name` | upload: `content` called `name`, with `text` | command: `name` with `text`.
    """

    user: str
    do: Literal["say", "press", "edit", "delete", "take_down", "react", "unreact", "upload", "command"] = "say"
    text: str = ""
    thread: str = ""
    broadcast: bool = False
    label: str | int = ""
    message: str = ""
    name: str = ""
    content: bytes = b""


class Seat:
    """One member in one channel."""

    def __init__(self, room: Room, user: str) -> None:
        """Raises KeyError for somebody who is not in the channel."""
        if user not in room.channel.members:
            raise KeyError(f"{user} is not in {room.channel.id}")
        self.room = room
        self.user = user

    def shows(self, thread: str = "") -> dict[str, Any]:
        """The channel, or one of its threads: {channel, name, user, archived, version, thread, messages}.

        Messages are as `Room.shows` tells them; in the channel they are those that threads hang on.
        """
        return {
            "channel": self.room.channel.id,
            "name": self.room.channel.name,
            "user": self.user,
            "archived": self.room.channel.archived,
            "version": self.room.version,
            "thread": thread,
            "messages": self.room.shows(self.user, thread) if thread else self.room.roots(self.user),
        }

    async def acts(self, acted: Acted) -> Outcome:
        """Do it. Raises KeyError or IndexError for what is not there, and Refused."""
        room, user = self.room, self.user
        match acted.do:
            case "say":
                doing = room.says(user, acted.text, acted.thread, broadcast=acted.broadcast)
            case "press":
                doing = room.presses(user, acted.label, acted.message or None)
            case "edit":
                doing = room.edits(user, acted.message, acted.text)
            case "delete":
                doing = room.deletes(user, acted.message)
            case "take_down":
                doing = room.takes_down(acted.message)
            case "react" | "unreact":
                doing = room.reacts(user, acted.message, acted.name, add=acted.do == "react")
            case "upload":
                doing = room.uploads(user, acted.content, acted.name, acted.text, acted.thread)
            case "command":
                doing = room.command(user, acted.name, acted.text)
        return await doing


def routes(cloud: Cloud, interactions: Interactions) -> list[Route]:
    """`GET` the channels; `GET` and `POST` one of them: see SlackSandbox."""

    async def rooms(_: Request) -> Response:
        return JSONResponse(
            [
                {"team": team.id, "channel": channel.id, "name": channel.name, "members": channel.members}
                for team in cloud.teams.values()
                for channel in team.channels.values()
                if channel.kind != "im"
            ]
        )

    async def room(request: Request) -> Response:
        query = request.query_params
        found = _team(cloud, request.path_params["channel"], query.get("team"))
        if found is None:
            return JSONResponse({"error": "no such channel"}, 404)
        there = Room(cloud, interactions, found, found.channels[request.path_params["channel"]])
        if request.method == "POST":
            return await _acted(there, await request.body())
        try:
            seat = Seat(there, query.get("user", ""))
        except KeyError as problem:
            return JSONResponse({"error": str(problem)}, 404)
        if "after" in query:
            await there.news(int(query["after"]), min(float(query.get("wait", MAX_WAIT)), MAX_WAIT))
        return JSONResponse(seat.shows(query.get("thread", "")))

    return [Route(PATH, rooms), Route(f"{PATH}/{{channel}}", room, methods=["GET", "POST"])]


async def _acted(room: Room, body: bytes) -> Response:
    try:
        acted = msgspec.json.decode(body, type=Acted)
        outcome = await Seat(room, acted.user).acts(acted)
    except (msgspec.MsgspecError, KeyError, IndexError, Refused) as problem:
        return JSONResponse({"error": str(problem)}, 422)
    return JSONResponse({"delivered": outcome.status, "attempts": outcome.attempts, "ts": outcome.ts})


def _team(cloud: Cloud, channel: str, team: str | None) -> Team | None:
    teams = [one for one in cloud.teams.values() if channel in one.channels and team in (None, one.id)]
    return teams[0] if teams else None
