"""Is this webhook call Twilio's? The signature, and the fields that must be there exactly once.

Protocol: https://www.twilio.com/docs/usage/security#validating-requests. The signed text is the URL followed
by all parameters, sorted, names and values run together, so that `Body=10&From=+1555` and `Body=10From+1555`
have the same signature. Requiring the fields that matter exactly once, in their own shape, closes that gap.
"""

import hmac
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import (  # type: ignore[import-untyped]  # the SDK ships no types
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    add_port,
    get_signature_algorithm,
    remove_port,
)

from bot.errors import Forged
from bot.messages import WebRequest

MAX_BODY = 256 * 1024
MAX_FIELDS = 1000
MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_ONCE = {
    "": ("MessageSid", "AccountSid", "From", "To", "Body"),
    "status": ("MessageSid", "AccountSid", "MessageStatus"),
}
_AT_MOST_ONCE = ("From", "To", "Body", "NumMedia", "OptOutType", "ButtonPayload", "ErrorCode")


class Form(dict[str, list[str]]):
    """All values of each parameter, in the shape that Twilio's validator reads."""

    def getlist(self, name: str) -> list[str]:
        """Every value of a parameter."""
        return self.get(name, [])


def authentic_form(request: WebRequest, url: str, secrets: Sequence[str], account_sid: str) -> dict[str, str]:
    """The parameters of a call that Twilio signed for this account.

    `url` is the public URL without query, as configured: never taken from the request. Raises Forged.
    """
    form = _parse(request)
    _check_signature(request, f"{url}?{request.query}" if request.query else url, form, secrets)
    required = _ONCE.get(request.route)
    if required is None:
        raise Forged("there is no such hook")
    if any(len(form.getlist(name)) != 1 for name in required):
        raise Forged(f"{', '.join(required)} must be there exactly once")
    if any(len(form.getlist(name)) > 1 for name in _AT_MOST_ONCE):
        raise Forged(f"{', '.join(_AT_MOST_ONCE)} must not be repeated")
    if not hmac.compare_digest(form["AccountSid"][0].encode(), account_sid.encode()):
        raise Forged("the call is for another account")
    if not MESSAGE_SID.fullmatch(form["MessageSid"][0]):
        raise Forged("MessageSid is not one of Twilio's")
    return {name: values[0] for name, values in form.items()}


def _parse(request: WebRequest) -> Form:
    if request.method != "POST" or len(request.body) > MAX_BODY:
        raise Forged("webhooks are POST and small")
    try:
        pairs = parse_qsl(
            request.body.decode("utf-8"),
            keep_blank_values=True,  # a blank parameter is signed like any other
            max_num_fields=MAX_FIELDS,
            errors="strict",
        )
    except ValueError as problem:  # not UTF-8, or too many fields: nothing that a signature could vouch for
        raise Forged("the body is not a form that Twilio could have sent") from problem
    form = Form()
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def _check_signature(request: WebRequest, url: str, form: Form, secrets: Sequence[str]) -> None:
    """Compare in constant time with what each secret gives, with the port in the URL and without."""
    given = request.headers.get(SIGNATURE_HEADER.lower(), "").encode("utf-8", "surrogatepass")
    algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER.lower(), ""))
    parsed = urlsplit(url)
    holds = False
    for secret in secrets:
        validator = RequestValidator(secret)
        for candidate in {url, add_port(parsed), remove_port(parsed)}:
            try:
                expected = validator.compute_signature(candidate, form, algorithm)
            except ValueError as problem:  # an algorithm that the SDK does not know
                raise Forged("the signature's algorithm is unknown") from problem
            holds |= hmac.compare_digest(expected.encode(), given)
    if not holds:
        raise Forged("the signature does not hold")
