"""Drafts of surveys as scripts: kept for every browser; whoever has not seen what is kept replaces nothing."""

from typing import NamedTuple

from storage.audit import note
from storage.scripts import Ask, Script

KEPT = 180 * 86_400_000  # ms that a draft is kept which nobody touches


class FlowDraft(NamedTuple):
    """What was saved last. `n`: when (epoch ms), and another one each time; `based_on`: the version it began from."""

    flow: str
    n: int
    source: str
    based_on: int
    brand: str
    person: str
    author: str


def draft(flow: str, now: int) -> Script[FlowDraft | None]:
    """The draft of a survey."""
    rows = yield Ask("draft_now", (flow, now - KEPT))
    return FlowDraft(*rows[0]) if rows else None


def drafts(now: int) -> Script[list[FlowDraft]]:
    """All of them by survey, without their texts."""
    return [FlowDraft(*row) for row in (yield Ask("all_drafts", (now - KEPT,)))]


def save(wanted: FlowDraft, now: int) -> Script[FlowDraft | None]:
    """Keep it if `wanted.n` is what is kept, or nothing is; None if somebody has saved another text meanwhile.

    The trail tells when somebody begins with a draft or goes on with somebody else's, not every pause in typing.
    """
    yield Ask("drop_old_drafts", (now - KEPT,))
    rows = yield Ask("draft_locked", (wanted.flow, now - KEPT))
    before = FlowDraft(*rows[0]) if rows else None
    if before and before._replace(n=0) == wanted._replace(n=0):
        return before
    if before and before.n != wanted.n and before.source != wanted.source:
        return None
    seen = before.n if before else 0
    saved = wanted._replace(n=max(now, seen + 1))
    if not (yield Ask("save_draft", (*saved, seen))):
        return None
    if before is None or before.person != wanted.person:
        yield from note(now, wanted.person, "flow_draft_saved", wanted.flow, {"based_on": wanted.based_on})
    return saved


def drop(flow: str, n: int, now: int, by: str = "") -> Script[bool]:
    """Forget it, unless somebody has saved another text meanwhile. `by` is noted: who publishes stands there anyway."""
    gone = bool((yield Ask("drop_draft", (flow, n))))
    if gone and by:
        yield from note(now, by, "flow_draft_dropped", flow)
    return gone
