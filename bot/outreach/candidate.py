"""What a decision is made of: who might be asked about what, what is known of them, and what was decided.

Times are epoch ms, UTC.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bot.contacts import Contact

ASKED, DEFERRED, NOT_ASKED, PENDING = "asked", "deferred", "not_asked", "pending"
PURPOSE = "survey"
"""What consent is asked for; other purposes are other consents."""


class Candidate(Struct, frozen=True, kw_only=True):
    """Somebody who might be asked, because something happened or because a campaign's wave has come to them.

    `source` is trigger | campaign, `name` its id, `kind` that of the survey: transactional | relationship. Asking
    makes sense from `at` until `not_after`. `channels` are tried in this order; () leaves it to the contact. `refused`
    says of channels on which they were invited why the provider took nothing: they are not tried again.
    """

    id: str
    source: str
    name: str
    flow: str
    kind: str
    at: int
    not_after: int
    wave: int = 0
    happening: str = ""
    channels: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}
    cell: str = ""
    refused: Mapping[str, str] = {}


class Asked(Struct, frozen=True):
    """A survey that the contact was asked, whoever began it."""

    at: int
    flow: str
    kind: str


class Grant(Struct, frozen=True):
    """What allows us to write to an address: the consent event it stands on and its legal basis.

    `basis`: consent | existing_customer | contract | other.
    """

    event: str
    basis: str
    at: int = 0


class Standing(Struct, frozen=True, kw_only=True):
    """What is known of a contact at the moment of a decision.

    `asked` is newest first, as far back as the longest cool-down; `stopped` are lanes that have opted out or are
    suppressed, with why; `grants` what holds for a lane.
    """

    contact: Contact
    asked: tuple[Asked, ...] = ()
    stopped: Mapping[str, str] = {}
    grants: Mapping[str, Grant] = {}
    open_case: bool = False
    running: bool = False  # a survey is going on


class Decision(Struct, frozen=True, kw_only=True):
    """What was decided, by which rule, and what that rule looked at (plain JSON values).

    deferred: decided again at `until`. asked: on `lane`, standing on `grant`; `quiet` are the hours as
    `bot.outreach.quiet` writes them.
    """

    outcome: str
    rule: str
    inputs: Mapping[str, Any] = {}
    until: int = 0
    lane: str = ""
    grant: Grant | None = None
    quiet: str = ""
