"""What the API takes and gives where somebody is erased."""

import msgspec


class Erasure(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whom to forget: a contact's id, the id of another system, or `channel:address`. Their scores stay as nobody's."""

    whom: str
    delete_scores: bool = False


class ErasureDone(msgspec.Struct, frozen=True):
    """How much there was."""

    addresses: int
    sessions: int
    cases: int
