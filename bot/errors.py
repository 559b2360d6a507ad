"""Everything that can go wrong on purpose: whether to retry, whose fault it is, what a person is told."""

from enum import StrEnum


class Fault(StrEnum):
    """Who has to act."""

    PROVIDER = "provider"
    CONTACT = "contact"
    OPERATOR = "operator"
    CALLER = "caller"


class BotError(Exception):
    """Base of every error that Echolot raises deliberately.

    `retry` says whether trying the same thing again later can work, `fault` who has to act; `str(error)` is
    written for a person and carries no personal data.
    """

    retry = False
    fault = Fault.OPERATOR


class ChannelError(BotError):
    """A provider did not take a message. `code` is the provider's own error code, "" if it gave none."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Unavailable(ChannelError):
    """The provider definitely did not take it (refused connection): later."""

    retry, fault = True, Fault.PROVIDER


class Throttled(ChannelError):
    """Too fast: not before `after` seconds.

    `whole_channel` is False if only this recipient is limited, or only what shares `scope` (that of one of the
    recipient's limits, `bot.messages.Limit`).
    """

    retry, fault = True, Fault.PROVIDER

    def __init__(
        self, message: str, after: float, code: str = "", *, whole_channel: bool = True, scope: str = ""
    ) -> None:
        super().__init__(message, code)
        self.after = after
        self.whole_channel = whole_channel and not scope
        self.scope = scope


class Rejected(ChannelError):
    """The provider will never take this message as it is."""

    fault = Fault.OPERATOR


class Unreachable(ChannelError):
    """This person cannot be reached there. `opted_out`: because they said so to the provider."""

    fault = Fault.CONTACT

    def __init__(self, message: str, code: str = "", *, opted_out: bool = False) -> None:
        super().__init__(message, code)
        self.opted_out = opted_out


class ThreadGone(Rejected):
    """The thread to write into does not exist any more; a new one may be opened."""


class Misconfigured(ChannelError):
    """The account does not work (key, sender, permission): an operator has to act, nothing is lost meanwhile."""

    fault = Fault.OPERATOR


class NotAdmitted(Misconfigured):
    """The account may not write into this one group or channel; everything else works."""


class InDoubt(ChannelError):
    """The request may or may not have been taken (timeout, reset, 5xx): never repeat it blindly."""

    fault = Fault.PROVIDER


class Forged(BotError):
    """A webhook call whose signature does not hold. Nothing of it is stored. `status` is 401 or 403."""

    fault = Fault.CALLER

    def __init__(self, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.status = status


class Conflict(BotError):
    """Somebody else was first."""

    retry, fault = True, Fault.CALLER


class StoreUnavailable(BotError):
    """The database cannot take writes now (down, full, locked). Nothing was acknowledged."""

    retry, fault = True, Fault.OPERATOR


class UnknownRevision(BotError):
    """A session runs on a flow revision that is not loaded yet; `revision` names it."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"flow revision {revision} is not loaded")
        self.revision = revision


class NotVouched(BotError):
    """A provider of identities did not say who somebody is.

    `said` is the reason that it gave, for its people to read, "" if it gave none.
    """

    fault = Fault.PROVIDER

    def __init__(self, message: str, said: str = "", *, later: bool = False) -> None:
        super().__init__(message)
        self.said = said
        self.retry = later
