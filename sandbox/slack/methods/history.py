"""conversations.history and conversations.replies: what has been said, page by page."""

from typing import Any

from sandbox.slack.methods.call import Call, Method, paged
from sandbox.slack.model import Channel, Message, Refused

_SCOPES = {"channel": "channels:history", "group": "groups:history", "im": "im:history", "mpim": "mpim:history"}


def _history(call: Call) -> dict[str, Any]:
    channel = _readable(call)
    roots = [one for one in _within(call, channel) if one.broadcast or one.thread_ts in ("", one.ts)]
    page, metadata = paged(call, reversed(roots), 100, 999)
    return _answer(call, page, metadata) | {"pin_count": 0}


def _replies(call: Call) -> dict[str, Any]:
    channel = _readable(call)
    given = channel.messages.get(call.needed("ts"))
    if given is None:
        raise Refused("thread_not_found")
    root = channel.messages[given.thread_ts or given.ts]
    replies = [one for one in _within(call, channel) if one.thread_ts == root.ts and one is not root]
    page, metadata = paged(call, replies, 1000, 1000)
    return _answer(call, [root, *page], metadata)  # each page begins with the root


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.require(_SCOPES[channel.kind])
    if call.team.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _within(call: Call, channel: Channel) -> list[Message]:
    """Messages between `oldest` and `latest`, in order; the bounds count only if `inclusive`. Raises Refused."""
    now = call.cloud.clock()
    oldest, latest = _moment(call, "oldest"), _moment(call, "latest")
    found = []
    for message in channel.messages.values():
        at = _micros(message.ts)
        after = oldest is None or at > oldest or (call.flag("inclusive") and at == oldest)
        before = latest is None or at < latest or (call.flag("inclusive") and at == latest)
        if after and before and message.listed_from <= now:
            found.append(message)
    return found


def _moment(call: Call, name: str) -> int | None:
    given = call.text(name)
    try:
        return _micros(given) if given and given != "now" else None
    except ValueError as problem:
        raise Refused(f"invalid_ts_{name}") from problem


def _micros(ts: str) -> int:
    """A ts in µs; as a float it would lose its last digits."""
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int(rest.ljust(6, "0")[:6] or "0")


def _answer(call: Call, page: list[Message], metadata: dict[str, str]) -> dict[str, Any]:
    told = call.flag("include_all_metadata")
    more = bool(metadata["next_cursor"])
    return {
        "messages": [message.json(call.team, call.cloud.url, metadata=told) for message in page],
        "has_more": more,
        **({"response_metadata": metadata} if more else {}),
    }


METHODS = {
    "conversations.history": Method(_history, tuple(_SCOPES.values())),
    "conversations.replies": Method(_replies, tuple(_SCOPES.values())),
}
