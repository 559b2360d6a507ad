"""The audit trail as scripts: who did what, each entry sealed with the hash of the one before it (S39).

An entry names people and cases by their ids, never by anything personal, so that it may outlive them.
"""

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.errors import BotError
from storage.scripts import Ask, Script

NEWEST = 1 << 60
OPERATOR = "operator"
"""Who acts where nobody has signed in and no key was shown: whoever may run commands on the server."""
TRAIL, TRIMMED = "trail", "trail_trimmed"
"""What the entry is about that says from where on entries are gone, and its act."""


class Broken(BotError):
    """The chain does not hold."""


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
    first: Entry | None = None
    while found := (yield from entries(before, portion)):
        broken.update(breaks(found))
        # the last one is looked at again, beside the one before it
        count, before, first = count + len(found) - (before != NEWEST), found[-1].n + 1, found[-1]
        if len(found) < portion:
            break
    if not (yield from _begins_well(first)):
        broken.add(first.n if first else 0)
    return count, sorted(broken)


def trim(before: int, now: int, actor: str) -> Script[int]:
    """Forget the entries from before this time (epoch ms); how many. Raises Broken: what is wrong is not forgotten.

    What the rest begins behind is kept, and an entry that stays says so: the chain can be followed as before.
    """
    _, broken = yield from examine()
    if broken:
        raise Broken(f"The trail does not hold at entry {broken[0]}. Nothing was forgotten: find out why.")
    last, anchor = (yield Ask("audit_before_time", (before,))), (yield Ask("audit_anchor"))
    if not last:
        return 0
    n, sealed = last[0]
    yield from note(now, actor, TRIMMED, TRAIL, {"through": n, "hash": sealed})
    yield Ask("add_anchor", (n, now, sealed))
    yield Ask("drop_audit", (n,))
    return int(n - (anchor[0][0] if anchor else 0))


def _begins_well(first: Entry | None) -> Script[bool]:
    """Whether nothing is missing before the oldest entry: it is the first, or follows what an entry says is gone."""
    anchor = yield Ask("audit_anchor")
    if not anchor:
        return first is None or (first.n == 1 and not first.prev_hash)
    n, sealed = anchor[0]
    told = yield Ask("audit_about", (TRAIL, TRIMMED))
    return (
        first is not None
        and (first.n - 1, first.prev_hash) == (n, sealed)
        and {"through": n, "hash": sealed} in [json.loads(facts) for (facts,) in told]
    )
