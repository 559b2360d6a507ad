"""What a customer may wish beside answering: no more messages, a person, help, or to be asked again."""

from collections.abc import Sequence

from flows.reading.fold import fold
from flows.reading.keyword import asks_for_person, keyword
from flows.reading.lexicon import lexicon
from flows.reading.result import Wish
from flows.reading.tokens import Token, tokenise


def wish(text: str, language: str) -> Wish:
    """What the customer asks for by keyword or phrase: stop, start, help or human, else ""."""
    if found := keyword(text, language):
        return found
    if asks_for_person(text):
        return "human"
    spans = wish_spans(tokenise(fold(text)), language)
    names = {name for name, _, _ in spans}
    return "stop" if "stop" in names else "human" if "human" in names else ""


def wish_spans(tokens: Sequence[Token], language: str) -> list[tuple[str, int, int]]:
    """The wishes as (stop or human, first token, token after the last), without those a `not_wishes` pattern covers."""
    found: list[tuple[str, int, int]] = []
    for words in {id(w): w for w in (lexicon(language), lexicon("en"))}.values():
        matches = words.wishes.find(tokens)
        if matches:
            denied = words.not_wishes.find(tokens)
            found += [m for m in matches if not any(m[0] == n and a < m[2] and m[1] < b for n, a, b in denied)]
    return found
