"""The workspaces that the app is in: whose token to use, added by OAuth, refreshed, forgotten.

Protocol: https://docs.slack.dev/authentication/installing-with-oauth, https://docs.slack.dev/authentication/using-token-rotation.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec
from msgspec import Struct, structs

from bot.abilities import Installations
from bot.errors import ChannelError, Misconfigured, Rejected
from channels.slack.config import SlackConfig
from channels.slack.scopes import SCOPES

if TYPE_CHECKING:
    from channels.slack.client import Api, Call

REFRESH_BEFORE = 600_000  # ms before a rotating token expires


class Installation(Struct, frozen=True, omit_defaults=True):
    """What is kept of an installation. Times are epoch ms; `expires_at` 0: the token does not rotate."""

    bot_token: str
    team: str
    team_name: str = ""
    enterprise: str = ""
    bot_user: str = ""
    app_id: str = ""
    scopes: str = ""
    installed_at: int = 0
    refresh_token: str = ""
    expires_at: int = 0


class Workspaces:
    """Tokens by account: "" is the workspace of the settings' `bot_token`, others are team or organisation ids."""

    def __init__(self, name: str, config: SlackConfig, redirect_url: str, clock: Callable[[], int]) -> None:
        self._name = name
        self._config = config
        self._redirect = redirect_url
        self._clock = clock
        self._kept: Installations | None = None
        self._known: dict[str, Installation] = {}
        self._refreshing = asyncio.Lock()

    def keep_in(self, installations: Installations) -> None:
        """Where to keep installations."""
        self._kept = installations

    async def accounts(self) -> list[str]:
        """Every account that there is a token for."""
        own = [""] if self._config.bot_token.get_secret_value() else []
        return own + (await self._kept.accounts(self._name) if self._kept else [])

    async def account(self, candidates: list[str]) -> tuple[str, str] | None:
        """(account, workspace) of an event that is for one of these workspaces; None if it is for none of ours."""
        config = self._config
        if config.bot_token.get_secret_value() and (not config.team or config.team in candidates):
            return "", config.team or (candidates[0] if candidates else "")
        for each in candidates:
            if await self._installation(each):
                return each, each
        return None

    async def token(self, account: str, api: "Api") -> str:
        """The token to act with in a workspace. Raises Misconfigured if there is none, else a ChannelError."""
        if not account:
            own = self._config.bot_token.get_secret_value()
            if not own:
                raise Misconfigured(f"channel {self._name!r} has no bot_token")
            return own
        found = await self._installation(account)
        if found is None:
            raise Misconfigured(f"the app is not installed in {account}")
        if found.expires_at and found.expires_at - self._clock() < REFRESH_BEFORE:
            found = await self._refreshed(account, api)
        return found.bot_token

    def drop(self, account: str) -> None:
        """The token was refused: the next use reads it anew."""
        self._known.pop(account, None)

    async def forget(self, account: str, at: int) -> None:
        """The app was removed at `at` (epoch ms). What was installed since stays."""
        self.drop(account)
        found = await self._installation(account) if account else None
        if found and self._kept and found.installed_at < at:
            await self._kept.remove_installation(self._name, account)
        self.drop(account)

    def install_url(self, state: str) -> str:
        """Where to send somebody who wants to add their workspace; `state` comes back to us."""
        base = self._config.api_url.removesuffix("api/")
        asked = {
            "client_id": self._config.client_id,
            "scope": ",".join(SCOPES),
            "redirect_uri": self._redirect,
            "state": state,
        }
        return f"{base}oauth/v2/authorize?{urlencode(asked)}"

    async def install(self, code: str, api: "Api") -> Installation:
        """Exchange the code that came back and keep the token. Raises a ChannelError."""
        if self._kept is None:
            raise Misconfigured("there is no place to keep installations")
        config = self._config
        answer = await api.call(
            "",
            lambda client: client.oauth_v2_access(
                client_id=config.client_id,
                client_secret=config.client_secret.get_secret_value(),
                code=code,
                redirect_uri=self._redirect,
            ),
            repeatable=True,  # a code works once, and nothing has happened without it
        )
        account, found = self._parsed(answer.data)
        if config.app_id and found.app_id != config.app_id:
            raise Rejected("the installation is one of another app")
        await self._save(account, found)
        return found

    def _parsed(self, data: dict[str, object]) -> tuple[str, Installation]:
        try:
            granted = msgspec.convert(data, _Granted, strict=False)
        except msgspec.ValidationError:
            raise Rejected("Slack's answer to the installation is incomplete") from None
        now = self._clock()
        team, enterprise = granted.team or _Named(), granted.enterprise or _Named()
        account = enterprise.id if granted.is_enterprise_install else team.id
        if granted.token_type != "bot" or not granted.access_token or not account:  # noqa: S105 - a kind of token
            raise Rejected("Slack has given no bot token")
        return account, Installation(
            bot_token=granted.access_token,
            team=team.id,
            team_name=team.name or enterprise.name,
            enterprise=enterprise.id,
            bot_user=granted.bot_user_id,
            app_id=granted.app_id,
            scopes=granted.scope,
            installed_at=now,
            refresh_token=granted.refresh_token,
            expires_at=now + granted.expires_in * 1000 if granted.expires_in else 0,
        )

    async def _refreshed(self, account: str, api: "Api") -> Installation:
        """A fresh token. Another process may have been first: then its token is the one that counts."""
        async with self._refreshing:
            self.drop(account)
            found = await self._installation(account)
            if found is None:
                raise Misconfigured(f"the app is not installed in {account}")
            if found.expires_at - self._clock() >= REFRESH_BEFORE:
                return found
            try:
                answer = await api.call("", self._exchange(found.refresh_token), repeatable=True)
            except ChannelError:
                if found.expires_at > self._clock():
                    return found  # it still holds
                raise
            _, fresh = self._parsed({"team": {"id": found.team}, **answer.data})
            fresh = structs.replace(
                found,
                bot_token=fresh.bot_token,
                refresh_token=fresh.refresh_token or found.refresh_token,
                expires_at=fresh.expires_at,
            )
            await self._save(account, fresh)
            return fresh

    def _exchange(self, refresh_token: str) -> "Call":
        config = self._config
        return lambda client: client.oauth_v2_access(
            client_id=config.client_id,
            client_secret=config.client_secret.get_secret_value(),
            grant_type="refresh_token",
            refresh_token=refresh_token,
        )

    async def _installation(self, account: str) -> Installation | None:
        found = self._known.get(account)
        if found is None and self._kept is not None:
            data = await self._kept.installation(self._name, account)
            if data is not None:
                found = self._known[account] = msgspec.json.decode(data, type=Installation)
        return found

    async def _save(self, account: str, found: Installation) -> None:
        assert self._kept is not None  # noqa: S101 - callers have looked
        await self._kept.save_installation(self._name, account, msgspec.json.encode(found).decode(), self._clock())
        self._known[account] = found


class _Named(Struct, frozen=True):
    id: str = ""
    name: str = ""


class _Granted(Struct, frozen=True):
    """The answer of oauth.v2.access: https://docs.slack.dev/reference/methods/oauth.v2.access."""

    access_token: str
    token_type: str = ""
    scope: str = ""
    bot_user_id: str = ""
    app_id: str = ""
    team: _Named | None = None
    enterprise: _Named | None = None
    is_enterprise_install: bool = False
    refresh_token: str = ""
    expires_in: int = 0
