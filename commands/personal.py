"""What the pages and the API may do with the data of customers, over the store."""

from collections.abc import Callable
from typing import Any

from commands.erase import forget
from settings import Settings
from storage import audit
from storage.reading import SqlReading
from web.erasure_shapes import ErasureDone, ExportBegun


class CustomerData:
    """web.personal.Personal. `store` reads and runs scripts, `clock` gives epoch ms."""

    def __init__(self, store: Any, settings: Settings, clock: Callable[[], int]) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    async def responses(self, after: str, limit: int) -> list[dict[str, Any]]:
        """See web.personal."""
        reading: SqlReading = self._store
        return await reading.responses(after, limit)

    async def exported(self, begun: ExportBegun) -> None:
        """See web.personal."""
        facts = {"from": "command line", "user": begun.user}
        await self._store.run(lambda: audit.note(self._clock(), audit.OPERATOR, f"exported_{begun.what}", "", facts))

    async def erase(self, whom: str, by: str, *, scores: bool) -> ErasureDone:
        """See web.personal. Raises Nobody and NoAddressKey."""
        from commands.address_keys import pseudonyms  # noqa: PLC0415 - who erases nobody needs no key

        names, now = pseudonyms(self._settings), self._clock()
        done = await self._store.run(lambda: forget(self._settings, whom, names, now, by, scores=scores))
        return ErasureDone(done.addresses, done.sessions, done.cases)
