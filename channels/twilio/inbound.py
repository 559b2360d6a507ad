"""What customers send, from a webhook's form or from a record of the REST API, as the bot's events."""

import re
from collections.abc import Mapping

from bot.messages import Address, Body, Consent, Inbound, Media, Pressed, Said, Unreadable
from channels.twilio.config import WHATSAPP

# What carriers and Twilio take for themselves on long codes and toll-free numbers, as a whole message:
# https://help.twilio.com/articles/223134027. YES opts in too, but only after a STOP; it stays an answer.
_KEYWORDS = {
    "stop": ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"),
    "start": ("START", "UNSTOP"),
    "help": ("HELP", "INFO"),
}
_ACTIONS = {word: action for action, words in _KEYWORDS.items() for word in words}
_OPT_OUT_TYPES = {"STOP": "stop", "START": "start", "HELP": "help"}
_ADDRESS = re.compile(r"((whatsapp|rcs):)?\+?[0-9]{3,15}|[\w .&-]{1,11}")  # E.164, a short code, an alphanumeric sender
_BUTTON = re.compile(r"(?P<question>[\w.:-]{1,100})\|(?P<value>.+)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # NUL cannot be stored, the rest means nothing
MAX_MEDIA = 10


def from_webhook(channel: str, form: Mapping[str, str], now: int, *, auto_replies: bool) -> Inbound:
    """The one event of an authentic call; content that cannot be understood becomes Unreadable."""
    sender = form["From"]
    if not _ADDRESS.fullmatch(sender):
        return unreadable(channel, form, now, "From is neither a phone number nor a sender name")
    count = form.get("NumMedia") or "0"
    if not (count.isascii() and count.isdigit() and int(count[:3]) <= MAX_MEDIA):
        return unreadable(channel, form, now, "NumMedia is not a number between 0 and 10")
    media = tuple(
        Media(
            ref=media_ref(form.get(f"MediaUrl{index}", ""), form["AccountSid"], form["MessageSid"]),
            mime=form.get(f"MediaContentType{index}", "")[:100],
        )
        for index in range(int(count))
    )
    body = _body(form, media, auto_replies=auto_replies and not sender.startswith(WHATSAPP))
    return Inbound(
        id=form["MessageSid"],
        at=now,
        source=Address(channel=channel, chat=sender),
        body=body,
        recipient=form["To"],
    )


def unreadable(channel: str, form: Mapping[str, str], now: int, error: str, key: str = "") -> Inbound:
    """Authentic but not understood: kept for the doctor under the message's own id."""
    raw = "&".join(f"{name}={value[:200]}" for name, value in sorted(form.items()))[:4000]
    sid = form["MessageSid"]
    return Inbound(key or sid, now, Address(channel=channel, chat=sid), Unreadable(raw=raw, error=error))


def media_ref(url: str, account_sid: str, message_sid: str) -> str:
    """`Messages/{sid}/Media/{sid}` of a media URL of this very message, "" for any other URL.

    We rebuild the URL ourselves when we download, so that a link in a webhook never chooses where we connect.
    """
    own = rf"https?://[^/?#]+/2010-04-01/Accounts/{re.escape(account_sid)}/"
    found = re.fullmatch(own + rf"(Messages/{re.escape(message_sid)}/Media/ME[0-9a-fA-F]{{32}})", url)
    return found[1] if found else ""


def _body(form: Mapping[str, str], media: tuple[Media, ...], *, auto_replies: bool) -> Body:
    text = _CONTROL.sub("", form["Body"])
    if "OptOutType" in form and form["OptOutType"].upper() in _OPT_OUT_TYPES:
        return Consent(_OPT_OUT_TYPES[form["OptOutType"].upper()], answered=True)
    action = _ACTIONS.get(text.strip().upper())
    if action and auto_replies:
        return Consent(action, answered=True)
    payload = form.get("ButtonPayload", "")
    if payload:
        button = _BUTTON.fullmatch(payload)
        # A template whose buttons carry no key of ours still answers the open question.
        return Pressed(button["question"], button["value"]) if button else Pressed("", payload)
    return Said(text, media)
