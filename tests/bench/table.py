"""How figures are shown: ours, theirs, and the ratio that counts."""

from typing import NamedTuple


class Row(NamedTuple):
    """One figure; with something to compare it to, the ratio ours/theirs and what we want it to be."""

    name: str
    ours: float
    beside: str = ""
    theirs: float = 0.0
    goal: float = 0.0

    def __str__(self) -> str:
        line = f"{self.name:<58} {self.ours:>12,.1f}"
        if self.beside:
            line += f"   {self.beside}: {self.theirs:,.1f}   ratio {self.ours / self.theirs:.2f}"
        if self.goal:
            met = self.ours / self.theirs >= self.goal
            line += f" (goal {self.goal:g}{'' if met else ', MISSED'})"
        return line
