"""What the columns of a file are about: as somebody mapped them, else as their names say in German or English."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot.fields import ADDRESS, ATTRIBUTE, CONSENT, FIELDS, PHONES, Cell, is_attribute
from bot.outreach.imported import CELLS
from flows import source
from flows.problems import did_you_mean
from integrations.imports.source import Unreadable

LEFT_OUT = "-"
_WORDS = {
    "external": "external externalid externeid id kundennr kundennummer kundenid kdnr customerid customerno customernr "
    "customernumber customer clientid contactid kontaktid crmid debitor debitornr debitorennummer mitgliedsnummer",
    "name": "name fullname vollername vollständigername kunde kundenname customername kontakt kontaktname contactname "
    "ansprechpartner vorname firstname givenname nachname lastname surname familienname",
    "language": "language sprache lang locale sprachcode languagecode",
    "zone": "zone zeitzone timezone tz",
    "country": "country land ländercode landcode landkürzel countrycode staat",
    "brand": "brand marke",
    "region": "region gebiet bundesland area",
    "segment": "segment kundensegment customersegment kundengruppe",
    "agent": "agent betreuer kundenbetreuer berater vertreter accountmanager ansprechpartnerintern owner",
    "revenue": "revenue umsatz jahresumsatz annualrevenue umsatzjahr arr",
    "consent.basis": "basis rechtsgrundlage legalbasis consentbasis",
    "consent.source": "consentsource einwilligungsquelle quelleeinwilligung optinsource",
    "consent.at": "consentat consentdate einwilligungam einwilligungsdatum datumeinwilligung optinat optindate",
    "consent.wording": "consentwording consenttext einwilligungstext wortlaut",
}
_NUMBERS = (
    "sms smsnummer mobil mobile mobiltelefon mobilnummer mobilnr telefonmobil handy handynummer handynr mobilephone "
    "mobilenumber cell cellphone phone phonenumber telefon telefonnummer telefonnr tel telnr telephone rufnummer"
)
_PHONES = {word: rank for rank, word in enumerate(_NUMBERS.split())}  # who has a mobile number reads messages there
_TARGETS = {word: target for target, words in _WORDS.items() for word in words.split()}
_SUFFIXES = ("", "id", "chatid", "userid", "chat", "memberid", "nummer", "number")
_PLAIN = re.compile(r"[\W_]+")
_COPY = re.compile(r" \(\d+\)$")


class Column(NamedTuple):
    """A column and what it is about, LEFT_OUT if nothing; `why` says why it is left out."""

    name: str
    target: str
    why: str = ""


class Mapped(NamedTuple):
    """What a mapping file says: targets by column, values that every row has by target, the numbers' country."""

    columns: Mapping[str, str] = {}
    always: Mapping[str, str] = {}
    country: str = ""


UNMAPPED = Mapped()


