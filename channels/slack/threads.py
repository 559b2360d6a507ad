"""Threads under a message that is their title. Slack's cannot be closed: a mark on that message says done."""

import contextlib
from typing import TYPE_CHECKING

from bot.errors import ChannelError, Rejected, ThreadGone
from bot.messages import Address
from channels.slack.addresses import message_id
from channels.slack.blocks import MAX_SECTION
from channels.slack.calls import Calls
from channels.slack.envelope import mapping
from channels.slack.errors import GONE, lost
from channels.slack.outbound import INERT
from channels.slack.text import clean, clipped

if TYPE_CHECKING:
    from channels.slack.client import Answer

GONE_WORDS = "the thread does not exist any more"
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
            raise ThreadGone(GONE_WORDS, refused.code) from None
        raise


async def joined(calls: Calls, to: Address, answer: "Answer") -> None:
    """See that a reply has come into its thread. Raises ThreadGone.

    If the message that a thread hangs on was deleted, Slack posts the reply into the channel and leaves `thread_ts`
    out of its answer (slack-go#1571). It is taken away there: nobody could tell to what it belongs.
    """
    posted = mapping(answer.data.get("message"))
    if not to.thread or posted is None or posted.get("thread_ts"):
        return
    ts = str(answer.data.get("ts") or "")
    with contextlib.suppress(ChannelError):  # then it stays; what counts is that it comes into a new thread
        await calls.unless(GONE, to, lambda client: client.chat_delete(channel=to.chat, ts=ts))
    raise ThreadGone(GONE_WORDS, "thread_not_found")


async def stands(calls: Calls, to: Address) -> None:
    """See that there is the thread, before what cannot be taken back. Raises ThreadGone, else a ChannelError."""
    if to.thread:
        await calls.call(
            to,
            lambda client: client.conversations_replies(channel=to.chat, ts=to.thread, limit=1),
            repeatable=True,
            alone=True,
        )
