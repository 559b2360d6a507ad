"""The next batch, decided while the one before it is being committed: waiting for the disk leaves a core idle."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from bot.rows import Batch, Consequences
from storage.rows import NOTHING_SEEN, Seen, batch

Decide = Callable[[Batch], Consequences]


class _Next(NamedTuple):
    limit: int
    decide: Decide
    claimed: int
    outcome: Future[Consequences]


class Ahead:
    """At most one batch, read in the transaction whose commit it is decided beside.

    That is safe because one process writes: nothing that the batch was read from changes until it is written itself,
    except that new events may come in behind those it holds.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-ahead")
        self._next: _Next | None = None

    def begin(self, limit: int, decide: Decide, rows: Sequence[Any], seen: Seen = NOTHING_SEEN) -> None:
        """Decide these rows of `claim`, if there are any, in the background."""
        if rows:
            self._next = _Next(limit, decide, len(rows), self._thread.submit(decide, batch(rows, seen)))

    def take(self, limit: int, decide: Decide) -> tuple[int, Consequences] | None:
        """How many events were claimed and what follows, or None if that would be somebody else's batch.

        Raises what `decide` has raised.
        """
        following, self._next = self._next, None
        if following is None or (following.limit, following.decide) != (limit, decide):
            return None
        return following.claimed, following.outcome.result()

    def forget(self) -> None:
        """The transaction failed: what was read in it has not happened."""
        self._next = None

    def close(self) -> None:
        """Release the thread."""
        self._thread.shutdown()
