"""What the bot says besides a flow's own texts; a flow may override any of it under `phrases:`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from flows.templates import names

FALLBACK = "en"
_TEST = {"ar": "تجربة", "es": "Prueba", "it": "Prova", "pt": "Teste", "ru": "Тест", "uk": "Тест", "tr": "Deneme"}


@cache
def shipped() -> Mapping[str, Mapping[str, str]]:
    """Name → language → text, from `phrases.yaml`."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = files("flows").joinpath("phrases.yaml").read_text(encoding="utf-8")
    phrases: Mapping[str, Mapping[str, str]] = yaml.load(text, Loader=loader)  # noqa: S506 — a safe loader
    return phrases


def phrase(name: str, language: str) -> str:
    """A shipped phrase; in English if there is none in this language. Raises KeyError for an unknown name."""
    texts = shipped()[name]
    return texts.get(language) or texts[FALLBACK]


def mark_of_tests(language: str) -> str:
    """What the first message of a survey begins with that somebody only tries out, in any language of theirs."""
    return f"[{_TEST.get(language.partition('-')[0], 'Test')}]"


def placeholders(name: str) -> frozenset[str]:
    """What a phrase may mention besides the flow's own variables: what the shipped one mentions."""
    return frozenset(names(shipped()[name][FALLBACK]))
