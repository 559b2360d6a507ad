"""Replies and tests that look at the reader, and the lines each reaches: only those can notice a change there."""

import gc
import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from coverage import Coverage

import flows.reading as reader
import flows.reading.fold as folding
from flows.reading.keyword import asks_for_person, keyword
from flows.reading.lexicon import lexicon, word_lists
from flows.reading.optwords import all_opt_words
from tests.flows.reading.corpus import DATA, Row, rows
from tests.flows.reading.readings import changed_replies, files, reading
from tests.flows.reading.test_ratchet import FILES, is_obeyed, is_right

FOLDER = Path(str(reader.__file__)).parent
PACKAGE = "flows.reading."
_BUILT = (None, 512)  # sizes of the caches that hold what is made of the word lists
_BUILDING = "building"


class Unit(NamedTuple):
    """Something to look at: when it gives anything but `wanted`, a change has been noticed."""

    look: Callable[[], object]
    wanted: object

    def differs(self) -> bool:
        """Whether it gives something else now, or raises."""
        try:
            return self.look() != self.wanted
        except Exception:  # noqa: BLE001  # a mutant may raise anything
            return True


def corpus() -> Iterator[Callable[[], object]]:
    """What `test_readings.py` and `test_ratchet.py` look at, reply by reply."""
    for name in files():
        for text, language in changed_replies(name):
            yield _read(text, language)
    for name in FILES:
        if "traps" not in name:
            yield from (_right(row) for row in rows(name) if row.action != "stop")
    for path in DATA.glob("optout*.jsonl"):
        yield from (_obeyed(json.loads(line)) for line in path.read_text("utf-8").splitlines())


def _read(text: str, language: str) -> Callable[[], object]:
    return lambda: zlib.crc32(reading(text, language).encode())


def _right(row: Row) -> Callable[[], object]:
    return lambda: is_right(row)


def _obeyed(row: dict[str, str]) -> Callable[[], object]:
    return lambda: is_obeyed(row)


class Caches:
    """What the reader remembers: of replies and their words, and what it has made of the word lists."""

    def __init__(self) -> None:
        self.small: list[Callable[[], None]] = [folding._CHARACTERS.clear]
        self.built: list[Callable[[], None]] = []
        for thing in gc.get_objects():
            if hasattr(type(thing), "cache_clear") and str(getattr(thing, "__module__", "")).startswith(PACKAGE):
                size = thing.cache_parameters()["maxsize"]
                (self.built if size in _BUILT else self.small).append(thing.cache_clear)

    def forget(self, *, everything: bool) -> None:
        """Clear what the code before a change has left, of the word lists only if the change is to building them."""
        for clear in self.small + (self.built if everything else []):
            clear()


class Reach:
    """For each line of the reader the units that run it, as the bits of a number."""

    def __init__(self, units: Sequence[Unit], caches: Caches) -> None:
        """Look at all units while coverage watches."""
        watch = Coverage(data_file=None, config_file=False, include=[f"{FOLDER}/*"])
        caches.forget(everything=True)
        with watch.collect():
            watch.switch_context(_BUILDING)
            asks_for_person("operator")
            for language in (*sorted(word_lists()), "xx"):
                lexicon(language)
                all_opt_words(language)
                keyword("stop", language)
            for number, unit in enumerate(units):
                watch.switch_context("between")
                caches.forget(everything=False)
                watch.switch_context(str(number))
                unit.look()
        data = watch.get_data()
        self.all = (1 << len(units)) - 1
        self._by: dict[str, dict[int, int]] = {}
        for path in data.measured_files():
            of_file = self._by[Path(path).stem] = defaultdict(int)
            for line, contexts in data.contexts_by_lineno(path).items():
                of_file[line] = self._bits(contexts, len(units))
        self.building = {
            (Path(path).stem, line)
            for path in data.measured_files()
            for line, contexts in data.contexts_by_lineno(path).items()
            if _BUILDING in contexts
        }

    def _bits(self, contexts: Sequence[str], size: int) -> int:
        bits = bytearray(size // 8 + 1)
        for context in contexts:
            if context == _BUILDING:
                return self.all
            if context.isdigit():
                bits[int(context) // 8] |= 1 << int(context) % 8
        return int.from_bytes(bits, "little")

    def of(self, module: str, lines: range) -> list[int]:
        """The numbers of the units that reach any of `lines`."""
        known = self._by.get(module.rpartition(".")[2], {})
        bits = 0
        for line in lines:
            bits |= known.get(line, 0)
        return [at for at, bit in enumerate(reversed(f"{bits:b}")) if bit == "1"]

    def builds(self, module: str, lines: range) -> bool:
        """Whether any of `lines` is run when the word lists are made ready."""
        return any((module.rpartition(".")[2], line) in self.building for line in lines)
