"""What rows of either database become for the runtime, and the rule that both re-check before a send."""

from collections.abc import Iterable
from typing import Any

from bot.rows import Batch, Claimed, LaneState


def batch(rows: Iterable[Any]) -> Batch:
    """A batch from the rows of `claim`: each event with its lane's address and latest session."""
    events = []
    lanes: dict[str, LaneState] = {}
    for (
        event,
        lane,
        received_at,
        attempts,
        body,
        known,
        language,
        out,
        heard,
        sender,
        session,
        state,
        version,
    ) in rows:
        events.append(Claimed(event, lane, received_at, attempts, body))
        if lane not in lanes:
            lanes[lane] = LaneState(
                lane,
                known,
                language or "",
                out or 0,
                heard or 0,
                sender or "",
                session or "",
                state or "",
                version or 0,
            )
    return Batch(events, lanes)


def why_not(kind: str, opted_out_at: int, speaker: str) -> str:
    """Why a queued message may not be sent any more, or "".

    `speaker` is bot, human, or nobody for a survey that a newer one replaced.
    """
    if opted_out_at and kind != "notice":
        return "opted out"
    if speaker == "human" and kind == "survey":
        return "a person has taken over"
    if speaker == "nobody" and kind == "survey":
        return "a newer survey has taken its place"
    return ""


def storable(row: Iterable[Any]) -> list[Any]:
    """A row as PostgreSQL can hold it: its text holds every character but NUL, and customers send every character."""
    return [value.replace("\0", "") if isinstance(value, str) else value for value in row]
