"""Reading a reply to a score question (first slice: bare numbers and number words)."""

from flows.reading.fold import fold
from flows.reading.keyword import keyword
from flows.reading.lexicon import lexicon
from flows.reading.result import Read
from flows.reading.tokens import NUMBER, WORD, tokenise
from flows.reading.wishes import wish


def read_score(text: str, language: str, low: int = 0, high: int = 10) -> Read:
    """Read a reply to a question for a number from `low` to `high`."""
    if keyword(text, language) == "stop" or wish(text, language) == "stop":
        return Read("stop", rule="wish-stop")
    human = wish(text, language) == "human"
    tokens = [t for t in tokenise(fold(text)) if t.kind in {NUMBER, WORD}]
    words = lexicon(language)
    first = tokens[0] if tokens else None
    value = None
    if first and first.kind == NUMBER and first.text.isdigit() and len(first.text) < 4:
        value = int(first.text)
    elif first:
        value = words.number(first.text)
    if value is not None and low <= value <= high and len(tokens) == 1:
        return Read("accept", value, wants_human=human, rule="bare")
    return Read("human", wants_human=True, rule="wish-human") if human else Read("reask", rule="nothing")


def read_correction(text: str, language: str, low: int = 0, high: int = 10) -> Read | None:
    """An explicit correction of the score given before ("sorry, meant 9", "*9"), else None."""
    stripped = text.strip()
    if stripped.startswith("*"):
        read = read_score(stripped[1:], language, low, high)
        return read if read.action in {"accept", "confirm"} else None
    return None
