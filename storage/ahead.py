"""Batches are decided in portions, each while what came before it is written: a core waits for the database no more."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from bot.rows import Batch, Consequences
from storage.rows import NOTHING_SEEN, Seen, batch

Decide = Callable[[Batch], Consequences]


PORTION = 32
"""Lanes that are decided together, beside the writing of those before them."""


class Claimed(NamedTuple):
    """What was claimed at once: how many events, and what follows from them, portion by portion.

    An outcome raises what its decision has raised.
    """

    events: int
    outcomes: Iterator[Consequences]


class _Next(NamedTuple):
    limit: int
    decide: Decide
    claimed: Claimed


class Ahead:
    """At most one batch that is read in the transaction beside whose commit it is begun to be decided.

    That is safe because one process writes: nothing that the batch was read from changes until it is written itself,
    except that new events may come in behind those it holds. Its portions know nothing of one another, as its lanes do
    not.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-ahead")
        self._next: _Next | None = None

    def now(self, decide: Decide, rows: Sequence[Any], seen: Seen) -> Claimed:
        """Decide these rows of `claim`: a single portion here and now, which is sooner done than handed over."""
        if len({row[1] for row in rows}) > PORTION:
            return self._beside(decide, rows, seen)
        return Claimed(len(rows), map(decide, [batch(rows, seen)]))

    def begin(self, limit: int, decide: Decide, rows: Sequence[Any], seen: Seen = NOTHING_SEEN) -> None:
        """Decide these rows, if there are any, for `take` of the next transaction."""
        if rows:
            self._next = _Next(limit, decide, self._beside(decide, rows, seen))

    def take(self, limit: int, decide: Decide) -> Claimed | None:
        """What was begun, or None if that would be somebody else's batch."""
        following, self._next = self._next, None
        if following is None or (following.limit, following.decide) != (limit, decide):
            return None
        return following.claimed

    def forget(self) -> None:
        """The transaction failed: what was read in it has not happened."""
        self._next = None

    def close(self) -> None:
        """Release the thread."""
        self._thread.shutdown()

    def _beside(self, decide: Decide, rows: Sequence[Any], seen: Seen) -> Claimed:
        waiting = [self._thread.submit(decide, batch(some, seen)) for some in _portions(rows)]
        return Claimed(len(rows), (outcome.result() for outcome in waiting))


def _portions(rows: Sequence[Any]) -> list[list[Any]]:
    """Whole lanes, so that what somebody writes is read in its order."""
    lanes: dict[str, int] = {}
    portions: list[list[Any]] = []
    for row in rows:
        number = lanes.setdefault(row[1], len(lanes)) // PORTION
        if number == len(portions):
            portions.append([])
        portions[number].append(row)
    return portions
