"""The conversation behind an answer: what was asked and said while its survey ran, and what it is counted under."""

import json
from typing import Any, NamedTuple

import msgspec

from storage.scripts import Ask, Script

MOST = 500  # lines
_FOR_EVER = 2**62
_AFTERWARDS = 7 * 86_400_000  # ms behind the end of a survey in which a person may still have talked with the customer


class Line(NamedTuple):
    """Something that was said, at epoch ms, by: customer | bot | agent."""

    at: int
    by: str
    text: str


class Talk(NamedTuple):
    """`case` is "" for none; `about` is dimensions and their values."""

    flow: str
    language: str
    case: str
    about: dict[str, str]
    lines: list[Line]


def under_way() -> Script[dict[tuple[str, str], int]]:
    """How many conversations with customers are running, by flow and revision; those that are none are left out."""
    return {(flow, revision): count for flow, revision, count in (yield Ask("under_way"))}


def talk(session: str) -> Script[Talk | None]:
    """The conversation of a survey; None if there is none, or it was only a test."""
    rows = yield Ask("talk", (session,))
    if not rows:
        return None
    flow, lane, language, started, ended, terms, case = rows[0]
    until = ended + _AFTERWARDS if ended and case else ended or _FOR_EVER
    window = (lane, started, until, MOST)
    heard = yield Ask("talk_heard", window)
    told = yield Ask("talk_told", window)
    lines = [Line(at, "customer", _heard(kind, body)) for _, at, kind, body in heard]
    lines += [Line(at, "agent" if kind == "agent" else "bot", _told(payload)) for _, at, kind, payload in told]
    about = dict(each.split(":", 1) for each in json.loads(terms))
    return Talk(flow, language, case, about, sorted(lines, key=lambda line: (line.at, line.by == "bot")))


def about(session: str) -> Script[dict[str, str]]:
    """What a survey is counted under: dimensions and their values; nothing for one that is not counted."""
    rows = yield Ask("talk", (session,))
    return dict(each.split(":", 1) for each in json.loads(rows[0][5])) if rows else {}


def _heard(kind: str, body: str) -> str:
    said: dict[str, Any] = msgspec.json.decode(body)["body"]
    return str(said["value"] if kind == "pressed" else said.get("text", ""))


def _told(payload: str) -> str:
    return str(msgspec.json.decode(payload)["prompt"]["text"])
