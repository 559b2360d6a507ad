"""The reader beside what a developer would take instead, on the same labelled replies."""

from collections.abc import Callable

import pytest

from flows.reading import read_score
from tests.flows.reading.peers import PEERS, labelled

ROWS = list(labelled())


def reader(text: str, language: str) -> int | None:
    """The score the reader accepts."""
    read = read_score(text, language)
    return read.value if read.action == "accept" else None


def count(accepts: Callable[[str, str], int | None]) -> tuple[int, int, int]:
    """Clear scores accepted, false accepts, of them detractors."""
    right = wrong = detractors = 0
    for row in ROWS:
        value = accepts(row.text, row.language)
        if value is not None:
            clear = row.action == "accept" and row.value == value
            right += clear
            wrong += not clear
            detractors += not clear and value <= 6
    return right, wrong, detractors


@pytest.mark.timeout(300)
def test_the_reader_beside_its_peers(accuracy_table: list[str]):
    """Of the clear scores more are accepted than by any peer, and of the others next to none: a twentieth of theirs."""
    clear = sum(row.action == "accept" for row in ROWS)
    figures = {name: count(accepts) for name, accepts in (("the reader", reader), *PEERS.items())}
    accuracy_table.append(f"beside peers, {len(ROWS)} labelled replies:")
    accuracy_table += [
        f"  {name:16} clear scores accepted {right}/{clear}  false accepts {wrong} (detractors {detractors})"
        for name, (right, wrong, detractors) in figures.items()
    ]
    ours = figures.pop("the reader")
    assert ours[0] > max(right for right, _, _ in figures.values())
    assert 20 * ours[1] < min(wrong for _, wrong, _ in figures.values())
    assert 20 * ours[2] < min(detractors for _, _, detractors in figures.values())


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_can_read_what_it_is_made_for(name: str):
    """The comparison is with peers that work: digits, and the words of a language that each speaks."""
    accepts = PEERS[name]
    assert accepts("I'd say 9", "en") == 9
    assert accepts("2019 was good, 7", "en") == 7
    assert accepts("nothing", "en") is None
    if name != "first number":
        assert accepts("I'd say nine", "en") == 9
        assert accepts("je donne huit", "fr") == 8
