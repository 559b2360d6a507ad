"""What people do in the inbox: forms read as acts at a desk, and what came of them. Typed words are never lost."""

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from bot.errors import StoreUnavailable
from web.account import back, me
from web.acts import tell
from web.cases import check
from web.gate import form
from web.inbox_parts import Cases, Reply, Seen
from web.inbox_shown import told
from web.pages import spoken
from web.problems import Refused
from web.shapes import CaseAct
from web.words.inbox import INBOX

PATIENCE = 3.0  # s until a page no longer waits for what comes of an act
LOOK = 0.03  # s between two looks
MOST = 5_000  # characters of a text: in any script they fit into a form (web.gate.FORM_LIMIT)
TOKEN = re.compile(r"[0-9a-f]{32}")
_NAMED = ("agent", "note", "event")  # kinds of entries that say what somebody has done


class Acted(NamedTuple):
    """What was tried, for the page that shows it: what was typed stands there again. `told` is why it did not work."""

    seen: Seen
    text: str = ""
    cause: str = ""
    done: str = ""
    to: str = ""
    told: tuple[str, ...] = ()
    pending: str = ""  # what was typed, as long as nobody knows what comes of it
    status: int = 200
    token: str = ""

    @property
    def key(self) -> str:
        """What goes into the forms, so that each has one effect however often it is sent."""
        return self.token or secrets.token_hex(16)


class Wrong(Exception):
    """Something is missing; the name of the words that say so."""


async def acted(request: Request, cases: Cases, seen: Seen, again: Callable[[], Awaitable[Seen]]) -> Acted | Response:
    """Do what the form says: the way on, or what the page should show. `again` looks at the case anew."""
    who, given, words = me(request), form(request), INBOX[spoken(request)]
    typed = Acted(seen, given.get("text", ""), given.get("cause", ""), given.get("done", ""), given.get("to", ""))
    if "reply" in given:
        return typed._replace(text=_filled(typed.text, given["reply"], seen))
    login = cases.login(who.email, who.id)
    try:
        act = _act(given, login, (who.name or who.email)[:80])
    except Wrong as wrong:
        return typed._replace(told=(words[str(wrong)].format(most=MOST),), status=422)
    tell(request, what=act.press.partition(":")[0] or given.get("as", "answer"))
    token = given.get("key", "") if TOKEN.fullmatch(given.get("key", "")) else secrets.token_hex(16)
    try:
        await cases.act(seen.listed.id, act, f"page:{who.id}:{seen.listed.id}:{token}:{_digest(act)}")
    except StoreUnavailable:
        return typed._replace(told=(words["wrong_store"],), status=503, token=token)
    happened = await _happened(cases, seen)
    try:
        now = await again()
    except Refused:  # it has gone to a desk that this person does not see
        return back("/inbox")
    if not happened:
        return Acted(now, pending=typed.text or typed.done, status=202)
    return _outcome(typed, act, now, login, words)


def _outcome(typed: Acted, act: CaseAct, seen: Seen, login: str, words: Mapping[str, str]) -> Acted | Response:
    """On to the case, unless it says no to what was typed: that stands in the field again then."""
    before = len(typed.seen.detail.entries)
    new = seen.detail.entries[before:]
    why = told(new, seen.detail.prompts, login)
    taken = any(each.kind in _NAMED and each.by == seen.called for each in new)
    if act.text and why and not taken:
        kept = (words["kept"],) if typed.text else ()
        return typed._replace(seen=seen, told=(*why, *kept), status=409)
    return back(f"/inbox/{seen.listed.id}?since={before}")


def _act(given: Mapping[str, str], login: str, name: str) -> CaseAct:
    """A form as an act, as every place of a desk has it. Raises Wrong."""
    press = given.get("press", "")
    act = CaseAct(login, press=press[:200], name=name) if press else CaseAct(login, _words(given), name=name)
    try:
        check(act)
    except Refused as refused:
        raise Wrong("wrong_act") from refused
    return act


def _words(given: Mapping[str, str]) -> str:
    """What would be typed at another desk. Raises Wrong."""
    text, what = given.get("text", "").strip(), given.get("as", "answer")
    to, cause, done = (" ".join(given.get(name, "").split()) for name in ("to", "cause", "done"))
    if what == "resolve":
        if not cause:
            raise Wrong("wrong_cause")
        text = f"!resolve {cause}: {done}".strip()
    elif what in ("assign", "handover"):
        if not to:
            raise Wrong("wrong_to")
        text = f"!{what} {to}"
    elif what not in ("answer", "note"):
        raise Wrong("wrong_act")
    elif not text:
        raise Wrong("wrong_empty")
    elif what == "note":
        text = f"note: {text}"
    if len(text) > MOST:
        raise Wrong("wrong_long")
    return text


def _filled(text: str, name: str, seen: Seen) -> str:
    """What stands in the field, with a saved reply; a voucher's command comes first."""
    reply = next((each for each in seen.replies if each.name == name), Reply(name, ""))
    parts = (reply.command, text.strip()) if reply.command else (text.rstrip(), reply.text)
    return ("\n" if reply.command else "\n\n").join(filter(None, parts))


def _digest(act: CaseAct) -> str:
    """Tells acts of one page apart: whoever goes back to it may press another button there."""
    return hashlib.sha256(f"{act.press}\n{act.text}".encode()).hexdigest()[:16]


async def _happened(cases: Cases, before: Seen) -> bool:
    """Whether the case has changed in the next seconds: acts are stored first, and happen right after."""
    until, mark = time.monotonic() + PATIENCE, before.detail.case.version + len(before.detail.entries)
    while await cases.mark(before.listed.id) <= mark:
        if time.monotonic() >= until:
            return False
        await asyncio.sleep(LOOK)
    return True
