"""Keys that seal credentials: 32 random bytes, written as base64 in the settings."""

import base64
import binascii
import secrets
from typing import Annotated

from pydantic import AfterValidator, SecretStr

LENGTH = 32  # bytes: AES-256


def make() -> str:
    """A new key as it is written in the settings."""
    return base64.b64encode(secrets.token_bytes(LENGTH)).decode()


def decoded(key: SecretStr) -> bytes:
    """The key's bytes; both alphabets of base64 are read. Raises ValueError, which does not quote the key."""
    text = key.get_secret_value().strip().translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != LENGTH:
        raise ValueError(f"must be {LENGTH} bytes in base64; make one with `run.py user secret-key`")
    return found


def _checked(key: SecretStr) -> SecretStr:
    decoded(key)
    return key


SecretKey = Annotated[SecretStr, AfterValidator(_checked)]
