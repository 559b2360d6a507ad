"""What cells say about a person, or why they say nothing that can be used. Pure.

The same for a spreadsheet's row and a call of the API: a cell has a name for people (its column, its field) and a
target: a field, `attributes.NAME`, `addresses.CHANNEL`, `consent.NAME`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from bot.contacts import COLUMNS, Person, Place, ids_of, place
from bot.countries import COUNTRIES
from bot.errors import BotError
from bot.messages import Address
from bot.phones import NoNumber, e164, masked
from bot.pseudonyms import Pseudonyms
from bot.zones import is_zone
from flows.problems import did_you_mean

FIELDS = ("external", "name", "language", "zone", "country", *COLUMNS, "revenue")
ATTRIBUTE, ADDRESS, CONSENT = "attributes.", "addresses.", "consent."
PHONES = frozenset({"twilio"})
"""Kinds of channels whose addresses are phone numbers."""

LONGEST = 200  # characters of a field: ids are looked up in an index
LONGEST_VALUE = 1000  # of an attribute
MOST_ATTRIBUTES = 100

_UNSEEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")  # they turn what stands around them
_NAME = re.compile(r"[^\W\d][\w-]{0,39}")
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?")
_AMOUNT = re.compile(r"-?[0-9][0-9.,' ]*")
_MONEY = re.compile(r"[€$£\s\u00a0']|EUR|USD|CHF|GBP")
_SEPARATOR = re.compile("[.,]")
_MOST_REVENUE = 10**15
_LANGUAGES = {
    "deutsch": "de", "german": "de", "englisch": "en", "english": "en", "französisch": "fr", "french": "fr",
    "français": "fr", "italienisch": "it", "italian": "it", "spanisch": "es", "spanish": "es", "español": "es",
    "niederländisch": "nl", "dutch": "nl", "polnisch": "pl", "polish": "pl", "türkisch": "tr", "turkish": "tr",
    "portugiesisch": "pt", "portuguese": "pt",
}  # fmt: skip
_COUNTRIES = {
    "deutschland": "DE", "germany": "DE", "d": "DE", "deu": "DE", "ger": "DE", "österreich": "AT", "austria": "AT",
    "a": "AT", "aut": "AT", "schweiz": "CH", "switzerland": "CH", "suisse": "CH", "che": "CH", "sui": "CH",
    "frankreich": "FR", "france": "FR", "f": "FR", "fra": "FR", "italien": "IT", "italy": "IT", "i": "IT", "ita": "IT",
    "spanien": "ES", "spain": "ES", "e": "ES", "esp": "ES", "niederlande": "NL", "netherlands": "NL", "nld": "NL",
    "belgien": "BE", "belgium": "BE", "bel": "BE", "polen": "PL", "poland": "PL", "pol": "PL", "luxemburg": "LU",
    "luxembourg": "LU", "dänemark": "DK", "denmark": "DK", "großbritannien": "GB", "united kingdom": "GB", "uk": "GB",
    "gbr": "GB", "usa": "US", "united states": "US", "vereinigte staaten": "US", "türkei": "TR", "turkey": "TR",
}  # fmt: skip


_ZONES = {zone.casefold().rpartition("/")[2]: zone for zones in COUNTRIES.values() for zone in zones}


class Cell(NamedTuple):
    """One value: what people call its place, what it is about, what stands there."""

    column: str
    target: str
    value: str


class Wrong(NamedTuple):
    """A cell that cannot be used: why, and what to do. `value` is shown in part where it says who somebody is."""

    column: str
    value: str
    reason: str
    advice: str


class Way(NamedTuple):
    """A channel: its kind, how early it is tried, and its own reading of an address (raises BotError)."""

    kind: str
    rank: int
    address: Callable[[str], Address]


class Read(NamedTuple):
    """A row that was read: a person with what was said of their consent, or everything that is wrong."""

    person: Person | None
    consent: Mapping[str, str] = {}
    wrong: tuple[Wrong, ...] = ()


class Reader:
    """Reads rows for one set of channels."""

    def __init__(self, ways: Mapping[str, Way], names: Pseudonyms, country: str = "") -> None:
        """`country` (ISO 3166) is that of numbers without one, where the row names none."""
        self._ways = ways
        self._names = names
        self._country = country

    def read(self, cells: Iterable[Cell], fresh: str) -> Read:
        """One row; who has no external id would be called `fresh`."""
        said: dict[str, Cell] = {}
        addresses: list[Cell] = []
        attributes: list[Cell] = []
        for column, target, written in cells:
            if not (value := cleaned(written)):
                continue
            cell = Cell(column, target, value)
            said.setdefault(target, cell)
            if target.startswith(ADDRESS):
                addresses.append(cell)
            elif target.startswith(ATTRIBUTE):
                attributes.append(cell)
        wrong: list[Wrong] = []
        fields = _fields(said, wrong)
        known = _attributes(attributes, wrong) if attributes else {}
        places = self._places(addresses, str(fields.get("country", "")) or self._country, wrong)
        external = str(fields.get("external", ""))
        if not wrong and not external and not places:
            wrong.append(Wrong("", "", "nobody can be found by it", "give an external id or an address"))
        if wrong:
            return Read(None, {}, tuple(wrong))
        first, *older = ids_of(external, self._names) if external else (fresh,)
        person = Person(id=first, older=tuple(older), attributes=known, places=places, **fields)  # type: ignore[arg-type]
        consent = {key[len(CONSENT) :]: cell.value for key, cell in said.items() if key.startswith(CONSENT)}
        return Read(person, consent)

    def _places(self, cells: Iterable[Cell], country: str, wrong: list[Wrong]) -> tuple[Place, ...]:
        found = []
        for cell in cells:
            way = self._ways.get(cell.target[len(ADDRESS) :])
            if way is None:
                advice = did_you_mean(cell.target[len(ADDRESS) :], self._ways) or "the settings have no channels"
                wrong.append(Wrong(cell.column, "", "there is no such channel", advice))
                continue
            try:
                found.append(place(_person_at(way, cell.value, country), way.kind, self._names, way.rank))
            except _Unclear as why:
                wrong.append(Wrong(cell.column, masked(cell.value), why.reason, why.advice))
        return tuple(found)


def _fields(said: Mapping[str, Cell], wrong: list[Wrong]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for name in FIELDS:
        cell = said.get(name)
        if cell is None:
            continue
        try:
            found[name] = _MEANING.get(name, _text)(cell.value)
        except _Unclear as why:
            shown = cell.value[:40] if name in _MEANING else masked(cell.value)
            wrong.append(Wrong(cell.column, shown, why.reason, why.advice))
    return found


def _attributes(cells: Iterable[Cell], wrong: list[Wrong]) -> dict[str, str]:
    found: dict[str, str] = {}
    for cell in cells:
        if len(cell.value) > LONGEST_VALUE:
            wrong.append(Wrong(cell.column, "…", f"it has more than {LONGEST_VALUE} characters", "shorten it"))
        found.setdefault(cell.target[len(ATTRIBUTE) :], cell.value)
    if len(found) > MOST_ATTRIBUTES:
        wrong.append(Wrong("", "", f"more than {MOST_ATTRIBUTES} attributes", "leave some out"))
    return found


def flat(value: Mapping[str, Any]) -> dict[str, str]:
    """JSON as cells: `{"addresses": {"sms": "+49…"}}`, or `["sms:+49…"]`, is a cell `addresses.sms`.

    Raises ValueError for what is no cell.
    """
    found: dict[str, str] = {}
    for key, each in value.items():
        inner: Iterable[tuple[str, Any]] = [("", each)]
        if isinstance(each, Mapping):
            inner = each.items()
        elif key == ADDRESS[:-1] and isinstance(each, list):
            inner = [str(one).partition(":")[::2] for one in each]
        for name, one in inner:
            if isinstance(one, Mapping | list):
                raise ValueError(f"{key[:60]!r} holds no plain value")  # noqa: TRY004  # of JSON, not of Python
            column = f"{key}.{name}"[:100] if name else key[:100]
            if one is not None:
                found[f"{column} ({len(found)})" if column in found else column] = (
                    str(one).lower() if isinstance(one, bool) else str(one)
                )
    return found


def cleaned(text: str) -> str:
    """Without what nobody sees, and without spaces around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    plain = "".join(" " if char in "\t\r\n" else char for char in text if char in "\t\r\n" or _is_seen(char))
    return unicodedata.normalize("NFC", plain).strip()


