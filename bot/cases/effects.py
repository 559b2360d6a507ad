"""What a case asks for, and a turn of it. Times are epoch ms, UTC."""

from msgspec import Struct

from bot.cases.events import Wanted
from bot.cases.state import Case
from bot.messages import Media
from flows.answers import Option


class Tell(Struct, frozen=True, omit_defaults=True):
    """Send this to the customer.

    `purpose`: agent (a person's words: owner and opt-out are checked again at dispatch) | case (the case's own
    questions and news, such as "is it solved?"). With `edits`, the key of an earlier message, change that one, or
    with `removes` delete it. `origin` is the lane that `media` came from.
    """

    key: str
    text: str
    purpose: str = "agent"
    options: tuple[Option, ...] = ()
    media: tuple[Media, ...] = ()
    origin: str = ""
    alias: str = ""
    avatar: str = ""
    edits: str = ""
    removes: bool = False
    reply_to: str = ""
    voucher: str = ""  # `desk/name`, whose code goes into the text when it is sent


class Note(Struct, frozen=True, omit_defaults=True):
    """Show this at the desk, in every place of the case, or in one `place` only.

    `chatty` says what goes on between others: it spares the phones of agents whose case this is not. `desk` is another
    one than the case's after this turn.

    `whisper` is the author that alone should see it, where the channel can; `reply_to` the message it answers.
    `origin` is the lane that `media` came from.
    """

    key: str
    text: str
    place: str = ""
    whisper: str = ""
    reply_to: str = ""
    options: tuple[Option, ...] = ()
    media: tuple[Media, ...] = ()
    origin: str = ""
    alias: str = ""
    chatty: bool = False
    desk: str = ""


class React(Struct, frozen=True, omit_defaults=True):
    """Show on a message at the desk how it is: `symbol` is pending | sent | delivered | read | failed | unknown.

    Or with a `key` put an agent's emoji on what the customer wrote, in the customer's lane; "" takes it away.
    """

    place: str
    ref: str
    symbol: str
    key: str = ""


class Pause(Struct, frozen=True):
    """A person talks: the survey and all campaigns keep silent."""

    by: str


class HandBack(Struct, frozen=True, omit_defaults=True):
    """The bot may talk again; `silent`: it ends the survey without a word instead of taking it up."""

    silent: bool = False


class Alarm(Struct, frozen=True, omit_defaults=True):
    """A desk should hear this though it is in none of its threads: in the group itself, or on its phones."""

    key: str
    text: str
    desk: str = ""  # "": the case's


class SetTimer(Struct, frozen=True):
    """Wake the case at `at`; 0 clears its timer."""

    at: int


class OpenNew(Struct, frozen=True):
    """The customer comes back long after: open a new case, linked to this one, and let it take the same event."""

    wanted: Wanted


class Entry(Struct, frozen=True, omit_defaults=True):
    """One line of the case's history for people.

    `kind`: customer | agent | bot | note | event | held | failed; `by` the actor's name; `key` the Outbound key whose
    delivery shows beside it.
    """

    kind: str
    text: str
    by: str = ""
    key: str = ""
    media: int = 0


CaseEffect = Tell | Note | React | Pause | HandBack | Alarm | SetTimer | OpenNew | Entry


class CaseTurn(Struct, frozen=True):
    """What one event led to."""

    case: Case
    effects: tuple[CaseEffect, ...]
