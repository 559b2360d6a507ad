"""What agents type and press, read as case events. Whatever is not clearly meant for the customer stays at the desk."""

import re
import unicodedata
from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot import durations
from bot.cases.canned import canned_reply
from bot.cases.desks import Desk
from bot.cases.events import (
    AgentSaid,
    Assigned,
    CaseEvent,
    Chosen,
    Claimed,
    HandedOver,
    Misunderstood,
    Noted,
    Released,
    Reopened,
    Resolved,
    Snoozed,
)
from bot.cases.lines import one_line, plain
from bot.cases.state import Actor, Case
from bot.messages import Said
from flows.problems import nearest

SNOOZE = 3_600_000  # ms, where nobody says how long
_LONGEST = 40  # characters of a word that are looked at
LONGEST_SNOOZE = 30 * 86_400_000

COMMANDS = {
    "claim": ("nehmen", "übernehmen"),
    "release": ("freigeben",),
    "assign": ("zuweisen",),
    "handover": ("übergeben",),
    "snooze": ("später",),
    "note": ("notiz",),
    "send": ("senden",),
    "reply": ("antwort", "vorlage"),
    "voucher": ("gutschein",),
    "resolve": ("gelöst",),
    "reopen": ("öffnen",),
    "commands": ("befehle", "help", "hilfe"),
}
"""Each command and its other names. None is a carrier keyword; `!help` is one on a phone, `!commands` is not."""

_PLAIN: dict[str, type[Claimed | Released | Resolved | Reopened]] = {
    "claim": Claimed,
    "release": Released,
    "resolve": Resolved,
    "reopen": Reopened,
}
_NAMING = frozenset({"cause", "send", "note", "take", "retry", "correct"})  # buttons that are about one thing
_BY_NAME = {alias: name for name, aliases in COMMANDS.items() for alias in (name, *aliases)}
_COMMAND = re.compile(r"[!！]{1,3}([^\W\d_][\w-]*)[:;,.!?]*\s*(.*)", re.DOTALL)
_ALMOST = re.compile(r"(?:[!！]\s+|[/\\])([^\W\d_]+)")  # neither a command nor meant for a customer
_NOTE = re.compile(r"(?://+|(?:note|notiz)\s{0,3}[:：])\s*(.*)", re.DOTALL | re.IGNORECASE)
_MENTION = re.compile(r"<[@!][^<>\s]{1,80}>|@[\w.\-]{1,80}")
_SHORTCODE = re.compile(r":[a-z0-9_+\-]{1,60}:")  # Slack's way of writing emoji it has no character for
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_CODE = re.compile(r"[^\w!！/]{0,5}([2-9A-HJKMNP-Z]{4})(?!\w)[\s:;,.)\]\-–]*(.*)", re.DOTALL | re.IGNORECASE)


def read(said: Said, by: Actor, case: Case, desk: Desk) -> CaseEvent | None:
    """What somebody at the desk means by a message; None if there is nothing in it."""
    text = plain(said.text).strip()
    if not text and not said.media:
        return None
    if match := _NOTE.match(text):
        return _note(match[1], by, said)
    if match := _COMMAND.match(text):
        return _command(match[1].casefold(), match[2].strip(), said, by, case, desk)
    if (match := _ALMOST.match(text)) and (name := match[1].casefold()) in _BY_NAME:
        return Misunderstood(by, "did_you_mean", f"!{name}", said.ref)
    internal = bool(text) and _among_colleagues(text, desk)
    return _spoken(said, said.text, by, "internal" if internal else "")


def press(value: str, by: Actor, ref: str) -> CaseEvent:
    """What a button at the desk means; `ref` is the message it was under. Values of no button of ours are refused."""
    what, _, of = value.partition(":")
    if what in _PLAIN and not of:
        return _PLAIN[what](by=by, ref=ref)
    if what == "snooze":
        return Snoozed(by, SNOOZE, ref)
    if what in ("skip", "cancel") or (what in _NAMING and of):
        return Chosen(by, what, of, ref)
    return Misunderstood(by, "old_button", ref=ref)


class Docketed(Struct, frozen=True):
    """A case as a phone sees it; `mine`: whoever has this phone owns the case. `closed`: resolved or confirmed."""

    case_id: str
    code: str
    mine: bool = False
    closed: bool = False


class Refusal(Struct, frozen=True):
    """Why a text from a phone belongs to no case: a name in `words.yaml`, which is told `word` and `codes`."""

    why: str
    codes: tuple[str, ...] = ()
    word: str = ""


def addressed(text: str, dockets: Sequence[Docketed]) -> tuple[str, str] | Refusal:
    """The id of the case that a text from a phone is about, and the text without the code (LIVE_FOLLOWUP 15).

    The code may be left out only by the owner of the one case that is open at this phone. One that could be a word
    counts in capitals only.
    """
    text = plain(text).strip()
    still_open = [docket for docket in dockets if not docket.closed]
    codes = tuple(docket.code for docket in still_open)
    alone = still_open[0] if len(still_open) == 1 and still_open[0].mine else None
    match = _CODE.match(text)
    named = [docket for docket in dockets if match and docket.code == match[1].upper()]
    if match and len(named) == 1 and (named[0] is alone or _is_code(match[1])):
        return (named[0].case_id, match[2].strip()) if match[2].strip() else Refusal("code_alone", (named[0].code,))
    if match and not named and _is_code(match[1]):
        return Refusal("unknown_code", codes, match[1].upper()) if codes else Refusal("no_open_case")
    if alone and not named:
        return alone.case_id, text
    return Refusal("which_case" if codes else "no_open_case", codes)


