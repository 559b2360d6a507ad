"""One of several answers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from flows import reading
from flows.answers import Answer, Confirm, Option, Reading, Unclear
from flows.problems import Finding, Path
from flows.question import Question
from flows.texts import Frozen, Text

# RELIABILITY C8: carriers act on these words themselves, so an answer must not be one of them.
CARRIER_WORDS = frozenset({"end", "quit", "cancel", "stop", "yes", "info", "help"})


class Choice(Frozen):
    """One answer: `value` is stored, `label` is shown."""

    value: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    """What is stored and what `when` refers to: lower-case letters, digits, `-` and `_`."""
    label: Text
    """What the customer reads; a few words."""


class ChoiceQuestion(Question):
    """The customer picks one of `options`, by button, number or words."""

    type: Literal["choice"]
    choices: Annotated[tuple[Choice, ...], Field(alias="options", min_length=2, max_length=10)]
    """Two to ten answers."""

    def options(self, language: str) -> tuple[Option, ...]:
        """The answers in this language."""
        return tuple(Option(choice.value, choice.label.of(language)) for choice in self.choices)

    def read(self, reply: str, language: str) -> Reading:
        """The one answer that was meant."""
        value, sure = reading.read_choice(reply, language, self.prompt(language).options)
        if value is None:
            return Unclear()
        answer = Answer(text=value)
        return answer if sure else Confirm(answer)

    def problems(self) -> Iterator[Finding]:
        """Answers that nobody could tell apart, and words that carriers take for themselves."""
        values = Counter(choice.value for choice in self.choices)
        labels = Counter(
            (language, text.strip().casefold())
            for choice in self.choices
            for language, text in choice.label.root.items()
        )
        for index, choice in enumerate(self.choices):
            path = ("options", index)
            if values[choice.value] > 1:
                yield Finding((*path, "value"), "duplicate-option", f"the value '{choice.value}' is there twice")
            for language, text in choice.label.root.items():
                where = (*path, "label", language) if language else (*path, "label")
                if labels[language, text.strip().casefold()] > 1:
                    yield Finding(where, "duplicate-option", f"the label '{text}' is there twice")
                if text.strip().casefold() in CARRIER_WORDS or reading.keyword(text, language or "en"):
                    yield Finding(
                        where,
                        "keyword-option",
                        f"carriers act on '{text}' themselves (opt-out, help): the answer would never arrive",
                        "choose another word",
                    )
        yield from self._ambiguous(labels)

    def _ambiguous(self, labels: Mapping[tuple[str, str], int]) -> Iterator[Finding]:
        """Answers that, typed as they are shown or by their number, are read as another one or as none."""
        for language in sorted({language for choice in self.choices for language in choice.label.root}):
            options = self.prompt(language).options
            for index, option in enumerate(options):
                if labels[language, option.label.strip().casefold()] > 1:
                    continue
                where: Path = ("options", index, "label", language) if language else ("options", index, "label")
                for typed in (option.label, str(index + 1)):
                    value, sure = reading.read_choice(typed, language or "en", options)
                    if not sure or value != option.value:
                        read = f"be taken for '{value}'" if value and sure else "not be understood"
                        message = f"who types '{typed}' means '{option.value}', and would {read}"
                        yield Finding(where, "ambiguous-option", message, "let the answers differ in a word")
