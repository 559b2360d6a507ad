"""What only some channels can do, one protocol per ability; the runtime asks with isinstance."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from bot.messages import Address, File, Inbound, Limit, Media, Outbound, Sent


class Finding(NamedTuple):
    """One thing that was looked at: `level` is ok | warning | error, `hint` says what to do or click."""

    level: str
    message: str
    hint: str = ""


@runtime_checkable
class Editing(Protocol):
    """A channel that can change what it has sent."""

    async def edit(self, message: Outbound, provider_id: str) -> Sent:
        """Make the message `provider_id` look like `message.prompt`, buttons included; `message.to` is where it is.

        Doing it twice is harmless, and so is a message that looks like that already. Raises a ChannelError.
        """
        ...

    async def remove(self, to: Address, provider_id: str) -> None:
        """Delete a message of ours. Raises a ChannelError; one that is gone already is no error."""
        ...


@runtime_checkable
class Threading(Protocol):
    """A channel whose group chats have threads that can be opened and closed (Telegram's topics, Slack's threads)."""

    async def open_thread(self, to: Address, title: str) -> Address:
        """A new thread in the group `to`. Raises a ChannelError."""
        ...

    async def close_thread(self, to: Address) -> None:
        """Show that it is done. Raises a ChannelError; a closed one is no error."""
        ...

    async def reopen_thread(self, to: Address) -> None:
        """Take it up again. Raises ThreadGone if there is no such thread any more, else a ChannelError."""
        ...


@runtime_checkable
class Rooted(Protocol):
    """A Threading channel whose threads hang on a message (Slack): a case's card opens its thread."""

    def thread_of(self, provider_id: str) -> str:
        """The thread under the message of this provider id, as it stands in addresses."""
        ...


@runtime_checkable
class ThreadBackfilling(Protocol):
    """A channel whose provider can list what was written in a thread and missed by the webhook."""

    async def missed_in(self, conversations: Sequence[Address], since: int) -> Sequence[Inbound]:
        """What people wrote in these threads at or after `since` (epoch ms), under the ids that the webhook gives it.

        Threads that are gone have nothing. Raises a ChannelError.
        """
        ...


@runtime_checkable
class Reacting(Protocol):
    """A channel that can put a sign, or an emoji, on a message that somebody else wrote."""

    async def react(self, to: Address, ref: str, symbol: str) -> None:
        """Show pending | sent | delivered | read | failed | unknown on the message `ref`; "" takes it away.

        Or one of the `emoji` of its capabilities. It stands instead of what we showed there before; doing it twice is
        harmless. Raises a ChannelError; that a sign cannot be shown may be none.
        """
        ...


@runtime_checkable
class Whispering(Protocol):
    """A channel that can show something to one member of a group alone."""

    async def whisper(self, message: Outbound) -> Sent:
        """Show the message, buttons included, to `message.whisper` in `message.to`. Raises a ChannelError.

        What the provider does not promise to show is sent to all instead.
        """
        ...


@runtime_checkable
class Filing(Protocol):
    """A channel that carries pictures and files both ways."""

    async def fetch(self, media: Media, account: str = "") -> File:
        """Download what somebody sent; `account` as in its message's address. At most 10 MB. Raises a ChannelError."""
        ...

    async def send_files(self, message: Outbound, files: Sequence[File]) -> Sent:
        """Send files, with the prompt's text beside them. Raises a ChannelError; Rejected if links to them may do."""
        ...


@runtime_checkable
class Carrying(Protocol):
    """A Filing channel on which it depends on the address what files get there."""

    def carries(self, to: Address) -> Mapping[str, int]:
        """As `Capabilities.files`, for this address."""
        ...


@runtime_checkable
class Pacing(Protocol):
    """A channel whose provider limits how fast single chats or accounts are written to."""

    def limits(self, to: Address, kind: str = "") -> Sequence[Limit]:
        """The limits that something at this address counts against.

        `kind`: "" a new message | edit (one is changed or deleted) | sign (see Reacting).
        """
        ...


@runtime_checkable
class Holding(Protocol):
    """A channel whose provider queues what it takes, and may pass two messages on in another order (SMS)."""

    hold: int
    """Milliseconds that the next message to the same person waits for the one before it to be reported as passed on: a
    Delivery that does not hold any more, or another end. 0: it does not wait."""


@runtime_checkable
class Linking(Protocol):
    """A channel where people have to write first, and can by a link."""

    async def link(self, token: str) -> str:
        """The deep link that opens the conversation with `token` (1-64 of A-Z a-z 0-9 _ -). Raises a ChannelError."""
        ...


@runtime_checkable
class Diagnosing(Protocol):
    """A channel that can check its account with the provider."""

    async def diagnose(self) -> Sequence[Finding]:
        """What is right and wrong with the account. Raises nothing: being unable to ask is a finding."""
        ...

    async def connect(self) -> Sequence[Finding]:
        """Set up at the provider what can be set up from here (webhook, commands); what was done and what is left."""
        ...


class Installations(Protocol):
    """Where the credentials of accounts that people connected themselves are kept, encrypted."""

    async def installation(self, channel: str, account: str) -> str | None:
        """The installation's JSON, or None."""
        ...

    async def accounts(self, channel: str) -> list[str]:
        """All accounts that are connected to this channel."""
        ...

    async def save_installation(self, channel: str, account: str, data: str, now: int) -> None:
        """Keep or replace one."""
        ...

    async def remove_installation(self, channel: str, account: str) -> None:
        """Forget one."""
        ...


@runtime_checkable
class Installable(Protocol):
    """A channel that customers' accounts can be added to with an OAuth page."""

    installable: bool

    def keep_in(self, installations: Installations) -> None:
        """Where to keep them."""
        ...

    def install_url(self, state: str) -> str:
        """Where to send somebody who wants to add their account; `state` comes back to us."""
        ...

    async def installed(self, code: str) -> str:
        """Finish: exchange the code, keep the credentials; the account's name. Raises a ChannelError."""
        ...
