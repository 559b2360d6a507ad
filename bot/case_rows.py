"""Rows of cases: what is kept of them, what desks see and say, files for either side. Positional, as in `bot.rows`."""

from collections.abc import Sequence
from typing import NamedTuple


class Docket(NamedTuple):
    """A case as it is known where agents are: in its thread, or on a phone that may see several."""

    case_id: str
    code: str
    lane: str  # the customer's
    owner: str  # as in CaseRow
    phase: str
    label: str  # what people know it by: the customer's name if it may be shown, else how the comment begins


class CaseRow(NamedTuple):
    """A case after its turns: inserted where `version` is 1, else updated where the stored one is `version - 1`."""

    id: str
    code: str
    lane: str
    session: str
    desk: str
    phase: str
    owner: str  # "" while nobody has claimed it
    priority: str
    opened_at: int
    due_at: int  # when the first response is due; 0: done, or the clock stands
    responded_at: int
    resolved_at: int
    confirmed_at: int
    cause: str
    score: int | None
    score_after: int | None
    channel: str
    language: str
    state: str  # JSON of Case
    version: int
    basis: str = ""  # test: of a survey that somebody only tries out; never changes


class EntryRow(NamedTuple):
    """One line of a case's history for people. With `key`, what became of that Outbound shows beside it."""

    case_id: str
    turn: int
    n: int
    at: int
    kind: str
    by: str
    text: str
    key: str
    media: int


class PlaceRow(NamedTuple):
    """A case gets a place: its lane there, or for a phone, where all cases share a lane, `lane#@case id`.

    `inbound` is the lane that its agents write from: a phone's own, a thread's only once it is opened, and until then
    `opening` is the group's. A second row for the same place is ignored.
    """

    case_id: str
    place: str
    inbound: str
    opening: str = ""


class ForwardRow(NamedTuple):
    """An event of a desk that goes to the lane of the case's customer; no case of this id, no event."""

    event_key: str
    case_id: str
    channel: str
    received_at: int
    body: str  # JSON of Inbound with FromDesk; its source is where it came from


class ReactionRow(NamedTuple):
    """Somebody put an emoji on a message in a group: goes where that message came from, if it is one of a case's.

    Becomes a ForwardRow then. `lane` is the group's, `ref` the provider's id of the message, unique in the group only.
    """

    event_key: str
    channel: str
    lane: str
    ref: str
    received_at: int
    body: str  # JSON of Inbound with FromDesk, whose `case` and `shown` are not known yet


class Superseded(NamedTuple):
    """A change of a message makes earlier ones needless: those in `lane` that still wait before `before_key`."""

    lane: str
    edits: str
    before_key: str


class Tail(NamedTuple):
    """What a new thread begins with: JSON of Outbounds."""

    card: str  # the latest; "" if there was none
    notes: Sequence[str]  # the latest that were shown, oldest first


class FileRow(NamedTuple):
    """A file behind a link. `token_hash` is the SHA-256 (hex) of what is in the link; `size` is in bytes.

    `id` is the outbox key of the message that it goes with, and its number there.
    """

    token_hash: str
    id: str
    name: str
    mime: str
    size: int
    data: bytes
    created_at: int
    expires_at: int
