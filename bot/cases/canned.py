"""Replies kept for use by name, filled in for a customer."""

from bot.cases.desks import Canned, Desk
from bot.cases.draft import alias_of
from bot.cases.state import Actor, Case
from bot.cases.words import word
from flows.templates import fill

PLACEHOLDERS = ("first_name", "agent", "code")
"""What these texts may mention: the customer's first name, the agent's public name, a voucher's code."""


def canned_reply(canned: Canned, by: Actor, case: Case, desk: Desk) -> str:
    """The reply in the customer's language, else in English, else in the first there is."""
    texts = canned.texts
    base = case.language.replace("_", "-").partition("-")[0].lower()
    text = texts.get(case.language) or texts.get(base) or texts.get("en") or next(iter(texts.values()), "")
    name = dict(case.attributes).get("first_name") or case.name.partition(" ")[0]
    values = {"first_name": name, "agent": alias_of(desk, by)[0], "code": canned.code}
    if canned.codes:  # which one is known when it goes out
        del values["code"]
    return fill(text, values).strip()


def at_its_longest(text: str, voucher: str, desk: Desk) -> str:
    """A text whose code is not known yet, with the longest that it may get."""
    codes = next((canned.codes for canned in desk.canned if voucher and canned.name == voucher), ())
    return fill(text, {"code": max(codes, key=len)}) if codes else text


def shown(text: str, voucher: str, language: str) -> str:
    """The same for people at the desk, who read which voucher it is."""
    return fill(text, {"code": word("voucher_code", language, word=voucher)}) if voucher else text