@lru_cache(4096)
def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cs", "Cn", "Co"} and char not in _UNSEEN


def is_attribute(name: str) -> bool:
    """Whether an attribute can be called so."""
    return bool(_NAME.fullmatch(name))


class _Unclear(ValueError):
    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason, self.advice = reason, advice


def _person_at(way: Way, text: str, country: str) -> Address:
    """The address of one person. Raises _Unclear."""
    written = text
    if way.kind in PHONES:
        try:
            written = e164(text, country)
        except NoNumber as error:
            raise _Unclear(str(error), "correct the number; write it with its country, like +49 151 23456789") from None
    try:
        found = way.address(written)
    except BotError as error:
        raise _Unclear("it is no address of this channel", str(error)) from None
    groups = (way.kind == "telegram" and found.chat.startswith("-")) or (
        way.kind == "slack" and found.chat[:1] not in {"U", "W"}
    )
    if groups or found.thread:
        raise _Unclear("it is a group, not a person", "give the person's own id")
    return found


def _text(value: str) -> str:
    if len(value) > LONGEST:
        raise _Unclear(f"it has more than {LONGEST} characters", "shorten it, or map the column to another field")
    return value


@lru_cache(4096)
def _language(value: str) -> str:
    tag = _TAG.fullmatch(_LANGUAGES.get(value.casefold(), value))
    if not tag:
        raise _Unclear("it is no language", "write it like de, en or pt-BR")
    region = tag[2] or ""
    return tag[1].lower() + (f"-{region.upper() if len(region) == 2 else region}" if region else "")


