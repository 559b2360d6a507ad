"""Contacts as people and other systems see them: looked up, saved, merged."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bot.contacts import Contact
from bot.errors import BotError
from bot.fields import ADDRESS, Cell, Read, Reader, Wrong, flat
from bot.zones import possible_zones
from commands.importing import fresh, reader, saved
from integrations.imports.columns import Columns
from settings import Settings
from storage import contacts
from storage.audit import OPERATOR
from web.contact_shapes import ContactAddress, ContactDetail, ContactProblem, ContactSaved, Given

MOST_FIELDS = 1000
"""Names of fields that are remembered: callers make up others without end."""


class People:
    """web.contacts.Contacts over a store that runs scripts."""

    def __init__(self, store: Any, settings: Settings, clock: Callable[[], int]) -> None:
        """The keys that addresses are named with are looked for when the first contact comes."""
        self._store = store
        self._settings = settings
        self._clock = clock
        self._reader: Reader | None = None
        self._kinds = {name: each.kind for name, each in settings.channels.items()}
        self._targets: dict[str, str] = {}

    async def page(self, after: str, limit: int) -> list[ContactDetail]:
        """See web.contacts.Contacts."""
        return [detail(one) for one in await self._store.read(lambda: contacts.page(after, limit))]

    async def find(self, key: str) -> ContactDetail | None:
        """See web.contacts.Contacts."""
        found = await self._store.read(lambda: contacts.contact(key))
        return detail(found) if found else None

    async def save(self, given: Sequence[Given]) -> list[ContactSaved]:
        """See web.contacts.Contacts."""
        rows = [self._read(one) for one in given]
        people = [row.person for row in rows if row.person]
        consents = [row.consent for row in rows if row.person]
        now = self._clock()
        outcomes = iter(await self._store.run(lambda: saved(people, consents, now)) if people else ())
        answers = []
        for row in rows:
            if row.person is None:
                problems = tuple(ContactProblem(each.column, each.reason, each.advice) for each in row.wrong)
                answers.append(ContactSaved("refused", problems=problems))
                continue
            one = next(outcomes)
            answers.append(ContactSaved(one.result, one.contact, one.basis, one.advice))
        return answers

    async def merge(self, gone: str, into: str, by: str = OPERATOR) -> ContactDetail:
        """See web.contacts.Contacts."""
        now = self._clock()
        return detail(await self._store.run(lambda: contacts.merge(gone, into, now, by)))

    def _read(self, given: Given) -> Read:
        self._reader = self._reader or reader(self._settings)
        try:
            cells = flat(given)
        except ValueError as error:
            return Read(None, {}, (Wrong("", "", str(error), "give a plain value"),))
        understood = []
        for name, value in cells.items():
            target = self._target(name)
            if not target:
                known = "see /api/v1/openapi.json for what there is"
                return Read(None, {}, (Wrong(name, "", "there is no such field", known),))
            understood.append(Cell(name, target, value))
        return self._reader.read(understood, fresh())

    def _target(self, name: str) -> str:
        """What a field is about, "" for none that there is; it costs as much as the rest of a row."""
        target = self._targets.get(name)
        if target is None:
            [column] = Columns([name], self._kinds).columns
            target = column.target if column.target == name or column.target.startswith(ADDRESS) else ""
            if len(self._targets) < MOST_FIELDS:
                self._targets[name] = target
        return target


def detail(one: Contact) -> ContactDetail:
    """A contact as it is shown."""
    return ContactDetail(
        id=one.id,
        external=one.external,
        name=one.name,
        language=one.language,
        zone=one.zone,
        zones=list(possible_zones(one)),
        country=one.country,
        brand=one.brand,
        region=one.region,
        segment=one.segment,
        agent=one.agent,
        revenue=one.revenue,
        attributes=dict(one.attributes),
        addresses=[ContactAddress(reach.channel, reach.lane) for reach in one.reaches],
    )


async def named(store: Any, settings: Settings, key: str) -> Contact | None:
    """A contact by id, by external id, or by `channel:address` in any spelling; None for nobody."""
    from commands.address_keys import pseudonyms  # noqa: PLC0415
    from commands.whose import whom  # noqa: PLC0415

    try:
        found, _ = await store.read(lambda: whom(settings, key, partial(pseudonyms, settings)))
    except BotError:
        return None
    return found  # type: ignore[no-any-return]
