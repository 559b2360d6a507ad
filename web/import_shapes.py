"""What the pages of an import know of a file, and what they need of the rest."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

MOST_FILE = 4 * 1024 * 1024
"""Bytes of a file. web.policies lets a form have what that comes to as text, and some more."""
MOST_ROWS = 50_000
MOST_COLUMNS = 100


class Sent(NamedTuple):
    """A file, and what somebody decided about it: the country of numbers without one, targets by number of column."""

    name: str
    content: bytes
    country: str = ""
    targets: Mapping[int, str] = {}


class Seen(NamedTuple):
    """A column: what it is about ("-": nothing, and `why`), its first cells, and what its name is as an attribute."""

    name: str
    target: str
    why: str
    cells: Sequence[str]
    attribute: str


class Trouble(NamedTuple):
    """A row that is not taken, or a cell for which it is not; `value` shows a part."""

    row: int
    column: str
    value: str
    reason: str
    advice: str


class Taken(NamedTuple):
    """What was found in a file. `rows` are the numbers of those shown.

    Without `counts` nothing can be imported as the columns are; `more` troubles are not listed.
    """

    notes: Sequence[str]
    columns: Sequence[Seen]
    rows: Sequence[int]
    counts: Mapping[str, int]
    troubles: Sequence[Trouble] = ()
    more: int = 0


class Imports(Protocol):
    """Contacts from files."""

    channels: Sequence[str]
    """Those that addresses can be of."""

    async def look(self, sent: Sent) -> Taken:
        """What would become of the file; nothing is stored. Raises a BotError of the caller's."""
        ...

    async def store(self, sent: Sent, by: str) -> Taken:
        """Store what can be stored; `by` is who does it. Raises a BotError of the caller's before anything is."""
        ...
