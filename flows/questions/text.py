"""A few words of the customer's own."""

from typing import Literal

from flows.answers import Answer, Reading, Unclear
from flows.question import Question


class TextQuestion(Question):
    """Any words; stored as they were written."""

    type: Literal["text"]

    def read(self, reply: str, language: str) -> Reading:  # noqa: ARG002 — words are kept in any language
        """The words without the space around them; a picture alone has none."""
        words = reply.strip()
        return Answer(text=words) if words else Unclear()
