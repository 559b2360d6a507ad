"""Calls of the Web API by address: the right workspace's token, the right channel for a person."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from bot.errors import Misconfigured, NotAdmitted, Rejected, Throttled, Unavailable
from bot.messages import Address
from channels.slack.addresses import is_person
from channels.slack.config import SlackConfig
from channels.slack.envelope import mapping
from channels.slack.errors import TOKEN_DEAD
from channels.slack.recent import Recent
from channels.slack.workspaces import Workspaces

if TYPE_CHECKING:
    from channels.slack.client import Answer, Api, Call


class Calls:
    """The API client, made on first use, behind addresses."""

    def __init__(self, config: SlackConfig, workspaces: Workspaces) -> None:
        self._config = config
        self._workspaces = workspaces
        self._directs: Recent[str] = Recent(50_000)  # (account, person) → their direct messages with the app
        self._teams: dict[str, str] = {}  # account → the workspace as events name it
        self._client: Api | None = None

    def api(self) -> "Api":
        """The client itself."""
        if self._client is None:
            from channels.slack.client import Api  # noqa: PLC0415 - the SDK takes 0.4 s to load

            self._client = Api(self._config)
        return self._client

    async def token(self, account: str) -> str:
        """The token to act with in a workspace. Raises a ChannelError."""
        return await self._workspaces.token(account, self.api())

    async def team(self, account: str) -> str:
        """The workspace behind an account, as the ids of its events have it. Raises a ChannelError."""
        if account or self._config.team:
            return account or self._config.team
        if account not in self._teams:
            told = (await self.call(Address("", ""), lambda client: client.auth_test(), repeatable=True)).data
            whole = told.get("is_enterprise_install") is True
            self._teams[account] = str(told.get("enterprise_id" if whole else "team_id") or "")
        return self._teams[account]

    async def call(self, to: Address, call: "Call", *, repeatable: bool = False, alone: bool = False) -> "Answer":
        """One call where `to` is. `repeatable` if doing it twice is harmless. Raises a ChannelError.

        Slack limits each method by itself: `alone` says that messages need not wait for this one's limit.
        """
        token = await self.token(to.account)
        try:
            return await self.api().call(token, call, repeatable=repeatable, scope=self.scope(to))
        except Misconfigured as refused:
            if refused.code in TOKEN_DEAD:
                self._workspaces.drop(to.account)
            if refused.code == "channel_not_found":
                self._directs.pop((to.account, to.chat), None)
            raise
        except Throttled as slow:
            if alone:
                raise Throttled(str(slow), slow.after, slow.code, whole_channel=False) from None
            raise

    async def unless(self, fine: Collection[str], to: Address, call: "Call", *, alone: bool = False) -> None:
        """A call that may be repeated, whose refusals in `fine` say that it is done. Raises a ChannelError."""
        try:
            await self.call(to, call, repeatable=True, alone=alone)
        except Rejected as refused:
            if refused.code not in fine:
                raise

    async def post(self, to: Address, fields: dict[str, Any]) -> "Answer":
        """Post a message, once; `fields` are the SDK's arguments but for the channel. Raises a ChannelError.

        For a person their ID is enough, and the answer says where it went. To open every conversation first would
        hold a campaign to the 50 calls a minute that conversations.open takes.
        """
        known = self._directs.get((to.account, to.chat))
        try:
            answer = await self.call(to, lambda client: client.chat_postMessage(channel=known or to.chat, **fields))
        except NotAdmitted as refused:
            if not is_person(to.chat) or refused.code != "channel_not_found":
                raise
            place = await self.place(to)  # says what is the matter with this person; what was known is forgotten
            answer = await self.call(to, lambda client: client.chat_postMessage(channel=place, **fields))
        if is_person(to.chat) and (place := str(answer.data.get("channel") or "")):
            self._directs[to.account, to.chat] = place
        return answer

    async def place(self, to: Address) -> str:
        """The channel to write to: for a person, the direct messages with them. Raises a ChannelError."""
        if not is_person(to.chat):
            return to.chat
        known = self._directs.get((to.account, to.chat))
        if known is None:
            answer = await self.call(to, lambda client: client.conversations_open(users=[to.chat]), repeatable=True)
            known = str((mapping(answer.data.get("channel")) or {}).get("id") or "")
            if not known:
                raise Unavailable("Slack's answer names no conversation")
            self._directs[to.account, to.chat] = known
        return known

    def scope(self, to: Address) -> str:
        """What Slack's rate limits apply to: the workspace; "" where that is all of the channel."""
        return f"{to.account}/" if self._config.installable else ""

    async def close(self) -> None:
        """Release connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None
