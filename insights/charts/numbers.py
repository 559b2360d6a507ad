"""Figures as people read them, in German and English."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

MINUS = "\u2212"
THIN: Final = "\u202f"  # no line breaks there
MONTHS: Mapping[str, tuple[str, ...]] = {
    "de": ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_LONG = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
_DAYS = {
    "de": "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
    "en": "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
}


def count(number: float, language: str) -> str:
    """1234 as 1.234 or 1,234."""
    text = f"{round(number):,}"
    return text.replace(",", ".") if language == "de" else text


def share(part: float, language: str) -> str:
    """A share, 0 to 1, as a per cent; one that is not 0 never looks like 0, nor one below 1 like all."""
    if 0 < part < 0.01:
        text = "< 1"
    elif 0.99 < part < 1:
        text = "> 99"
    else:
        text = f"{100 * part:.0f}"
    return f"{text}{THIN}%" if language == "de" else f"{text}%"


def score(points: float) -> str:
    """Points with their sign: +32, 0, and a true minus."""
    whole = round(points)
    return f"+{whole}" if whole > 0 else f"{MINUS}{-whole}" if whole < 0 else "0"


def day(when: date, language: str) -> str:
    """5. März 2026, 5 Mar 2026."""
    dot = "." if language == "de" else ""
    return f"{when.day}{dot} {MONTHS[language][when.month - 1]} {when.year}"


def month(when: date, language: str) -> str:
    """März 2026, Mar 2026."""
    return f"{MONTHS[language][when.month - 1]} {when.year}"


def locale(language: str) -> dict[str, Any]:
    """What Vega needs to write numbers and dates on axes."""
    german = language == "de"
    days, months = _DAYS[language].split(), _LONG[language].split()
    return {
        "number": {
            "decimal": "," if german else ".",
            "thousands": "." if german else ",",
            "grouping": [3],
            "currency": ["", "\u00a0€"],
        },
        "time": {
            "dateTime": "%A, %e. %B %Y, %X" if german else "%A, %e %B %Y, %X",
            "date": "%d.%m.%Y" if german else "%d/%m/%Y",
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": days,
            "shortDays": [each[:2] if german else each[:3] for each in days],
            "months": months,
            "shortMonths": list(MONTHS[language]),
        },
    }
