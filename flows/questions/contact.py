"""How to reach the customer: a phone number or an e-mail address."""

import re
from typing import Annotated, Literal

from pydantic import Field

from flows import reading
from flows.answers import Answer, Reading, Unclear
from flows.question import Question

# One @, no spaces, a dot in the domain: whether it exists only a message can tell. Bounded, so always quick.
CallingCode = Annotated[str, Field(pattern=r"^[1-9]\d{0,2}$", json_schema_extra={"type": ["string", "integer"]})]
_EMAIL = re.compile(r"[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_NUMBER = re.compile(r"(?<![\w@])(\+|00)?\(?\d[\d ()/.\-]{4,30}\d(?![\w@])")
_TRIM = " \t\r\n,;:.!-–—"


class Contact(Question):
    """Stored as an E.164 number (`+49301234567`) or an e-mail address; empty if the customer says no."""

    type: Literal["contact"]
    accept: Annotated[tuple[Literal["phone", "email"], ...], Field(min_length=1)] = ("phone", "email")
    """What is welcome: `phone`, `email` or both."""
    country_code: CallingCode | None = None
    """Calling code for numbers written without one, such as `49`; else only `+49 …` is understood."""

    def read(self, reply: str, language: str) -> Reading:
        """The first address or number in the reply; the rest is the comment. A "no" counts as an answer."""
        if "email" in self.accept and (match := _EMAIL.search(reply)):
            return Answer(text=match[0], comment=_without(reply, match))
        if "phone" in self.accept:
            for match in _NUMBER.finditer(reply):
                if number := e164(match[0], self.country_code or ""):
                    return Answer(text=number, comment=_without(reply, match))
        said, sure, comment = reading.read_yes_no(reply, language)
        return Answer(comment=comment) if said is False and sure else Unclear()


def e164(written: str, country_code: str = "") -> str:
    """A phone number as ITU-T E.164 (`+` and 7 to 15 digits), or "" if it cannot be one.

    `00` is read as `+`; a trunk zero is replaced by `country_code`, and `(0)` after a calling code dropped.
    """
    international = written.lstrip("( ").startswith(("+", "00"))
    if international:
        written = written.replace("(0)", "")
    digits = "".join(char for char in written if "0" <= char <= "9")
    if international:
        digits = digits.removeprefix("00")
    elif country_code:
        digits = country_code + digits.removeprefix("0")
    else:
        return ""
    return f"+{digits}" if 7 <= len(digits) <= 15 and digits[0] != "0" else ""


def _without(reply: str, match: re.Match[str]) -> str:
    return (reply[: match.start()].strip(_TRIM) + " " + reply[match.end() :].strip(_TRIM)).strip()
