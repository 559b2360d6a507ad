"""What was looked at, how it is and what to do: the lines that the doctor and `run.py channels` print."""

from collections.abc import Iterable

import click
import msgspec

from bot import abilities

_LEVELS = {"ok": "good", "warning": "note", "error": "bad"}  # a channel's words, and ours
_SIGNS = {"good": ("✓", "green"), "note": ("·", "blue"), "bad": ("✗", "red")}


class Finding(msgspec.Struct, frozen=True):
    """One line of a report. `level`: good | note | bad; bad needs an operator. `hint` says what to do or click."""

    level: str
    about: str
    text: str
    hint: str = ""


def good(about: str, text: str) -> Finding:
    """All is well."""
    return Finding("good", about, text)


def note(about: str, text: str, hint: str = "") -> Finding:
    """Worth knowing."""
    return Finding("note", about, text, hint)


def bad(about: str, text: str, hint: str = "") -> Finding:
    """Somebody has to act."""
    return Finding("bad", about, text, hint)


def of_channel(name: str, found: Iterable[abilities.Finding]) -> list[Finding]:
    """What a channel has found out about itself."""
    return [Finding(_LEVELS[each.level], f"channel {name}", each.message, each.hint) for each in found]


def tell(findings: Iterable[Finding], *, as_json: bool) -> None:
    """Print them in order. Raises SystemExit(1) at the end if one needs an operator."""
    failed = False
    for finding in findings:
        failed |= finding.level == "bad"
        if as_json:
            click.echo(msgspec.json.encode(finding))
            continue
        sign, colour = _SIGNS[finding.level]
        lines = finding.text.splitlines() or [""]
        click.echo(f"{click.style(sign, fg=colour)} {finding.about}: {lines[0]}")
        for line in (*lines[1:], *([f"→ {finding.hint}"] if finding.hint else [])):
            click.echo(f"    {line}")
    if failed:
        raise SystemExit(1)
