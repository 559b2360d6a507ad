"""YAML text to plain data that remembers where everything stood; takes only the harmless part of YAML.

No anchors, aliases, tags, merge keys or duplicate keys, at most 256 kB and 20 levels (RELIABILITY S29).
Plain scalars are read as YAML 1.2 has it: `true`, `false`, `null` and whole numbers; everything else is
text, so that `no` is Norwegian and not false. Works on libyaml's event stream: nothing is built that a check
has not passed.
"""

import re
from typing import Any

import yaml
from msgspec import Struct

from flows.problems import Finding, Path, Problem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# no plus and no leading zero: those are phone numbers and codes
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_WORDS = {"true": True, "false": False, "null": None, "~": None}


class Place(Struct, frozen=True):
    """Line and column of a value and of its key, counted from 1."""

    line: int
    column: int
    key_line: int
    key_column: int


class Document(Struct, frozen=True):
    """A file as data (dict, list, str, int, bool, None), the places in it, and what is wrong with it.

    `complete` is False if something was left out: what is not in `data` may be in the file nevertheless.
    """

    file: str
    data: Any
    places: dict[Path, Place]
    problems: tuple[Problem, ...]
    complete: bool = True

    def problem(self, finding: Finding) -> Problem:
        """A finding with its place: that of its path, or of the nearest thing above that is in the file."""
        path = finding.path
        while path and path not in self.places:
            path = path[:-1]
        place = self.places.get(path, Place(1, 1, 1, 1))
        # what is missing belongs to the key it is missing under, not to the first of its neighbours
        at_key = finding.at_key or path != finding.path
        line, column = (place.key_line, place.key_column) if at_key else (place.line, place.column)
        return Problem(self.file, line, column, finding.code, finding.message, finding.suggestion, finding.severity)


def read(text: str | bytes, file: str) -> Document:
    """Parse a file. Never raises: whatever is wrong is in `problems`, and `data` holds what could be read."""
    reader = _Reader(file)
    complete = False
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        if len(raw) > MAX_BYTES:
            reader.report(1, 1, "too-big", f"the file has {len(raw):,} bytes; {MAX_BYTES:,} are allowed")
        else:
            complete = reader.run(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reader.report(line, 1, "not-utf8", "this is not UTF-8 text", "save the file as UTF-8")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        words = ", ".join(filter(None, (error.context, error.problem)))
        reader.report(*where, "syntax", f"this is not YAML: {words}", _advice(words))
    except yaml.reader.ReaderError as error:
        before = raw.decode("utf-8-sig")[: error.position]
        column = error.position - before.rfind("\n")
        reader.report(before.count("\n") + 1, column, "syntax", f"this is not YAML: {error.reason}")
    except _TooMuch:
        pass  # reported where it was found; reading on would be the attack
    return Document(file, reader.data, reader.places, tuple(reader.problems), complete)


def _at(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _advice(words: str) -> str:
    if "mapping values are not allowed" in words:
        return "put texts that contain a colon in quotes"
    if "cannot start any token" in words or "tab character" in words:
        return "indent with spaces, and put texts that begin with a special character in quotes"
    if "undefined alias" in words:
        return "put texts that begin with * in quotes"
    return ""


class _TooMuch(Exception):
    pass


class _Open:
    """A mapping or list that is being filled. `path` is None below a key that cannot be one."""

    def __init__(self, container: dict[str, Any] | list[Any], path: Path | None) -> None:
        self.container = container
        self.path = path
        self.key: str | None = None  # a mapping's key that waits for its value
        self.key_at = (1, 1)
        self.dropped = False  # the value that comes next has no usable key


class _Reader:
    """Turns libyaml's events into data and places, and refuses what S29 refuses."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.data: Any = None
        self.places: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._documents = 0
        self._complete = True

    def report(self, line: int, column: int, code: str, message: str, suggestion: str = "") -> None:
        """Add a problem."""
        self.problems.append(Problem(self.file, line, column, code, message, suggestion))

    def run(self, text: str) -> bool:
        """Read the one document of a file; whether all of it could be read."""
        for event in yaml.parse(text, Loader=_LOADER):
            match event:
                case yaml.DocumentStartEvent():
                    self._documents += 1
                    if self._documents > 1:
                        self._refuse(
                            event,
                            "several-documents",
                            "a file holds one flow",
                            "remove the `---` and what follows",
                        )
                        raise _TooMuch
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._begin(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._open.pop()
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.AliasEvent():
                    self._refuse(event, "alias", f"aliases such as *{event.anchor} are not allowed", "repeat the text")
                    self._complete = False
                    self._add(None, event)
        if not self._documents:
            self.report(1, 1, "empty", "the file is empty")
        return self._complete and self._documents > 0

    def _refuse(self, event: yaml.Event, code: str, message: str, suggestion: str = "") -> None:
        self.report(*_at(event), code, message, suggestion)

    def _check(self, event: yaml.NodeEvent) -> None:
        if event.anchor:
            self._refuse(event, "anchor", f"anchors such as &{event.anchor} are not allowed", "repeat the text")
        if getattr(event, "tag", None):
            self._refuse(event, "tag", "tags such as !!str are not allowed", "put texts in quotes")

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        self._check(event)
        if len(self._open) >= MAX_DEPTH:
            self._refuse(event, "too-deep", f"nested more than {MAX_DEPTH} levels deep")
            raise _TooMuch
        container: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Open(container, self._add(container, event)))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._check(event)
        plain = event.style in ("", None)
        parent = self._open[-1] if self._open else None
        if parent and isinstance(parent.container, dict) and parent.key is None and not parent.dropped:
            self._key(parent, event, plain=plain)
        else:
            self._add(_resolve(event.value) if plain else event.value, event)

    def _key(self, parent: _Open, event: yaml.ScalarEvent, *, plain: bool) -> None:
        if plain and event.value == "<<":
            self._refuse(event, "merge-key", "merge keys (<<) are not allowed", "repeat the keys")
            self._complete = False
            parent.dropped = True
        elif event.value in parent.container:
            self._refuse(event, "duplicate-key", f"the key '{event.value}' is there twice", "keep one of them")
            parent.dropped = True
        else:
            parent.key, parent.key_at = event.value, _at(event)

    def _add(self, value: Any, event: yaml.NodeEvent) -> Path | None:
        """Put a value where it belongs; its path, or None if it belongs nowhere."""
        at = _at(event)
        if not self._open:
            self.data = value
            self.places[()] = Place(*at, *at)
            return ()
        parent = self._open[-1]
        key_at = at
        if isinstance(parent.container, list):
            key: str | int = len(parent.container)
            parent.container.append(value)
        elif parent.dropped:
            parent.dropped = False
            return None
        elif parent.key is None:
            self._refuse(event, "key-not-text", "a key must be a plain word", "remove the `?` or the brackets")
            parent.dropped = True
            return None
        else:
            key, key_at = parent.key, parent.key_at
            parent.container[key] = value
            parent.key = None
        if parent.path is None:
            return None
        path = (*parent.path, key)
        self.places[path] = Place(*at, *key_at)
        return path


def _resolve(plain: str) -> str | int | bool | None:
    """A plain scalar as YAML 1.2's core schema reads it, without its floats."""
    if _INTEGER.fullmatch(plain):
        return int(plain)
    return _WORDS.get(plain.lower(), plain) if plain else None
