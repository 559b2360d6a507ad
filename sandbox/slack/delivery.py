"""How events and interactions reach the app: by its request URL or a socket, events again when nobody takes them.

https://docs.slack.dev/apis/events-api#error-handling: three retries, at once, after a minute, after five more.
"""

import asyncio
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import structs

from sandbox.slack.model import App
from sandbox.slack.sockets import Sockets
from sandbox.slack.webhooks import FORM, JSON, Caller, Outcome


class Delivery:
    """Sends to one app. `retry_base` is the minute of the retries, in seconds; `seconds` the time to acknowledge."""

    def __init__(self, app: App, retry_base: float, seconds: float) -> None:
        self.app = app
        self.retry_base = retry_base
        self.sockets = Sockets(app, seconds)
        self.caller = Caller(seconds)
        self.failures: list[tuple[str, Outcome]] = []  # (event ID or kind of interaction, how it ended)

    async def event(self, envelope: dict[str, Any]) -> Outcome:
        """Deliver an event until it is taken or the retries are used up."""
        body = msgspec.json.encode(envelope)
        outcome = Outcome(0, 0)
        for attempt, pause in enumerate((0.0, 0.0, self.retry_base, 5 * self.retry_base)):
            if pause:
                await asyncio.sleep(pause)
            outcome = structs.replace(await self._event(envelope, body, attempt, outcome.reason), attempts=attempt + 1)
            if outcome.taken or outcome.stop:
                break
        if not outcome.taken:
            self.failures.append((envelope.get("event_id", envelope["type"]), outcome))
        return outcome

    async def action(self, payload: dict[str, Any]) -> Outcome:
        """Deliver an interaction; whoever pressed sees a warning if it fails, and nothing is sent again."""
        if self.app.socket_mode:
            outcome = await self.sockets.deliver("interactive", payload)
        else:
            url = self.app.actions_url or self.app.events_url
            body = urlencode({"payload": msgspec.json.encode(payload).decode()}).encode()
            outcome = await self._post(url, body, FORM)
        return self._noted(payload["type"], outcome)

    async def command(self, form: dict[str, str]) -> Outcome:
        """Deliver a slash command, once."""
        if self.app.socket_mode:
            outcome = await self.sockets.deliver("slash_commands", dict(form))
        else:
            outcome = await self._post(self.app.commands_url or self.app.events_url, urlencode(form).encode(), FORM)
        return self._noted(form["command"], outcome)

    async def verify(self, challenge: str) -> bool:
        """Whether the request URL answers `url_verification` as it must."""
        body = msgspec.json.encode({"type": "url_verification", "token": "-", "challenge": challenge})
        outcome = await self._post(self.app.events_url, body, JSON)
        return outcome.taken and challenge in outcome.body

    async def close(self) -> None:
        """Hang up everywhere."""
        await self.sockets.close()
        await self.caller.close()

    async def _event(self, envelope: dict[str, Any], body: bytes, attempt: int, reason: str) -> Outcome:
        if self.app.socket_mode:
            return await self.sockets.deliver("events_api", envelope, attempt, reason)
        again = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason} if attempt else {}
        return await self._post(self.app.events_url, body, JSON, again)

    async def _post(self, url: str, body: bytes, kind: str, headers: dict[str, str] | None = None) -> Outcome:
        if not url:
            return Outcome(0, 1, reason="connection_failed", stop=True)
        return await self.caller.post(url, body, kind, self.app.signing_secret, headers or {})

    def _noted(self, what: str, outcome: Outcome) -> Outcome:
        if not outcome.taken:
            self.failures.append((what, outcome))
        return outcome
