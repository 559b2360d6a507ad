"""A decision in one sentence for people, in German and English, from `reasons.yaml`. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.outreach.candidate import Decision
from flows.durations import write
from flows.templates import fill, names

LANGUAGES = ("de", "en")
_DAY = 86_400_000
_MOST = 3  # of a list that are named
_UNKNOWN = "?"


@cache
def reasons() -> Mapping[str, Mapping[str, str]]:
    """Name → language → text."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("bot.outreach").joinpath("reasons.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    return found


def explain(decision: Decision, language: str, zone: str = "UTC") -> str:
    """Why it was decided so, in a sentence; in English where we do not speak the language (an IETF tag).

    Moments are shown by the clocks of the customer where there is one zone only, else by those of `zone`. Never raises
    for inputs that are missing or of another shape: what was decided years ago still has its sentence.
    """
    base = language.replace("_", "-").partition("-")[0].lower()
    words = _Words(base if base in LANGUAGES else "en", _clock(decision, zone))
    key = next(
        key for key in (f"{decision.rule}_{decision.outcome}", decision.rule, "other") if key in sentences()
    )  # fmt: skip
    text = reasons()[key][words.language]
    inputs = {"rule": decision.rule, "outcome": decision.outcome, **decision.inputs}
    values = {name: words.said(name, inputs) for name in names(text)}
    said = fill(text, values)
    timed = any(inputs.get(name.partition("_or_")[0]) for name in _MOMENTS & values.keys())
    return f"{words.timed(said) if timed else said}."


@cache
def sentences() -> frozenset[str]:
    """The names of the sentences, which stand before the words in the file."""
    every = list(reasons())
    return frozenset(every[: every.index("other") + 1])


def _clock(decision: Decision, zone: str) -> str:
    zones = decision.inputs.get("zones")
    return zones[0] if isinstance(zones, list) and len(zones) == 1 and isinstance(zones[0], str) else zone


class _Words:
    """How values are written in one language, and moments by the clocks of one zone."""

    def __init__(self, language: str, zone: str) -> None:
        self.language = language
        self.zone = zone

    def word(self, key: str, **values: str) -> str:
        return fill(reasons()[key][self.language], values)

    def said(self, name: str, inputs: Mapping[str, Any]) -> str:
        """The value of this name, as people write it."""
        value = inputs.get("until" if name == "until_or_for_good" else name)
        if name not in inputs and name != "until_or_for_good":
            return _UNKNOWN
        write_it = _WRITTEN.get(name)
        try:
            return write_it(self, value) if write_it else _plain(value)
        except (KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError):
            return _plain(value)

    def timed(self, said: str) -> str:
        """With whose clocks the moments are by; a last bracket takes it up."""
        by = self.word("times_in", zone=self.zone)
        return f"{said[:-1]}; {by})" if said.endswith(")") else f"{said} ({by})"

    def listed(self, values: Sequence[str], nothing: str = "nothing") -> str:
        """Some by name, and how many more."""
        if not values:
            return self.word(nothing)
        more = [self.word("and_more", n=str(len(values) - _MOST))] if len(values) > _MOST else []
        return ", ".join(values[:_MOST]) + "".join(f" {each}" for each in more)

    def moment(self, at: int) -> str:
        local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(self.zone))
        return self.word(
            "moment", day=f"{local:%d}", month=f"{local:%m}", year=f"{local.year}", clock=f"{local:%H:%M}"
        )  # fmt: skip

    def duration(self, ms: int) -> str:
        return self.word("days", n=str(ms // _DAY)) if ms >= 2 * _DAY and ms % _DAY == 0 else write(ms)

    def named(self, kind: str, value: str) -> str:
        """A word of ours for a value, or the value where we have none."""
        key = f"{kind}_{value}"
        return self.word(key) if key in reasons() else _plain(value)

    def by_channel(self, kind: str, values: Mapping[str, str]) -> str:
        said = [
            f"{channel}: {self.named(kind, value) if value else self.word('nothing')}"
            for channel, value in values.items()
        ]
        return self.listed(said)


def _plain(value: Any) -> str:
    if isinstance(value, str | int):
        return str(value) or _UNKNOWN
    return ", ".join(map(str, value)) if isinstance(value, Iterable) else _UNKNOWN


_MOMENTS = frozenset(("now", "until", "until_or_for_good", "not_after", "last_asked"))
_WRITTEN: Mapping[str, Callable[[_Words, Any], str]] = {
    **dict.fromkeys(("now", "until", "not_after", "last_asked"), _Words.moment),
    "until_or_for_good": lambda words, at: (
        words.word("until", until=words.moment(at)) if at else words.word("for_good")
    ),
    "cool_down": _Words.duration,
    "outcome": lambda words, value: words.named("outcome", value),
    "basis": lambda words, value: words.named("basis", value),
    "kind": lambda words, value: words.named("kind", value),
    "zones_known_by": lambda words, value: words.named("known_by", value),
    "reason": lambda words, value: _plain(value) if value else words.word("no_reason"),
    "channels": lambda words, values: words.listed(values, "any_channel"),
    "has": lambda words, values: words.listed(values),
    "zones": lambda words, values: words.listed(values),
    "allowed": lambda words, values: ", ".join(words.named("basis", each) for each in values),
    "refused": lambda words, values: words.by_channel("reason", values),
    "reasons": lambda words, values: words.by_channel("reason", values),
    "bases": lambda words, values: words.by_channel("basis", values),
}  # fmt: skip
