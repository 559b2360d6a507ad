"""Answers that nobody gave, counted as the storage counts them."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from insights.comparisons import Given as Answer
from insights.tally import Tally
from web.figures import Comment, Line

NOW = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1000)
TODAY = date(2026, 11, 20)


class Given(NamedTuple):
    """One conversation: days ago, the score (None: silent), and what it is about."""

    ago: int
    score: int | None
    comment: str = ""
    facts: dict[str, str] = {}  # noqa: RUF012 - never changed

    @property
    def day(self) -> date:
        return TODAY - timedelta(days=self.ago)

    @property
    def tally(self) -> Tally:
        scores = tuple(int(number == self.score) for number in range(11))
        told = self.score is not None
        return Tally(scores, 1, 1, int(told), int(bool(self.comment)), 0)


class Made:
    """What web.home reads, over a list."""

    def __init__(self, given=(), dimensions=("brand", "region"), cases=0):
        self.given, self.dimensions, self.cases = list(given), dimensions, cases
        self.asked = []

    async def tally(self, window, by=""):
        self.asked.append((window, by))
        rows = defaultdict(Tally)
        for each in self._in(window):
            first = each.day.replace(day=1) if by == "month" else each.day
            key = first.isoformat() if by in {"day", "month"} else self._fact(each, by) if by else ""
            rows[key] += each.tally
        return [Line(key, tally, tally.answered) for key, tally in sorted(rows.items())]

    async def comments(self, window, after="", limit=20):
        found = [(index, each) for index, each in enumerate(self._in(window)) if each.comment]
        found = sorted(found, key=lambda pair: pair[1].ago)
        begin = int(after.partition(":")[0] or 0)
        part = enumerate(found[begin : begin + limit], begin + 1)
        return [self._comment(index, each, f"{at}:x") for at, (index, each) in part]

    def _comment(self, index, each, cursor):
        about = [self._fact(each, name) for name in ("flow", "channel", "language")]
        return Comment(f"s{index}", NOW - each.ago * 86_400_000, each.score, each.comment, *about, cursor)

    async def each(self, window):
        return [
            Answer(str(number % 40), each.score, {"channel": "sms", **each.facts}, 10 * (number % 40), number % 2 == 0)
            for number, each in enumerate(sorted(self._in(window), key=lambda each: -each.ago))
            if each.score is not None
        ]

    async def open_cases(self):
        return self.cases

    async def conversation_of(self, session: str) -> dict[str, Any] | None:
        if not session.startswith("s") or not session[1:].isdecimal() or int(session[1:]) >= len(self.given):
            return None
        each = self.given[int(session[1:])]
        lines = [(NOW, "bot", "How likely …?"), (NOW + 1, "customer", f"{each.score}, {each.comment}")]
        return {"flow": "shop", "channel": "sms", "case": "", "dimensions": each.facts, "lines": lines}

    def _in(self, window):
        return [
            each
            for each in self.given
            if window.since <= each.day < window.until
            and all(self._fact(each, name) in values for name, values in window.filters.items())
        ]

    def _fact(self, each, name):
        return {"flow": "shop", "channel": "sms", "language": "de", **each.facts}.get(name, "")


def year():
    """Ten answers a week for a year in two regions, one of them worse; comments on some; half are silent."""
    for week in range(52):
        for number in range(10):
            north = number % 2
            score = (week * 7 + number * 3) % 11 if not north else 10 - (week + number) % 4
            facts = {"region": "Nord" if north else "Süd", "brand": "A" if number < 5 else "B"}
            yield Given(week * 7 + number % 7, score, "the delivery was late" if number == 4 else "", facts)
            yield Given(week * 7 + number % 7, None, "", facts)
