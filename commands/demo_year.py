"""A year of made-up answers for the demo's home page, and they together with those that the demo's phones give.

They are in memory only: of what nobody said the demo's database holds one campaign (`commands.demo_people`).
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Any, NamedTuple

from insights.comparisons import Given
from insights.tally import LENGTH, PASSIVE, PROMOTER, Tally
from web.figures import Comment, Line
from web.filters import Window
from web.home import Reading

DAYS = 400
A_DAY = 9  # people asked on a weekday
SEED = 2026
PEOPLE = 700
DAY = 86_400_000  # ms
BRANDS, REGIONS = ("Nordlicht", "Alpenblick", "Hafenkontor"), ("Nord", "Süd", "Ost", "West")
CHANNELS, FLOWS = ("sms", "telegram", "slack"), ("relationship", "after-support")
DIMENSIONS = ("brand", "region")
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "detractor": {
        "de": ("Die Lieferung kam drei Tage zu spät.", "Am Telefon hing ich ewig in der Warteschleife.", "Zu teuer."),
        "en": ("The parcel came three days late.", "I was on hold for ages.", "Too expensive for what it is."),
    },
    "passive": {
        "de": ("Alles in Ordnung, aber die App ist langsam.", "Gut, nur die Verpackung war beschädigt."),
        "en": ("Fine, but the app is slow.", "Good, though the box was damaged."),
    },
    "promoter": {
        "de": ("Sehr freundlich und schnell!", "Frau Peters hat sofort geholfen.", "Immer wieder gern."),
        "en": ("Friendly and quick!", "Solved on the first call.", "I tell everybody about you."),
    },
}


class Survey(NamedTuple):
    """Somebody who does not exist was asked; `score` is None if they stayed silent."""

    at: int
    score: int | None
    text: str
    facts: dict[str, str]
    tally: Tally

    @property
    def day(self) -> date:
        """Of the question and of the score, UTC."""
        return datetime.fromtimestamp(self.at / 1000, UTC).date()


class SampleYear:
    """web.home.Reading over made-up surveys that end `now` (epoch ms); the same ones every time."""

    dimensions: Sequence[str] = DIMENSIONS

    def __init__(self, now: int) -> None:
        self._surveys = sorted(_made(now), key=lambda each: -each.at)

    async def tally(self, window: Window, by: str = "") -> Sequence[Line]:
        """See web.figures.Counts."""
        sums: dict[str, list[int]] = {}
        for each in self._in(window):
            key = _key(each, by)
            found = sums.setdefault(key, [0] * (LENGTH + 5))
            if each.score is not None:
                found[each.score] += 1
            tally = each.tally
            rest = (tally.asked, tally.delivered, tally.completed, tally.commented, tally.opted_out)
            for at, number in enumerate(rest, LENGTH):
                found[at] += number
        tallies = ((key, Tally(tuple(found[:LENGTH]), *found[LENGTH:])) for key, found in sorted(sums.items()))
        return [Line(key, tally, tally.answered) for key, tally in tallies]

    async def comments(self, window: Window, after: str = "", limit: int = 20) -> Sequence[Comment]:
        """See web.figures.Counts."""
        behind = int(after.partition(":")[0]) if after else 2**62
        found = (each for each in self._in(window) if each.text and each.at < behind)
        return [_comment(each) for each, _ in zip(found, range(limit), strict=False)]

    async def each(self, window: Window) -> Sequence[Given] | None:
        """See web.comparing.Answers. Some people were asked again, and are worth as much as they were."""
        answered = [each for each in self._in(window) if each.score is not None]
        return [
            Given(
                f"made up {each.at % PEOPLE}",
                each.score or 0,
                each.facts,
                100 * (1 + each.at % PEOPLE % 40),
                each.at % 3 == 0,
            )
            for each in reversed(answered)
        ]

    async def open_cases(self) -> int:
        """See web.figures.Counts."""
        return 0

    async def conversation_of(self, session: str) -> dict[str, Any] | None:
        """See web.home.Reading."""
        found = next((each for each in self._surveys if f"sample-{each.at}" == session), None)
        if found is None:
            return None
        facts = {"flow": found.facts["flow"], "channel": found.facts["channel"], "case": "", "dimensions": found.facts}
        return {**facts, "lines": [(found.at, "customer", str(found.score)), (found.at, "customer", found.text)]}

    def _in(self, window: Window) -> Iterator[Survey]:
        for each in self._surveys:
            if window.since <= each.day < window.until and all(
                each.facts.get(name, "") in values for name, values in window.filters.items()
            ):
                yield each


class Together:
    """web.home.Reading over two: what was made up, and what the demo's phones really answer."""

    dimensions: Sequence[str] = DIMENSIONS

    def __init__(self, sample: SampleYear, real: Reading) -> None:
        self._sample, self._real = sample, real

    async def tally(self, window: Window, by: str = "") -> Sequence[Line]:
        """See web.figures.Counts."""
        one, other = await asyncio.gather(self._sample.tally(window, by), self._real.tally(window, by))
        sums = {line.key: line for line in one}
        for line in other:
            had = sums.get(line.key, Line(line.key, Tally()))
            sums[line.key] = Line(line.key, had.tally + line.tally, had.answered + line.answered)
        return [sums[key] for key in sorted(sums)]

    async def comments(self, window: Window, after: str = "", limit: int = 20) -> Sequence[Comment]:
        """See web.figures.Counts."""
        one, other = await asyncio.gather(
            self._sample.comments(window, after, limit), self._real.comments(window, after, limit)
        )
        return sorted([*one, *other], key=lambda each: -each.at)[:limit]

    async def each(self, window: Window) -> Sequence[Given] | None:
        """See web.comparing.Answers."""
        one, other = await asyncio.gather(self._sample.each(window), self._real.each(window))
        return None if one is None or other is None else [*one, *other]

    async def open_cases(self) -> int:
        """See web.figures.Counts."""
        return await self._real.open_cases()

    async def conversation_of(self, session: str) -> dict[str, Any] | None:
        """See web.home.Reading."""
        return await self._real.conversation_of(session) or await self._sample.conversation_of(session)


