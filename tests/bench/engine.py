"""The pure engine: turns per second, and how much of a turn is reading what the customer wrote."""

import time
from collections.abc import Callable

from bot.engine import advance, begin
from bot.engine.state import Replied, Reply, Session
from flows import reading
from flows.model import Flow
from tests.bench import survey
from tests.bench.table import Row, middle

NOW = 1_800_000_000_000


def run(people: int = 1000, rounds: int = 5) -> list[Row]:
    """Rounds of both in turn."""
    flow = survey.library().get("bench")
    sessions = [begin(flow, f"s{person}", "en", NOW).session for person in range(people)]
    replies = [tuple(survey.text(step, person) for step in range(survey.STEPS)) for person in range(people)]
    turns = people * survey.STEPS
    pairs = [
        (turns / _timed(lambda: _advance(flow, sessions, replies)), turns / _timed(lambda: _read(flow, replies)))
        for _ in range(rounds)
    ]
    ours, reader = middle(pairs)
    return [
        Row("engine: turns", ours, beside="the reader alone", theirs=reader),
        Row("  engine without the reader: turns", 1 / max(1e-9, 1 / ours - 1 / reader)),
    ]


def _advance(flow: Flow, sessions: list[Session], replies: list[tuple[str, ...]]) -> None:
    for session, texts in zip(sessions, replies, strict=True):
        now = session
        for step, text in enumerate(texts):
            now = advance(flow, now, Replied((Reply(text),)), NOW + step).session
        if now.outcome != "completed":
            raise AssertionError(f"a conversation ended as {now.outcome!r}")


def _read(flow: Flow, replies: list[tuple[str, ...]]) -> None:
    questions = [step.ask for step in flow.steps if step.ask]
    for texts in replies:
        for question, text in zip(questions, texts, strict=True):
            reading.wish(text, "en")
            question.read(text, "en")


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
