"""Contacts from a file in the browser: first what would become of it, then, once somebody is sure, stored.

Between the two the file is in the page, not here: a form carries it, with the digest of what was seen.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.countries import COUNTRIES
from bot.errors import BotError, Fault
from bot.fields import ADDRESS, ATTRIBUTE, CONSENT, FIELDS, cleaned
from bot.outreach.imported import CELLS
from web.account import me
from web.gate import form
from web.import_shapes import MOST_COLUMNS, MOST_FILE, MOST_ROWS, Imports, Seen, Sent, Taken
from web.outreach_shown import figure
from web.pages import page, spoken
from web.uploads import upload
from web.words.import_sentences import SAYS
from web.words.imports import IMPORTS

RESULTS = ("new", "known_changed", "same", "refused", "suppressed", "doubtful")
SHOWN_CELL = 60  # characters
LEFT_OUT = "-"
_PATH = re.compile(r"[\\/]")
_COLUMN = re.compile(r"column-([0-9]{1,3})")


def routes(imports: Imports) -> list[Route]:
    """`/contacts/import`, `/contacts/import/stored`."""

    async def choose(request: Request) -> Response:
        return _page(request)

    async def look(request: Request) -> Response:
        return await _answer(request, imports)

    async def stored(request: Request) -> Response:
        return await _answer(request, imports, storing=True)

    return [
        Route("/contacts/import", choose, methods=["GET"]),
        Route("/contacts/import", look, methods=["POST"]),
        Route("/contacts/import/stored", stored, methods=["POST"]),
    ]


async def _answer(request: Request, imports: Imports, *, storing: bool = False) -> Response:
    words = IMPORTS[spoken(request)]
    sent = _sent(request)
    if sent is None:
        return _page(request, 413, wrong=words["too_large"].format(mb=MOST_FILE >> 20))
    if not sent.content and not sent.name:
        return _page(request, 422, wrong=words["none"])
    if sent.country and sent.country not in COUNTRIES:
        return _page(request, 422, sent, wrong=words["no_country"])
    seen = hmac.compare_digest(form(request).get("seen", "").encode(), _digest(sent).encode())
    try:
        if storing and seen:
            return _page(request, 200, sent, await imports.store(sent, me(request).id), stored=True)
        taken = await imports.look(sent)
    except BotError as error:
        if error.fault is not Fault.CALLER:
            raise
        return _page(request, 422, sent, wrong=words["unreadable"], why=str(error))
    wrong = words["changed"] if storing else "" if taken.counts else words["nobody"]
    return _page(request, 409 if storing else 200, sent, taken, wrong=wrong, channels=imports.channels)


def _sent(request: Request) -> Sent | None:
    """What came, or comes again; None for a file that is too large."""
    fields, came = form(request), upload(request)
    country = fields.get("country", "").strip().upper()
    if came is None:
        return None
    if came.name or came.content:
        return Sent(_named(came.name), came.content, country) if len(came.content) <= MOST_FILE else None
    try:
        content = base64.b64decode(fields.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        return Sent("", b"", country)
    found = ((_COLUMN.fullmatch(name), value) for name, value in fields.items())
    targets = {int(match[1]): value for match, value in found if match}
    return Sent(_named(fields["name"]) if fields.get("name") else "", content, country, targets)


def _named(name: str) -> str:
    """What a file is called, without where it was."""
    return cleaned(_PATH.split(name)[-1])[:100] or "file"


def _digest(sent: Sent) -> str:
    """Of a file and all that was decided about it."""
    decided = (sent.name, sent.country, *(f"{n}={target}" for n, target in sorted(sent.targets.items())))
    return hashlib.sha256("\0".join(decided).encode() + b"\0\0" + sent.content).hexdigest()


def _page(
    request: Request,
    status: int = 200,
    sent: Sent | None = None,
    taken: Taken | None = None,
    *,
    wrong: str = "",
    why: str = "",
    stored: bool = False,
    channels: Any = (),
) -> Response:
    lang = spoken(request)
    words = IMPORTS[lang]
    carried: Mapping[str, Any] = {}
    if sent and taken and not stored:
        now = sent._replace(targets={n: each.target for n, each in enumerate(taken.columns)})
        carried = {"content": base64.b64encode(sent.content).decode(), "seen": _digest(now)}
    counts = Counter(taken.counts if taken else {})
    counts["known_changed"] = counts["changed"]
    return page(
        request,
        "import.html",
        status,
        i=words,
        say=SAYS[lang],
        sent=sent,
        taken=taken,
        stored=stored,
        carried=carried,
        hint=words["choose_hint"].format(mb=MOST_FILE >> 20, rows=figure(MOST_ROWS, lang), columns=MOST_COLUMNS),
        columns=[_column(each, channels, words) for each in taken.columns] if taken and not stored else [],
        results=[(words[name], figure(counts[name], lang)) for name in RESULTS] if taken else [],
        counts=counts,
        n=lambda value: figure(value, lang),
        wrong=wrong,
        why=why,
    )


def _column(each: Seen, channels: Any, words: Mapping[str, str]) -> dict[str, Any]:
    """A column with what it can be, as it is chosen now."""
    options = list(_targets(each, channels, words))
    return {
        "name": each.name[:SHOWN_CELL],
        "why": each.why,
        "cells": [cell[:SHOWN_CELL] + ("…" if len(cell) > SHOWN_CELL else "") for cell in each.cells],
        "options": [(target, told, target == each.target) for target, told in options],
    }


def _targets(each: Seen, channels: Any, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield LEFT_OUT, words["to_-"]
    for field in FIELDS:
        yield field, words[f"to_{field}"]
    for channel in channels:
        yield ADDRESS + channel, words["to_address"].format(name=channel)
    for cell in CELLS:
        yield CONSENT + cell, words[f"to_consent.{cell}"]
    for target in dict.fromkeys((each.attribute, each.target)):
        if target.startswith(ATTRIBUTE):
            yield target, words["to_attribute"].format(name=target[len(ATTRIBUTE) :])
