"""What a question asks and what a reply to it can turn out to be."""

from msgspec import Struct


class Option(Struct, frozen=True):
    """One choice: `value` is stored, `label` is shown."""

    value: str
    label: str


class Prompt(Struct, frozen=True, omit_defaults=True):
    """A text in one language and, where the question has some, its options."""

    text: str
    options: tuple[Option, ...] = ()


class Answer(Struct, frozen=True, omit_defaults=True):
    """A usable answer.

    `value` is the number of a score or rating (else None); `text` the answer in words (the choice's
    value, "yes"/"no", the free text, a phone number; the number as digits for scores); `segment` is
    promoter/passive/detractor for nps, else ""; `comment` the reason that came along, cut out of the reply.
    """

    value: int | None = None
    text: str = ""
    segment: str = ""
    comment: str = ""
    wants_human: bool = False


class Confirm(Struct, frozen=True):
    """Probably `answer`, yet unsure: ask "Did you mean …?" first."""

    answer: Answer


class Unclear(Struct, frozen=True, omit_defaults=True):
    """No usable answer: ask again, unless the reply holds a `wish` ("stop" or "human")."""

    wish: str = ""


Reading = Answer | Confirm | Unclear
