"""The reader: what a customer's words come to, three ways: accept, confirm ("Did you mean 9?") or ask again. Pure."""

from flows.reading import choice, score, wishes
from flows.reading import keyword as keywords
from flows.reading.choice import read_choice
from flows.reading.remembered import remembered
from flows.reading.result import Action, Read, Wish
from flows.reading.score import read_correction

__all__ = ["Action", "Read", "Wish", "keyword", "read_choice", "read_correction", "read_score", "read_yes_no", "wish"]

keyword = remembered(keywords.keyword)
read_score = remembered(score.read_score)
read_yes_no = remembered(choice.read_yes_no)
wish = remembered(wishes.wish)
