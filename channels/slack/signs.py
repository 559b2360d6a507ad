"""Signs on other people's messages: one reaction of ours that says how far a message has come.

https://docs.slack.dev/reference/methods/reactions.add and its neighbours. The limit of `reactions.remove` is the
lowest, about 20 a minute in a workspace, and holds nothing else up.
"""

from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING

from bot.errors import Misconfigured, Rejected, Throttled
from bot.messages import Address
from channels.slack.addresses import parted
from channels.slack.calls import Calls
from channels.slack.envelope import mapping
from channels.slack.errors import GONE

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

SIGNS = {
    "pending": "eyes",
    "sent": "heavy_check_mark",
    "delivered": "white_check_mark",
    "read": "eyeglasses",
    "failed": "x",
    "unknown": "grey_question",
}
"""What we say of a message → the name of the reaction."""


async def show(calls: Calls, to: Address, ref: str, symbol: str) -> None:
    """Put the sign of `symbol` on the message `ref`, or with "" none, and take away what we put there before.

    While Slack does not let us look or take away, an earlier sign stays beside the new one, until the next one comes.
    Raises a ChannelError.
    """
    place, ts = parted(ref)
    if not symbol:
        await _clear(calls, to, place, ts, "")
        return
    if symbol not in SIGNS:
        raise Rejected(f"there is no sign for {symbol!r}")
    name = SIGNS[symbol]
    await calls.unless(
        {"already_reacted"}, to, lambda client: client.reactions_add(channel=place, timestamp=ts, name=name), alone=True
    )
    try:
        await _clear(calls, to, place, ts, name)
    except (Throttled, Misconfigured):
        return  # what counts is said


async def _clear(calls: Calls, to: Address, place: str, ts: str, keep: str) -> None:
    """Take our signs off but for one. Nobody's memory is asked which: another process may have put them there."""
    for name in await _there(calls, to, place, ts):
        if name != keep:
            taken = partial(_removed, place, ts, name)
            await calls.unless({"no_reaction", *GONE}, to, taken, alone=True)


def _removed(place: str, ts: str, name: str, client: "AsyncWebClient") -> "Awaitable[AsyncSlackResponse]":
    return client.reactions_remove(channel=place, timestamp=ts, name=name)


async def _there(calls: Calls, to: Address, place: str, ts: str) -> list[str]:
    """Those of our signs that a message carries; some of them may be other people's."""
    try:
        answer = await calls.call(
            to, lambda client: client.reactions_get(channel=place, timestamp=ts, full=True), repeatable=True, alone=True
        )
    except Rejected as refused:
        if refused.code in GONE:
            return []
        raise
    given = (mapping(answer.data.get("message")) or {}).get("reactions")
    names = [each.get("name") for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    return [name for name in SIGNS.values() if name in names]
