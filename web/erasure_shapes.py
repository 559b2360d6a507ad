"""What the API takes and gives where somebody is erased, or everybody is exported."""

from typing import Annotated, Literal

from msgspec import Meta, Struct


class Erasure(Struct, forbid_unknown_fields=True, frozen=True):
    """Whom to forget: a contact's id, the id of another system, or `channel:address`. Their scores stay as nobody's."""

    whom: str
    delete_scores: bool = False


class ErasureDone(Struct, frozen=True):
    """How much there was."""

    addresses: int
    sessions: int
    cases: int


class ExportBegun(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody exports on the command line. `user` is what the operating system calls them."""

    what: Literal["responses", "contacts"]
    user: Annotated[str, Meta(min_length=1, max_length=100)]
