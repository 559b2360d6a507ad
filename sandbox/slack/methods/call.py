"""A call of a Web API method: who calls, with which arguments, and what the method asks for."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from sandbox.faults import Fault
from sandbox.slack.cloud import Cloud
from sandbox.slack.interactions import Interactions
from sandbox.slack.model import Channel, Message, Refused, Team, invalid


class Call(NamedTuple):
    """One call. Methods without a token have an empty team."""

    cloud: Cloud
    interactions: Interactions
    team: Team
    args: Mapping[str, Any]
    authorization: str
    fault: Fault | None

    def text(self, name: str, default: str = "") -> str:
        """An argument as text."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def needed(self, name: str) -> str:
        """An argument that must be there. Raises Refused (invalid_arguments)."""
        value = self.text(name)
        if not value:
            raise invalid(f"missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        """An argument as a yes or no, however it is written."""
        return self.text(name).lower() in {"1", "true"}

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`. Raises Refused (invalid_limit)."""
        try:
            value = int(self.text(name) or default)
        except ValueError as problem:
            raise Refused("invalid_limit") from problem
        if value < 1:
            raise Refused("invalid_limit")
        return min(value, most)

    def value(self, name: str, error: str = "invalid_arguments") -> Any:
        """An argument that is JSON, inside a form or by itself; None if there is none. Raises Refused."""
        given = self.args.get(name)
        if not isinstance(given, str) or not given:
            return given or None
        try:
            return msgspec.json.decode(given)
        except msgspec.MsgspecError as problem:
            raise Refused(error) from problem

    def require(self, *scopes: str) -> None:
        """Raises Refused (missing_scope) unless one of these was granted."""
        if not self.team.scopes.intersection(scopes):
            provided = ",".join(sorted(self.team.scopes))
            raise Refused("missing_scope", needed=",".join(scopes), provided=provided)

    def channel(self, name: str = "channel") -> Channel:
        """The channel of an argument. Raises Refused."""
        return self.cloud.channel(self.team, self.needed(name))

    def message(self, channel: Channel, name: str = "ts") -> Message:
        """A message of a channel. Raises Refused (message_not_found)."""
        message = channel.messages.get(self.needed(name))
        if message is None or message.gone:
            raise Refused("message_not_found")
        return message

    def credentials(self) -> tuple[str, str]:
        """client_id and client_secret, from the header or the arguments."""
        scheme, _, given = self.authorization.partition(" ")
        if scheme.lower() == "basic":
            try:
                user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
            except (binascii.Error, ValueError):
                return "", ""
            return user, password
        return self.text("client_id"), self.text("client_secret")


class Method(NamedTuple):
    """How to answer, one of which scopes it takes, which tier limits it, and whose token it wants."""

    answer: Callable[[Call], dict[str, Any]]
    scopes: tuple[str, ...] = ()
    tier: int = 3
    token: Literal["bot", "app", "none"] = "bot"  # noqa: S105 - a kind, no token


def paged(call: Call, items: Iterable[Any], default: int, most: int) -> tuple[list[Any], dict[str, str]]:
    """One page of a list that is read with a cursor, and its response_metadata. Raises Refused (invalid_cursor)."""
    everything, size, cursor = list(items), call.number("limit", default, most), call.text("cursor")
    start = 0
    if cursor:
        try:
            start = int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
        except (binascii.Error, ValueError) as problem:
            raise Refused("invalid_cursor") from problem
    end = start + size
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(everything) else ""
    return everything[start:end], {"next_cursor": following}
