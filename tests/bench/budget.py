"""The ask budget beside uniform sampling, with made-up customers: messages, what is saved, and whether intervals hold.

Every repetition draws a company with its own cells: Zipf sizes, response rates and mixes of scores of their own. Who
would answer what is drawn once, so all ways of asking ask the same people. They look after every wave, when its answers
are in, and end when every cell is precise that can be: one that is not even when everybody in it was asked counts for
none of the ways. The interval is that of the score behind the customers, those to come included: nothing is taken off
it because a cell has few customers.
"""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from math import sqrt
from random import Random
from statistics import fmean, median, quantiles, stdev
from typing import NamedTuple

from insights.budget import ENOUGH, Cell, allocate, overall
from insights.nps import Part, Scores, half_width, nps, tilt, weighted
from insights.proportions import wilson
from tests.bench.table import Row

SEED = 76
TIMES = 200
CELLS = 60
TARGET = 10.0  # points
WAVE = 1000  # messages
BUDGET = 20_000  # messages after which all are looked at, too
Mix = tuple[float, float, float]  # detractors, passives, promoters
MIXES: tuple[Mix, ...] = (
    (0.15, 0.25, 0.6), (0.05, 0.15, 0.8), (0.3, 0.4, 0.3), (0.02, 0.08, 0.9), (0.5, 0.3, 0.2), (0.1, 0.6, 0.3),
    (0.01, 0.04, 0.95), (0.45, 0.1, 0.45), (0.0, 0.3, 0.7), (0.25, 0.25, 0.5),
)  # fmt: skip


class Company(NamedTuple):
    """Its cells: what each customer does when asked (0 nothing, 1 detracts, 2 is passive, 3 promotes); the truth."""

    people: list[bytes]
    scores: list[float]  # -100 to 100

    def reachable(self) -> list[bool]:
        """Which cells are precise at the latest when everybody in them was asked."""
        return [
            _after(_unasked(index, each, TARGET), each, len(each)).precise() for index, each in enumerate(self.people)
        ]


def company(rng: Random, sizes: Sequence[int]) -> Company:
    """With response rates around 0.3 (0.08 to 0.7, mostly) and scores around 30 (-40 to 80, mostly)."""
    people, scores = [], []
    for size in sizes:
        rate = 0.05 + 0.9 * rng.betavariate(2, 5)
        drawn = [rng.gammavariate(shape, 1) for shape in (1.2, 1.8, 3.0)]
        mix = [each / sum(drawn) for each in drawn]
        people.append(bytes(rng.choices(range(4), (1 - rate, *(rate * each for each in mix)), k=size)))
        scores.append(100 * (mix[2] - mix[0]))
    return Company(people, scores)


