"""ID tokens, right or wrong in one of many ways."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from sandbox.oidc.model import Grant, World

HOUR = 3600
Claims = dict[str, Any]
OTHER = "https://evil.example.com"

TWISTS: dict[str, Callable[[Claims], Claims]] = {
    "iss": lambda told: told | {"iss": OTHER},
    "iss with a slash": lambda told: told | {"iss": told["iss"] + "/"},
    "iss missing": lambda told: _without(told, "iss"),
    "aud": lambda told: told | {"aud": "another-client"},
    "aud missing": lambda told: _without(told, "aud"),
    "aud of several": lambda told: told | {"aud": [told["aud"], "another-client"], "azp": told["aud"]},
    "azp": lambda told: told | {"azp": "another-client"},
    "nonce": lambda told: told | {"nonce": "another-nonce"},
    "nonce missing": lambda told: _without(told, "nonce"),
    "sub missing": lambda told: _without(told, "sub"),
    "sub empty": lambda told: told | {"sub": ""},
    "sub a number": lambda told: told | {"sub": 1},
    "sub a list": lambda told: told | {"sub": [told["sub"]]},
    "sub too long": lambda told: told | {"sub": "x" * 256},
    "sub with a line break": lambda told: told | {"sub": told["sub"] + "\n"},
    "expired": lambda told: told | {"exp": told["iat"] - 61},
    "exp missing": lambda told: _without(told, "exp"),
    "exp not a number": lambda told: told | {"exp": float("nan")},
    "iat in the future": lambda told: told | {"iat": told["iat"] + 61},
    "iat long ago": lambda told: told | {"iat": told["iat"] - HOUR},
    "iat missing": lambda told: _without(told, "iat"),
    "not yet": lambda told: told | {"nbf": told["iat"] + HOUR},
    "at_hash": lambda told: told | {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "auth_time in the future": lambda told: told | {"auth_time": told["iat"] + HOUR},
    "auth_time missing": lambda told: _without(told, "auth_time"),
}
"""What is wrong inside a token that is signed as it should be."""

FORGERIES = (
    "none", "None", "hs256 with the public key", "another key", "unknown kid", "es256 with another key",
    "changed afterwards", "no signature", "critical header", "key in the header", "not a token", "no token",
)  # fmt: skip
"""What is wrong with the signature, or with the token as a whole."""


def id_token(world: World, grant: Grant, issuer: str, access_token: str) -> str:
    """A token about the person of this grant; wrong as the next twist says."""
    now, key, twist = world.now(), world.keys[0], world.twist()
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    claims: Claims = {
        "iss": issuer,
        "sub": grant.sub,
        "aud": grant.client,
        "exp": now + 300,
        "iat": now,
        "auth_time": grant.asked_at,
        "nonce": grant.nonce,
        "at_hash": _b64(half),
        "email": world.people[grant.sub].email,
        "email_verified": True,
    }
    if twist in FORGERIES:
        return _forged(twist, claims, key)
    return signed(TWISTS[twist](claims) if twist else claims, key)


def signed(claims: Claims, key: RSAKey) -> str:
    """A token as it should be."""
    return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def _forged(twist: str, claims: Claims, key: RSAKey) -> str:
    head, body, signature = signed(claims, key).split(".")
    pem = key.as_pem(private=False)
    made: dict[str, Callable[[], str]] = {
        "none": lambda: _bare({"alg": "none"}, claims) + ".",
        "None": lambda: _bare({"alg": "None", "kid": key.kid}, claims) + "." + signature,
        "hs256 with the public key": lambda: _secret({"alg": "HS256", "kid": key.kid}, claims, pem),
        "another key": lambda: jwt.encode({"alg": "RS256", "kid": key.kid}, claims, RSAKey.generate_key(2048)),
        "unknown kid": lambda: jwt.encode({"alg": "RS256", "kid": "nobody's"}, claims, RSAKey.generate_key(2048)),
        "es256 with another key": lambda: jwt.encode(
            {"alg": "ES256", "kid": key.kid}, claims, ECKey.generate_key("P-256")
        ),
        "changed afterwards": lambda: ".".join((head, _b64(_json(claims | {"sub": "somebody-else"})), signature)),
        "no signature": lambda: f"{head}.{body}.",
        "critical header": lambda: _critical(claims, key),
        "key in the header": lambda: _with_key(claims),
        "not a token": lambda: "eyJ.eyJ",
        "no token": lambda: "",
    }
    return made[twist]()


def _critical(claims: Claims, key: RSAKey) -> str:
    """Signed as it should be, and marked with an extension that whoever does not know it has to refuse (RFC 7515)."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - for this forgery only
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415

    text = _bare({"alg": "RS256", "kid": key.kid, "crit": ["ext"], "ext": True}, claims)
    private = key.private_key
    if private is None:
        raise AssertionError("this world has private keys")
    return f"{text}.{_b64(private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _with_key(claims: Claims) -> str:
    """Signed with a key of one's own, which the header brings along."""
    own = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "jwk": own.as_dict(private=False)}, claims, own)


def _secret(head: dict[str, Any], claims: Claims, secret: bytes) -> str:
    text = _bare(head, claims)
    return f"{text}.{_b64(hmac.digest(secret, text.encode(), 'sha256'))}"


def _bare(head: dict[str, Any], claims: Claims) -> str:
    return f"{_b64(_json(head))}.{_b64(_json(claims))}"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _without(told: Claims, name: str) -> Claims:
    return {key: value for key, value in told.items() if key != name}
