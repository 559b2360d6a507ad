"""What a case says at the desk and to the customer, by name and language, from `words.yaml`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import yaml

from flows.templates import fill

FALLBACK = "en"


@cache
def shipped() -> Mapping[str, Mapping[str, str]]:
    """Name → language → text."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("bot.cases").joinpath("words.yaml").read_text(encoding="utf-8")
    words: Mapping[str, Mapping[str, str]] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    return words


def word(name: str, language: str, **values: str) -> str:
    """The text of this name, with values in place of `{{ name }}`; in English where the language has none.

    `language` is an IETF tag (`de-AT` reads German). Raises KeyError for an unknown name.
    """
    return fill(in_language(shipped()[name], language), values).strip()


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text for an IETF tag, else for its language alone, else in English, else "".

    `texts` is language → text.
    """
    base = language.replace("_", "-").partition("-")[0].lower()
    return texts.get(language) or texts.get(base) or texts.get(FALLBACK, "")


def moment(at: int, timezone: str, language: str) -> str:
    """A moment (epoch ms) as clocks in `timezone` show it, in a form that needs no "today": `Mon 09/21 14:30`."""
    local = _local(at, timezone)
    weekday = word("weekdays", language).split()[local.weekday()]
    return word("moment", language, weekday=weekday, clock=f"{local:%H:%M}", **_date(local))


def day(at: int, timezone: str, language: str) -> str:
    """The day of a moment (epoch ms) in `timezone`, with its year: `2026-09-21`."""
    return word("day", language, **_date(_local(at, timezone)))


def _local(at: int, timezone: str) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(timezone))


def _date(local: datetime) -> dict[str, str]:
    return {"day": f"{local.day:02}", "month": f"{local.month:02}", "year": f"{local.year}"}
