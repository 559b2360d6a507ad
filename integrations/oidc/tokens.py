"""What an ID token says, once its signature and everything in it has been looked at (OpenID Connect Core 3.1.3.7)."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from bot.errors import NotVouched

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""With a public key, all of them: neither `none` nor a secret that others could know (RFC 8725 §3.1)."""

LEEWAY = 60  # s that two clocks may differ
BEHIND = 300  # s that the provider's clock may be behind ours
LONGEST = 32 * 1024  # characters of a token
MOST_SUBJECT = 255  # characters (Core §2)
WEAK = 2048  # bits of an RSA key below which it is not used


class Proof(NamedTuple):
    """Who somebody is: the issuer, its name for them, and when it last asked them to prove it (epoch s, 0 unknown)."""

    issuer: str
    subject: str
    asked_at: int = 0


class Expected(NamedTuple):
    """What the token has to say. `since` is when its person set out, `now` the time, both in epoch s."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    since: int
    now: int


class UnknownKey(NotVouched):
    """Signed with a key that we do not know: the provider may have a new one."""


def keys(found: Iterable[Any]) -> KeySet:
    """The keys of a JWKS that can sign; others, broken ones, weak ones and secrets are left out."""
    usable: list[Key] = [key for each in found if isinstance(each, dict) if (key := _key(each))]
    return KeySet(usable)


def read(token: Any, known: KeySet, expected: Expected) -> Proof:
    """Who this token is about. Raises UnknownKey, and NotVouched for everything that does not hold."""
    if not isinstance(token, str) or not token or len(token) > LONGEST:
        raise NotVouched("it sent no ID token")
    try:
        found = jwt.decode(token, known, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            found.claims,
            found.header,
            {
                "iss": {"essential": True, "value": expected.issuer},
                "sub": {"essential": True},
                "aud": {"essential": True, "value": expected.client_id},
            },
            {"nonce": expected.nonce, "client_id": expected.client_id, "access_token": expected.access_token},
        )
        claims.validate(expected.now, LEEWAY)
    except InvalidKeyIdError as error:
        raise UnknownKey("the ID token is signed with an unknown key") from error
    except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        reason = getattr(error, "description", "") or type(error).__name__
        raise NotVouched(f"the ID token does not hold: {reason[:100]}") from error
    return _checked(claims, expected)


def _checked(claims: Any, expected: Expected) -> Proof:
    """What the standard leaves to us."""
    subject, asked, audience = claims["sub"], claims.get("auth_time", 0), claims["aud"]
    if audience not in (expected.client_id, [expected.client_id]):
        raise NotVouched("the ID token is for others as well")
    if not 0 < len(subject) <= MOST_SUBJECT or not subject.isascii() or not subject.isprintable():
        raise NotVouched("the ID token names nobody")
    if claims["iat"] < expected.since - BEHIND:
        raise NotVouched("the ID token is older than the question")
    if not isinstance(asked, int | float) or isinstance(asked, bool) or not 0 <= asked <= expected.now + LEEWAY:
        raise NotVouched("the ID token says a time that is none")
    return Proof(expected.issuer, subject, min(int(asked), expected.now))


def _key(each: dict[str, Any]) -> RSAKey | ECKey | None:
    if each.get("use", "sig") != "sig" or "d" in each:
        return None
    try:
        if each.get("kty") == "EC":
            return ECKey.import_key(each)
        if each.get("kty") == "RSA" and (key := RSAKey.import_key(each)).public_key.key_size >= WEAK:
            return key
    except (JoseError, ValueError, TypeError, KeyError):
        pass
    return None
