"""The labelled replies in data/, how a comment is compared, and the count of what the reader makes of them."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.reading import Read, read_score

DATA = Path(__file__).parent / "data"
_OPENING = re.compile(
    r"^(because|weil|but|aber|and|und|cos|da|denn|so|as|since|obwohl|although|though|e|y|et|mais|pero|ma"
    r"|want|maar|bo|ale|i|a|protože|но|потому что|и|а|але|бо|тому що|і|çünkü|ama|ve|men|för|och|fordi|for|og|mens"
    r"|لأن|لان|بس|و)\s+"
)


@dataclass(frozen=True)
class Row:
    """One labelled reply; `place` is file and line."""

    place: str
    text: str
    language: str
    action: str
    value: int | None
    comment: str
    wants_human: bool

    def agrees(self, read: Read) -> bool:
        return (read.action, read.value, read.wants_human) == (self.action, self.value, self.wants_human)

    def is_false_accept(self, read: Read) -> bool:
        return read.action == "accept" and (self.action, self.value) != ("accept", read.value)

    def comment_agrees(self, read: Read) -> bool:
        return loosely(read.comment) == loosely(self.comment)


def rows(name: str) -> Iterator[Row]:
    """The rows of data/NAME, a .jsonl as the shared sample is, or a .tsv of language, verdict, text, comment."""
    for number, line in enumerate((DATA / name).read_text(encoding="utf-8").splitlines(), start=1):
        place = f"{name}:{number}"
        if name.endswith(".jsonl"):
            row = json.loads(line)
            yield Row(place, row["text"], row["lang"], row["action"], row["value"], row["comment"], row["wants_human"])
        elif line and not line.startswith("#"):
            language, verdict, text, *comment = line.split("\t")
            words = verdict.split()
            value = next((int(word) for word in words if word.isdigit()), None)
            human = "human" in words
            yield Row(place, text.replace("\\n", "\n"), language, words[0], value, "".join(comment), human)


def loosely(comment: str) -> str:
    """Comments compare without case, spaces, emoji, outer punctuation and an opening conjunction."""
    kept = "".join(c for c in comment.casefold() if unicodedata.category(c)[0] not in "SC" or c in "+%€$£")
    kept = re.sub(r"\s+", " ", re.sub(r":[a-z_]+:", "", kept)).strip(" .,;:!?-–—…\"'()*")
    return re.sub(r"\s", "", _OPENING.sub("", kept))


@dataclass
class Tally:
    """How a set of rows was read."""

    rows: int = 0
    right: int = 0
    clear: int = 0  # rows whose score should be accepted
    accepted: int = 0  # of them accepted with that value
    comments: int = 0
    false_accepts: list[str] = field(default_factory=list)
    false_detractors: list[str] = field(default_factory=list)
    missed_stops: list[str] = field(default_factory=list)
    false_stops: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def line(self, name: str) -> str:
        return (
            f"{name:14} rows {self.rows:4}  right {self.right / self.rows:6.1%}  "
            f"clear scores accepted {self.accepted}/{self.clear}  comments {self.comments}/{self.accepted}  "
            f"false accepts {len(self.false_accepts)} (detractors {len(self.false_detractors)})  "
            f"stops missed {len(self.missed_stops)}, false {len(self.false_stops)}"
        )


def tally(name: str) -> Tally:
    """Read every row of data/NAME."""
    result = Tally()
    for row in rows(name):
        read = read_score(row.text, row.language)
        told = (
            f"{row.place} {row.text!r}: wanted {row.action} {row.value}, got {read.action} {read.value} ({read.rule})"
        )
        result.rows += 1
        if row.agrees(read):
            result.right += 1
        else:
            result.wrong.append(told)
        if row.action == "accept":
            result.clear += 1
            if read.action == "accept" and read.value == row.value:
                result.accepted += 1
                result.comments += row.comment_agrees(read)
        if row.is_false_accept(read):
            result.false_accepts.append(told)
            if read.value is not None and read.value <= 6:
                result.false_detractors.append(told)
        if (row.action == "stop") != (read.action == "stop"):
            (result.missed_stops if row.action == "stop" else result.false_stops).append(told)
    return result
