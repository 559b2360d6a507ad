"""Whether the noun behind an opening number can be what it counts: "2 trainees did it", not "2 lawnmower died"."""

from collections.abc import Sequence

from flows.reading.plurals import NOTHING, Counting
from flows.reading.tokens import WORD
from flows.reading.units import Unit, tags

_FEW = range(2, 5)
_SHORTEST = 3  # letters of a noun
_STORY = 3  # words a story has
_SHORT_STORY = 2  # where the ending of the noun shows that it is not counted
_UNHAPPY = 6  # up to here nothing is believed on a guess
_BETWEEN = 2  # words between a noun and its verb
_LOOKED_AT = 3  # words of a noun with what stands in front of it
_MISSED = 4  # words behind a noun that deny its verb
_MANY = tags("countable stars func")
_NOUN = tags("piece")
_NAMED = _NOUN | tags("aspect label")
_MAY_BE_COUNTED = _NAMED | tags("unit countable handful")
_OF_ONE = tags("event adjective praise blame")
_THINGS = tags("unit countable stars piece aspect noun label")
_COUNTED = tags("unit countable stars")
_PASSED = tags("func negative firm filler degree")
_SAID = tags("praise blame adjective negative damning rave")


def tells_a_story(value: int, units: Sequence[Unit], language: Counting) -> bool:
    """Whether `units`, all that stands behind an opening number, begin with a noun that `value` cannot count."""
    noun = units[0] if units else None
    words = sum(unit.kind == WORD for unit in units)
    if noun is None or noun.kind != WORD or noun.is_number or words < _SHORT_STORY or len(noun.text) < _SHORTEST:
        return False
    if "adjective" in noun.tags:
        return words >= _STORY and value > 1 and _is_of_one(noun, language)
    if noun.text in language.words or language.is_numbered(noun.text):
        return False
    if not noun.tags and language.ends(noun.text, language.verbal):
        return True
    return noun.tags <= _MAY_BE_COUNTED and _is_no_count(value, units, language, told=words >= _STORY)


def is_shown(value: int, units: Sequence[Unit], language: Counting) -> bool:
    """Whether the ending of the first of `units`, that stand behind an opening number, is none of a counted noun."""
    noun = units[0] if len(units) > _SHORT_STORY else None
    if noun is None or noun.kind != WORD or noun.is_number or len(noun.text) < _SHORTEST:
        return False
    if noun.text in language.words or language.is_numbered(noun.text):
        return False
    return noun.tags <= _MAY_BE_COUNTED and _shows_it(value, noun, language)


def _is_no_count(value: int, units: Sequence[Unit], language: Counting, *, told: bool) -> bool:
    """Whether the form of the noun shows that it is not counted, or what is `told` of it does."""
    noun = units[0]
    person = "unit" not in noun.tags or bool(language.few)  # "3 uur was te lang" counts hours all the same
    if told and noun.text.startswith(language.definite or NOTHING):
        return True
    if _shows_it(value, noun, language) or (value > 1 and person and _is_one_thing(value, units, language)):
        return "label" not in noun.tags or bool(language.numbered) or not language.few
    if not told or not noun.tags <= _NAMED:
        return False
    return _is_judged(units, language) or (value > 1 and _is_said_of_one(value, units, language))


def _shows_it(value: int, noun: Unit, language: Counting) -> bool:
    """Whether the ending of the noun does not go with the number."""
    if language.ends(noun.text, language.never):
        return True
    if value <= 1:
        return value == 1 and language.ends(noun.text, language.one)
    return language.ends(noun.text, language.few if value in _FEW else language.many)


def is_missing(units: Sequence[Unit], language: Counting) -> bool:
    """Whether one thing is said not to have come: what is counted with none is not denied, "0 taxi never came"."""
    noun = units[0] if units else None
    if noun is None or noun.kind != WORD or noun.is_number or len(noun.text) < _SHORTEST or noun.tags & _MANY:
        return False
    if noun.text in language.words or language.is_plural(noun.text) or language.few:
        return False  # where nouns have cases, "0 скарг не маю" has none
    if noun.tags and noun.tags.isdisjoint(_NAMED):
        return False  # "0 problems"
    clause = units[1 : 2 + _MISSED]
    end = next((k for k, unit in enumerate(clause) if unit.kind != WORD and not unit.is_number), len(clause))
    said = [unit for unit in clause[:end] if not unit.is_number]
    denied = next((k for k, unit in enumerate(said) if "negative" in unit.tags), -1)
    if denied < 0:
        return False
    return any(_is_verb(unit, language) for unit in (*said[:denied], *said[denied + 1 : denied + 2]))


def _is_verb(unit: Unit, language: Counting) -> bool:
    return "event" in unit.tags or unit.text in language.singular


def _is_said_of_one(value: int, units: Sequence[Unit], language: Counting) -> bool:
    """Whether what stands behind the noun goes with one thing only, or the noun shows no plural where it would."""
    if units[1].text in language.titles or _is_one_thing(value, units, language):
        return True
    if "label" in units[0].tags or not language.plural or language.is_plural(units[0].text):
        return False
    return _ends_there(units[1], language) if language.verbs else not _is_plural_soon(units, language)


def _is_judged(units: Sequence[Unit], language: Counting) -> bool:
    """Whether the noun is written together with its verb and something is said of it: "website's slow"."""
    return units[0].text.endswith(language.joined or NOTHING) and not units[1].tags.isdisjoint(_SAID)


def _is_of_one(adjective: Unit, language: Counting) -> bool:
    """Whether the adjective has the form that goes with one thing only: "kalter Kaffee"."""
    if adjective.text in language.words or adjective.tags & _COUNTED:
        return False
    return adjective.text.endswith(language.adjectives or NOTHING)


def _is_one_thing(value: int, units: Sequence[Unit], language: Counting) -> bool:
    """Whether the verb behind the noun goes with one thing only: "Schlüssel passte nicht".

    Where cases tell subject from object an object may stand in front ("2 kurtki zgubiła pralnia"): what the endings of
    verbs say is believed of high scores only.
    """
    noun = units[0].text
    if language.plural and language.is_plural(noun):
        return False
    by_ending = not language.few or (value > _UNHAPPY and not noun.endswith(language.kept or NOTHING))
    for verb in units[1 : 2 + _BETWEEN]:
        if verb.kind != WORD or verb.is_number or verb.text in language.words or "joint" in verb.tags:
            return False
        known = by_ending and (not verb.tags or bool(verb.tags & _OF_ONE))
        alone = not verb.tags and language.ends(verb.text, language.reflexive)
        if alone or verb.text in language.singular or (known and language.ends(verb.text, language.singular_endings)):
            return True
        named = not verb.tags and bool(language.plural)  # "monteur Bas had"
        if not named and (not verb.tags or not verb.tags <= _PASSED):
            return False
    return False


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
