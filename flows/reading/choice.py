"""Replies to a choice and to a yes/no question."""

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from flows.answers import Option
from flows.reading.excerpt import excerpt
from flows.reading.fold import fold
from flows.reading.lexicon import Lexicon, lexicon
from flows.reading.tokens import EMOJI, LONGEST_WORD, NUMBER, PAUSE, STOP, WORD, Token, tokenise

_THUMBS = {
    "👍": True,
    "👎": False,
    "✅": True,
    "❌": False,
    ":+1:": True,
    ":-1:": False,
    ":thumbsup:": True,
    ":thumbsdown:": False,
}
_SHORTEST_PREFIX = 2
_LETTERS_PER_TYPO = 4


def read_yes_no(text: str, language: str) -> tuple[bool | None, bool, str]:
    """(value, sure, comment): value None if the text says neither; comment is what follows the yes or no.

    Not sure where a word says both, or only a later part of the text decides.
    """
    words = lexicon(language)
    seen = excerpt(text, language)
    folded, tokens = seen.folded, seen.tokens
    for sign, thumb in _THUMBS.items():
        if text.strip().startswith(sign):
            return thumb, True, ""
    found = [(i, said) for i, token in enumerate(tokens) if (said := _yes_no(token, words)) is not None]
    if not found:
        return None, False, ""
    first, value = found[0]
    lead = [t for t in tokens[:first] if t.kind == WORD and "filler" not in words.tags_of(t.text[:LONGEST_WORD])]
    sure = not lead and all(later == value for _, later in found)
    rest = first + 1
    while rest < len(tokens) and (
        tokens[rest].kind in {STOP, PAUSE, EMOJI}
        or _yes_no(tokens[rest], words) is not None
        or words.tags_of(tokens[rest].text[:LONGEST_WORD]) & {"filler", "thanks", "polite"}
    ):
        rest += 1
    if lead or rest >= len(tokens):
        return value, sure, ""
    start, _ = folded.original(tokens[rest].start, tokens[rest].end)
    return value, sure, text[start:].strip()


def _yes_no(token: Token, words: Lexicon) -> bool | None:
    for source in (words, lexicon("en")):
        if token.text in source.yes:
            return True
        if token.text in source.no:
            return False
    return None


def read_choice(text: str, language: str, options: Sequence[Option]) -> tuple[str | None, bool]:
    """(value of the option meant, sure): by position, label or value, unique prefix; a unique typo is not sure."""
    words = _said(text, language)
    bare = _bare(words, language)
    if not bare:
        return None, False
    if bare.isascii() and bare.isdigit():
        named = [option for option in options if bare in {_plain(option.label), _plain(option.value)}]
        if named:
            return named[0].value, True
        position = int(bare) if len(bare) < 4 else 0
        return (options[position - 1].value, True) if 1 <= position <= len(options) else (None, False)
    said = {bare, " ".join(words)}  # "die Lieferung" may be the whole label
    labels = [(option, {_plain(option.label), _plain(option.value)}) for option in options]
    for matches, sure in (
        ([o for o, names in labels if said & names], True),
        ([o for o, names in labels if any(_is_prefix(form, names) for form in said)], True),
        (
            [o for o, names in labels if any(f" {name} " in f" {bare} " for name in names if name)],
            False,
        ),
        ([o for o, names in labels if any(_near(form, name) for form in said for name in names)], False),
    ):
        if len(matches) == 1:
            return matches[0].value, sure
        if matches:
            return None, False
    return None, False


def _bare(said: list[str], language: str) -> str:
    words = lexicon(language)
    kept = [word for word in said if not words.tags_of(word[:LONGEST_WORD]) & {"filler", "article", "polite"}] or said
    if len(kept) == 1 and (number := words.number(kept[0][:LONGEST_WORD])) is not None:
        return str(number)
    return " ".join(kept)


def _said(text: str, language: str) -> list[str]:
    return [t.text for t in excerpt(text, language).tokens if t.kind in {WORD, NUMBER}]


def _plain(label: str) -> str:
    return " ".join(t.text for t in tokenise(fold(label)) if t.kind in {WORD, NUMBER})


def _is_prefix(bare: str, names: set[str]) -> bool:
    return len(bare) >= _SHORTEST_PREFIX and any(name.startswith(bare) for name in names)


def _near(bare: str, name: str) -> bool:
    allowed = min(len(name) // _LETTERS_PER_TYPO, 2)
    return allowed > 0 and len(bare) <= len(name) + 2 and OSA.distance(bare, name, score_cutoff=allowed) <= allowed
