"""Contacts from a file into the database, a thousand at a time: read, save, count, and note what was refused."""

import asyncio
import csv
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TextIO

from bot.contacts import Person
from bot.fields import Read, Reader, Way, Wrong
from bot.outreach.imported import granted
from bot.people import CHANGED, DOUBTFUL, NEW, SAME, Saved
from bot.phones import masked
from bot.pseudonyms import Pseudonyms
from commands.address_keys import known, pseudonyms
from commands.assemble import channels
from integrations.imports.columns import Columns
from integrations.imports.source import Line, Source
from settings import Settings
from storage.consent import record
from storage.contacts import save
from storage.schema import sqlite_path
from storage.scripts import Script
from web.spreadsheets import cell

BATCH = 1000
"""Rows that are held at a time, and saved in one transaction."""
REFUSED, NO_BASIS = "refused", "no basis"
REPORT = ("file", "row", "column", "value", "reason", "what to do")

KEPT = frozenset((NEW, CHANGED, SAME))


class Outcome(NamedTuple):
    """What became of a person, and whether the row is a basis for writing to them.

    `result` is one of `bot.people`, of `contact`, with what to do about it; or REFUSED, for what is `wrong`.
    """

    result: str
    contact: str = ""
    basis: bool = False
    advice: str = ""
    wrong: tuple[Wrong, ...] = ()


Consents = Sequence[Mapping[str, str]]
Save = Callable[[Sequence[Person], Consents, int], Awaitable[list[Outcome]]]
"""Saves people with what their rows say of consent, at a moment (epoch ms); what became of each."""


class Problem(NamedTuple):
    """A row that was refused, or a cell for which it was."""

    row: int
    wrong: Wrong


class Import:
    """One file. `counts` grow while it runs: new, changed, same, refused, suppressed, doubtful, and rows."""

    def __init__(
        self,
        source: Source,
        columns: Columns,
        reader: Reader,
        refuse: Callable[[Problem], None],
        batch: int = 0,
    ) -> None:
        """`batch` rows are saved in one transaction (0: BATCH); `refuse` is told of every problem."""
        self._source = source
        self._columns = columns
        self._reader = reader
        self._refuse = refuse
        self._size = batch or BATCH
        self.counts: Counter[str] = Counter()

    @property
    def done(self) -> float:
        """How much of the file has been read, 0.0 to 1.0."""
        return self._source.done()

    async def run(self, save: Save, clock: Callable[[], int]) -> None:
        """Everything, batch by batch. Raises Unreadable and StoreUnavailable; what was saved before stays."""
        lines = iter(self._source.lines)
        # one after the other: reading beside the database's thread is no faster, as both want the interpreter; and in
        # a thread, for a server has others to answer meanwhile
        while batch := await asyncio.to_thread(self._batch, lines):
            await self._save([line for line, _ in batch], [row for _, row in batch], save, clock())

    def _batch(self, lines: Iterator[Line]) -> list[tuple[Line, Read]]:
        return [(line, self._read(line)) for line in islice(lines, self._size)]

    def _read(self, line: Line) -> Read:
        if line.problem:
            return Read(None, {}, (Wrong("", "", line.problem, "correct the row"),))
        return self._reader.read(self._columns.cells(line.cells), fresh())

    async def _save(self, batch: Sequence[Line], rows: Sequence[Read], save: Save, now: int) -> None:
        people = [row.person for row in rows if row.person]
        saved = await save(people, [row.consent for row in rows if row.person], now) if people else []
        self.counts["rows"] += len(batch)
        results = iter(saved)
        for line, row in zip(batch, rows, strict=True):
            one = next(results) if row.person else Outcome(REFUSED, wrong=row.wrong)
            self.counts[one.result] += 1
            self.counts[NO_BASIS] += one.result in KEPT and not one.basis
            for wrong in one.wrong:
                self._refuse(Problem(line.number, wrong))
            if row.person and one.result == DOUBTFUL:
                reason, _, advice = one.advice.partition(": ")
                self._refuse(Problem(line.number, Wrong("", masked(row.person.external), reason, advice)))


class Report:
    """What was refused, as CSV, where somebody wants it; the first few are kept for the screen."""

    SHOWN = 5

    def __init__(self, file: TextIO | None, name: str) -> None:
        self.first: list[Problem] = []
        self._name = name
        self._table = csv.writer(file, lineterminator="\r\n") if file else None
        if self._table:
            self._table.writerow(REPORT)

    def __call__(self, problem: Problem) -> None:
        """Note one."""
        if len(self.first) < self.SHOWN:
            self.first.append(problem)
        if self._table:
            wrong = problem.wrong
            told = (self._name, problem.row, wrong.column, wrong.value, wrong.reason, wrong.advice)
            self._table.writerow([cell(each) for each in told])


def ways(settings: Settings) -> dict[str, Way]:
    """The settings' channels as addresses are read for them; those named first are tried first."""
    adapters = channels(settings, settings.public_url or "http://localhost")
    found = {}
    for rank, (name, config) in enumerate(settings.channels.items()):
        address = getattr(adapters[name], "address", None)
        if address:
            found[name] = Way(config.kind, rank, address)
    return found


def reader(settings: Settings, country: str = "", *, trying: bool = False) -> Reader:
    """How rows are read here; `country` is that of numbers without one, else the settings'. Raises NoAddressKey.

    `trying`: nothing is written, no key either where there is none yet.
    """
    return Reader(ways(settings), _names(settings, trying=trying), country or settings.outreach.country)


def _names(settings: Settings, *, trying: bool) -> Pseudonyms:
    if trying and sqlite_path(settings.database_url) and not known(settings):
        return Pseudonyms([secrets.token_bytes(32)])
    return pseudonyms(settings)


def saved(people: Sequence[Person], consents: Consents, now: int) -> Script[list[Outcome]]:
    """Save people, and in the same transaction what they agreed to, if that is complete (C14)."""
    results = yield from save(people, now)
    events = [
        granted(person, one.contact, cells, now) if one.result in KEPT and cells else []
        for person, cells, one in zip(people, consents, results, strict=True)
    ]
    if any(events):
        yield from record([event for some in events for event in some], now)
    return [_outcome(one, basis=bool(some)) for one, some in zip(results, events, strict=True)]


def tried(people: Sequence[Person], consents: Consents, results: Sequence[Saved], now: int) -> list[Outcome]:
    """The same of a dry run."""
    rows = zip(people, consents, results, strict=True)
    return [
        _outcome(one, basis=one.result in KEPT and bool(granted(row, one.contact, cells, now)))
        for row, cells, one in rows
    ]


def _outcome(one: Saved, *, basis: bool) -> Outcome:
    return Outcome(one.result, one.contact, basis, one.advice)


def fresh() -> str:
    """An id for who is new and has none in other systems."""
    return f"c{secrets.token_hex(12)}"
