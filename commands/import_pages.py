"""The pages of an import, over the running parts: the file lies in a folder of its own for as long as it is read."""

import asyncio
import importlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bot.contacts import Person
from bot.fields import ATTRIBUTE, is_attribute
from commands.importing import Consents, Import, Outcome, Problem, Save, reader, saved, tried
from integrations.imports.columns import LEFT_OUT, Columns, Mapped
from integrations.imports.source import Limits, Line, Source, Unreadable, opened
from settings import Settings
from storage.audit import note
from web.import_shapes import MOST_COLUMNS, MOST_ROWS, Seen, Sent, Taken, Trouble

LIMITS = Limits(MOST_COLUMNS, MOST_ROWS + 1, 64 << 20)
BATCH = 250
"""Rows in one transaction: between two of them the server answers others."""
SHOWN = 3  # rows
LISTED = 200  # troubles
_JSON = (".jsonl", ".ndjson", ".json")


class _Scanned(NamedTuple):
    path: Path
    columns: Columns
    notes: tuple[str, ...]
    first: list[Line]
    rows: int


class _Troubles:
    """The first ones, and how many there are."""

    def __init__(self) -> None:
        self.first: list[Trouble] = []
        self.count = 0

    def __call__(self, problem: Problem) -> None:
        self.count += 1
        if len(self.first) < LISTED:
            self.first.append(Trouble(problem.row, *problem.wrong))


class ImportPages:
    """web.import_shapes.Imports over a store that runs scripts. One file at a time: each costs a processor's time."""

    def __init__(self, store: Any, settings: Settings, clock: Callable[[], int]) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._turn = asyncio.Lock()
        self._kinds = {name: each.kind for name, each in settings.channels.items()}
        self.channels: Sequence[str] = tuple(self._kinds)

    async def look(self, sent: Sent) -> Taken:
        """See web.import_shapes.Imports."""
        async with self._scanned(sent) as found:
            # it brings Alembic along, which takes a second to load
            storage = await asyncio.to_thread(importlib.import_module, "storage.trial")
            async with storage.trial(self._store) as trying:

                async def looked(people: Sequence[Person], consents: Consents, now: int) -> list[Outcome]:
                    return tried(people, consents, await trying.save(people, now), now)

                return await self._run(sent, found, looked, trying=True)

    async def store(self, sent: Sent, by: str) -> Taken:
        """See web.import_shapes.Imports."""

        async def written(people: Sequence[Person], consents: Consents, now: int) -> list[Outcome]:
            return await self._store.run(lambda: saved(people, consents, now))  # type: ignore[no-any-return]

        async with self._scanned(sent) as found:
            now = self._clock()
            await self._store.run(lambda: note(now, by, "contacts_imported", "", {"rows": found.rows}))
            return await self._run(sent, found, written, trying=False)

    @asynccontextmanager
    async def _scanned(self, sent: Sent) -> AsyncIterator[_Scanned]:
        """The file, read to its end once: whatever is wrong with it as a whole is known before a row is saved."""
        async with self._turn:
            with TemporaryDirectory(prefix="echolot-") as folder:
                path = Path(folder) / ("file.jsonl" if sent.name.lower().endswith(_JSON) else "file.csv")
                path.write_bytes(sent.content)
                try:
                    yield await asyncio.to_thread(self._scan, path, sent)
                except Unreadable as error:
                    raise Unreadable(str(error).replace(str(path), sent.name)) from None

    def _scan(self, path: Path, sent: Sent) -> _Scanned:
        source = opened(path, LIMITS)
        if len(source.columns) > MOST_COLUMNS:
            raise Unreadable(f"{path} has more than {MOST_COLUMNS} columns: keep those about people")
        columns = self._columns(source, sent)
        first = list(islice(source.lines, SHOWN))
        rows = len(first)
        for _ in source.lines:
            rows += 1
            if rows > MOST_ROWS:
                raise Unreadable(f"{path} has more than {MOST_ROWS:,} rows: divide it, or use run.py import contacts")
        return _Scanned(path, columns, source.notes, first, rows)

    def _columns(self, source: Source, sent: Sent) -> Columns:
        """As somebody decided; what they left as it was guessed stays a guess, with its reason."""
        guessed = Columns(source.columns, self._kinds)
        decided = {
            each.name: sent.targets[n]
            for n, each in enumerate(guessed.columns)
            if sent.targets.get(n, each.target) != each.target
        }
        return Columns(source.columns, self._kinds, Mapped(decided)) if decided else guessed

    async def _run(self, sent: Sent, found: _Scanned, save: Save, *, trying: bool) -> Taken:
        columns, troubles = found.columns, _Troubles()
        seen = [
            Seen(
                each.name,
                each.target,
                each.why,
                [row.cells.get(each.name, "") for row in found.first],
                _kept(each.name),
            )
            for each in columns.columns
        ]
        numbers = [row.number for row in found.first]
        if not columns.finds_people:
            return Taken(found.notes, seen, numbers, {})
        source = await asyncio.to_thread(opened, found.path, LIMITS)
        running = Import(source, columns, reader(self._settings, sent.country, trying=trying), troubles, BATCH)
        await running.run(save, self._clock)
        more = troubles.count - len(troubles.first)
        return Taken(found.notes, seen, numbers, {"rows": 0, **running.counts}, troubles.first, more)


def _kept(name: str) -> str:
    """The target that keeps a column under its own name, LEFT_OUT if it cannot be called so."""
    written = re.sub(r"[^\w-]+", "_", name).strip("_")[:40]
    return ATTRIBUTE + written if is_attribute(written) else LEFT_OUT
