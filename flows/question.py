"""The base of all question types. A type is one file in `flows/questions/`."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from flows import reading
from flows.answers import Answer, Confirm, Option, Prompt, Reading, Unclear
from flows.problems import Finding
from flows.texts import Frozen, Text


class Question(Frozen):
    """What is asked, and how a reply to it is read."""

    # A field and not a ClassVar: two questions that differ in nothing else must not look the same.
    type: str
    text: Text
    """What the customer is asked."""
    reask: Text | None = None
    """Said instead of the standard phrase if the reply was not understood."""
    reminder: Text | None = None
    """Said instead of the standard phrase if no reply comes."""

    def adopt(self, own: Mapping[str, Text]) -> None:
        """The flow's own phrases, by name, for types that show some of them."""

    def prompt(self, language: str) -> Prompt:
        """The question as a channel shows it; placeholders are not filled yet."""
        prompt = self._prompts.get(language)
        if prompt is None:
            prompt = self._prompts[language] = Prompt(self.text.of(language), self.options(language))
        return prompt

    def options(self, language: str) -> tuple[Option, ...]:  # noqa: ARG002 — for types that have some
        """The answers to choose from, in order; none where people write freely."""
        return ()

    def read(self, reply: str, language: str) -> Reading:
        """What a reply means. Never raises, whatever the customer wrote."""
        raise NotImplementedError

    def segment(self, value: int | None) -> str:  # noqa: ARG002 — only nps has segments
        """promoter, passive or detractor; "" for questions without segments."""
        return ""

    @property
    def bounds(self) -> tuple[int, int] | None:
        """Lowest and highest number for questions on a scale, else None."""
        return None

    def problems(self) -> Iterator[Finding]:
        """What is wrong with this question beyond its shape; paths are relative to the question."""
        yield from ()

    @cached_property
    def _prompts(self) -> dict[str, Prompt]:
        # a prompt is asked for in every turn and never changes
        return {}


class Scale(Question):
    """A question whose answer is a whole number; the base of nps and rating."""

    @property
    def bounds(self) -> tuple[int, int]:
        """Lowest and highest number."""
        raise NotImplementedError

    def read(self, reply: str, language: str) -> Reading:
        """A number on the scale, surely or probably; a wish for a person or to be left alone is passed on."""
        shown = next((each for each in self.prompt(language).options if same_words(reply, each.label)), None)
        if shown:  # a button's words, typed: "7 perhaps"
            return Answer(int(shown.value), shown.value, self.segment(int(shown.value)))
        found = reading.read_score(reply, language, *self.bounds)
        if found.value is None or found.action not in {"accept", "confirm"}:
            return Unclear(found.action if found.action in {"stop", "human"} else "")
        segment = self.segment(found.value)
        answer = Answer(found.value, str(found.value), segment, found.comment, found.wants_human)
        return answer if found.action == "accept" else Confirm(answer)


def same_words(reply: str, label: str) -> bool:
    """Whether a reply is what a button says, whatever the case, the spaces and the full stop."""
    return len(reply) < len(label) + 8 and " ".join(reply.split()).strip(" .!").casefold() == label.strip().casefold()
