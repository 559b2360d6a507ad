"""The pages about contacts, over the running parts: found, shown with all that is kept about them, made one of two."""

from collections.abc import Callable
from typing import Any

from bot.fields import PHONES
from commands.address_keys import pseudonyms
from commands.consenting import proof
from commands.outreach import Outreach
from commands.people import People, detail, named
from commands.whose import find
from settings import Settings
from storage import browsing
from storage.audit import note
from storage.decisions import entries_of
from web.contact_shapes import ContactDetail
from web.outreach_parts import Found, Profile, Sought, Talk

MOST_DECISIONS = 100


class ContactPages:
    """web.outreach_parts.People."""

    def __init__(self, store: Any, settings: Settings, outreach: Outreach, clock: Callable[[], int]) -> None:
        """`store` runs scripts (`storage.scripts`)."""
        self._store = store
        self._settings = settings
        self._outreach = outreach
        self._clock = clock
        self._people = People(store, settings, clock)

    async def people(self, sought: Sought, after: str, limit: int) -> Found:
        """See web.outreach_parts.People."""
        part = await self._store.read(lambda: browsing.people(browsing.Sought(*sought), after, limit))
        return Found([detail(one) for one in part.found], part.following, part.short)

    async def named(self, text: str) -> ContactDetail | None:
        """See web.outreach_parts.People. A number without a channel is looked for on each channel that has numbers."""
        phones = [name for name, channel in self._settings.channels.items() if channel.kind in PHONES]
        spelled = [f"{name}:{text}" for name in phones] if sum(map(str.isdigit, text)) > len(text) / 2 else []
        for each in (text, *spelled):
            if found := await named(self._store, self._settings, each):
                return detail(found)
        return None

    async def find(self, key: str) -> ContactDetail | None:
        """See web.outreach_parts.People."""
        return await self._people.find(key)

    async def profile(self, contact: str, language: str, by: str) -> Profile | None:
        """See web.outreach_parts.People."""
        one = await self.find(contact)
        if one is None:
            return None
        now, lanes = self._clock(), [each.address for each in one.addresses]
        proven: dict[str, Any] = {"addresses": []}
        if lanes:
            names = pseudonyms(self._settings)
            whose = await self._store.read(lambda: find(self._settings, one.id, names))
            proven = await self._store.read(lambda: proof(whose, now))
        talks = [Talk(*each) for each in await self._store.read(lambda: browsing.talks(lanes))]
        decisions = await self._store.read(lambda: entries_of(one.id, MOST_DECISIONS))
        await self._store.run(lambda: note(now, by, "contact_seen", one.id))
        entries = [self._outreach.entry(each, language) for each in decisions]
        return Profile(one, proven["addresses"], talks, entries)

    async def merge(self, gone: str, into: str, by: str) -> ContactDetail:
        """See web.outreach_parts.People. Raises CannotMerge."""
        return await self._people.merge(gone, into, by)
