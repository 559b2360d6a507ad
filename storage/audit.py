"""The audit trail as scripts: who did what, each entry sealed with the hash of the one before it (S39).

An entry names people and cases by their ids, never by anything personal, so that it may outlive them.
"""

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from storage.scripts import Ask, Script

NEWEST = 1 << 60
OPERATOR = "operator"
"""Who acts where nobody has signed in and no key was shown: whoever may run commands on the server."""


class Entry(NamedTuple):
    """What stands in the trail. `at` is epoch ms; `actor` and `subject` are ids, `facts` are JSON."""

    n: int
    at: int
    actor: str
    act: str
    subject: str
    facts: str
    prev_hash: str
    hash: str

    @property
    def sealed(self) -> str:
        """The hash that it has to have: SHA-256 of everything before it, in hex."""
        content = json.dumps(self[:-1], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()


def note(
    at: int, actor: str, act: str, subject: str = "", facts: Mapping[str, str | int | bool] | None = None
) -> Script[int]:
    """Add an entry, in the transaction of what it tells of; its number."""
    told = json.dumps(dict(facts or {}), ensure_ascii=False, sort_keys=True).replace("\\u0000", "")
    while True:
        head = yield Ask("audit_head")
        n, before = (head[0][0] + 1, head[0][1]) if head else (1, "")
        entry = Entry(n, at, actor.replace("\0", ""), act, subject.replace("\0", ""), told, before, "")
        if (yield Ask("add_audit", entry._replace(hash=entry.sealed))):
            return int(n)


def entries(before: int, limit: int) -> Script[list[Entry]]:
    """The latest entries with numbers under `before`, newest first."""
    return [Entry(*row) for row in (yield Ask("audit_before", (before, limit)))]


def breaks(newest_first: Sequence[Entry]) -> list[int]:
    """The numbers of entries that were changed, or whose neighbour is missing, of a piece of the trail."""
    broken = {entry.n for entry in newest_first if entry.sealed != entry.hash}
    for entry, before in itertools.pairwise(newest_first):
        if entry.n != before.n + 1 or entry.prev_hash != before.hash:
            broken.add(entry.n)
    if newest_first and newest_first[-1].n == 1 and newest_first[-1].prev_hash:
        broken.add(1)
    return sorted(broken)


def examine(portion: int = 1000) -> Script[tuple[int, list[int]]]:
    """How many entries there are, and the numbers at which the chain does not hold; at least two at a time."""
    count, broken, before = 0, set[int](), NEWEST
    while found := (yield from entries(before, portion)):
        broken.update(breaks(found))
        # the last one is looked at again, beside the one before it
        count, before = count + len(found) - (before != NEWEST), found[-1].n + 1
        if len(found) < portion:
            break
    return count, sorted(broken)
