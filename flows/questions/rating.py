"""A rating from 1 to 5 or from 1 to 7."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from flows.answers import Option
from flows.problems import Finding
from flows.question import Scale
from flows.texts import Text


class Rating(Scale):
    """A whole number from 1 to `scale`; the highest is the best."""

    type: Literal["rating"]
    scale: Literal[5, 7] = 5
    """The highest number: 5 or 7."""
    labels: dict[int, Text] = Field(default_factory=dict)
    """A word for some of the numbers: `{1: …, 5: …}`, shown on the buttons."""

    def options(self, language: str) -> tuple[Option, ...]:
        """1 to `scale`, labelled where there is a label."""
        return tuple(
            Option(str(n), f"{n} {self.labels[n].of(language)}" if n in self.labels else str(n))
            for n in range(1, self.scale + 1)
        )

    @property
    def bounds(self) -> tuple[int, int]:
        """1 and `scale`."""
        return 1, self.scale

    def problems(self) -> Iterator[Finding]:
        """Labels for numbers that are not on the scale."""
        for number in self.labels:
            if not 1 <= number <= self.scale:
                yield Finding(
                    ("labels", str(number)),
                    "off-scale",
                    f"{number} is not on the scale from 1 to {self.scale}",
                    at_key=True,
                )
