"""Events that wait for the writer go along with whatever it commits next, so that they cost no commit of their own."""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from bot.rows import Arrival

Accept = Callable[[sqlite3.Connection, Sequence[Arrival]], int]


class _Waiting(NamedTuple):
    arrivals: Sequence[Arrival]
    new: Future[int]


class Along:
    """Whoever adds events also sees to a transaction in which they are written if nobody takes them along before.

    Nobody is told of events before they are committed (P1), and no transaction that fails takes them with it: they wait
    for the next one. All but `add` is called in the writer's thread.
    """

    def __init__(self, accept: Accept) -> None:
        """`accept` inserts events; how many were new."""
        self._accept = accept
        self._waiting: deque[_Waiting] = deque()
        self._aboard: list[tuple[_Waiting, int]] = []

    def __bool__(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def add(self, arrivals: Sequence[Arrival]) -> Future[int]:
        """Events to be written soon; how many were new, once they are committed."""
        new: Future[int] = Future()
        self._waiting.append(_Waiting(arrivals, new))
        return new

    def board(self, connection: sqlite3.Connection) -> int:
        """Write all that wait inside the caller's transaction. What cannot be written leaves no trace in it.

        Gives when the latest of those aboard came in (epoch ms), or 0: it is not earlier than that now.
        """
        while self._waiting:
            connection.execute("SAVEPOINT along")
            try:
                count = self._accept(connection, self._waiting[0].arrivals)
            except Exception as error:
                if not connection.in_transaction:  # a full disk has ended all of it
                    raise
                connection.execute("ROLLBACK TO along")
                connection.execute("RELEASE along")
                _tell(self._waiting.popleft(), error)
            else:
                connection.execute("RELEASE along")
                self._aboard.append((self._waiting.popleft(), count))
        return max((one.received_at for each, _ in self._aboard for one in each.arrivals), default=0)

    def arrived(self) -> None:
        """The transaction is committed."""
        for each, count in self._aboard:
            _tell(each, count)
        self._aboard.clear()

    def stranded(self) -> None:
        """The transaction has failed: its passengers wait for the next one."""
        self._waiting.extendleft(each for each, _ in reversed(self._aboard))
        self._aboard.clear()

    def refuse(self, error: Exception) -> None:
        """Nothing can be written: nobody waits any more."""
        while self._waiting:
            _tell(self._waiting.popleft(), error)


def _tell(each: _Waiting, outcome: int | Exception) -> None:
    if not each.new.set_running_or_notify_cancel():
        return  # nobody wants to know any more; the events are written all the same
    if isinstance(outcome, Exception):
        each.new.set_exception(outcome)
    else:
        each.new.set_result(outcome)
