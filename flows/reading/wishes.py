"""What a customer may wish beside answering: no more messages, a person, help, or to be asked again."""

from collections.abc import Sequence

from flows.reading.fold import fold
from flows.reading.keyword import asks_for_person, keyword
from flows.reading.lexicon import Lexicon, lexicon
from flows.reading.result import Wish
from flows.reading.tokens import Token, tokenise, words_of


def wish(text: str, language: str) -> Wish:
    """What the customer asks for by keyword or phrase: stop, start, help or human, else ""."""
    if found := keyword(text, language):
        return found
    if asks_for_person(text):
        return "human"
    return _wish_in_phrases(text, language) if may_wish(text, language) else ""


def may_wish(text: str, language: str) -> bool:
    """False where the words of the text are surely not those of a wish in phrases: ordinary comments."""
    words = set(words_of(text))
    return any(source.wishes.possible(words) for source in _lexicons(language))


def _wish_in_phrases(text: str, language: str) -> Wish:
    names = {name for name, _, _ in wish_spans(tokenise(fold(text)), language)}
    return "stop" if "stop" in names else "human" if "human" in names else ""


def wish_spans(tokens: Sequence[Token], language: str) -> list[tuple[str, int, int]]:
    """The wishes as (stop or human, first token, token after the last), without those a `not_wishes` pattern covers."""
    found: list[tuple[str, int, int]] = []
    for words in _lexicons(language):
        matches = words.wishes.find(tokens)
        if matches:
            denied = words.not_wishes.find(tokens)
            found += [m for m in matches if not any(m[0] == n and a < m[2] and m[1] < b for n, a, b in denied)]
    return found


def _lexicons(language: str) -> Sequence[Lexicon]:
    """The language's own and the English one, which may be the same."""
    own, english = lexicon(language), lexicon("en")
    return (own,) if own is english else (own, english)
