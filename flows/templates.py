"""`{{ name }}` placeholders in texts: names from a declared list and nothing else, in linear time.

There are no expressions, filters or attributes. What does not look exactly like a placeholder stays as it is.
"""

import re
from collections.abc import Iterator, Mapping

NAME = r"[a-z][a-z0-9_]{0,39}"
# Every repetition is bounded, so that no text can make the search slow.
_PLACEHOLDER = re.compile(rf"( ?)\{{\{{ {{0,8}}({NAME}) {{0,8}}\}}\}}")
_ANY_BRACES = re.compile(r"\{\{.{0,40}")


def fill(text: str, variables: Mapping[str, str]) -> str:
    """Put values in place of names, in one pass: braces inside a value stay literal.

    An empty value takes the space before it along, so that "Hello {{ first_name }}, …" reads well without a
    name. A name without a value stays as it is.
    """
    if "{{" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        found = variables.get(match[2])
        if found is None:
            return match[0]
        return match[1] + found if found else ""

    return _PLACEHOLDER.sub(value, text)


def names(text: str) -> tuple[str, ...]:
    """The names that occur in a text, in order, each once."""
    return tuple(dict.fromkeys(match[2] for match in _PLACEHOLDER.finditer(text)))


def leftovers(text: str) -> Iterator[str]:
    """Beginnings of double braces that are no placeholders, such as `{{ 7*7 }}`."""
    for match in _ANY_BRACES.finditer(_PLACEHOLDER.sub("", text)):
        yield match[0].partition("}}")[0] + ("}}" if "}}" in match[0] else "")
