"""What can be wrong with a flow: where, what, and what to do about it."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Literal

from msgspec import Struct
from rapidfuzz import fuzz, process

Path = tuple[str | int, ...]
MAX_CHOICES = 1000  # more names than any honest flow has; comparing each with each would take minutes
Severity = Literal["error", "warning"]


class Finding(Struct, frozen=True):
    """A problem before it is known where in the file it is: `path` leads there (`steps`, 2, `next`, 0, `to`).

    `at_key` points at the key and not at its value.
    """

    path: Path
    code: str
    message: str
    suggestion: str = ""
    severity: Severity = "error"
    at_key: bool = False

    def below(self, parent: Path) -> "Finding":
        """The same, seen from further up."""
        return Finding((*parent, *self.path), self.code, self.message, self.suggestion, self.severity, self.at_key)


class Problem(Struct, frozen=True):
    """One thing to put right. `line` and `column` count from 1; `code` is stable, the words are not."""

    file: str
    line: int
    column: int
    code: str
    message: str
    suggestion: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}{hint} [{self.code}]"


class FlowProblems(Exception):
    """A flow, or several, cannot be used. `problems` holds every one found, warnings included."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, known: Iterable[str]) -> str:
    """What was probably meant, "" if nothing is close."""
    close = process.extractOne(word, list(known), scorer=fuzz.ratio, processor=str.lower, score_cutoff=60)
    return close[0] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean 'thanks'?`, or what there is to choose from if nothing is close and that is little."""
    some = list(islice(known, MAX_CHOICES + 1))
    if len(some) > MAX_CHOICES:
        return ""
    choices: Sequence[str] = sorted({name for name in some if name})
    if close := nearest(word, choices):
        return f"did you mean '{close}'?"
    if 0 < len(choices) <= 8:
        return "there is " + ", ".join(f"'{name}'" for name in choices)
    return ""
