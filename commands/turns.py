"""A conversation turn by turn, for the demo page: what came in, what it led to, what became of each message."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from bot.engine.state import Asked, Session

Line = Mapping[str, Any]


def turns(journal: Sequence[Line], lines: Sequence[Line], session: Session) -> list[dict[str, Any]]:
    """One entry for each row of the session's journal; `lines` are the conversation's (`bot.ports.Reading`)."""
    found: list[dict[str, Any]] = []
    ends = [entry["at"] for entry in journal[1:]] + [float("inf")]
    for entry, end in zip(journal, ends, strict=True):
        event = msgspec.json.decode(entry["event"])
        said = [part.get("text", "") for part in event.get("parts", ())] or [event.get("text", "")]
        found.append(
            {
                "at": entry["at"],
                "event": event["type"],
                "said": [text for text in said if text],
                "answers": [_answer(given) for given in session.answers if entry["at"] <= given.at < end],
                "messages": [_message(line) for line in lines if _turn(line, session) == entry["turn"]],
                "cases": [],
            }
        )
    if found and session.desks:  # a case opens on an answer, or on the wish for a person in the last turn
        next((turn for turn in found if turn["answers"]), found[-1])["cases"] = session.desks
    return found


def _turn(line: Line, session: Session) -> int:
    """The turn that a message came from; -1 for the customer's and those of other conversations.

    Keys are `session.turn.n`, with `.m` and the turn behind it where an earlier message is changed.
    """
    begin = f"{session.id}."
    if line["from"] != "bot" or not line["key"].startswith(begin):
        return -1
    first, *_, last = line["key"].removeprefix(begin).split(".")
    number = last.removeprefix("m") if line["kind"] == "mark" else first
    return int(number) if number.isdigit() else -1


def _message(line: Line) -> dict[str, Any]:
    return {name: line[name] for name in ("kind", "text", "state", "attempts", "code", "error", "parts")}


def _answer(given: Asked) -> dict[str, Any]:
    return {"question": given.step, "corrections": given.corrections, **structs.asdict(given.answer)}
