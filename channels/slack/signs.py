"""Signs on other people's messages: one reaction of ours that says how far a message has come, or an agent's emoji.

https://docs.slack.dev/reference/methods/reactions.add and its neighbours. The limit of `reactions.remove` is the
lowest, about 20 a minute in a workspace, and holds nothing else up.
"""

from collections.abc import Awaitable
from functools import partial
from typing import TYPE_CHECKING

from bot.errors import Misconfigured, Rejected, Throttled
from bot.messages import Address
from channels.slack.addresses import is_person, parted
from channels.slack.calls import Calls
from channels.slack.emoji import NAMES
from channels.slack.envelope import Payload, mapping
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
    """Put a sign or an emoji on the message `ref`, or with "" none, and take away what we put there before.

    While Slack does not let us look or take away, an earlier sign stays beside the new one, until the next one comes.
    Raises a ChannelError.
    """
    place, ts = parted(ref)
    if not symbol:
        await _clear(calls, to, place, ts, "")
        return
    name = SIGNS.get(symbol) or NAMES.get(symbol)
    if not name:
        raise Rejected(f"there is no sign for {symbol!r}")
    await calls.unless(
        {"already_reacted"}, to, lambda client: client.reactions_add(channel=place, timestamp=ts, name=name), alone=True
    )
    try:
        await _clear(calls, to, place, ts, name)
    except (Throttled, Misconfigured):
        return  # what counts is said


async def _clear(calls: Calls, to: Address, place: str, ts: str, keep: str) -> None:
    """Take ours off but for one. Nobody's memory is asked which: another process may have put them there."""
    for name in await _there(calls, to, place, ts):
        if name != keep:
            taken = partial(_removed, place, ts, name)
            await calls.unless({"no_reaction", *GONE}, to, taken, alone=True)


def _removed(place: str, ts: str, name: str, client: "AsyncWebClient") -> "Awaitable[AsyncSlackResponse]":
    return client.reactions_remove(channel=place, timestamp=ts, name=name)


async def _there(calls: Calls, to: Address, place: str, ts: str) -> list[str]:
    """Which of ours a message carries: of the signs, some may be other people's; whom we write to is `to.chat`."""
    try:
        answer = await calls.call(
            to, lambda client: client.reactions_get(channel=place, timestamp=ts, full=True), repeatable=True, alone=True
        )
    except Rejected as refused:
        if refused.code in GONE:
            return []
        raise
    given = (mapping(answer.data.get("message")) or {}).get("reactions")
    found = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    if is_person(to.chat):
        return [str(each.get("name")) for each in found if {*_listed(each)} - {to.chat}]
    names = [each.get("name") for each in found]
    return [name for name in SIGNS.values() if name in names]


def _listed(reaction: Payload) -> list[str]:
    """Who has put it there."""
    users = reaction.get("users")
    return [user for user in users if isinstance(user, str)] if isinstance(users, list) else []
