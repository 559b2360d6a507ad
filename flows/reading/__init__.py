"""The reader: what a customer's words come to, three ways: accept, confirm ("Did you mean 9?") or ask again. Pure."""

from flows.reading.choice import read_choice, read_yes_no
from flows.reading.keyword import keyword
from flows.reading.result import Action, Read, Wish
from flows.reading.score import read_correction, read_score
from flows.reading.wishes import wish

__all__ = ["Action", "Read", "Wish", "keyword", "read_choice", "read_correction", "read_score", "read_yes_no", "wish"]
