"""The Slack channel: receive, send, look up a send in doubt, change, open threads, carry files, listen."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence

import msgspec
import structlog

from bot.abilities import Finding, Installations
from bot.errors import Forged, InDoubt, Rejected, ThreadGone
from bot.messages import Address, File, Inbound, Limit, Media, Outbound, Receipt, Response, Said, Sent, WebRequest
from channels.slack import addresses, envelope, inbound, outbound, signs, threads
from channels.slack.addresses import FILE, parted
from channels.slack.calls import Calls
from channels.slack.config import SlackConfig
from channels.slack.errors import GONE
from channels.slack.manifest import hook_url, redirect_url
from channels.slack.signature import check
from channels.slack.whispers import Whispers
from channels.slack.workspaces import Workspaces

log = structlog.get_logger()

# Says nothing: answers go out through the outbox, which knows what became of them.
SILENCE = Response(200, "text/plain; charset=utf-8", b"")
PER_CHAT, PER_CHAT_BURST = 1.0, 2  # messages per second: https://docs.slack.dev/apis/web-api/rate-limits
PER_METHOD, PER_METHOD_BURST = 0.75, 5  # so that no 60 s hold more than 50 calls (tier 3)


def epoch_ms() -> int:
    """Now, UTC."""
    return time.time_ns() // 1_000_000


def slack_channel(
    name: str, config: SlackConfig, public_url: str, clock: Callable[[], int] = epoch_ms
) -> "SlackChannel":
    """The channel for an entry of `kind: slack`: with an app token one that also listens (Socket Mode)."""
    kind = ListeningSlackChannel if config.app_token.get_secret_value() else SlackChannel
    return kind(name, config, public_url, clock)


class SlackChannel:
    """One entry of `kind: slack`: a Channel and Reconciling (`bot.ports`).

    Of `bot.abilities` it has Editing, Threading, Rooted, ThreadBackfilling, Reacting, Whispering, Filing, Pacing,
    Diagnosing and Installable.
    """

    kind = "slack"
    capabilities = outbound.CAPABILITIES

    def __init__(self, name: str, config: SlackConfig, public_url: str, clock: Callable[[], int] = epoch_ms) -> None:
        """`public_url` is what people and Slack call this server, `clock` gives epoch milliseconds."""
        self.name = name
        self.settle = config.settle / 1000
        self.gather = config.gather
        self.rate = None if config.installable else config.rate  # else each workspace has its own: limits()
        self.hookable = bool(config.secrets)
        self.installable = config.installable
        self.redirect_url = redirect_url(name, public_url)
        self._config = config
        self._public_url = public_url
        self._clock = clock
        self._workspaces = Workspaces(name, config, self.redirect_url, clock)
        self._calls = Calls(config, self._workspaces)
        self._whispers = Whispers(self._calls, config)

    async def receive(self, request: WebRequest) -> Receipt:
        """Events of a webhook call that Slack signed for this app. Raises Forged; stores nothing.

        A call that Slack repeats (X-Slack-Retry-Num) is like any other: it may be the only one that came through.
        """
        check(request, self._config.secrets, self._clock())
        sent = envelope.payload(request.body)
        if sent is None:
            origin = inbound.Origin(self.name, "", "", self._clock())
            return Receipt((inbound.unreadable(origin, request.body, "neither JSON nor a form"),), SILENCE)
        if sent.get("type") == "url_verification":
            challenge = {"challenge": str(sent.get("challenge") or "")}
            return Receipt((), Response(200, "application/json", msgspec.json.encode(challenge)))
        if "ssl_check" in sent:
            return Receipt((), SILENCE)
        return Receipt(await self._events(sent), SILENCE)

    async def send(self, message: Outbound) -> Sent:
        """Hand one message to Slack, once. Raises a ChannelError that knows whether to retry.

        Raises ThreadGone if the message that the thread hangs on was deleted; nothing is left in the channel then.
        """
        fields = outbound.fields(message, self._config)
        answer = await self._calls.post(message.to, fields)
        found = addresses.message_id(answer.data.get("channel"), answer.data.get("ts"))
        if not found:
            raise InDoubt("Slack's answer holds no message")
        await threads.joined(self._calls, message.to, answer)
        self._whispers.replied(message.to)
        return Sent(found)

    async def whisper(self, message: Outbound) -> Sent:
        """Show a message to `message.whisper` alone, or to all where Slack would not. Raises a ChannelError.

        What was whispered cannot be changed or found again.
        """
        return await self._whispers.send(message) or await self.send(message)

    async def find(self, message: Outbound, since: int, taken: Collection[str] = ()) -> Sent | None:  # noqa: ARG002
        """Slack's record of this message, posted at or after `since` (epoch ms), or None. Raises a ChannelError.

        Our key is in the message's metadata, so nothing that is `taken` can be mistaken for it.
        """
        from channels.slack.lookup import posted  # noqa: PLC0415 - loads the SDK

        return await posted(self._calls, message, since)

    async def edit(self, message: Outbound, provider_id: str) -> Sent:
        """Make the message `provider_id` look like `message.prompt`, buttons included. Raises a ChannelError.

        Raises ThreadGone for a card that was deleted: its thread hung on it.
        """
        place, ts = parted(provider_id)
        changes = outbound.changes(message)
        try:
            await self._calls.call(
                message.to,
                lambda client: client.chat_update(channel=place, ts=ts, **changes),
                repeatable=True,
                alone=True,
            )
        except Rejected as refused:
            if message.card is not None and refused.code in GONE:
                raise ThreadGone("the card was deleted", refused.code) from None
            raise
        return Sent(provider_id)

    async def remove(self, to: Address, provider_id: str) -> None:
        """Delete a message of ours. Raises a ChannelError; one that is gone already is no error."""
        if provider_id.startswith(FILE):
            file = provider_id.removeprefix(FILE)
            await self._calls.unless(GONE, to, lambda client: client.files_delete(file=file))
            return
        place, ts = parted(provider_id)
        await self._calls.unless(GONE, to, lambda client: client.chat_delete(channel=place, ts=ts))

    async def open_thread(self, to: Address, title: str) -> Address:
        """A new thread in the channel `to`, under a message that is its title. Raises a ChannelError."""
        return await threads.begin(self._calls, to, title)

    async def close_thread(self, to: Address) -> None:
        """Mark its title as done; Slack's threads cannot be closed. Raises a ChannelError."""
        await threads.close(self._calls, to)

    async def reopen_thread(self, to: Address) -> None:
        """Take the mark off. Raises ThreadGone if its title was deleted, else a ChannelError."""
        await threads.reopen(self._calls, to)

    def thread_of(self, provider_id: str) -> str:
        """The thread under a message of ours. Raises Rejected if it is none that could have one."""
        return parted(provider_id)[1]

    async def react(self, to: Address, ref: str, symbol: str) -> None:
        """Show how far a message has come, or an emoji, by one reaction of ours on it. Raises a ChannelError."""
        await signs.show(self._calls, to, ref, symbol)

    async def missed_in(self, conversations: Sequence[Address], since: int) -> Sequence[Inbound]:
        """What people wrote in these threads at or after `since` (epoch ms), under the ids that webhooks give it.

        Edits, deletions and reactions are not among it. Raises a ChannelError.
        """
        from channels.slack import missed  # noqa: PLC0415 - loads the SDK

        found: list[Inbound] = []
        for account in dict.fromkeys(each.account for each in conversations):
            origin = inbound.Origin(self.name, account, await self._calls.team(account), self._clock())
            there = [each for each in conversations if each.account == account and each.thread]
            found += await missed.replies(self._calls, origin, there, since)
        return found

    async def fetch(self, media: Media, account: str = "") -> File:
        """Download what somebody sent, at most 10 MB. Raises a ChannelError."""
        from channels.slack import files  # noqa: PLC0415 - loads the SDK

        return await files.fetch(self._calls.api(), await self._calls.token(account), media)

    async def send_files(self, message: Outbound, files: Sequence[File]) -> Sent:
        """Send files, with the prompt's text beside them, without buttons. Raises a ChannelError."""
        from channels.slack.files import share  # noqa: PLC0415 - loads the SDK

        place = await self._calls.place(message.to)
        return await share(self._calls, place, message, files, self._config)

    def limits(self, to: Address, kind: str = "") -> Sequence[Limit]:
        """A message a second to one chat and, where there are several workspaces, `rate` to one of them.

        Changes and signs are limited by their own methods, by workspace.
        """
        if kind:
            return (Limit(f"{to.account}/{kind}s", PER_METHOD, PER_METHOD_BURST),)
        chat, workspace = Limit(f"{to.account}/{to.chat}", PER_CHAT, PER_CHAT_BURST), self._calls.scope(to)
        rate = self._config.rate
        return (chat, Limit(workspace, rate, max(1, int(rate)))) if workspace else (chat,)

    def address(self, text: str) -> Address:
        """The address that an ID, as somebody typed it, has on this channel. Raises Rejected."""
        return addresses.parsed(self.name, self._config, text)

    def keep_in(self, installations: Installations) -> None:
        """Where to keep the workspaces that add the app."""
        self._workspaces.keep_in(installations)

    def install_url(self, state: str) -> str:
        """Where to send somebody who wants to add their workspace; `state` comes back to `redirect_url`."""
        return self._workspaces.install_url(state)

    async def installed(self, code: str) -> str:
        """Finish: exchange the code, keep the token; the workspace's name. Raises a ChannelError."""
        found = await self._workspaces.install(code, self._calls.api())
        return found.team_name or found.team or found.enterprise

    async def diagnose(self) -> Sequence[Finding]:
        """What is right and wrong with the app and its installations."""
        from channels.slack import diagnosis  # noqa: PLC0415 - loads the SDK

        api, config = self._calls.api(), self._config
        found = list(diagnosis.settings(config, self._public_url))
        found += await diagnosis.workspaces(api, self._workspaces, config)
        return found + await diagnosis.events(api, config, hook_url(self.name, self._public_url))

    async def connect(self) -> Sequence[Finding]:
        """Nothing: Slack lets only its own pages set up an app."""
        hint = f"paste the output of `run.py channels manifest {self.name}` at api.slack.com/apps → App Manifest"
        return (Finding("warning", "Slack has no call that sets up an app", hint),)

    async def close(self) -> None:
        """Release connections."""
        await self._calls.close()

    async def _events(self, sent: envelope.Payload) -> tuple[Inbound, ...]:
        """The events in an authentic delivery; an installation that is gone is forgotten. Raises Forged (S9)."""
        if self._config.app_id and envelope.app(sent) != self._config.app_id:
            raise Forged("the call is for another app")
        found = await self._workspaces.account(envelope.workspaces(sent))
        removed = envelope.uninstalls(envelope.mapping(sent.get("event")) or {})
        if found is None:
            if removed:
                return ()  # Slack says it twice
            raise Forged("the call is for a workspace that the app is not in")
        account, team = found
        if removed:
            at = sent.get("event_time")  # in whole seconds
            await self._workspaces.forget(account, at * 1000 + 999 if isinstance(at, int) else self._clock())
        told = inbound.events(inbound.Origin(self.name, account, team, self._clock()), sent)
        for event in told:
            if isinstance(event.body, Said):
                self._whispers.replied(event.source)
        return told


class ListeningSlackChannel(SlackChannel):
    """With an app token: Listening (`bot.ports`), by Socket Mode."""

    async def listen(self, accept: Callable[[Sequence[Inbound]], Awaitable[None]]) -> None:
        """Run until cancelled; acknowledge to Slack only after `accept` has returned. Raises Misconfigured."""
        from channels.slack import socket_mode  # noqa: PLC0415 - loads the SDK

        async def take(sent: envelope.Payload) -> None:
            try:
                events = await self._events(sent)
            except Forged as forged:  # acknowledged, or it would come again
                log.warning("foreign_event", channel=self.name, why=str(forged))
                return
            if events:
                await accept(events)

        token, api = self._config.app_token.get_secret_value(), self._calls.api()
        connections = [
            asyncio.create_task(socket_mode.listen(self.name, api, token, take))
            for _ in range(self._config.connections)
        ]
        try:
            await asyncio.gather(*connections)  # the first to fail tells what is wrong, not a group of exceptions
        finally:
            for connection in connections:
                connection.cancel()
            await asyncio.gather(*connections, return_exceptions=True)
