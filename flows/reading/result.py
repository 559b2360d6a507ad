"""What reading a reply to a score question can come to."""

from typing import Literal

from msgspec import Struct

Action = Literal["accept", "confirm", "reask", "stop", "human"]
Wish = Literal["", "stop", "start", "help", "human"]


class Read(Struct, frozen=True):
    """One reply as understood.

    `value` is set for accept and confirm only and always within the asked scale; `comment` (accept only) is a piece of
    the original text; `wants_human` is true for every human and for an accepted score with a request beside it; `rule`
    names what decided.
    """

    action: Action
    value: int | None = None
    comment: str = ""
    wants_human: bool = False
    rule: str = ""
