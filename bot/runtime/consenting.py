"""What it proves that somebody stopped or came back: where that came from, and the words, if they were a keyword."""

from bot.consent_rows import ConsentRow
from bot.messages import Consent, Control, Delivery, Edited, Inbound, Said, Started
from flows.reading import keyword

MOST = 40  # characters of a keyword with what is around it
_OURS = frozenset(("objection", "complaint", "erasure", "manual"))  # is written down by who suppressed the address


def consented(lane: str, inbound: Inbound, language: str, action: str, ref: str, now: int) -> list[ConsentRow]:
    """The row for an event that made somebody stop (withdrawn) or come back (granted); `ref` names it for ever.

    No row for what somebody of ours did, who has written it down already.
    """
    body = inbound.body
    reason, source, wording = "stop", "message", ""
    match body:
        case Consent(source=code) if code in _OURS:
            return []
        case Consent(silent=True):
            reason, source = body.source or "blocked_bot", "provider_optout"
        case Consent():
            source = "message" if body.phrased else "provider_optout" if body.answered else "keyword"
        case Delivery():
            reason, source = "21610", "provider_optout"
        case Started():
            source = "start"
        case Said(text=text) | Edited(text=text) if keyword(text, language):
            source, wording = "keyword", text.strip()[:MOST]
        case Control():
            source = "agent"
    channel = inbound.source.channel
    return [ConsentRow(lane, channel, action, reason, source, ref, wording, language, now)]