@lru_cache(4096)
def _country(value: str) -> str:
    code = _COUNTRIES.get(value.casefold(), value.upper())
    if code not in COUNTRIES:
        raise _Unclear("it is no country", "write its two letters, like DE")
    return code


@lru_cache(4096)
def _zone(value: str) -> str:
    if not is_zone(value):
        close = _ZONES.get(value.casefold().replace(" ", "_").rpartition("/")[2])
        raise _Unclear("it is no time zone", f"did you mean {close!r}?" if close else "write it like Europe/Berlin")
    return value


@lru_cache(4096)
def _revenue(value: str) -> int:
    """Whole units; both `1.234,50` and `1,234.50` are read."""
    amount = value if value.isascii() and value.isdecimal() else _MONEY.sub("", value)
    unclear = _Unclear("it is no amount", "write it like 1234 or 1.234,50")
    if not _AMOUNT.fullmatch(amount):
        raise unclear
    whole, separator, rest = amount, "", ""
    if last := max(amount.rfind("."), amount.rfind(",")) + 1:
        others = {".", ","} & set(amount[: last - 1])
        first = _SEPARATOR.split(amount.lstrip("-"))[0]
        # three digits behind the only kind of separator are thousands
        if len(amount) - last != 3 or len(first) > 3 or (others and amount[last - 1] not in others):
            whole, separator, rest = amount[: last - 1], amount[last - 1], amount[last:]
    groups = _SEPARATOR.split(whole)
    if any(len(group) != 3 for group in groups[1:]) or (separator and separator in whole):
        raise unclear
    found = int("".join(groups)) if "".join(groups).lstrip("-") else 0
    if rest and rest[0] >= "5":
        found += -1 if amount.startswith("-") else 1
    if abs(found) > _MOST_REVENUE:
        raise unclear
    return found


_MEANING: Mapping[str, Callable[[str], str | int]] = {
    "language": _language,
    "zone": _zone,
    "country": _country,
    "revenue": _revenue,
}
