"""People as the API takes and shows them; `run.py user` speaks so with the server."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

RoleText = Annotated[str, Meta(max_length=300, description="`role`, `role:brand` or `role:brand:desk`, `*` for any.")]


class PersonInvite(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is to sign in."""

    email: Annotated[str, Meta(max_length=254)]
    roles: Annotated[list[RoleText], Meta(min_length=1, max_length=50)]
    name: Annotated[str, Meta(max_length=100)] = ""
    language: Literal["de", "en"] = "en"


class PersonAct(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to become of somebody; `grant` and `revoke` need a `role`."""

    act: Literal["disable", "enable", "reset", "grant", "revoke"]
    role: RoleText = ""


class PersonChanged(Struct, frozen=True):
    """Done. `link` is for the person alone: with it they choose a password, once, until `expires_at`; "" for none."""

    id: str
    link: str = ""
    expires_at: str | None = None
