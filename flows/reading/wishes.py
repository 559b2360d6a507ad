"""What a customer may wish beside answering: no more messages, a person, help, or to be asked again."""

from collections.abc import Sequence

from flows.reading.excerpt import excerpt, lexicons
from flows.reading.keyword import asks_for_person, keyword
from flows.reading.optout import demands, may_demand
from flows.reading.optwords import all_opt_words
from flows.reading.result import Wish
from flows.reading.tokens import LONGEST_WORD, WORD, Token, words_of


def wish(text: str, language: str) -> Wish:
    """What the customer asks for by keyword or phrase: stop, start, help or human, else ""."""
    if found := keyword(text, language):
        return found
    if asks_for_person(text):
        return "human"
    return _wish_in_phrases(text, language) if may_wish(text, language) else ""


def may_wish(text: str, language: str) -> bool:
    """False where the words of the text are surely not those of a wish in phrases: ordinary comments."""
    words = words_of(text)
    return any(may_demand(words, known) for known in all_opt_words(language)) or any(
        source.wishes.possible_in(words) for source in lexicons(language)
    )


def _wish_in_phrases(text: str, language: str) -> Wish:
    names = {name for name, _, _ in wish_spans(excerpt(text, language).tokens, language)}
    return "stop" if "stop" in names else "human" if "human" in names else ""


def wish_spans(tokens: Sequence[Token], language: str) -> list[tuple[str, int, int]]:
    """Wishes, reports and doubts as (stop, human, told or doubt, first token, token after the last).

    Those that a pattern of `not_wishes` covers are left out, be it the conversation's language or English.
    """
    sources = lexicons(language)
    said = [token.text[:LONGEST_WORD] for token in tokens if token.kind == WORD]
    possible = (known for known in all_opt_words(language) if may_demand(said, known))
    asked = [("stop", *span) for known in possible for span in demands(tokens, known)]
    matches = [match for words in sources for match in dict.fromkeys(words.wishes.find(tokens))]
    if not matches:
        return asked
    denied: dict[str, set[int]] = {}  # the tokens that belong to what only looks like a wish
    for words in sources:
        for name, first, after in words.not_wishes.find(tokens):
            denied.setdefault(name, set()).update(range(first, after))
    return asked + [m for m in matches if m[0] not in denied or denied[m[0]].isdisjoint(range(m[1], m[2]))]
