"""Stage 5d: whether a story stands behind an opening number, a verdict in front of a closing one, or a place."""

from collections.abc import Sequence

from flows.reading import counted
from flows.reading.lexicon import Lexicon
from flows.reading.mention import WHOLE, Mention
from flows.reading.tokens import LINE, NUMBER, PAUSE, STOP, WORD
from flows.reading.units import Unit, tags

_LOW = 3  # a score that praise is odd behind
_UNHAPPY = 6  # up to here a score is not taken on a guess
_LEADS_TO_A_VERDICT = tags("joint degree negative")
_SHORTEST = 3  # words of a verdict
_LONGEST_COUNT = 2  # digits of what is counted by the way
_NAME = 2  # words of a place with a number
_LITTLE = 4  # words behind a number that may be no reason
_TELLING = tags("praise blame negative event aspect reason adjective damning endorsing rave verdict condition noun")
_HARMLESS = tags(
    "article firm filler carrier pronoun polite thanks greeting signoff laugh loose trailing dictated point joint"
)
_FLATTERING = tags("praise endorsing rave")
_CALMING = tags("negative blame damning reason")
_DATING = tags("prep label nr")
_LEADS_TO_A_NAME = tags("prep label article definite of counted unit")
_JUDGING = tags("praise blame adjective rave damning")


def ends_a_verdict(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it ends the message and a clause that judges, whose last word names no place: "quick job well done 8"."""
    if mention.first != mention.left or mention.right < len(units) or mention.word:
        return False
    said: list[Unit] = []
    for unit in reversed(units[: mention.left]):
        if unit.kind != WORD or unit.is_number:
            break
        said.append(unit)
    if len(said) < _SHORTEST or said[0].tags or said[1].tags & _LEADS_TO_A_NAME:
        return False
    if mention.value <= _UNHAPPY and said[1].tags.isdisjoint(_LEADS_TO_A_VERDICT):
        return False  # "nice man at the door helped window 4"
    if said[1].tags & _LEADS_TO_A_VERDICT and any("aspect" in unit.tags for unit in said):
        return True  # "prices a bit salty 7"
    return any(unit.tags & _JUDGING for unit in said[1:])


def tells_a_story(mention: Mention, units: Sequence[Unit], words: Lexicon) -> bool:
    """Whether digits open the message and what follows is told of something they cannot count."""
    if mention.first or mention.word or mention.form != WHOLE or mention.glued:
        return False
    story = units[mention.after :]
    if mention.value == 0 and counted.is_missing(story, words.counting):
        return True
    for before, unit, follower in zip(units[mention.first :], story, story[1:], strict=False):
        if unit.is_number and not _is_amount(unit, follower) and before.tags.isdisjoint(_DATING):
            return counted.is_shown(mention.value, story, words.counting)  # no "10 neighbours, 9 of them"
    heard = frozenset(tag for unit in story for tag in unit.tags)
    if mention.value <= _LOW and heard & _FLATTERING and not heard & _CALMING:
        return False
    return counted.tells_a_story(mention.value, story, words.counting)


def _is_amount(number: Unit, follower: Unit) -> bool:
    """Whether it measures something, or is no part of a few: "10 neighbours, 9 of them", but "ticket 90817"."""
    large = number.kind == NUMBER and number.text.isdecimal() and len(number.text) > _LONGEST_COUNT
    return large or "unit" in follower.tags or follower.text in {"€", "%"}


def says_little(mention: Mention, units: Sequence[Unit], high: int) -> bool:
    """Whether only a few words stand behind the opening number, none of which praises, blames or tells anything.

    "7 at the outside", "четвёрка по пятибалльной": they may weaken it or name another scale; a ten they stress.
    """
    rest = units[mention.right :]
    if mention.left or mention.value == high or len(rest) > 2 * _LITTLE:
        return False
    words = [unit for unit in rest if unit.kind == WORD]
    said = sum(unit.after - unit.first for unit in words)
    if (
        said > _LITTLE
        or any(unit.is_number for unit in rest)
        or any(unit.kind in {PAUSE, STOP, LINE} for unit in rest[:-1])
    ):
        return False
    return not any(unit.tags & _TELLING for unit in words) and not all(unit.tags & _HARMLESS for unit in words)


def names_a_part(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it ends a clause of two words, the last of which may number places: "mechanic 10, front desk 2"."""
    name = units[max(0, mention.first - _NAME) : mention.first]
    if mention.form != WHOLE or len(name) < _NAME or "label" not in name[1].tags:
        return False
    around = (
        *units[max(0, mention.first - _NAME - 1) : mention.first - _NAME],
        *units[mention.after : mention.after + 1],
    )
    alone = all(unit.kind == WORD for unit in name) and all(unit.kind != WORD for unit in around)
    return alone and name[0].tags <= {"adjective", "aspect", "noun"}
