"""How figures are shown: ours, what stands beside them in the same run, the ratio that counts, and the goal."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Row(NamedTuple):
    """One figure in `unit`; `beside` names what it is compared to, `theirs` is that figure.

    `least` is the goal for ours/theirs, `most` the goal for `ours` where small is good. If a `hard` goal is missed, the
    whole run has failed.
    """

    name: str
    ours: float
    unit: str = "/s"
    beside: str = ""
    theirs: float = 0.0
    least: float = 0.0
    most: float = 0.0
    hard: bool = False

    @property
    def ratio(self) -> float:
        """How many times theirs ours is; 0 if there is nothing beside."""
        return self.ours / self.theirs if self.theirs else 0.0

    @property
    def missed(self) -> bool:
        """Whether there is a goal and it was not reached."""
        return self.ratio < self.least or (self.most > 0 and self.ours > self.most)

    @property
    def goal(self) -> str:
        """The goal in words."""
        words = f"≥ {self.least:g}" if self.least else f"≤ {self.most:g} {self.unit}".rstrip() if self.most else ""
        return f"{words} MISSED" if self.missed else words


Pair = tuple[float, float]


def middle(pairs: Sequence[Pair]) -> Pair:
    """Of rounds of (ours, theirs) measured right after one another the one with the median ratio."""
    return sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]


def figure(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def show(rows: Sequence[Row]) -> None:
    """Print one table."""
    table = Table("what", "figure", "beside", "its figure", "ratio", "goal", box=None, pad_edge=False)
    for number in (1, 3, 4):
        table.columns[number].justify = "right"
    for row in rows:
        theirs = f"{figure(row.theirs)} {row.unit}" if row.beside else ""
        ratio = f"{row.ratio:.2f}" if row.beside else ""
        ours = f"{figure(row.ours)} {row.unit}"
        table.add_row(row.name, ours, row.beside, theirs, ratio, row.goal, style="red" if row.missed else "")
    console = Console()
    console.width = max(console.width, 150)  # a table that is piped into a file is not folded
    console.print(table)
