"""Cases as the inbox shows them: clocks, deliveries and who may do what, in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.cases.words import moment
from insights.tally import PASSIVE, PROMOTER
from web.inbox_parts import Listed, Seen
from web.shapes import CaseEntry, CasePrompt, Choice
from web.words.inbox import INBOX

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # ms
SOON = 5 * MINUTE
MOST_WORDS = 280  # characters of what a customer said, in the list
ICONS = {"late": "⚠", "soon": "⏳", "due": "⏳", "paused": "⏸", "answered": "✓"}
OWNERS = frozenset({"release", "resolve", "snooze"})
"""Buttons of the card that are the owner's alone, once there is one."""
CLOSED = ("resolved", "confirmed")
_SENT = {
    "accepted": "queued",
    "sending": "queued",
    "reconciling": "unknown",
    "undelivered": "failed",
    "expired": "failed",
}
_TROUBLE = frozenset({"unknown", "failed", "cancelled"})


def row(case: Listed, now: int, zone: str, lang: str, owners: Sequence[str]) -> dict[str, Any]:
    """A case in the list; `zone` is of its desk's clocks, `owners` are the reader's names."""
    words = INBOX[lang]
    said = case.words if len(case.words) <= MOST_WORDS else f"{case.words[: MOST_WORDS - 1].rstrip()}…"
    owner = words["yours"] if case.owner in owners else words["owned"].format(name=case.owner_name)
    return {
        "id": case.id,
        "code": case.code,
        "title": words["case"].format(code=case.code),
        "desk": case.desk,
        "channel": case.channel,
        "language": case.language,
        "score": case.score,
        "band": band(case.score),
        "words": said,
        "owner": owner if case.owner else words["unowned"],
        "phase": words[f"phase_{case.phase}"],
        "priority": words.get(f"priority_{case.priority}", ""),
        "test": case.test,
        "clock": clock(case, now, lang),
        "opened": words["opened"].format(time=moment(case.opened_at, zone, lang)),
    }


def band(score: int | None) -> str:
    """One of promoter | passive | detractor, "" without a score."""
    if score is None:
        return ""
    return "detractor" if score < PASSIVE else "passive" if score < PROMOTER else "promoter"


def clock(case: Listed, now: int, lang: str) -> dict[str, str]:
    """How long is left for the first answer: `kind`, an icon and words; nothing where no clock runs."""
    words, left = INBOX[lang], case.due_at - now
    if case.phase in CLOSED:
        return {}
    if case.paused:
        kind, text = "paused", words["clock_paused"]
    elif case.due_at and left <= 0:
        kind, text = "late", words["clock_late"].format(time=lasting(-left, lang, "days"))
    elif case.due_at:
        kind = "soon" if left <= SOON else "due"
        text = words["clock_due"].format(time=lasting(left, lang, "days_left"))
    elif case.responded_at:
        kind, text = "answered", words["clock_answered"]
    else:
        return {}
    return {"kind": kind, "icon": ICONS[kind], "text": text}


def lasting(ms: int, lang: str, days: str) -> str:
    """A duration in the unit that fits; `days` names the word for them. Under a minute counts as one."""
    unit, size = ("minutes", MINUTE) if ms < HOUR else ("hours", HOUR) if ms < 2 * DAY else (days, DAY)
    return INBOX[lang][unit].format(n=max(1, ms // size))


def asked(seen: Seen, owners: Sequence[str]) -> tuple[list[CasePrompt], list[CasePrompt]]:
    """What waits for this person, and for others."""
    owner = seen.detail.case.owner
    mine, others = list[CasePrompt](), list[CasePrompt]()
    for each in seen.detail.prompts:
        ours = each.agent in owners if each.agent else not owner or owner in owners
        (mine if ours else others).append(each)
    return mine, others


def buttons(seen: Seen, owners: Sequence[str]) -> list[Choice]:
    """The card's buttons that work for this person now. Where causes are listed, resolving has a form of its own."""
    owner = seen.detail.case.owner
    hidden = set(OWNERS) if owner and owner not in owners else set()
    if resolvable(seen, owners):
        hidden.add("resolve")
    return [each for each in seen.detail.card.choices if each.value not in hidden] if seen.can_act else []


def resolvable(seen: Seen, owners: Sequence[str]) -> bool:
    """Whether this person can resolve the case with one of the desk's causes."""
    case = seen.detail.case
    return bool(seen.can_act and seen.desk.causes and case.phase not in CLOSED and case.owner in ("", *owners))


def history(seen: Seen, prompts: Sequence[CasePrompt], login: str, lang: str) -> Iterator[dict[str, Any]]:
    """What has happened, as this person reads it: nothing that was said to others, or that a prompt says as well."""
    whys, files = {each.why for each in prompts}, 0
    for number, each in enumerate(seen.detail.entries):
        if each.kind == "customer" and each.files:
            sent = [_sent(n, seen, INBOX[lang]) for n in range(files, files + each.files)]
            files += each.files
            yield {"number": number, **_entry(each, seen.desk.timezone, lang), "files": "", "sent": sent}
        elif each.kind != "answer" or (each.by == login and each.text not in whys):
            yield {"number": number, **_entry(each, seen.desk.timezone, lang)}


def told(entries: Sequence[CaseEntry], prompts: Sequence[CasePrompt], login: str) -> list[str]:
    """What was said to this person alone in these entries, but for what a prompt says."""
    whys = {each.why for each in prompts}
    return [each.text for each in entries if each.kind == "answer" and each.by == login and each.text not in whys]


def hint(seen: Seen, mine: Sequence[CasePrompt], owners: Sequence[str], lang: str) -> str:
    """What becomes of what is written into the field."""
    words, case = INBOX[lang], seen.detail.case
    if any(each.kind in ("cause", "action") for each in mine):
        return words["hint_asked"]
    if case.phase in CLOSED:
        return words["hint_over"]
    if not case.owner:
        return words["hint_free"]
    return words["hint_mine"] if case.owner in owners else words["hint_other"].format(name=seen.detail.owner_name)


def _entry(each: CaseEntry, zone: str, lang: str) -> dict[str, Any]:
    words = INBOX[lang]
    state = _SENT.get(each.delivery, each.delivery)
    why = " ".join(filter(None, (each.error, each.code))) if state in _TROUBLE else ""
    return {
        "kind": each.kind,
        "by": words.get(f"by_{each.kind}", each.kind).format(name=each.by),
        "text": each.text,
        "files": _files(each.files, words),
        "sent": [],
        "state": words.get(f"sent_{state}", state) if each.kind in ("agent", "bot") else "",
        "trouble": state in _TROUBLE,
        "why": why,
        "iso": each.at,
        "when": moment(_ms(each.at), zone, lang),
    }


def _sent(number: int, seen: Seen, words: Mapping[str, str]) -> dict[str, Any]:
    """A file of the customer's, and whether it is shown at once."""
    picture = number in seen.pictures
    label = words["sent_picture" if picture else "sent_file"].format(n=number + 1)
    return {"n": number, "picture": picture, "label": label}


def _files(count: int, words: Mapping[str, str]) -> str:
    return words["file"] if count == 1 else words["files"].format(n=count) if count else ""


def _ms(iso: str) -> int:
    return int(datetime.fromisoformat(iso).timestamp() * 1000)
