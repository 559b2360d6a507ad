"""An import beside a running server: the server saves, for it is the one that may write to SQLite."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from bot.contacts import COLUMNS, Person
from bot.fields import Wrong
from commands.importing import REFUSED, Consents, Outcome, Save
from web.contact_shapes import ContactSaved, ContactsSaved, Given
from web.guard import API_LIMIT

PATH = "/api/v1/contacts"
AT_ONCE = 250
"""Contacts in one call: between two of them the server answers others."""
TOO_LARGE = Wrong(
    "", "", f"it is larger than {API_LIMIT >> 20} MB, the most that the server takes", "shorten its cells"
)

_TEXTS = ("external", "name", "language", "zone", "country", *COLUMNS)
_BETWEEN = 2  # characters: what stands around a list is as long as what divides two of it

Call = Callable[[str, list[Given]], Any]
"""One call of the API with this body; its answer, as JSON has it. Raises BotError."""


def through(call: Call) -> Save:
    """Saves people by way of a server that reads the same settings."""

    async def save(people: Sequence[Person], consents: Consents, now: int) -> list[Outcome]:  # noqa: ARG001 - its clock
        outcomes: list[Outcome] = []
        for bundle in bundles([given(*each) for each in zip(people, consents, strict=True)]):
            if not bundle:
                outcomes.append(Outcome(REFUSED, wrong=(TOO_LARGE,)))
                continue
            answer = msgspec.convert(await asyncio.to_thread(call, PATH, bundle), ContactsSaved)
            outcomes += [_outcome(one) for one in answer.contacts]
        return outcomes

    return save


def given(person: Person, consent: Mapping[str, str]) -> Given:
    """A person as the API takes them: every value as it was read, so that it is read as the same again."""
    said: Given = {name: value for name in _TEXTS if (value := getattr(person, name))}
    more = {
        "revenue": person.revenue,
        "attributes": dict(person.attributes),
        "addresses": [place.lane for place in person.places],
        "consent": dict(consent),
    }
    return said | {name: value for name, value in more.items() if value not in (None, {}, [])}


def bundles(contacts: Sequence[Given], limit: int = API_LIMIT) -> Iterator[list[Given]]:
    """The contacts in their order, each list as one call takes it; an empty one stands for one that is too large."""
    bundle: list[Given] = []
    room = limit
    for one in contacts:
        size = len(json.dumps(one)) + _BETWEEN
        if bundle and (size > room or len(bundle) == AT_ONCE):
            yield bundle
            bundle, room = [], limit
        if size > limit:
            yield []
            continue
        bundle.append(one)
        room -= size
    if bundle:
        yield bundle


def _outcome(one: ContactSaved) -> Outcome:
    wrong = tuple(Wrong(each.field, "", each.reason, each.advice) for each in one.problems)
    return Outcome(one.status, one.contact, one.basis, one.reason, wrong)
