"""The rule that `--explain` names, one text for each, and the texts at the borders between two rules."""

import pytest

from flows.reading import read_score

RULES = [
    ("9", "en", "accept", 9, "whole"),
    ("9/10", "en", "accept", 9, "scaled"),
    ("6 or 7, make it 7", "en", "accept", 7, "settled"),
    ("sorry, meant 9, not 6", "en", "accept", 9, "corrected"),
    ("about 8", "en", "confirm", 8, "hedge"),
    ("9ish", "en", "confirm", 9, "hedge"),
    ("at least 7", "en", "confirm", 7, "bound"),
    ("no more than 7", "en", "confirm", 7, "bound"),
    ("7?", "en", "confirm", 7, "question"),
    ("7, right?", "en", "confirm", 7, "question"),
    ("08", "en", "confirm", 8, "slip"),
    ("sevne", "en", "confirm", 7, "slip"),
    ("like I said last week, 4", "en", "confirm", 4, "told"),
    ("I told you 6 already", "en", "confirm", 6, "told"),
    ("10/10 would not recommend", "en", "confirm", 10, "contradiction"),
    ("9 awful", "en", "confirm", 9, "contradiction"),
    ("breakfast 7", "en", "accept", 7, "whole"),
    ("lobby 7", "en", "confirm", 7, "context"),
    ("great!", "en", "reask", None, "no score"),
    ("staff 9, price 4", "en", "reask", None, "two values"),
    ("7-8", "en", "reask", None, "range or fraction"),
    ("7.5", "en", "reask", None, "range or fraction"),
    ("7:8", "en", "reask", None, "no score"),
    ("11", "en", "reask", None, "off the scale"),
    ("would have been a 9", "en", "reask", None, "withdrawn"),
    ("8 going on 9", "en", "confirm", 8, "hint"),
    ("no. 7", "en", "confirm", 7, "nr"),
    ("8)", "en", "confirm", 8, "smiley"),
    ("2) 6", "en", "confirm", 6, "list number"),
    ("top marks", "en", "confirm", 10, "end of the scale"),
    ("10 if you fix it", "en", "reask", None, "withdrawn"),
    ("if you fix it, 10", "en", "confirm", 10, "condition"),
    ("8 - 9 days late though", "en", "confirm", 8, "range"),
    ("8 minus", "en", "confirm", 8, "hedge"),
    ("8, not sure", "en", "confirm", 8, "hedge"),
    ("camera 8", "ro", "confirm", 8, "unknown words"),
    ("eher 8", "de", "confirm", 8, "rather"),
    ("was 9", "en", "confirm", 9, "was"),
    ("9 nein 6", "de", "confirm", 6, "context"),
    ("the 2 at the desk", "en", "confirm", 2, "follows"),
    ("2 people, 3 waiters cold", "en", "confirm", 3, "follows"),
    ("food 9 service 4", "en", "confirm", 4, "context"),
    ("3. 6", "en", "confirm", 6, "list number"),
    ("4. 6", "en", "reask", None, "two values"),
    ("6 thieves", "en", "accept", 6, "whole"),
    ("4 excellent", "en", "confirm", 4, "contradiction"),
    ("5 excellent", "en", "accept", 5, "whole"),
    ("7 thieves", "en", "confirm", 7, "contradiction"),
    ("9, thieves, food great", "en", "confirm", 9, "contradiction"),
    ("4 kalter Kaffee am Morgen", "de", "accept", 4, "whole"),
    ("4 halber Kaffee am Morgen", "de", "confirm", 4, "follows"),
    ("8-er", "de", "accept", 8, "whole"),
    ("7 eller 8", "sv", "reask", None, "range or fraction"),
    ("en 3a", "sv", "accept", 3, "whole"),
    ("3a på andra", "sv", "reask", None, "no score"),
    ("2a", "sv", "reask", None, "no score"),
    ("0 to 10: 4", "en", "accept", 4, "whole"),
    ("1 to 10: 4", "en", "accept", 4, "whole"),
    ("1 or 10", "en", "reask", None, "no score"),
    ("5 to 10", "en", "reask", None, "range or fraction"),
    ("1 2 3 4 5 6 7 8 9 10 " * 5, "en", "reask", None, "too many numbers"),
    ("8, I'm not 100% on that", "en", "confirm", 8, "doubt"),
]


@pytest.mark.parametrize(("text", "language", "action", "value", "rule"), RULES)
def test_the_rule_is_named(text: str, language: str, action: str, value: int | None, rule: str):
    """What decided is told by its name, and what it decided."""
    read = read_score(text, language)
    assert (read.action, read.value, read.rule) == (action, value, rule)
