"""Keys for the API as `run.py key` and the server tell each other of them."""

from typing import Annotated

from msgspec import Meta, Struct

SCOPES = ("invite", "read", "cases", "author", "contacts", "events", "outreach", "metrics", "export", "erase")
"""What a key can be for."""


class KeyWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """A key to be made. `days` 0: it holds until it is revoked. `brand` and `desk` `*`: for all."""

    name: Annotated[str, Meta(max_length=40)]
    scopes: Annotated[list[str], Meta(min_length=1, max_length=20)]
    brand: Annotated[str, Meta(min_length=1, max_length=100)] = "*"
    desk: Annotated[str, Meta(min_length=1, max_length=100)] = "*"
    days: Annotated[int, Meta(ge=0, le=3660)] = 365


class KeyChanged(Struct, frozen=True):
    """Done. `key` is shown once, "" for a key that was revoked."""

    name: str
    key: str = ""
    expires_at: str = ""
