"""What rows of either database become for the runtime, and the rule that both re-check before a send."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from bot.rows import Batch, Claimed, Docket, LaneState

MOST_DOCKETS = 500
"""More cases than that are not looked at for one batch; the live ones come first."""


class Seen(NamedTuple):
    """What desks see from the lanes of a batch, as Batch has it."""

    dockets: Mapping[str, Sequence[Docket]] = Batch._field_defaults["dockets"]
    opening: Collection[str] = Batch._field_defaults["opening"]


NOTHING_SEEN = Seen()

MOST_ALONG = 50
"""More messages than that do not go out as one."""

_LABEL = 40  # characters
_THREAD = "#@"  # in the lane of a thread that has the name of its case: `channel:chat#@case`


class _Known(msgspec.Struct):
    """What of a case's state tells people which case it is."""

    name: str = ""
    comment: str = ""


_known = msgspec.json.Decoder(_Known).decode


def batch(rows: Iterable[Any], seen: Seen = NOTHING_SEEN) -> Batch:
    """A batch from the rows of `claim`: each event with its lane's address, latest session and case."""
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
        history,
        case,
        case_version,
        quiet,
        _agents,
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
                case or "",
                case_version or 0,
                history or "",
                quiet or "",
            )
    return Batch(events, lanes, *seen)


def with_agents(rows: Iterable[Any]) -> list[str]:
    """The lanes among the rows of `claim` that agents write from, or may since a moment ago: all threads."""
    return list({row[1]: None for row in rows if row[-1] or "#" in row[1]})


def groups(lanes: Iterable[str]) -> list[str]:
    """The lanes of the groups that the threads among these are in."""
    return list({group: None for group, thread, _ in (lane.partition("#") for lane in lanes) if thread})


def dockets(rows: Iterable[Any]) -> Mapping[str, Sequence[Docket]]:
    """The rows of `dockets` by lane."""
    found: dict[str, list[Docket]] = {}
    for inbound, case_id, code, lane, owner, phase, state in rows:
        known = _known(state)
        label = known.name or " ".join(known.comment.split())[:_LABEL]
        found.setdefault(inbound, []).append(Docket(case_id, code, lane, owner, phase, label))
    return found


def case_of_thread(lane: str) -> str:
    """The case that a lane is a thread of by name, "" for lanes that the provider has named."""
    return lane.partition(_THREAD)[2]


def those_that_fit(waiting: Iterable[Any], now: int, fits: Callable[[str], bool]) -> list[int]:
    """Of the rows of `behind` those that may go out together with what is before them: up to the first that may not."""
    ids = []
    for message, kind, state, not_after, payload in waiting:
        if kind != "desk" or state != "queued" or 0 < not_after < now or not fits(payload):
            break
        ids.append(message)
    return ids


def why_not(kind: str, opted_out_at: int, speaker: str) -> str:
    """Why a queued message may not be sent any more, or "".

    `speaker` is bot, human, or nobody for a survey that a newer one replaced or followed.
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