def zipf(cells: int = CELLS, largest: int = 40_000) -> list[int]:
    """The second half as large as the first, the third a third of it, …"""
    return [largest // rank for rank in range(1, cells + 1)]


class Run(NamedTuple):
    """What one way of asking came to in one company."""

    messages: int
    unable: int  # cells that are not precise even when everybody was asked
    held: list[bool]  # per cell: whether the interval holds the truth at the end
    precise: int  # cells that are, after BUDGET messages
    width: float  # the mean of the half widths then
    raw: float  # how far off the score of everybody is, in points, from the answers as they are
    plain: bool  # whether the interval of everybody's score, weighted by customers, holds the truth
    overall: bool  # the same, knowing what stopping does


Way = Callable[[list[Cell], int, Random], list[int]]


def uniform(cells: list[Cell], messages: int, rng: Random) -> list[int]:
    """Everybody who is left is as likely to be asked."""
    left = [cell.left for cell in cells]
    drawn = rng.sample(range(len(cells)), counts=left, k=min(messages, sum(left)))
    return [drawn.count(index) for index in range(len(cells))]


def proportional(cells: list[Cell], messages: int, _: Random) -> list[int]:
    """From each cell the same part of its customers."""
    sizes = [cell.asked + cell.left for cell in cells]
    part = (sum(cell.asked for cell in cells) + messages) / sum(sizes)
    return [min(cell.left, max(0, round(part * size) - cell.asked)) for cell, size in zip(cells, sizes, strict=True)]


def equal(cells: list[Cell], messages: int, _: Random) -> list[int]:
    """From each cell as many, as long as it has any."""
    return _level(cells, messages, [True] * len(cells))


def quotas(cells: list[Cell], messages: int, _: Random) -> list[int]:
    """From each cell as many, until it is precise: a plain rule, with the same stop as ours."""
    return _level(cells, messages, [not cell.precise() for cell in cells])


def planned(cells: list[Cell], messages: int, _: Random) -> list[int]:
    """Ours."""
    return list(allocate(cells, messages).values())


WAYS: dict[str, Way] = {
    "uniform": uniform, "proportional": proportional, "equal": equal, "equal, stops": quotas, "planned": planned,
}  # fmt: skip
COARSE = "planned, ×10"  # in waves ten times as large


def ask(way: Way, firm: Company, rng: Random, wave: int = WAVE, target: float = TARGET) -> Run:
    """Wave by wave until every cell is precise that can be."""
    reachable = firm.reachable()
    cells = [_unasked(index, each, target) for index, each in enumerate(firm.people)]
    messages, after = 0, None
    while any(can and not cell.precise() for can, cell in zip(reachable, cells, strict=True)):
        got = way(cells, wave, rng)
        if not sum(got):
            raise AssertionError("a way of asking stopped too early")
        messages += sum(got)
        for index, more in enumerate(got):
            if more:
                cells[index] = _after(cells[index], firm.people[index], more)
        if messages >= BUDGET and after is None:
            after = cells[:]
    return _result(firm, cells, (messages, reachable.count(False)), after or cells)


def _result(firm: Company, cells: list[Cell], counts: tuple[int, int], after: list[Cell]) -> Run:
    found = [nps(cell.scores) for cell in cells]
    held = [each is not None and each.low <= true <= each.high for each, true in zip(found, firm.scores, strict=True)]
    sizes = [len(each) for each in firm.people]
    truth = sum(size * true for size, true in zip(sizes, firm.scores, strict=True)) / sum(sizes)
    answers = sum(cell.scores.n for cell in cells)
    raw = sum(100 * (cell.scores.promoters - cell.scores.detractors) for cell in cells) / answers
    plain = weighted(Part(size, cell.scores) for size, cell in zip(sizes, cells, strict=True))
    knowing = overall(cells, {cell.key: size for size, cell in zip(sizes, cells, strict=True)})
    return Run(
        *counts,
        held,
        sum(cell.precise() for cell in after),
        fmean(half_width(cell.scores) for cell in after),
        abs(raw - truth),
        plain is not None and plain.low <= truth <= plain.high,
        knowing is not None and knowing.low <= truth <= knowing.high,
    )


def _unasked(index: int, people: bytes, target: float) -> Cell:
    return Cell((str(index),), len(people), target=target)


def _after(cell: Cell, people: bytes, more: int) -> Cell:
    """When so many more of its people were asked; their order is one of chance."""
    met, had = people[cell.asked : cell.asked + more], cell.scores
    scores = Scores(had.detractors + met.count(1), had.passives + met.count(2), had.promoters + met.count(3))
    return Cell(cell.key, cell.left - more, scores, cell.asked + more, int(scores.n), target=cell.target)


def _level(cells: list[Cell], messages: int, wanted: list[bool]) -> list[int]:
    got = [0] * len(cells)
    queue = [(cell.asked, index) for index, cell in enumerate(cells) if wanted[index] and cell.left]
    heapify(queue)
    while messages and queue:
        so_far, index = heappop(queue)
        got[index] += 1
        messages -= 1
        if got[index] < cells[index].left:
            heappush(queue, (so_far + 1, index))
    return got


class Stop(NamedTuple):
    """What is to be expected at the first look at which an interval is narrow enough."""

    held: float  # how likely it holds the truth, 0 to 1
    answers: float
    off: float  # by how many points the score is too high
    corrected: float  # the same, corrected as `overall` does


def at_stop(mix: Mix, target: float = TARGET, least: int = ENOUGH) -> Stop:
    """Computed, not drawn: over all ways in which answers can come, with a look after every single one from `least` on.

    More looks than a planner can have. What is less likely than 1e-13 is left out.
    """
    truth, held, answers, off, corrected, n = 100 * (mix[2] - mix[0]), 0.0, 0.0, 0.0, 0.0, 0
    going = {(0, 0): 1.0}  # detractors, promoters: how likely it is to come by here
    while going:
        n += 1
        following, going = _one_more(going, mix), {}
        for (low, high), likely in following.items():
            scores = Scores(low, n - low - high, high)
            if n >= least and half_width(scores) <= target:
                found = nps(scores)
                held += likely * (found is not None and found.low <= truth <= found.high)
                answers += likely * n
                off += likely * (100 * scores.score - truth)
                corrected += likely * (100 * (scores.score - (tilt(scores) if n > 2 * ENOUGH else 0)) - truth)
            elif likely > 1e-13:
                going[low, high] = likely
    return Stop(held, answers, off, corrected)


def _one_more(going: dict[tuple[int, int], float], mix: Mix) -> dict[tuple[int, int], float]:
    following: dict[tuple[int, int], float] = {}
    for (low, high), likely in going.items():
        for came, share in (((low + 1, high), mix[0]), ((low, high), mix[1]), ((low, high + 1), mix[2])):
            following[came] = following.get(came, 0.0) + likely * share
    return following


def simulate(sizes: Sequence[int], times: int, seed: int = SEED, wave: int = WAVE) -> dict[str, list[Run]]:
    """Each way in each company."""
    runs: dict[str, list[Run]] = {name: [] for name in (*WAYS, COARSE)}
    for number in range(times):
        firm = company(Random(f"{seed}.{number}"), sizes)
        for name, way in WAYS.items():
            runs[name].append(ask(way, firm, Random(f"{seed}.{number}.{name}"), wave))
        runs[COARSE].append(ask(planned, firm, Random(0), 10 * wave))
    return runs


def saved(runs: dict[str, list[Run]], beside: str) -> tuple[float, float, list[float]]:
    """The mean share of messages saved, half of its 95 % interval, and the share in each company."""
    pairs = zip(runs["planned"], runs[beside], strict=True)
    shares = [1 - ours.messages / theirs.messages for ours, theirs in pairs]
    return fmean(shares), 1.96 * stdev(shares) / sqrt(len(shares)), shares


def run(times: int = TIMES) -> list[Row]:
    """Zipf sizes and equal ones; then what stopping does to the interval, computed."""
    rows: list[Row] = []
    for title, sizes in (("Zipf", zipf()), ("alike", [sum(zipf()) // CELLS] * CELLS), ("small", zipf(largest=8_000))):
        print(f"    {CELLS} cells of {title} sizes, {min(sizes):,} to {max(sizes):,}; ±{TARGET:g} points in each;")
        print(f"    {times} companies, seed {SEED}, waves of {WAVE:,} messages")
        runs = simulate(sizes, times)
        print(f"    {fmean(each.unable for each in runs['planned']):.1f} cells have too few customers")
        _print(runs)
        middle = {name: median(each.messages for each in found) for name, found in runs.items()}
        kept = wilson(sum(sum(each.held) for each in runs["planned"]), times * CELLS)
        assert kept is not None
        rows += [
            Row(f"budget, {title}: uniform", middle["uniform"], "messages", "planned", middle["planned"], least=1.43),
            Row("  intervals that hold at the stop", 100 * kept.value, "%", "promised", 95, least=0.99),
        ]
    computed = {mix: at_stop(mix) for mix in MIXES}
    for mix, each in computed.items():
        print(
            f"    a look after every answer, shares {mix}: {100 * each.held:.2f} % hold, {each.answers:.0f} answers,"
            f" {each.off:+.2f} points off, corrected {each.corrected:+.2f}"
        )
    worst = min(each.held for each in computed.values())
    return [*rows, Row("  the worst mix, a look after every answer", 100 * worst, "%", "promised", 95, least=0.98)]


def _print(runs: dict[str, list[Run]]) -> None:
    for name, found in runs.items():
        asked = [each.messages for each in found]
        first, *_, last = quantiles(asked, n=20)
        kept = wilson(sum(sum(each.held) for each in found), sum(len(each.held) for each in found))
        assert kept is not None
        mean, reach, shares = saved(runs, name)
        print(
            f"    {name:13} {median(asked):9,.0f} messages ({first:,.0f} to {last:,.0f} in 90 %), planned saves"
            f" {100 * mean:.1f} % ± {100 * reach:.1f}, at least {100 * min(shares):.1f};"
            f" {100 * kept.value:.2f} % of intervals hold ({100 * kept.low:.2f} to {100 * kept.high:.2f})"
        )
        print(
            f"    {'':13} after {BUDGET:,}: {fmean(each.precise for each in found):.1f} cells precise,"
            f" mean half width {fmean(each.width for each in found):.2f}; everybody's score is"
            f" {fmean(each.raw for each in found):.2f} points off as it is, weighted it holds in"
            f" {100 * fmean(each.plain for each in found):.1f} %,"
            f" knowing what stops {100 * fmean(each.overall for each in found):.1f} %"
        )
