"""Reading a reply to a score question: the stages put together."""

import re
import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from flows.reading.context import assess
from flows.reading.contradiction import contradicts
from flows.reading.cues import names_two_parts, prefer_the_first
from flows.reading.cut import reason
from flows.reading.decide import Decision, decide
from flows.reading.excerpt import LONGEST, Excerpt, excerpt
from flows.reading.fold import fold
from flows.reading.keyword import asks_for_person, keyword
from flows.reading.lexicon import Lexicon, lexicon
from flows.reading.mention import WHOLE, Mention
from flows.reading.numbers import find_mentions
from flows.reading.result import Read
from flows.reading.slips import end_of_scale, slip
from flows.reading.tokens import WORD, words_of
from flows.reading.units import Unit, build_units, tags
from flows.reading.wishes import may_wish, wish_spans
from flows.reading.wrapping import unwrap

_TOO_MANY = 40
_NEAR = 4  # units between a score and what is said about it
_SAME_EVERYWHERE = tags("point scale of thanks polite laugh")
_BARE = re.compile(r" *([1-9]?[0-9]) *[.!]{0,3} *")
_DIGIT_OR_EMOJI = re.compile(r"[0-9:]")
_OPENING = "¿¡£€$"
_CURRENCIES = (" €", " $", " £", " %")
_CLOSING = '.!?؟…)"»“€$£%°'


class Reply(Struct, frozen=True):
    """A reply cut up: original text, what is looked at of it, and the units of what the customer wrote himself."""

    text: str
    seen: Excerpt
    units: Sequence[Unit]
    words: Lexicon


def _cut_up(text: str, language: str) -> Reply:
    words = lexicon(language)
    seen = excerpt(text, language)
    return Reply(text, seen, unwrap(build_units(seen.tokens, words), words), words)


def read_score(text: str, language: str, low: int = 0, high: int = 10) -> Read:
    """Read a reply to a question for a whole number from `low` to `high` (rules: docs/reference/reading.md).

    Never raises; linear in the length of the text.
    """
    if (bare := _BARE.fullmatch(text)) and low <= int(bare[1]) <= high:
        return Read("accept", int(bare[1]), rule=WHOLE)  # what most people answer needs no stages
    return _read(text, language, low, high)[0]


def _read(text: str, language: str, low: int, high: int) -> tuple[Read, Sequence[Unit], Sequence[Mention]]:
    """A reply as understood, its units and the numbers among them; without these where the wish comes first."""
    if keyword(text, language) == "stop":
        return Read("stop", rule="keyword"), (), ()
    if asks_for_person(text):
        return Read("human", wants_human=True, rule="keyword"), (), ()
    reply = _cut_up(text, language)
    wishes = _wishes(reply, language)
    if any(name == "stop" for name, _, _ in wishes):
        return Read("stop", rule="asks for no more messages"), (), ()
    people = [(first, after) for name, first, after in wishes if name == "human"]
    decision, mentions = _decide(reply, low, high)
    if decision.action == "accept" and (doubt := _doubt_beside(decision, wishes)):
        decision = Decision("confirm", decision.value, doubt, decision.mentions)
    if decision.action == "accept":
        span = reason(reply.units, mentions, decision.mentions, people)
        comment = _original(reply, *span) if span else ""
        read = Read("accept", decision.value, comment, wants_human=bool(people), rule=decision.rule)
    elif people:
        read = Read("human", wants_human=True, rule="asks for a person")
    else:
        read = Read("confirm" if decision.action == "confirm" else "reask", decision.value, rule=decision.rule)
    return read, reply.units, mentions


def _decide(reply: Reply, low: int, high: int) -> tuple[Decision, list[Mention]]:
    mentions = find_mentions(reply.units, reply.words, low, high, most=_TOO_MANY)
    if len(mentions) > _TOO_MANY:
        return Decision("reask", None, "too many numbers"), []
    assess(mentions, reply.units, reply.words, high)
    prefer_the_first(mentions, reply.units, reply.words)
    parted = names_two_parts(mentions, reply.units, low, high)
    decision = Decision("reask", None, "two values") if parted else decide(mentions, reply.units, low, high)
    if decision.rule == "no score":
        return _guess(decision, reply, low, high), mentions
    if reply.words.numbers_only and any(_is_unknown(unit, reply.words) for unit in reply.units):
        return _more_careful(decision), mentions
    if (
        decision.value is not None
        and decision.action == "accept"
        and _contradicts(decision.value, mentions, reply.units, low, high)
    ):
        return Decision("confirm", decision.value, "contradiction"), mentions
    if decision.action == "accept" and not reply.seen.complete:
        return Decision("confirm", decision.value, "long"), mentions
    return decision, mentions


def _is_unknown(unit: Unit, words: Lexicon) -> bool:
    """Where only the numbers are known, what looks English may be any word: "camera" is Romanian for room."""
    known = bool(unit.tags & _SAME_EVERYWHERE) or words.is_own(unit.text)
    return unit.kind == WORD and unit.value is None and not known


