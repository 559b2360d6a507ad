"""Entries: surveys that customers begin themselves, with a word they send or a code they scan. Pure.

Times are epoch ms. A word counts only if it is the whole message; case, width and punctuation around it do not matter.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from bot.durations import Duration
from bot.outreach.candidate import PURPOSE
from flows.model import Flow, VariableError
from flows.problems import did_you_mean
from flows.reading import keyword, read_yes_no, wish
from flows.reading.numerals import values_anywhere

MOST = 40  # characters of a word
LEAST = 2
_SCALE = range(11)  # what people answer to most questions
_AROUND = "PZC"  # general categories that do not count at the ends: punctuation, spaces, what nobody sees
_LAST = date(9000, 1, 1)

Loc = tuple[str | int, ...]


class EntrySettings(BaseModel):
    """What an operator writes under `entries:`, by the name of the entry."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    word: str = Field("", max_length=MOST)
    flow: str
    channels: tuple[str, ...] = ()
    language: str = ""
    values: dict[str, str] = Field({}, alias="set")
    wording: str = Field(min_length=1, max_length=2_000)
    first_day: date | None = Field(None, alias="from", lt=_LAST)
    last_day: date | None = Field(None, alias="until", lt=_LAST)
    once_every: Duration = 0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise PydanticCustomError("order", "`until` is before `from`")
        return self

    def made(self, name: str, zone: str) -> "Entry":
        """The entry; its days are those of this zone."""
        opens = _midnight(self.first_day, zone) if self.first_day else 0
        closes = _midnight(self.last_day + timedelta(days=1), zone) if self.last_day else 0
        return Entry(
            name, self.word or name, self.flow, frozenset(self.channels), self.language, self.values, self.wording,
            opens, closes, self.once_every,
        )  # fmt: skip


class Entry(NamedTuple):
    """A survey that begins with a word. No `channels`: all of them. `every` (ms): once in so long per person.

    `wording` is what people read before they used the word: with it they agree to this survey, and to nothing else.
    `closes_at` 0: never.
    """

    name: str
    word: str
    flow: str
    channels: Collection[str]
    language: str
    values: Mapping[str, str]
    wording: str
    opens_at: int = 0
    closes_at: int = 0
    every: int = 0

    @property
    def purpose(self) -> str:
        """What the person agrees to: a purpose of its own, which permits no other survey."""
        return f"{PURPOSE}:{self.name}"

    @property
    def is_code(self) -> bool:
        """Whether nobody writes this word by chance: it has a digit in it."""
        return any(letter.isdigit() for letter in self.word)

    def is_open(self, now: int) -> bool:
        """Whether it begins anything at this time."""
        return self.opens_at <= now and (not self.closes_at or now < self.closes_at)


class Entries:
    """All entries, to be found by what a customer sent."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._by_name = {each.name: each for each in entries}
        self._by_word = {folded(each.word): each for each in self._by_name.values()}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._by_name.values())

    def find(self, channel: str, text: str) -> Entry | None:
        """The entry whose word this whole message is. What opts out, opts in or asks for help is never one."""
        if not self._by_word or len(text) > 4 * MOST:
            return None
        found = self._by_word.get(folded(text))
        return found if found and _is_on(found, channel) and not keyword(text, "") else None

    def named(self, channel: str, name: str) -> Entry | None:
        """The entry that a link names."""
        found = self._by_name.get(name.lower())
        return found if found and _is_on(found, channel) else None


def folded(text: str) -> str:
    """A word as it is compared: NFKC, case folded, without what stands around it."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    first, last = 0, len(text)
    while first < last and unicodedata.category(text[first])[0] in _AROUND:
        first += 1
    while last > first and unicodedata.category(text[last - 1])[0] in _AROUND:
        last -= 1
    return text[first:last]


def misfits(
    entries: Mapping[str, EntrySettings],
    channels: Collection[str],
    flows: Mapping[str, Flow],
    given: Collection[str] = (),
    *,
    all_known: bool = True,
) -> Iterator[tuple[Loc, str]]:
    """What cannot be: where, and what is wrong. `flows` are the surveys by id; not `all_known`: there may be others.

    `given` are the variables that the settings have a value for.
    """
    words: dict[str, str] = {}
    for name, each in entries.items():
        here: Loc = ("entries", name)
        flow = flows.get(each.flow)
        at: Loc = (*here, "word") if each.word else here
        word = folded(each.word or name)
        if wrong := _unfit(each.word or name, flow.languages if flow else ()):
            yield at, wrong
        elif word in words:
            yield at, f"the entry '{words[word]}' has this word, too"
        words.setdefault(word, name)
        for index, channel in enumerate(each.channels):
            if channel not in channels:
                yield (*here, "channels", index), f"no channel is called '{channel}'{_hint(channel, channels)}"
        if flow is not None:
            yield from _does_not_fit(here, each, flow, given)
        elif all_known:
            yield (*here, "flow"), f"there is no survey '{each.flow}'{_hint(each.flow, flows)}"


def _does_not_fit(here: Loc, entry: EntrySettings, flow: Flow, given: Collection[str]) -> Iterator[tuple[Loc, str]]:
    if entry.language and not speaks(flow, entry.language):
        spoken = ", ".join(flow.languages)
        yield (*here, "language"), f"the survey '{flow.id}' is not written in '{entry.language}', but in {spoken}"
    unknown = [name for name in entry.values if name not in flow.variables]
    for name in unknown:
        yield (*here, "set", name), f"the survey '{flow.id}' has no variable '{name}'{_hint(name, flow.variables)}"
    if not unknown:
        try:
            others = {name: "" for name in given if name in flow.variables}
            flow.values(flow.language(entry.language), {**others, **entry.values})
        except VariableError as error:
            yield here, str(error)


def _unfit(word: str, languages: Iterable[str]) -> str:
    """Why this can be nobody's word, or ""."""
    bare = folded(word)
    spoken = ["", *languages]
    asks = next((found for language in spoken if (found := keyword(word, language) or wish(word, language))), "")
    if asks:
        return f"'{word}' is what people write to say {asks.upper()}, in one of the languages that are read"
    number = {int(bare)} if bare.isdecimal() else set(values_anywhere(bare))
    if not number.isdisjoint(_SCALE):
        return f"'{word}' is an answer: people write it when they are asked for a number"
    if any(read_yes_no(word, language)[0] is not None for language in spoken):
        return f"'{word}' is an answer: yes or no"
    if len(bare) < LEAST or any(unicodedata.category(letter)[0] in "ZC" for letter in bare):
        return f"a word has at least {LEAST} characters, and no space in it"
    return ""


def speaks(flow: Flow, language: str) -> bool:
    """Whether a survey is written in this language, in any of its regions."""
    return bool(language) and flow.language(language).partition("-")[0] == language.lower().partition("-")[0]


def _is_on(entry: Entry, channel: str) -> bool:
    return not entry.channels or channel in entry.channels


def _hint(wrong: str, known: Iterable[str]) -> str:
    hint = did_you_mean(wrong, known)
    return f"; {hint}" if hint else ""


def _midnight(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) * 1000