class Columns:
    """Turns the cells of a row into cells that are about something."""

    def __init__(self, names: Sequence[str], kinds: Mapping[str, str], mapped: Mapped = UNMAPPED) -> None:
        """`kinds` of the settings' channels by name. Raises Unreadable for a mapping that fits neither file nor us."""
        self._kinds = kinds
        self._mapped = mapped
        self._check(names)
        given = mapped.columns.items()
        self._given = {self._understood(target, name) for name, target in given if target != LEFT_OUT}
        self._known: dict[str, Column] = {}
        self._taken: dict[str, str] = {}
        for name in sorted(names, key=self._when):
            self._known[name] = self._look(name)
        self.columns = [self._known[name] for name in names]
        self._always = [Cell(f"always: {target}", target, value) for target, value in mapped.always.items()]

    @property
    def finds_people(self) -> bool:
        """Whether any column is an address or an external id."""
        targets = [each.target for each in self.columns] + list(self._mapped.always)
        return any(target == "external" or target.startswith(ADDRESS) for target in targets)

    def cells(self, row: Mapping[str, str]) -> Iterable[Cell]:
        """The row's cells with their targets, names in one."""
        found: list[Cell] = []
        names: list[Cell] = []
        known = self._known
        for name, value in row.items():
            if value:
                target = (known.get(name) or self._late(name)).target
                if target == "name":
                    names.append(Cell(name, target, value))
                elif target != LEFT_OUT:
                    found.append(Cell(name, target, value))
        if len(names) > 1:
            names.sort(key=lambda cell: _is_last(cell.column))
            names = [Cell(names[0].column, "name", " ".join(cell.value.strip() for cell in names))]
        found += names
        return [*found, *self._always]

    def _when(self, name: str) -> tuple[bool, int]:
        """What is mapped comes first, then the better of two guesses."""
        return name not in self._mapped.columns, _PHONES.get(_PLAIN.sub("", name.casefold()), len(_PHONES))

    def _late(self, name: str) -> Column:
        """A key that only some JSON lines have; what nobody has seen is not remembered for ever."""
        column = self._look(name)
        if len(self._known) < 2000:
            self._known[name] = column
        return column

    def _check(self, names: Sequence[str]) -> None:
        for name, target in self._mapped.columns.items():
            if name not in names:
                raise Unreadable(f"the file has no column {name!r}; {did_you_mean(name, names)}".rstrip("; "))
            if target != LEFT_OUT:
                self._understood(target, name)
        for target in self._mapped.always:
            self._understood(target, target)

    def _look(self, name: str) -> Column:
        if name in self._mapped.columns:
            target = self._mapped.columns[name]
            return Column(name, LEFT_OUT if target == LEFT_OUT else self._understood(target, name))
        target, why = self._guess(_COPY.sub("", name))
        again = target in self._taken and target != "name" and not (_COPY.search(name) and target.startswith(ADDRESS))
        if target in self._given or again:
            return Column(name, LEFT_OUT, f"{self._taken.get(target, 'another column')} is {target} already")
        if target:
            self._taken.setdefault(target, name)
            return Column(name, target)
        return Column(name, LEFT_OUT, why)

    def _understood(self, target: str, name: str) -> str:
        """A target as somebody wrote it. Raises Unreadable."""
        for prefix, allowed in ((ADDRESS, self._kinds), (CONSENT, CELLS)):
            if target.startswith(prefix) and target[len(prefix) :] in allowed:
                return target
        if target in FIELDS or (target.startswith(ATTRIBUTE) and is_attribute(target[len(ATTRIBUTE) :])):
            return target
        if target in self._kinds:
            return ADDRESS + target
        known = [*FIELDS, *self._kinds, *(CONSENT + each for each in CELLS)]
        hint = did_you_mean(target, known) or "a field, a channel, attributes.NAME, consent.NAME or - is"
        raise Unreadable(f"column {name!r} cannot be {target!r}; {hint}")

    def _guess(self, name: str) -> tuple[str, str]:
        """What a name says, or "" and why it says nothing."""
        try:
            return self._understood(name.casefold() if name.casefold() in FIELDS else name, name), ""
        except Unreadable:
            word = _PLAIN.sub("", name.casefold())
        if word in _TARGETS:
            return _TARGETS[word], ""
        fitting = [
            channel
            for channel, kind in self._kinds.items()
            if any(word in {_PLAIN.sub("", called) + suffix for called in (channel, kind)} for suffix in _SUFFIXES)
        ]
        if not fitting and word in _PHONES:
            fitting = [channel for channel, kind in self._kinds.items() if kind in PHONES and "whatsapp" not in channel]
        if len(fitting) == 1:
            return ADDRESS + fitting[0], ""
        if fitting:
            return "", f"it could be {' or '.join(fitting)}: say which with --channel"
        if word in _PHONES:
            return "", "there is no channel for phone numbers in the settings"
        return "", "not known; attributes.NAME in a mapping keeps it"


def mapping(path: Path) -> Mapped:
    """A mapping file: `columns:` name → target, `always:` target → value, `country:`. Raises Unreadable."""
    try:
        document = source.read(path.read_bytes().decode("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    if document.problems:
        first = document.problems[0]
        raise Unreadable(f"{path}:{first.line}:{first.column}: {first.message}")
    data: Any = document.data or {}
    if not isinstance(data, dict) or not data.keys() <= {"columns", "always", "country"}:
        raise Unreadable(f"{path}: a mapping has `columns:`, `always:` and `country:`, nothing else")
    columns, always = data.get("columns") or {}, data.get("always") or {}
    for section, name in ((columns, "columns"), (always, "always")):
        if not isinstance(section, dict) or not all(isinstance(value, str | int) for value in section.values()):
            raise Unreadable(f"{path}: `{name}:` has one text for each name")
    return Mapped(_texts(columns), _texts(always), str(data.get("country") or ""))


def _texts(section: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in section.items()}


def _is_last(column: str) -> bool:
    return _PLAIN.sub("", column.casefold()) in {"nachname", "lastname", "surname", "familienname"}
