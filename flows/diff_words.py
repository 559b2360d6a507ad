"""One change between two flows, and the words for it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from operator import eq
from typing import Any, TypeVar

from msgspec import Struct

from flows.durations import write
from flows.routing import END, When
from flows.texts import Text

WIDTH = 72  # characters of a text that are shown whole
CONTEXT = 24  # characters shown on each side of what differs
_MIDDLE = 60  # characters shown of what differs
Item = TypeVar("Item")
_DURATIONS = frozenset({"reminders", "expires", "correct", "late", "respond_within"})


class Change(Struct, frozen=True):
    """One thing that differs, told in English.

    `kind` is what it is about: flow, language, patience, variable, phrase, variant, step, order, text, question,
    option, route, case, or writing (other characters in the file, the same meaning). `before` is empty where
    something is new, `after` where it is gone; texts are whole there and shortened in `sentence`.
    """

    kind: str
    sentence: str
    step: str = ""
    language: str = ""
    before: str = ""
    after: str = ""


def texts(what: str, old: Text | None, new: Text | None, *, kind: str = "text", step: str = "") -> Iterator[Change]:
    """Changes of one text, a sentence per language. `what` names it, as in "score: text"."""
    before, after = spread(old, new), spread(new, old)
    found = False
    for language in dict.fromkeys((*before, *after)):
        was, now = before.get(language, ""), after.get(language, "")
        if was != now:
            found = True
            verb = "changed" if was and now else "added" if now else "removed"
            place = f" ({language})" if language else ""
            yield Change(kind, f"{what} {verb}{place}: {arrow(was, now)}", step, language, was, now)
    if not found and old != new:
        yield Change("writing", f"{what}: the same words, written down otherwise", step)


def spread(text: Text | None, other: Text | None) -> dict[str, str]:
    """The text by language; a plain one in every language that the other one has."""
    if text is None:
        return {}
    languages = other.root if other is not None and "" not in other.root else {}
    return dict.fromkeys(languages, text.root[""]) if languages and set(text.root) == {""} else dict(text.root)


def arrow(before: str, after: str) -> str:
    """Two texts in quotes, long ones shortened around what differs; one alone if the other is empty."""
    before, after = (_visible(each, other) for each, other in ((before, after), (after, before)))
    if not before or not after:
        return f"“{_cut(before or after)}”"
    if max(len(before), len(after)) > WIDTH:
        before, after = _around(before, after)
    return f"“{before}” → “{after}”"


def _visible(text: str, other: str) -> str:
    """In one line; where only invisible characters differ, they are spelt."""
    alike = _printed(text) == _printed(other)
    text = text.replace("\n", "⏎")
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text) if alike else text


def _printed(text: str) -> str:
    return "".join(char for char in text if char.isprintable() and char != " ")


def _around(before: str, after: str) -> tuple[str, str]:
    start = _shared(before, after)
    rest = min(len(before), len(after)) - start
    end = min(rest, _shared(before[::-1], after[::-1]))
    # whole words: half a word on either side of an arrow is hard to read
    head = before.rfind(" ", 0, max(0, start - CONTEXT)) + 1 if start > CONTEXT else 0
    head = head if start - head <= 2 * CONTEXT else start - CONTEXT
    left = "…" if head else ""
    return left + _tail(before[head:], end), left + _tail(after[head:], end)


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(takewhile(bool, map(eq, one, other)))


def _tail(text: str, end: int) -> str:
    """Without most of the last `end` characters, which both texts share."""
    if end <= CONTEXT:
        return _cut(text, CONTEXT + _MIDDLE)
    stop = len(text) - end + CONTEXT
    space = text.find(" ", stop, stop + CONTEXT)
    stop = space if space >= 0 else stop
    return _cut(text[:stop], CONTEXT + _MIDDLE) + ("…" if stop < len(text) else "")


def _cut(text: str, width: int = WIDTH) -> str:
    """At most about `width` characters: the beginning and the end."""
    return text if len(text) <= width + CONTEXT else f"{text[:width].rstrip()} … {text[-CONTEXT:].lstrip()}"


def plain(what: str, old: Any, new: Any, *, kind: str, step: str = "", field: str = "") -> Iterator[Change]:
    """The change of a value that is no text, if there is one."""
    if old != new:
        before, after = shown(old, field), shown(new, field)
        yield Change(kind, f"{what}: {before or 'none'} → {after or 'none'}", step, "", before, after)


def shown(value: Any, field: str = "") -> str:
    """A value as authors write it; durations are told by the name of their field."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(shown(each, field) for each in value)
    if value is None or value == "":
        return ""
    return write(value) if field in _DURATIONS and isinstance(value, int) else str(value)


def named(items: Iterable[tuple[str, Item]]) -> dict[str, Item]:
    """By name; a second one of the same name, which only a broken flow has, gets a number."""
    found: dict[str, Item] = {}
    for name, item in items:
        count, unique = 1, name
        while unique in found:
            count += 1
            unique = f"{name} ({count})"
        found[unique] = item
    return found


def reordered(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether what both have stands in another order."""
    return [each for each in old if each in new] != [each for each in new if each in old]


def who(when: When | None, *, others: bool = False) -> str:
    """Whom a condition means: "detractors", "customers who answered no to solved", "all others"."""
    if when is None:
        return "all others" if others else "all"
    words = [" and ".join(f"{segment}s" for segment in when.segment) or "customers"]
    words += [f"who answered {' or '.join(values)} to {step}" for step, values in sorted(when.answer.items())]
    words += [f"with language {' or '.join(when.language)}"] if when.language else []
    words += [f"on {' or '.join(when.channel)}"] if when.channel else []
    words += [f"with {name} {' or '.join(values)}" for name, values in sorted(when.attribute.items())]
    return " ".join(words)


def target(to: str) -> str:
    """Where a route leads; "" is the step that follows."""
    return "the end" if to == END else to or "the next step"
