"""Events of other systems on their way into the database: who they are about, and which surveys they lead to."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Any, Protocol, TypeVar, cast

import msgspec

from bot.contacts import Contact, Person, Place, ids_of, place
from bot.errors import BotError, Conflict
from bot.messages import Address
from bot.outreach.candidate import Candidate
from bot.outreach.happening import SKEW, About, Happening, Taken, Told, id_of
from bot.outreach.triggers import candidates
from bot.pseudonyms import Pseudonyms
from bot.zones import is_zone
from commands.address_keys import NoAddressKey, pseudonyms
from commands.assemble import Parts
from commands.invitations import Invitations
from commands.triggers import Triggers
from flows.library import Library, UnknownFlow
from storage import idem
from storage.happenings import take
from storage.scripts import Script
from web.event_shapes import Event, EventContact, EventsTaken, EventTaken
from web.events import Answered, Call, Wrong
from web.problems import Refused, unavailable

Result = TypeVar("Result")
PATIENCE = 2  # s after which a caller may ask for the answer of a call that is still running
TIDY = 3_600_000  # ms between two looks for answers whose time is over
TOPIC = "decisions"


class Runs(Protocol):
    """The part of a store that runs scripts."""

    async def run(self, script: Callable[[], Script[Any]], *topics: str) -> Any:
        """See storage.sqlite and storage.postgres."""
        ...


class Events:
    """What happened, taken in for the API and for hooks."""

    def __init__(
        self,
        store: Runs,
        address: Callable[[str], Address],
        kinds: Mapping[str, str],
        names: Callable[[], Pseudonyms],
        triggers: Triggers,
        asking: tuple[Callable[[str], str], int],
        clock: Callable[[], int],
    ) -> None:
        """`address` reads `channel:address`, `kinds` are the kinds of channels by name, `names` makes pseudonyms.

        `asking`: the kind of a flow, and how long (ms) asking makes sense where a trigger does not say.
        """
        self._store = store
        self._address = address
        self._kinds = kinds
        self._make_names = names
        self._triggers = triggers
        self._asking = asking
        self._clock = clock
        self._tidy_at = 0

    @cached_property
    def _names(self) -> Pseudonyms:
        """Raises Refused (503) where there is no key to name addresses with."""
        try:
            return self._make_names()
        except NoAddressKey as error:
            raise Refused(503, "Contacts cannot be kept yet", str(error)) from error

    async def take(self, call: Call) -> Answered:
        """See web.events.Events."""
        now = self._clock()
        known = self._read(call, now)
        told = [each for each in known if isinstance(each, Told)]

        def answer(taken: Sequence[Taken]) -> idem.Answer:
            made = iter(taken)
            rows = [each if isinstance(each, EventTaken) else _shown(each, next(made)) for each in known]
            return idem.Answer(200, msgspec.json.encode(EventsTaken(rows)).decode())

        work = self._work(told, now)
        if not call.key:
            made = answer(await self._run(work))
        else:
            made = await self._once(call, work, answer)
        return Answered(made.status, made.body.encode())

    async def happened(self, happenings: Sequence[Happening]) -> list[Taken]:
        """Take what a hook says. Addresses that no channel of ours can use say nothing. Raises Refused (503)."""
        now = self._clock()
        told = [self._told(each, strict=False) for each in happenings]
        taken: list[Taken] = await self._run(self._work(told, now))
        return taken

    def _work(self, told: Sequence[Told], now: int) -> Callable[[], Script[list[Taken]]]:
        kind_of, meaningful_for = self._asking
        rules = self._triggers.current

        def lead(happening: Happening, contact: Contact) -> Sequence[Candidate]:
            return candidates(happening, contact, rules, now, kind_of, meaningful_for)

        return lambda: take(told, now, lead)

    async def _once(
        self,
        call: Call,
        work: Callable[[], Script[Result]],
        answer: Callable[[Result], idem.Answer],
    ) -> idem.Answer:
        """Do the work if nobody has under this key. Raises Refused."""
        now, scope = self._clock(), f"events:{call.caller}"
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY
            await self._run(lambda: idem.drop(now))
        held = await self._run(lambda: idem.claim(scope, call.key, call.fingerprint, now))
        if isinstance(held, idem.Answer):
            return held
        try:
            made: idem.Answer = await self._run(lambda: idem.finished(held, work(), answer, self._clock()))
        except Exception:
            with suppress(Refused, BotError):  # else the claim runs out by itself
                await self._run(lambda: idem.release(held))
            raise
        return made

    async def _run(self, script: Callable[[], Script[Any]]) -> Any:
        """Raises Refused for what a caller can do nothing about but come back."""
        try:
            return await self._store.run(script, TOPIC)
        except idem.Running as error:
            detail = "The first call with this Idempotency-Key has not come to its end. Send it again in a moment."
            raise Refused(409, "Still running", detail, {"retry-after": str(PATIENCE)}) from error
        except idem.OtherBody as error:
            detail = "This Idempotency-Key came with another body before. A new call needs a new key."
            raise Refused(422, "Another call had this key", detail) from error
        except Conflict as error:
            raise unavailable() from error

    def _read(self, call: Call, now: int) -> list[Told | EventTaken]:
        """Each item as an event, or as what is told of one that is none. Raises Refused."""
        return [
            _refused(*each) if isinstance(each, Wrong) else self._item(each, call.caller, now) for each in call.items
        ]

    def _item(self, event: Event, caller: str, now: int) -> Told | EventTaken:
        at = int(event.at.timestamp() * 1000)
        if at > now + SKEW:
            return _refused(event.id, "`at` lies in the future; send an event when it has happened.")
        if event.contact and event.contact.zone and not is_zone(event.contact.zone):
            return _refused(event.id, "`zone` is no time zone; write it like Europe/Berlin, or leave it out.")
        happening = Happening(
            id=id_of("api", event.id),
            type=event.type,
            source=f"api/{caller}",
            at=at,
            attributes=_texts(event.attributes),
            about=_about(event.contact) if event.contact else About(),
        )
        try:
            return self._told(happening, strict=True)
        except BotError as error:
            return _refused(event.id, str(error))

    def _told(self, happening: Happening, *, strict: bool) -> Told:
        """Raises BotError for an address that cannot be one, if `strict`."""
        about = happening.about
        places: list[Place] = []
        for written in about.addresses:
            try:
                address = self._address(written)
            except BotError:
                if strict:
                    raise
                continue
            places.append(place(address, self._kinds[address.channel], self._names, len(places)))
        if not places and not about.external:
            return Told(happening, None)
        first, *older = ids_of(about.external, self._names) if about.external else (f"c{secrets.token_hex(12)}",)
        said = {name: getattr(about, name) for name in _SAID}
        return Told(happening, Person(id=first, older=tuple(older), places=tuple(places), **said))


_SAID = (
    "external", "name", "language", "zone", "country", "brand", "region", "segment", "agent", "revenue", "attributes",
)  # fmt: skip


def _about(contact: EventContact) -> About:
    addresses = (contact.address,) if isinstance(contact.address, str) else tuple(contact.address)
    said = {name: getattr(contact, name) for name in _SAID}
    said |= {"country": contact.country.upper(), "attributes": _texts(contact.attributes)}
    return About(addresses=addresses, **said)


def _texts(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Values as texts, as conditions and surveys know them; null says nothing."""
    return {name: _text(value) for name, value in attributes.items() if value is not None}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refused(key: str, reason: str) -> EventTaken:
    return EventTaken(key, "refused", reason=reason)


def _shown(told: Told, taken: Taken) -> EventTaken:
    key = told.happening.id.partition(":")[2]
    idle = taken.status == "accepted" and not taken.triggers
    why = taken.advice or _WHY.get("idle" if idle else taken.status, "")
    return EventTaken(key, taken.status, taken.contact, taken.triggers, why)


_WHY = {
    "idle": "No trigger wants to ask because of this event.",
    "nobody": "Nobody is known by this external id, and there is no address to write to.",
    "suppressed": "This person has asked not to be taken up again, or was erased.",
}


def events_of(parts: Parts) -> Events:
    """What takes events in, over the running parts."""
    return Events(
        cast("Runs", parts.store),
        Invitations(parts).address,
        {name: channel.kind for name, channel in parts.channels.items()},
        partial(pseudonyms, parts.settings),
        parts.triggers,
        (partial(_kind, parts.library), parts.settings.outreach.policy().meaningful_for),
        parts.clock,
    )


def _kind(library: Library, flow: str) -> str:
    """The kind of a flow; of one that is not there, the stricter one."""
    try:
        return library.get(flow).kind
    except UnknownFlow:
        return "relationship"