def _made(now: int) -> Iterator[Survey]:
    """One brand gets better from the summer on, one region is worse; half of all stay silent."""
    dice = Random(SEED)  # noqa: S311 - the same year every time
    today = now // DAY * DAY
    for ago in range(DAYS):
        weekend = (today // DAY - ago + 3) % 7 >= 5
        for _ in range(A_DAY // 3 if weekend else A_DAY):
            at = today - ago * DAY + dice.randrange(7 * 3_600_000, 18 * 3_600_000)
            if at >= now:
                continue
            language = dice.choice(("de", "de", "en"))
            facts = {
                "brand": dice.choices(BRANDS, (5, 3, 2))[0], "region": dice.choice(REGIONS), "language": language,
                "channel": dice.choices(CHANNELS, (5, 3, 1))[0], "flow": dice.choices(FLOWS, (3, 2))[0],
            }  # fmt: skip
            yield _answered(at, facts, dice, better=facts["brand"] == BRANDS[1] and ago < 120)


def _answered(at: int, facts: dict[str, str], dice: Random, *, better: bool) -> Survey:
    delivered, silent = dice.random() < 0.97, dice.random() < 0.52
    if silent or not delivered:
        return Survey(
            at, None, "", facts, Tally(asked=1, delivered=int(delivered), opted_out=int(dice.random() < 0.02))
        )
    weights = [2, 1, 2, 2, 2, 4, 5, 10, 18, 20, 26]
    if facts["region"] == "Ost":
        weights = [weight * (3 if score < PASSIVE else 1) for score, weight in enumerate(weights)]
    if better:
        weights = [weight * (2 if score >= PROMOTER else 1) for score, weight in enumerate(weights)]
    score = dice.choices(range(LENGTH), weights)[0]
    band = "detractor" if score < PASSIVE else "passive" if score < PROMOTER else "promoter"
    text = dice.choice(WORDS[band][facts["language"]]) if dice.random() < 0.35 else ""
    scores = tuple(int(number == score) for number in range(LENGTH))
    completed = int(bool(text) or dice.random() < 0.7)
    return Survey(at, score, text, facts, Tally(scores, 1, 1, completed, int(bool(text)), 0))


def _key(each: Survey, by: str) -> str:
    if by == "day":
        return each.day.isoformat()
    if by == "month":
        return each.day.replace(day=1).isoformat()
    return each.facts.get(by, "") if by else ""


def _given(each: Survey) -> Given:
    person = each.at // 60_000 % PEOPLE
    return Given(f"made up {person}", each.score or 0, each.facts, 100 * (1 + person % 40), person % 3 == 0)


def _comment(each: Survey) -> Comment:
    session, facts = f"sample-{each.at}", each.facts
    flow, channel, language = facts["flow"], facts["channel"], facts["language"]
    return Comment(session, each.at, each.score or 0, each.text, flow, channel, language, f"{each.at}:{session}")
