"""What a developer would take instead of the reader: the first number on the scale, as three public ways find it.

All accept what they find, because nothing tells them that they may be wrong. text2num turns number words into digits;
Microsoft's recogniser finds numbers in four of the languages. What a library does not speak it reads as English.
"""

import re
from collections.abc import Iterator

from recognizers_number import Culture, recognize_number
from text_to_num import alpha2digit

from tests.flows.reading.corpus import DATA, Row, rows

_NUMBER = re.compile(r"\d+")
_TEXT2NUM = frozenset({"en", "fr", "de", "es", "pt", "it", "nl"})
_CULTURES = {"fr": Culture.French, "es": Culture.Spanish, "pt": Culture.Portuguese}
TABLES = sorted(path.name for path in DATA.iterdir() if not path.name.startswith("optout_"))


def first_number(text: str, language: str) -> int | None:
    """The first run of digits from 0 to 10."""
    return next((int(found) for found in _NUMBER.findall(text) if int(found[:9]) <= 10), None)


def text2num(text: str, language: str) -> int | None:
    """The same after text2num has written the number words as digits."""
    return first_number(alpha2digit(text, language if language in _TEXT2NUM else "en"), language)


def recogniser(text: str, language: str) -> int | None:
    """The first whole number from 0 to 10 that recognizers-text finds."""
    found = recognize_number(text, _CULTURES.get(language, Culture.English))
    values = (str(number.resolution["value"]) for number in found if number.resolution)
    return next((int(value) for value in values if value.isdecimal() and int(value) <= 10), None)


PEERS = {"first number": first_number, "text2num": text2num, "recognizers-text": recogniser}


def labelled() -> Iterator[Row]:
    """Every labelled reply of data/, and the traps, which are to be asked about."""
    for name in TABLES:
        if "traps" in name:
            for line in (DATA / name).read_text(encoding="utf-8").splitlines():
                if not line.startswith("#"):
                    language, text = line.split("\t")[:2]
                    yield Row(name, text.replace("\\n", "\n"), language, "reask", None, "", wants_human=False)
        else:
            yield from rows(name)