def _more_careful(decision: Decision) -> Decision:
    """A decision taken beside words that nobody can weigh: a score is asked about, a doubt is asked again."""
    if decision.action == "accept":
        return Decision("confirm", decision.value, "unknown words", decision.mentions)
    return Decision("reask", None, "unknown words") if decision.action == "confirm" else decision


def _wishes(reply: Reply, language: str) -> list[tuple[str, int, int]]:
    """The wishes of the text as spans of units."""
    if not may_wish(reply.text, language):
        return []
    kept = [reply.seen.tokens[i] for unit in reply.units for i in range(unit.first, unit.after)]
    owner = [k for k, unit in enumerate(reply.units) for _ in range(unit.first, unit.after)]
    return [(name, owner[first], owner[after - 1] + 1) for name, first, after in wish_spans(kept, language)]


def _doubt_beside(decision: Decision, wishes: Sequence[tuple[str, int, int]]) -> str:
    """The report of an earlier answer or the doubt that stands beside the score, or ""."""
    for name, first, after in wishes:
        if name in {"told", "doubt"} and any(
            first - _NEAR <= m.right <= first or after <= m.left <= after + _NEAR or first <= m.first < after
            for m in decision.mentions
        ):
            return name
    return ""


def _guess(nothing: Decision, reply: Reply, low: int, high: int) -> Decision:
    """No number: perhaps the end of the scale in words, perhaps a slip."""
    value = end_of_scale(reply.units, low, high)
    if value is not None:
        return Decision("confirm", value, "end of the scale")
    value = slip(reply.units, reply.seen.tokens, reply.text, reply.words)
    return nothing if value is None or not low <= value <= high else Decision("confirm", value, "slip")


def _contradicts(value: int, mentions: Sequence[Mention], units: Sequence[Unit], low: int, high: int) -> bool:
    taken = {i for m in mentions for i in range(m.first, m.after)}
    return contradicts((value - low) / (high - low), [unit for i, unit in enumerate(units) if i not in taken])


def _original(reply: Reply, first: int, after: int) -> str:
    """The piece of the original text the units first..after came from, with the punctuation that closes it."""
    opening, closing = reply.seen.tokens[reply.units[first].first], reply.seen.tokens[reply.units[after - 1].after - 1]
    start, _ = reply.seen.folded.original(opening.start, opening.end)
    _, end = reply.seen.folded.original(closing.start, closing.end)
    while start and reply.text[start - 1] in _OPENING:
        start -= 1
    if reply.text[end : end + 2] in _CURRENCIES:
        end += 2  # "30 €"
    while end < len(reply.text) and reply.text[end] in _CLOSING:
        end += 1
    while end < len(reply.text) and unicodedata.combining(reply.text[end]):
        end += 1  # a vowel sign on the last letter
    return reply.text[start:end].strip()


def read_correction(text: str, language: str, low: int = 0, high: int = 10) -> Read | None:
    """An explicit correction of the score given before ("sorry, meant 9", "9 nicht 6", "*9"), else None.

    Meant for a reply to the next, free-text question: a comment that merely contains a number gives None.
    """
    return _read_correction(text, language, low, high) if _may_correct(text, language) else None


def _may_correct(text: str, language: str) -> bool:
    """False for what surely corrects nothing: no star around it, no word of correcting, or no number."""
    if "*" in text:
        return True
    words, source = words_of(text), lexicon(language)
    if len(words) > LONGEST:  # as much as is looked at of so long a text
        words = words[: LONGEST // 2] + words[-LONGEST // 2 :]
    if not any(map(source.may_amend, words)):
        return False
    if _DIGIT_OR_EMOJI.search(fold(text).text) or any(source.meaning(word)[1] is not None for word in words):
        return True
    return sum(len(word) == 1 for word in words) > 2  # "s e v e n"


def _read_correction(text: str, language: str, low: int, high: int) -> Read | None:
    bare = text.strip()
    starred = bare.startswith("*") != bare.endswith("*")
    read, units, mentions = _read(bare.strip("*") if starred else bare, language, low, high)
    if read.action not in {"accept", "confirm"}:
        return None
    if starred and not read.comment:
        return read
    if starred:
        reply = _cut_up(bare, language)
        units, (_, mentions) = reply.units, _decide(reply, low, high)
    kept = [m for m in mentions if m.value == read.value and not m.withdrawn and m.corrected]
    denied = any(m.withdrawn in {"denied", "instead", "corrected"} for m in mentions)
    amended = any(_amends(units, m) for m in kept)
    nothing_else = _is_covered(units, mentions) and (bool(kept) or denied)
    return read if amended or nothing_else else None


def _is_covered(units: Sequence[Unit], mentions: Sequence[Mention]) -> bool:
    """Every word belongs to one of the numbers."""
    own = {i for m in mentions for i in range(m.left, m.right)}
    return all(i in own for i, unit in enumerate(units) if unit.kind == WORD)


def _amends(units: Sequence[Unit], mention: Mention) -> bool:
    """Among the words that belong to the number is one that only a correction has ("meant", "Korrektur")."""
    return any("amend" in unit.tags for unit in units[mention.left : mention.right])