def names_case(text: str, codes: Collection[str]) -> bool:
    """Whether a text from a phone begins with a case's code, or with what was surely meant as one."""
    match = _CODE.match(plain(text).strip())
    return match is not None and (match[1].upper() in codes or _is_code(match[1]))


def _is_code(word: str) -> bool:
    """Whether it was surely meant as a code, and is not the first word of a sentence."""
    return word.isupper() or any(letter.isdigit() for letter in word)


def _note(text: str, by: Actor, said: Said) -> CaseEvent:
    if not text.strip() and not said.media:
        return Misunderstood(by, "nothing_to_note", ref=said.ref)
    return Noted(by, text.strip() or ", ".join(one.name or one.mime for one in said.media), said.ref)


def _spoken(said: Said, text: str, by: Actor, intent: str) -> AgentSaid:
    return AgentSaid(by, text, said.ref, said.media, said.album, said.reply_to, intent)


def _command(name: str, rest: str, said: Said, by: Actor, case: Case, desk: Desk) -> CaseEvent:  # noqa: C901, PLR0911 - one line per command
    ref = said.ref
    match _BY_NAME.get(name):
        case "claim":
            return Claimed(by, ref)
        case "release":
            return Released(by, ref)
        case "assign" if rest.casefold() in ("me", "mich", "mir"):
            return Claimed(by, ref)
        case "assign":
            return Assigned(by, one_line(rest), ref) if rest else Misunderstood(by, "assign_whom", ref=ref)
        case "handover":
            return (
                HandedOver(by, rest.split(maxsplit=1)[0], ref) if rest else Misunderstood(by, "handover_where", ref=ref)
            )
        case "snooze":
            return _snooze(rest, by, ref)
        case "note":
            return _note(rest, by, said)
        case "send":
            wanted = rest or said.media
            return _spoken(said, rest, by, "send") if wanted else Misunderstood(by, "nothing_to_send", ref=ref)
        case "reply" | "voucher" as kind:
            return _canned(rest, said, by, case, desk, voucher=kind == "voucher")
        case "resolve":
            cause, action = _cause(rest, desk)
            return Resolved(by, cause, action, ref)
        case "reopen":
            return Reopened(by, ref)
        case "commands":
            return Misunderstood(by, "commands", ref=ref)
    meant = nearest(name[:_LONGEST], _BY_NAME)
    word = f"!{meant}" if meant else f"!{name[:_LONGEST]}"
    return Misunderstood(by, "did_you_mean" if meant else "unknown_command", word, ref)


def _snooze(rest: str, by: Actor, ref: str) -> CaseEvent:
    try:
        duration = durations.parse("".join(rest.split()).lower()) if rest else SNOOZE
    except ValueError:
        duration = 0
    if not 0 < duration <= LONGEST_SNOOZE:
        return Misunderstood(by, "snooze_how_long", ref=ref)
    return Snoozed(by, duration, ref)


def _canned(rest: str, said: Said, by: Actor, case: Case, desk: Desk, *, voucher: bool) -> CaseEvent:
    """A reply by name, with what was typed behind it in a paragraph of its own.

    It is meant for the customer even where the desk has just asked for a cause; else it goes the way of typed words.
    """
    known = [each for each in desk.canned if each.voucher == voucher]
    if not known:
        return Misunderstood(by, "no_canned", ref=said.ref)
    name, more = (*rest.split(maxsplit=1), "", "")[:2]
    found = next((each for each in known if each.name.casefold() == name.casefold()), None)
    if found is None:
        close = nearest(name, [each.name for each in known])
        return Misunderstood(by, "no_such_canned", close or ", ".join(each.name for each in known), said.ref)
    text = "\n\n".join(filter(None, (canned_reply(found, by, case, desk), more)))
    spoken = _spoken(said, text, by, "reply")
    return replace(spoken, voucher=found.name) if found.codes else spoken


def _cause(rest: str, desk: Desk) -> tuple[str, str]:
    """A cause by its id or one of its labels, which may have several words, and what was done."""
    names = [(name, cause.id) for cause in desk.causes for name in (cause.id, *cause.labels.values())]
    for name, cause_id in sorted(names, key=lambda pair: -len(pair[0])):
        if rest[: len(name)].casefold() == name.casefold() and not rest[len(name) : len(name) + 1].isalnum():
            return cause_id, rest[len(name) :].strip(" \n\t:;,-–")
    cause, _, action = rest.partition(" ")
    return cause.rstrip(":;,"), action.strip()


def _among_colleagues(text: str, desk: Desk) -> bool:
    """Whether it is addressed to colleagues, or has no words at all (LIVE_FOLLOWUP 5)."""
    mention = _MENTION.match(text)
    if mention and (mention[0].startswith("<") or _names_agent(text, desk)):
        return True
    without = _KEYCAP.sub("", _SHORTCODE.sub("", _MENTION.sub("", text)))
    if any(char.isalnum() for char in without):
        return False
    return bool(mention) or without != text or any(unicodedata.category(char) in ("So", "Sk") for char in without)


def _names_agent(text: str, desk: Desk) -> bool:
    """Whether a text begins with `@` and a colleague's name or id."""
    said = text[1:].casefold()
    known = {name.casefold() for agent in desk.agents for name in (agent.name, agent.alias) if name}
    known |= {each.partition(":")[2].casefold() for agent in desk.agents for each in agent.ids}
    return any(said.startswith(name) and not said[len(name) : len(name) + 1].isalnum() for name in known)
