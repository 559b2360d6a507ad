"""Whether the noun behind an opening number can be what it counts: "2 trainees did it", not "2 lawnmower died"."""

from collections.abc import Sequence

from flows.reading.plurals import NOTHING, Counting
from flows.reading.tokens import WORD
from flows.reading.units import Unit, tags

_FEW = range(2, 5)
_SHORTEST = 3  # letters of a noun
_STORY = 3  # words a story has
_LOOKED_AT = 3  # words of a noun with what stands in front of it
_NOUN = tags("piece")
_NAMED = _NOUN | tags("aspect label")
_OF_ONE = tags("event adjective praise blame")
_THINGS = tags("unit countable stars piece aspect noun label")
_COUNTED = tags("unit countable stars")
_SAID = tags("praise blame adjective negative damning rave")


def tells_a_story(value: int, units: Sequence[Unit], language: Counting) -> bool:
    """Whether `units`, all that stands behind an opening number, begin with a noun that `value` cannot count."""
    noun = units[0] if units else None
    words = sum(unit.kind == WORD for unit in units)
    if noun is None or noun.kind != WORD or noun.is_number or words < _STORY or len(noun.text) < _SHORTEST:
        return False
    if "adjective" in noun.tags:
        return value > 1 and _is_of_one(noun, language)
    if noun.text in language.words or (noun.tags and not noun.tags <= _NAMED):
        return False
    if noun.text.startswith(language.definite or NOTHING) or _is_judged(units, language):
        return True
    return "label" not in noun.tags and _is_not_counted(value, units, language)


def _is_not_counted(value: int, units: Sequence[Unit], language: Counting) -> bool:
    """Whether the form of the noun, or of the verb behind it, does not go with the number."""
    if value <= 1:
        return value == 1 and units[0].text.endswith(language.never or NOTHING)
    return _is_one_thing(units, language) or _cannot_follow(value, units, language)


def _is_judged(units: Sequence[Unit], language: Counting) -> bool:
    """Whether the noun is written together with its verb and something is said of it: "website's slow"."""
    return units[0].text.endswith(language.joined or NOTHING) and not units[1].tags.isdisjoint(_SAID)


def _is_of_one(adjective: Unit, language: Counting) -> bool:
    """Whether the adjective has the form that goes with one thing only: "kalter Kaffee"."""
    if adjective.text in language.words or adjective.tags & _COUNTED:
        return False
    return adjective.text.endswith(language.adjectives or NOTHING)


def _is_one_thing(units: Sequence[Unit], language: Counting) -> bool:
    """Whether the verb behind the noun goes with one thing only: "Schlüssel passte nicht"."""
    verb = units[1]
    if verb.kind != WORD or verb.is_number:
        return False
    known = not verb.tags or bool(verb.tags & _OF_ONE)
    return verb.text in language.singular or (known and verb.text.endswith(language.singular_endings or NOTHING))


def _cannot_follow(value: int, units: Sequence[Unit], language: Counting) -> bool:
    """Whether the ending of the noun, and of what it may only stand in front of, shows that it is not counted."""
    noun = units[0].text
    if noun.endswith(language.never or NOTHING):
        return True
    impossible = language.few if value in _FEW else language.many
    if impossible:
        return noun.endswith(impossible)
    if not language.plural or language.is_plural(noun):
        return False
    return _ends_there(units[1], language) if language.verbs else not _is_plural_soon(units, language)


def _ends_there(said: Unit, language: Counting) -> bool:
    """Whether a word behind the noun shows that it does not itself stand in front of one: not "3 course dinner"."""
    if said.kind != WORD:
        return True
    if said.is_number or said.text in language.words or said.tags & _THINGS:
        return False
    return bool(said.tags) or said.text.endswith(language.verbs)


def _is_plural_soon(units: Sequence[Unit], language: Counting) -> bool:
    """Whether a plural follows what may only stand in front of it: "2 mini hamburguesas"."""
    for unit in units[1:_LOOKED_AT]:
        if unit.kind != WORD or (unit.tags and not unit.tags & _THINGS):
            return False
        if unit.is_number or language.is_plural(unit.text) or unit.tags & _COUNTED:
            return True
    return False
