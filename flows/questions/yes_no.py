"""Yes or no."""

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field, PrivateAttr

from flows import reading
from flows.answers import Answer, Confirm, Option, Reading, Unclear
from flows.phrases import phrase
from flows.problems import Finding, Path
from flows.question import Question, same_words
from flows.texts import Text


class YesNo(Question):
    """Stored as `yes` or `no`."""

    type: Literal["yes_no"]
    labels: dict[Literal["yes", "no"], Text] = Field(default_factory=dict)
    """Other words for the buttons: `{yes: …, no: …}`."""

    _phrases: Mapping[str, Text] = PrivateAttr(default_factory=dict)

    def adopt(self, own: Mapping[str, Text]) -> None:
        """Take the flow's own words for yes and no, where the question has none."""
        self._phrases = own

    def options(self, language: str) -> tuple[Option, ...]:
        """Yes and no."""
        return Option("yes", self._label("yes", language)), Option("no", self._label("no", language))

    def read(self, reply: str, language: str) -> Reading:
        """Yes or no, with what else was said. Own labels count first: "Ya llegó" may be the one for no."""
        options = self.prompt(language).options
        label, certain = reading.read_choice(reply, language, options) if self.labels else (None, False)
        said, sure, comment = reading.read_yes_no(reply, language)
        if label and certain and (said in {None, label == "yes"} or any(same_words(reply, o.label) for o in options)):
            return Answer(text=label)
        if said is None:
            return Confirm(Answer(text=label)) if label else Unclear()
        answer = Answer(text="yes" if said else "no", comment=comment)
        if label and label != answer.text:
            return Unclear()
        return answer if sure else Confirm(answer)

    def problems(self) -> Iterator[Finding]:
        """Labels that, typed as they are shown, would be read as the other one or as neither."""
        for language in sorted({language for label in self.labels.values() for language in label.root}):
            for option in self.prompt(language).options:
                read = self.read(option.label, language or "en")
                if option.value in self.labels and not (isinstance(read, Answer) and read.text == option.value):
                    where: Path = ("labels", option.value, *([language] if language else []))
                    message = f"who types '{option.label}' means {option.value}, and would not be understood so"
                    yield Finding(where, "ambiguous-option", message, "let the answers differ in a word")

    def _label(self, value: Literal["yes", "no"], language: str) -> str:
        own = self.labels.get(value) or self._phrases.get(value)
        return own.of(language) if own else phrase(value, language)
