"""Reading a reply to a score question: the stages put together."""

from collections.abc import Sequence

from flows.reading.context import assess
from flows.reading.cut import reason
from flows.reading.decide import Decision, decide
from flows.reading.fold import Folded, fold
from flows.reading.keyword import asks_for_person, keyword
from flows.reading.lexicon import Lexicon, lexicon
from flows.reading.numbers import Mention, find_mentions
from flows.reading.result import Read
from flows.reading.slips import end_of_scale, slip
from flows.reading.tokens import WORD, Token, tokenise
from flows.reading.units import Unit, build_units
from flows.reading.wishes import wish_spans
from flows.reading.wrapping import unwrap

_TOO_MANY = 40
_HIGH_PART, _LOW_PART = 0.9, 0.3
_CALMING = frozenset("reason negative blame damning".split())


def read_score(text: str, language: str, low: int = 0, high: int = 10) -> Read:
    """Read a reply to a question for a whole number from `low` to `high`, by the labelling rules (docs/reference/reading.md).

    Never raises; linear in the length of the text.
    """
    if keyword(text, language) == "stop":
        return Read("stop", rule="keyword")
    if asks_for_person(text):
        return Read("human", wants_human=True, rule="keyword")
    words = lexicon(language)
    folded = fold(text)
    tokens = tokenise(folded)
    units = unwrap(build_units(tokens, words))
    wishes = _wishes(units, tokens, language)
    if any(name == "stop" for name, _, _ in wishes):
        return Read("stop", rule="asks for no more messages")
    people = [(first, after) for name, first, after in wishes if name == "human"]
    if sum(unit.is_number for unit in units) > _TOO_MANY:
        return _without_score(people, "too many numbers")
    mentions = find_mentions(units, tokens, words, low, high)
    assess(mentions, units, words)
    decision = decide(mentions, units, low, high)
    if decision.action == "reask" and decision.rule == "no score":
        decision = _guess(decision, units, tokens, text, words, low, high)
    if decision.action == "accept":
        decision = _contradicted(decision, mentions, units, low, high)
    if decision.action != "accept":
        if people:
            return _without_score(people, decision.rule)
        return Read("confirm" if decision.action == "confirm" else "reask", decision.value, rule=decision.rule)
    span = reason(units, mentions, decision.mentions, people)
    comment = _original(text, folded, tokens, units[span[0] : span[1]]) if span else ""
    return Read("accept", decision.value, comment, wants_human=bool(people), rule=decision.rule)


def _wishes(units: Sequence[Unit], tokens: Sequence[Token], language: str) -> list[tuple[str, int, int]]:
    """The wishes of the text as spans of units."""
    kept = [i for unit in units for i in range(unit.first, unit.after)]
    owner = [k for k, unit in enumerate(units) for _ in range(unit.first, unit.after)]
    spans = wish_spans([tokens[i] for i in kept], language)
    return [(name, owner[first], owner[after - 1] + 1) for name, first, after in spans]


def _without_score(people: Sequence[tuple[int, int]], rule: str) -> Read:
    return Read("human", wants_human=True, rule="asks for a person") if people else Read("reask", rule=rule)


def _guess(
    decision: Decision, units: Sequence[Unit], tokens: Sequence[Token], text: str, words: Lexicon, low: int, high: int
) -> Decision:
    value = end_of_scale(units, low, high)
    if value is not None:
        return Decision("confirm", value, "end of the scale")
    value = slip(units, tokens, text, words, low, high)
    return decision if value is None else Decision("confirm", value, "slip")


def _contradicted(
    decision: Decision, mentions: Sequence[Mention], units: Sequence[Unit], low: int, high: int
) -> Decision:
    """A top score beside nothing but blame, or a bottom score beside nothing but praise, is worth a question."""
    if decision.value is None:
        return decision
    taken = {i for m in mentions for i in range(m.first, m.after)}
    rest = [unit for i, unit in enumerate(units) if unit.kind == WORD and i not in taken]
    tags = frozenset(tag for unit in rest for tag in unit.tags)
    part = (decision.value - low) / (high - low)
    bare = all(unit.tags and not unit.tags & {"unit", "label"} for unit in rest)
    upset = "damning" in tags or (bare and "blame" in tags and not tags & {"praise", "reason", "negative", "endorsing"})
    happy = "endorsing" in tags or (bare and "praise" in tags)
    against = (part >= 0.7 and "damning" in tags and "reason" not in tags) or (part >= _HIGH_PART and upset and "reason" not in tags)
    if against or (part <= _LOW_PART and happy and not tags & _CALMING):
        return Decision("confirm", decision.value, "contradiction", decision.mentions)
    return decision


def _original(text: str, folded: Folded, tokens: Sequence[Token], units: Sequence[Unit]) -> str:
    """The piece of the original text these units came from, with the punctuation that closes it."""
    start, _ = folded.original(tokens[units[0].first].start, tokens[units[0].first].end)
    last = tokens[units[-1].after - 1]
    _, end = folded.original(last.start, last.end)
    while end < len(text) and text[end] in ".!?…)\"»“":
        end += 1
    return text[start:end].strip()


def read_correction(text: str, language: str, low: int = 0, high: int = 10) -> Read | None:
    """An explicit correction of the score given before ("sorry, meant 9", "9 nicht 6", "*9"), else None.

    Meant for a reply to the next, free-text question: a comment that merely contains a number gives None.
    """
    stripped = text.strip()
    starred = stripped.startswith("*") and not stripped.endswith("*") or (stripped.endswith("*") and not stripped.startswith("*"))
    read = read_score(stripped.strip("*") if starred else stripped, language, low, high)
    if read.action not in {"accept", "confirm"} or read.value is None:
        return None
    if starred and not read.comment:
        return read
    words = lexicon(language)
    tokens = tokenise(fold(stripped))
    units = unwrap(build_units(tokens, words))
    mentions = find_mentions(units, tokens, words, low, high)
    assess(mentions, units, words)
    decide(mentions, units, low, high)
    explicit = any(m.corrected and m.value == read.value and not m.withdrawn for m in mentions)
    return read if explicit else None
