"""How likely are you to recommend us, 0 to 10: the Net Promoter question.

Segments after Reichheld, "The One Number You Need to Grow" (HBR, December 2003): 9-10 promoter, 7-8 passive,
0-6 detractor.
"""

from typing import Literal

from flows.answers import Option
from flows.question import Scale
from flows.texts import Frozen, Text

LOW, HIGH = 0, 10
SEGMENTS = ("detractor", "passive", "promoter")


class Bands(Frozen):
    """A word per band, shown beside the numbers where there are buttons."""

    detractor: Text | None = None
    passive: Text | None = None
    promoter: Text | None = None


def segment(value: int) -> str:
    """The segment of a score from 0 to 10."""
    if value >= 9:
        return "promoter"
    return "passive" if value >= 7 else "detractor"


class Nps(Scale):
    """A whole number from 0 to 10, with the reason if it came along."""

    type: Literal["nps"]
    labels: Bands = Bands()
    """A word for each band (`detractor`, `passive`, `promoter`), shown on the buttons."""

    def options(self, language: str) -> tuple[Option, ...]:
        """0 to 10, each with the word for its band if there is one."""
        return tuple(Option(str(n), self._label(n, language)) for n in range(LOW, HIGH + 1))

    def segment(self, value: int | None) -> str:
        """Promoter (9-10), passive (7-8) or detractor (0-6)."""
        return "" if value is None else segment(value)

    @property
    def bounds(self) -> tuple[int, int]:
        """0 and 10."""
        return LOW, HIGH

    def _label(self, value: int, language: str) -> str:
        text: Text | None = getattr(self.labels, segment(value))
        return f"{value} {text.of(language)}" if text else str(value)
