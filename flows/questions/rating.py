"""A rating from 1 to 5 or from 1 to 7."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from flows import reading
from flows.answers import Answer, Confirm, Option, Reading, Unclear
from flows.problems import Finding
from flows.question import Question
from flows.texts import Text


class Rating(Question):
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

    def read(self, reply: str, language: str) -> Reading:
        """A rating, surely or probably; a wish for a person or to be left alone is passed on."""
        found = reading.read_score(reply, language, 1, self.scale)
        if found.value is None:
            return Unclear(found.action if found.action in {"stop", "human"} else "")
        answer = Answer(found.value, str(found.value), "", found.comment, found.wants_human)
        if found.action == "accept":
            return answer
        return Confirm(answer) if found.action == "confirm" else Unclear()

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
