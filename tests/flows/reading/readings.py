"""Readings of labelled replies that were taken apart: `python -m tests.flows.reading.readings > …/readings.txt`.

Nobody has labelled what these come to; they only tell that a change of the reader changed nothing else.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from zlib import crc32

from flows.reading.score import read_correction, read_score
from flows.reading.wishes import wish
from tests.flows.reading.corpus import DATA

FILE = Path(__file__).with_name("readings.txt")
_SHARE, _TOGETHER = 2, 8  # every other reply is read, and so many share a line


def replies(name: str) -> Iterator[tuple[str, str]]:
    """Text and language of every reply of data/NAME."""
    for line in (DATA / name).read_text("utf-8").splitlines():
        if name.endswith(".jsonl"):
            row = json.loads(line)
            yield row["text"], row["lang"]
        elif line and not line.startswith("#"):
            language, *_, text = line.split("\t")[:3]
            yield text.replace("\\n", "\n"), language


def changed(text: str, other: str) -> str:
    """The reply without its first or its last word, without its signs, or with another one behind it."""
    words = text.split()
    ways = (
        " ".join(words[1:]),
        " ".join(words[:-1]),
        " ".join(word.strip(",.;:!?()") for word in words),
        f"{text}. {other}",
    )
    return ways[crc32(text.encode()) % len(ways)]


def changed_replies(name: str) -> list[tuple[str, str]]:
    """Text and language of the replies of data/NAME that are read, taken apart."""
    rows = list(replies(name))
    return [(changed(rows[at][0], rows[at - 1][0]), rows[at][1]) for at in range(0, len(rows), _SHARE)]


def reading(said: str, language: str) -> str:
    """All that the reader makes of a reply."""
    return f"{read_score(said, language)}{read_correction(said, language)}{wish(said, language)}"


def readings(name: str) -> Iterator[str]:
    """Lines of place and checksum: what the changed replies of a file are read as, some together."""
    said = changed_replies(name)
    parts = (reading(text, language) for text, language in said)
    for number in range(0, len(said), _TOGETHER):
        together = "\n".join(islice(parts, _TOGETHER))
        yield f"{name}:{number * _SHARE + 1} {crc32(together.encode()):08x}"


def files() -> list[str]:
    """The files of labelled replies."""
    return sorted(p.name for p in DATA.iterdir() if p.suffix in {".jsonl", ".tsv"})


if __name__ == "__main__":
    for file in files():
        print(*readings(file), sep="\n")
