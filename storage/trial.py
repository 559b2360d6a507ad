"""A dry run of saving contacts: what would become of rows is noted in a database of its own, and thrown away."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.contacts import Person
from bot.people import Saved, settle
from storage.contacts import keep, whoever
from storage.migrate import upgrade
from storage.opening import open_store
from storage.reading import SqlReading


class Trial:
    """Saves rows without writing to the database that it looks into."""

    def __init__(self, reading: SqlReading, notes: Any) -> None:
        """`notes` is an empty store."""
        self._reading = reading
        self._notes = notes

    async def save(self, rows: Sequence[Person], now: int) -> list[Saved]:
        """As `storage.contacts.save`: what would become of the rows, after all those before."""
        known = await self._reading.read(lambda: whoever(rows, now))
        noted = await self._notes.read(lambda: whoever(rows, now, known.people))
        changes = settle(rows, known.under(noted))
        copied = {one.id for one in (*changes.new, *changes.changed)}
        # with a new address comes the person, or the next row would not find them by it
        owners = known.under(noted).people
        reached = [owners[key] for key in dict.fromkeys(key for key, _ in changes.places) if key not in copied]
        await self._notes.run(lambda: keep(changes._replace(changed=[*changes.changed, *reached]), now))
        return changes.saved


@asynccontextmanager
async def trial(reading: SqlReading | None) -> AsyncIterator[Trial]:
    """A dry run beside a database, or where there is none yet; what it notes is gone at the end."""
    with TemporaryDirectory(prefix="echolot-") as folder:
        url = f"sqlite:///{Path(folder) / 'trial.db'}"
        await upgrade(url)
        notes = await open_store(url)
        try:
            yield Trial(reading or notes, notes)
        finally:
            await notes.close()
