"""What Twilio refuses when a message is created, in the order in which it looks.

Codes: https://www.twilio.com/docs/api/errors; the magic numbers +1500555000… are those of Twilio's test credentials:
https://www.twilio.com/docs/iam/test-credentials.
"""

import re
from collections.abc import Container, Mapping
from urllib.parse import urlsplit

from sandbox.twilio.model import Account, Refused

MAX_BODY = 1600
_NUMBER = re.compile(r"(whatsapp:)?\+[1-9][0-9]{6,14}")
_MAGIC_FROM = {
    "+15005550001": (21212, "The 'From' number is not valid."),
    "+15005550007": (21606, "The 'From' phone number is not a valid message-capable phone number."),
    "+15005550008": (21611, "The 'From' number has exceeded the maximum number of queued messages."),
}
_MAGIC_TO = {
    "+15005550001": (21211, "The 'To' number {to} is not a valid phone number."),
    "+15005550002": (21612, "The 'To' phone number: {to}, is not currently reachable."),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region: {to}."),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient."),
    "+15005550009": (21614, "'To' number: {to}, is not a valid mobile number."),
}


def check(account: Account, form: Mapping[str, str], blocked: Container[tuple[str, str]]) -> str:
    """The sender that this message goes out from. Raises Refused.

    `blocked` holds (sender or service, customer) of everyone who said STOP.
    """
    to = form.get("To", "")
    if not to:
        raise Refused(400, 21604, "A 'To' phone number is required.")
    if to in _MAGIC_TO:
        code, text = _MAGIC_TO[to]
        raise Refused(400, code, text.format(to=to))
    if not _NUMBER.fullmatch(to):
        raise Refused(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    sender, scope = _sender(account, form)
    if to.startswith("whatsapp:") != sender.startswith("whatsapp:"):
        raise Refused(400, 63007, "Twilio could not find a Channel with the specified From address.")
    if to == sender:
        raise Refused(400, 21266, "'To' and 'From' number cannot be the same.")
    _check_content(account, form)
    _check_options(form)
    if (scope, to) in blocked:
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient.")
    return sender


def _sender(account: Account, form: Mapping[str, str]) -> tuple[str, str]:
    """The sender, and what an opt-out belongs to: the service or the sender itself."""
    sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
    if sender in _MAGIC_FROM:
        code, text = _MAGIC_FROM[sender]
        raise Refused(400, code, text)
    if service:
        pool = account.services.get(service)
        if pool is None:
            raise Refused(400, 21701, "The Messaging Service does not exist.")
        if sender and sender not in pool:
            raise Refused(400, 21712, "The 'From' number is not in the Messaging Service's sender pool.")
        if not pool:
            raise Refused(400, 21703, "The Messaging Service does not have a phone number available.")
        return sender or pool[0], service
    if not sender:
        raise Refused(400, 21603, "A 'From' phone number is required.")
    if sender not in account.hooks and sender != "+15005550006":
        raise Refused(400, 21606, f"The 'From' phone number provided ({sender}) is not a valid sender.")
    return sender, sender


def _check_content(account: Account, form: Mapping[str, str]) -> None:
    body, template = form.get("Body", ""), form.get("ContentSid", "")
    if template:
        if template not in account.templates:
            raise Refused(400, 21655, "The ContentSid is Invalid")
    elif form.get("ContentVariables"):
        raise Refused(400, 21654, "ContentSid Required")
    elif not body and not form.get("MediaUrl"):
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > MAX_BODY:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit.")


def _check_options(form: Mapping[str, str]) -> None:
    validity = form.get("ValidityPeriod", "36000")
    if not (validity.isdigit() and 1 <= int(validity) <= 36_000):
        raise Refused(400, 20001, "ValidityPeriod must be a number of seconds between 1 and 36000.")
    callback = form.get("StatusCallback", "")
    host = urlsplit(callback).hostname or ""
    if callback and (not callback.startswith(("http://", "https://")) or not host or "_" in host):
        raise Refused(400, 21609, "The StatusCallback URL is not a valid URL.")
