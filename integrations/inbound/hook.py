"""One system's hook: a call is verified, read, and comes out as events about people with addresses of ours."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
import structlog

from bot.messages import WebRequest
from bot.outreach.happening import MOST_ATTRIBUTES, MOST_VALUE, TYPE, About, Happening, id_of
from bot.outreach.inbound import InboundSettings
from bot.phones import NoNumber, e164
from bot.zones import is_zone
from integrations.inbound.draft import Draft, at_path, moment, text, texts
from integrations.inbound.signatures import check
from integrations.inbound.vendors import VENDORS

log = structlog.get_logger("inbound")

MOST = 1000  # events of a call
_TYPE = re.compile(TYPE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_KEY = re.compile(r"[^\x00-\x1f]{1,64}")
_PLAIN = ("external", "name", "brand", "region", "segment", "agent")
_SHORT = 200  # characters, as in the API


class Hook:
    """The hook of one entry under `inbound:`."""

    def __init__(self, name: str, settings: InboundSettings, url: str) -> None:
        """`url` is the address that the system calls, as it knows it."""
        self.name = name
        self._settings = settings
        self._url = url

    def receive(self, request: WebRequest, now: int) -> list[Happening]:
        """The events of a call; what is no event of ours is left out. Raises Forged, and nothing else."""
        wanted = self._settings
        check(wanted.kind, request, self._url, wanted.secrets, now, wanted.window)
        try:
            body = msgspec.json.decode(request.body)
        except (ValueError, RecursionError):
            log.warning("unreadable_event", hook=self.name, reason="the body is not JSON")
            return []
        drafts = list(islice(self._drafts(body, request.headers), MOST))
        made = [each for draft in drafts if (each := self._made(draft, now))]
        if not made:
            log.info("no_event", hook=self.name, drafts=len(drafts))
        return made

    def _drafts(self, body: object, headers: Mapping[str, str]) -> Iterator[Draft]:
        mapped, known = self._settings.map, VENDORS.get(self._settings.kind)
        if known and not (mapped.always or mapped.type):
            for draft in known(body, headers):
                yield self._over(draft)
            return
        found = at_path(body, mapped.each) if mapped.each else body
        for item in found if isinstance(found, list) else [found]:
            yield self._over(Draft(key="", type="", item=item))

    def _over(self, draft: Draft) -> Draft:
        """The draft with what the settings say for themselves."""
        mapped, item = self._settings.map, draft.item
        kind = text(at_path(item, mapped.type)) if mapped.type else draft.type
        contact = texts(item, mapped.contact.model_dump())
        return Draft(
            key=text(at_path(item, mapped.id)) if mapped.id else draft.key,
            type=mapped.always or (mapped.types.get(kind, "") if mapped.types else kind),
            at=moment(at_path(item, mapped.at)) if mapped.at else draft.at,
            contact={**draft.contact, **contact},
            attributes={**draft.attributes, **texts(item, mapped.attributes)},
            item=item,
        )

    def _made(self, draft: Draft, now: int) -> Happening | None:
        """The event, or None for what lacks an id or a type. What cannot be used is left out of it."""
        if not draft.key or not _TYPE.fullmatch(draft.type):
            return None
        usable = [(name, value) for name, value in draft.attributes.items() if _KEY.fullmatch(name)]
        return Happening(
            id=id_of(f"in/{self.name}", draft.key),
            type=draft.type,
            source=f"in/{self.name}",
            at=min(draft.at or now, now),
            attributes={name: value[:MOST_VALUE] for name, value in usable[:MOST_ATTRIBUTES]},
            about=self._about(draft.contact),
        )

    def _about(self, said: Mapping[str, str]) -> About:
        country = said.get("country", "")
        country = country.upper() if _COUNTRY.fullmatch(country) else ""
        language, zone = said.get("language", ""), said.get("zone", "")
        plain: dict[str, Any] = {name: said[name][:_SHORT] for name in _PLAIN if name in said}
        return About(
            addresses=tuple(self._addresses(said, country)),
            language=language if _LANGUAGE.fullmatch(language) else "",
            zone=zone if zone and is_zone(zone) else "",
            country=country,
            **plain,
        )

    def _addresses(self, said: Mapping[str, str], country: str) -> Iterator[str]:
        if said.get("address"):
            yield said["address"]
        if self._settings.channel and said.get("phone"):
            try:
                yield f"{self._settings.channel}:{e164(said['phone'], country)}"
            except NoNumber as problem:
                log.info("no_number", hook=self.name, reason=str(problem))
