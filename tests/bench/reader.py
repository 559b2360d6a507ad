"""The reader: labelled replies per second beside what one would take instead, and the slowest of hostile texts."""

import time
from collections.abc import Callable, Sequence

from flows.reading.choice import read_choice, read_yes_no
from flows.reading.fold import fold
from flows.reading.score import read_correction, read_score  # each reply is really read, none remembered
from flows.reading.tokens import words_of
from flows.reading.wishes import wish
from tests.bench.table import Pair, Row, middle
from tests.flows.reading.hostile import SIZE, Hostile, texts
from tests.flows.reading.peers import PEERS, labelled

READERS: dict[str, Callable[[str, str], object]] = {
    "read_score": read_score,
    "read_correction": read_correction,
    "wish": wish,
    "read_yes_no": read_yes_no,
    "read_choice": lambda text, language: read_choice(text, language, ()),
}
_SUSPECTS = 25  # texts that are measured more than once


def run(rounds: int = 5, share: int = 4) -> list[Row]:
    """Every fourth labelled reply in rounds with each peer in turn; then the hostile texts. All in CPU time."""
    replies = [(row.text, row.language) for row in labelled()][::share]
    for text, language in replies:
        read_score(text, language)
    rows: list[Row] = []
    for name, accepts in PEERS.items():
        ours, theirs = _pair(replies, accepts, 1 if name == "recognizers-text" else rounds)
        rows.append(Row("reader: labelled replies", ours, beside=name, theirs=theirs))
    for name, reader in READERS.items():
        took, text, kinds = _slowest(reader, rounds)
        print(f"    {name}: slowest is {text.name} ({text.language})")
        split = min(_cpu(text.write().casefold().split) + _cpu(text.write().casefold) for _ in range(rounds))
        row = Row(f"  {name}: slowest of {kinds} kinds of {SIZE:,} characters", took * 1e3, "ms", most=5)
        rows.append(row._replace(beside="casefold().split()", theirs=split * 1e3))
    return rows


def _pair(replies: Sequence[tuple[str, str]], peer: Callable[[str, str], object], rounds: int) -> Pair:
    """Replies per second of the reader and of the peer."""
    count = len(replies)
    return middle([(count / _all(read_score, replies), count / _all(peer, replies)) for _ in range(rounds)])


def _all(read: Callable[[str, str], object], replies: Sequence[tuple[str, str]]) -> float:
    return _cpu(lambda: [read(text, language) for text, language in replies])


def _slowest(reader: Callable[[str, str], object], rounds: int) -> tuple[float, Hostile, int]:
    """The kind of text that takes longest, best of rounds, each with a text not seen before where it can be."""
    once = sorted(((_seconds(reader, text), text) for text in texts()), key=lambda pair: -pair[0])
    best = [(min(_seconds(reader, text) for _ in range(rounds)), text) for _, text in once[:_SUSPECTS]]
    return *max(best, key=lambda pair: pair[0]), len(once)


def _seconds(reader: Callable[[str, str], object], text: Hostile) -> float:
    written = text.write()
    fold.cache_clear()
    words_of.cache_clear()
    return _cpu(lambda: reader(written, text.language))


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
