"""Threads under a message that is their title. Slack's cannot be closed: a mark on that message says done."""

from bot.errors import Rejected, ThreadGone
from bot.messages import Address
from channels.slack.addresses import message_id
from channels.slack.calls import Calls
from channels.slack.errors import GONE, lost
from channels.slack.outbound import INERT, MAX_SECTION
from channels.slack.text import clean, clipped

DONE = "white_check_mark"


async def begin(calls: Calls, to: Address, title: str) -> Address:
    """Post the title in the channel `to`; the thread under it. Raises a ChannelError."""
    text = clipped(clean(title).strip(), MAX_SECTION)
    answer = await calls.call(to, lambda client: client.chat_postMessage(channel=to.chat, text=text, **INERT))
    ts = answer.data.get("ts")
    if not message_id(to.chat, ts):
        raise lost("Slack's answer holds no message", repeatable=False)
    return Address(to.channel, to.chat, to.account, str(ts))


async def close(calls: Calls, to: Address) -> None:
    """Mark it as done; twice is once. Raises a ChannelError."""
    await calls.unless(
        {"already_reacted", *GONE},
        to,
        lambda client: client.reactions_add(channel=to.chat, timestamp=to.thread, name=DONE),
    )


async def reopen(calls: Calls, to: Address) -> None:
    """Take the mark off. Raises ThreadGone if the title was deleted, else a ChannelError."""
    try:
        await calls.unless(
            {"no_reaction"},
            to,
            lambda client: client.reactions_remove(channel=to.chat, timestamp=to.thread, name=DONE),
        )
    except Rejected as refused:
        if refused.code == "message_not_found":
            raise ThreadGone("the thread does not exist any more", refused.code) from None
        raise
