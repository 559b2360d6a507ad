"""What became of a send in doubt: the message that carries our key, among those that Slack lists."""

from typing import Any

from bot.errors import ThreadGone
from bot.messages import Outbound, Sent
from channels.slack.addresses import message_id
from channels.slack.calls import Calls
from channels.slack.client import pages
from channels.slack.outbound import key_of

MOST_PAGES = 20
MARGIN = 60_000  # ms; a key is unique, so looking too far back harms nobody


async def posted(calls: Calls, message: Outbound, since: int) -> Sent | None:
    """The message, if it was posted at or after `since` (epoch ms). Raises a ChannelError.

    In a channel the list is of what is not in threads, in a thread it is the thread's; both need `*:history`.
    """
    to, api = message.to, calls.api()
    place = await calls.place(to)
    oldest = max(0, since + min(0, api.ahead) - MARGIN)
    asked = {"channel": place, "oldest": f"{oldest / 1000:.6f}", "include_all_metadata": True, "limit": 200}

    def listed(client: Any, cursor: str) -> Any:
        at = asked | ({"cursor": cursor} if cursor else {})
        return client.conversations_replies(ts=to.thread, **at) if to.thread else client.conversations_history(**at)

    try:
        async for page in pages(api, await calls.token(to.account), listed, MOST_PAGES):
            records = page.get("messages")
            for record in records if isinstance(records, list) else ():
                if key_of(record) == message.key and (found := message_id(place, record.get("ts"))):
                    return Sent(found)
    except ThreadGone:
        return None  # then nothing can have been posted into it
    return None
