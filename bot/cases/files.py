"""Files that could not be passed on: whoever sent them hears so, and why."""

from bot.attachments import MOST_BYTES
from bot.cases.draft import Draft
from bot.cases.events import FilesNotSent

ONCE_IN = 60_000  # ms: the pictures of an album come one by one, and one apology does for all of them


def not_sent(draft: Draft, event: FilesNotSent) -> None:
    """An agent reads it under the message; a customer in kind words, and not again and again (LIVE_FOLLOWUP 13)."""
    if event.by_agent:
        _tell_agent(draft, event)
    elif not (draft.case.opted_out_at or draft.case.blocked):
        text = draft.customer_word("file_refused_customer")
        since = draft.now - ONCE_IN
        if not any(line.side == "bot" and line.text == text and line.at > since for line in draft.case.lines):
            draft.say("file_refused_customer")


def _tell_agent(draft: Draft, event: FilesNotSent) -> None:
    line = draft.line(key=event.key)
    most = f"{MOST_BYTES // 1_000_000} MB"
    told = [
        draft.word("file_refused", file=each.name, reason=draft.word(f"file_{each.why}", most=most))
        for each in event.files
    ]
    text = "\n".join(told)
    place = line.place if line and ":" in line.place else ""  # else it was written in the web inbox
    draft.note(text, place=place, reply_to=line.ref if line else "")
    draft.entry("failed", text, key=event.key)
