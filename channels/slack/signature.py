"""Is this webhook call Slack's? The signature over the raw body, and a time that is not long ago.

Protocol: https://docs.slack.dev/authentication/verifying-requests-from-slack. The SDK computes the signature; its
own check raises ValueError and TypeError for odd headers and has a clock of its own, so we compare ourselves.
"""

import hmac
import re
from collections.abc import Sequence

from bot.errors import Forged
from bot.messages import WebRequest

MAX_BODY = 256 * 1024
WINDOW = 300_000  # ms
SIGNATURE, TIMESTAMP = "x-slack-signature", "x-slack-request-timestamp"
_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def check(request: WebRequest, secrets: Sequence[str], now: int) -> None:
    """Raises Forged (401) unless one of the secrets signed this call within 300 s of `now` (epoch ms)."""
    if request.route or request.method != "POST" or len(request.body) > MAX_BODY:
        raise Forged("there is one hook, for POST, and calls are small", 403)
    timestamp = request.headers.get(TIMESTAMP, "")
    if not _SECONDS.fullmatch(timestamp) or abs(now - int(timestamp) * 1000) > WINDOW:
        raise Forged("the timestamp is missing, no number, or not of the last five minutes", 401)
    from slack_sdk.signature import SignatureVerifier  # noqa: PLC0415 - the SDK takes 0.2 s to load

    given = request.headers.get(SIGNATURE, "").encode("utf-8", "surrogatepass")
    holds = False
    for secret in secrets:
        try:
            expected = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=request.body)
        except ValueError:  # not UTF-8, which Slack never sends
            raise Forged("the body is not text that Slack could have sent", 401) from None
        holds |= hmac.compare_digest((expected or "").encode(), given)
    if not holds:
        raise Forged("the signature does not hold", 401)
