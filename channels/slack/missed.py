"""What was written in threads while no event came through: https://docs.slack.dev/reference/methods/conversations.replies.

Apps that are distributed outside of Slack's Marketplace may ask once a minute, for 15 messages.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from bot.errors import ThreadGone
from bot.messages import Address, Inbound
from channels.slack import inbound
from channels.slack.calls import Calls
from channels.slack.client import pages

MOST_PAGES = 20
MARGIN = 60_000  # ms; what is told twice has one effect


async def replies(calls: Calls, origin: inbound.Origin, threads: Sequence[Address], since: int) -> list[Inbound]:
    """What people wrote in threads of one workspace at or after `since` (epoch ms), oldest first in each.

    Threads that are gone have nothing. Raises a ChannelError.
    """
    found: list[Inbound] = []
    for thread in threads:
        try:
            found += await _replies(calls, origin, thread, since)
        except ThreadGone:
            continue
    return found


async def _replies(calls: Calls, origin: inbound.Origin, thread: Address, since: int) -> list[Inbound]:
    api = calls.api()
    oldest = max(0, since + min(0, api.ahead) - MARGIN)
    asked = {"channel": thread.chat, "ts": thread.thread, "oldest": f"{oldest / 1000:.6f}", "limit": 200}
    found: list[Inbound] = []
    async for page in pages(api, await calls.token(thread.account), partial(_listed, asked), MOST_PAGES):
        records = page.get("messages")
        for record in records if isinstance(records, list) else ():
            if isinstance(record, dict) and thread.thread == record.get("thread_ts") != record.get("ts"):
                found += inbound.listed(origin, thread.chat, record)
    return found


def _listed(asked: dict[str, Any], client: Any, cursor: str) -> Any:
    return client.conversations_replies(**asked | ({"cursor": cursor} if cursor else {}))
