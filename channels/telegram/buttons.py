"""Buttons: what a press says about its question and value within 64 bytes, and how a keyboard is laid out."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from bot.messages import Option

MAX_DATA = 64  # bytes of callback_data
WIDE = 14  # characters of a label that needs a row of its own on a phone

# What keys and values are made of. Written as one number in base 94, 75 of these characters take 63 bytes.
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789_-.:|"
_FIRST, _BASE = 33, 94  # "!" to "~", one byte each
# At desks keys are longer, values name admins' causes and other channels' messages. So capitals stand for what is long
# and frequent there, and a letter behind ^ is a capital itself. These signs hang in chats: add a form, change none.
_LONG = {"P": ".card.p", "C": "cause:", "E": "correct:"}
_ALPHABETS = {"~": _ALPHABET, "=": f"{_ALPHABET}^{''.join(_LONG)}"}  # by what packed data begins with
_PLAIN = re.compile(r"(?P<question>[\w.:-]{1,100})\|(?P<value>.+)", re.DOTALL | re.ASCII)


class Button(NamedTuple):
    """A button as Telegram shows it and gives it back."""

    label: str
    data: str


def callback_data(key: str, value: str) -> str | None:
    """`key|value`, packed if it is longer than 64 bytes; None if it does not even fit then.

    Nothing about it has to be remembered: any process can read it, for as long as the message hangs in the chat.
    """
    plain = f"{key}|{value}"
    if len(plain.encode("utf-8", "surrogatepass")) <= MAX_DATA:
        return plain
    return _packed(plain, "~") or _packed(_shortened(plain), "=")


def question_and_value(data: str) -> tuple[str, str]:
    """Key and value of a press; what we did not write is a value without a question."""
    plain = _unpacked(data) if data[:1] in _ALPHABETS else data
    found = _PLAIN.fullmatch(_lengthened(plain) if data.startswith("=") else plain)
    return (found["question"], found["value"]) if found else ("", data)


def rows(options: Sequence[Option]) -> list[list[Option]]:
    """The options line by line: 0–10 as 6 + 5, short words beside each other, long ones below each other."""
    lines: list[list[Option]] = []
    for wide, run in groupby(options, lambda option: len(option.label) > WIDE):
        lines += _even(list(run), 1 if wide else 0)
    return lines


def _even(options: list[Option], columns: int) -> Iterator[list[Option]]:
    """Lines of equal length as far as possible, the longer ones first."""
    longest = max(len(option.label) for option in options)
    columns = columns or (6 if longest <= 3 else 4 if longest <= 5 else 3 if longest <= 9 else 2)
    lines = -(-len(options) // columns)
    size, longer = divmod(len(options), lines)
    begin = 0
    for line in range(lines):
        end = begin + size + (line < longer)
        yield options[begin:end]
        begin = end


def _packed(plain: str, form: str) -> str | None:
    """Written as a number, behind the sign of its form; None if it is too long or has other characters."""
    alphabet = _ALPHABETS[form]
    number = 1  # so that a first character that counts as 0 is kept
    for character in plain:
        digit = alphabet.find(character)
        if digit < 0:
            return None
        number = number * len(alphabet) + digit
    packed = ""
    while number:
        number, digit = divmod(number, _BASE)
        packed += chr(_FIRST + digit)
    return form + packed if len(packed) < MAX_DATA else None


def _unpacked(data: str) -> str:
    """The plain form of packed data; "" if it is none."""
    alphabet, number = _ALPHABETS[data[0]], 0
    for character in reversed(data[1:MAX_DATA]):
        digit = ord(character) - _FIRST
        if not 0 <= digit < _BASE:
            return ""
        number = number * _BASE + digit
    plain = ""
    while number > 1:
        number, digit = divmod(number, len(alphabet))
        plain = alphabet[digit] + plain
    return plain if number else ""


def _shortened(plain: str) -> str:
    """With signs for what is long; with NUL, which no alphabet has, if that is ambiguous."""
    if "^" in plain:
        return "\0"
    short = re.sub("[A-Z]", lambda found: f"^{found[0].lower()}", plain)
    for sign, long in _LONG.items():
        short = short.replace(long, sign)
    return short


def _lengthened(short: str) -> str:
    """What was shortened, as it was."""
    for sign, long in _LONG.items():
        short = short.replace(sign, long)
    return re.sub(r"\^([a-z])", lambda found: found[1].upper(), short)
