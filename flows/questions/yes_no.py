"""Yes or no."""

from typing import Literal

from pydantic import Field

from flows import reading
from flows.answers import Answer, Confirm, Option, Reading, Unclear
from flows.phrases import phrase
from flows.question import Question
from flows.texts import Text


class YesNo(Question):
    """Stored as `yes` or `no`."""

    type: Literal["yes_no"]
    labels: dict[Literal["yes", "no"], Text] = Field(default_factory=dict)
    """Other words for the buttons: `{yes: …, no: …}`."""

    def options(self, language: str) -> tuple[Option, ...]:
        """Yes and no."""
        return Option("yes", self._label("yes", language)), Option("no", self._label("no", language))

    def read(self, reply: str, language: str) -> Reading:
        """Yes or no, with what else was said."""
        said, sure, comment = reading.read_yes_no(reply, language)
        if said is None:
            return Unclear()
        answer = Answer(text="yes" if said else "no", comment=comment)
        return answer if sure else Confirm(answer)

    def _label(self, value: Literal["yes", "no"], language: str) -> str:
        own = self.labels.get(value)
        return own.of(language) if own else phrase(value, language)
