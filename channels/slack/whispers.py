"""Messages that one member of a channel sees alone: https://docs.slack.dev/reference/methods/chat.postEphemeral.

Slack shows them only to members, and in a thread only if somebody has replied there.
"""

import re

from bot.errors import ChannelError, InDoubt, Rejected, Unreachable
from bot.messages import Address, Outbound, Sent
from channels.slack.addresses import is_person, message_id
from channels.slack.calls import Calls
from channels.slack.config import SlackConfig
from channels.slack.outbound import whispered
from channels.slack.recent import Recent

_MEMBER = re.compile(r"[UW][A-Z0-9]{1,40}", re.ASCII)


class Whispers:
    """Sends them, and knows the threads in which they would be seen."""

    def __init__(self, calls: Calls, config: SlackConfig) -> None:
        self._calls = calls
        self._config = config
        self._lively: Recent[bool] = Recent(20_000)  # threads with replies; (account, channel#thread)

    def replied(self, to: Address) -> None:
        """Somebody has written in a thread."""
        if to.thread:
            self._lively[to.account, f"{to.chat}#{to.thread}"] = True

    async def send(self, message: Outbound) -> Sent | None:
        """Show it to `message.whisper`; None if Slack would not, and nothing was sent. Raises a ChannelError."""
        to = message.to
        if is_person(to.chat) or not _MEMBER.fullmatch(message.whisper) or not await self._shows(to):
            return None
        fields = whispered(message, self._config)
        try:
            answer = await self._calls.call(
                to, lambda client: client.chat_postEphemeral(channel=to.chat, **fields), alone=True
            )
        except (Rejected, Unreachable):  # such as user_not_in_channel
            return None
        found = message_id(to.chat, answer.data.get("message_ts"))
        if not found:
            raise InDoubt("Slack's answer holds no message")
        return Sent(found)

    async def _shows(self, to: Address) -> bool:
        """Whether there are replies in the thread. If Slack does not tell, there are none."""
        if not to.thread or (to.account, f"{to.chat}#{to.thread}") in self._lively:
            return True
        try:
            answer = await self._calls.call(
                to,
                lambda client: client.conversations_replies(channel=to.chat, ts=to.thread, limit=2),
                repeatable=True,
                alone=True,
            )
        except ChannelError:
            return False
        listed = answer.data.get("messages")
        if not isinstance(listed, list) or len(listed) < 2:  # the first one is the root
            return False
        self.replied(to)
        return True
