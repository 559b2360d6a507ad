"""What is noted in the audit trail: one row for each route that people and keys use (RELIABILITY S39).

A row says how the act is called and which part of the address names whom it is about, or why nothing is noted. Entries
are written before the answer goes out: what could not be noted is not shown.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from starlette.requests import Request

FACTS = "audit_facts"
AGAIN = 10 * 60_000  # ms: who looks at the same once more within this time has looked once
MOST = 10_000  # looks that are remembered; the oldest go first
MOST_TEXT = 200  # characters of what a caller names


class Told(NamedTuple):
    """The act `name`, about what the part `about` of the address names."""

    name: str
    about: str = ""


class Untold(NamedTuple):
    """Nothing is noted; `why` that is enough."""

    why: str


class Trail(Protocol):
    """Where entries go."""

    async def note(self, actor: str, act: str, subject: str, facts: Mapping[str, str | int | bool]) -> None:
        """Add one."""
        ...


FIGURES = Untold("figures, and nobody in particular")
OWN = Untold("one's own, and what changes is noted with the change itself")
WITH_IT = Untold("noted in the transaction of what it does")
SOURCE = Untold("what asks for surveys stands in the ledger, with its source")
PAGE = Untold("shows what is set, and no customer")

ACTS: Mapping[str, Told | Untold] = {
    "GET /": FIGURES,
    "GET /home": FIGURES,
    "GET /charts/{file}": FIGURES,
    "GET /comments": Told("saw_comments"),
    "GET /answers/{id}": Told("saw_answer", "id"),
    "GET /live": FIGURES,
    "GET /compare": FIGURES,
    "GET /inbox": Told("saw_cases"),
    "GET /inbox/live": Told("saw_cases"),
    "GET /inbox/{id}": Told("saw_case", "id"),
    "POST /inbox/{id}": Told("acted_on_case", "id"),
    "GET /inbox/{id}/live": Told("saw_case", "id"),
    "GET /inbox/{id}/files/{n}": Told("saw_case", "id"),
    "GET /outreach": FIGURES,
    "GET /outreach/new": PAGE,
    "POST /outreach/new": WITH_IT,
    "GET /outreach/{id}": FIGURES,
    "POST /outreach/{id}": WITH_IT,
    "GET /outreach/{id}/live": FIGURES,
    "GET /reports": FIGURES,
    "GET /reports/{id}": FIGURES,
    "POST /reports/{id}": Told("sent_report", "id"),
    "GET /reports/{id}/letter": Told("saw_report", "id"),  # it quotes comments
    "GET /reports/{id}/pdf": Told("saw_report", "id"),
    "GET /flows": PAGE,
    "POST /flows": WITH_IT,
    "GET /flows/{id}": PAGE,
    "POST /flows/{id}": WITH_IT,
    "GET /flows/{id}/edit": PAGE,
    "POST /flows/{id}/edit": WITH_IT,
    "GET /ledger": Told("saw_decisions"),
    "GET /contacts": Told("saw_contacts"),
    "POST /contacts": Told("saw_contacts"),
    "GET /contacts/import": PAGE,
    "POST /contacts/import": Untold("looks at a file of one's own, and stores nothing"),
    "POST /contacts/import/stored": Untold("noted before the first row is stored"),
    "GET /contacts/{id}": WITH_IT,
    "POST /contacts/{id}/merge": WITH_IT,
    "POST /sign-out": WITH_IT,
    "GET /account": OWN,
    "POST /account/profile": OWN,
    "POST /account/password": WITH_IT,
    "POST /account/sessions": WITH_IT,
    "POST /account/connect": WITH_IT,
    "POST /account/disconnect": WITH_IT,
    "POST /confirm/provider": OWN,
    "GET /confirm": OWN,
    "POST /confirm": OWN,
    "GET /settings": PAGE,
    "GET /settings/data": PAGE,
    "POST /settings/data/export": Told("exported_responses"),
    "POST /settings/data/erase": WITH_IT,
    "GET /settings/people": PAGE,
    "POST /settings/people": WITH_IT,
    "GET /settings/people/{id}": PAGE,
    "POST /settings/people/{id}": WITH_IT,
    "GET /settings/keys": PAGE,
    "POST /settings/keys/add": WITH_IT,
    "POST /settings/keys/revoke": WITH_IT,
    "GET /settings/audit": Told("saw_trail"),
    "POST /api/v1/invitations": SOURCE,
    "GET /api/v1/invitations/{id}": SOURCE,
    "GET /api/v1/responses": Told("exported_responses"),
    "GET /api/v1/insights/summary": FIGURES,
    "GET /api/v1/insights/trend": FIGURES,
    "GET /api/v1/insights/segments": FIGURES,
    "GET /api/v1/insights/comparisons": FIGURES,
    "GET /api/v1/insights/comments": Told("saw_comments"),
    "GET /api/v1/cases": Told("saw_cases"),
    "GET /api/v1/cases/{id}": Told("saw_case", "id"),
    "POST /api/v1/cases/{id}/acts": Told("acted_on_case", "id"),
    "GET /api/v1/contacts": Told("exported_contacts"),
    "POST /api/v1/contacts": Told("saved_contacts"),
    "GET /api/v1/contacts/{id}": Told("saw_contact"),  # the address may name them as a person would
    "POST /api/v1/contacts/{id}/merge": WITH_IT,
    "POST /api/v1/erasures": WITH_IT,
    "POST /api/v1/exports": WITH_IT,
    "GET /api/v1/reports": FIGURES,
    "GET /api/v1/reports/{id}/letter": Told("saw_report", "id"),
    "POST /api/v1/reports/{id}/runs": Told("sent_report", "id"),
    "POST /api/v1/events": SOURCE,
    "POST /api/v1/keys": WITH_IT,
    "POST /api/v1/keys/{id}/revoke": WITH_IT,
    "POST /api/v1/people": WITH_IT,
    "POST /api/v1/people/{id}/acts": WITH_IT,
    "GET /api/v1/flows": FIGURES,
    "GET /api/v1/flows/{id}/versions": FIGURES,
    "POST /api/v1/flows/{id}/versions": WITH_IT,
    "GET /api/v1/flows/{id}/diff": FIGURES,
    "POST /api/v1/flows/{id}/rollback": WITH_IT,
    "POST /api/v1/flows/{id}/move": Told("moved_conversations", "id"),
    "GET /api/v1/decisions": Told("saw_decisions"),
    "GET /api/v1/campaigns": FIGURES,
    "POST /api/v1/campaigns": WITH_IT,
    "POST /api/v1/campaigns/forecast": FIGURES,
    "GET /api/v1/campaigns/{id}": FIGURES,
    "POST /api/v1/campaigns/{id}/acts": WITH_IT,
    "GET /metrics": FIGURES,
}


class Noting:
    """Writes what was done into the trail."""

    def __init__(self, trail: Trail, clock: Callable[[], int]) -> None:
        """`clock` gives epoch ms."""
        self._trail = trail
        self._clock = clock
        self._lately: dict[tuple[str, str, str], int] = {}

    async def done(self, request: Request, told: Told | Untold, actor: str) -> None:
        """`actor` has done this: a person's id, or `key:` and the name of a key. Looks that go on are noted once."""
        if isinstance(told, Untold) or not actor:
            return
        subject = str(request.path_params.get(told.about, ""))[:MOST_TEXT]
        look = (actor, told.name, subject)
        if request.method == "GET" and self._seen(look):
            return
        facts: Mapping[str, str] = request.scope["state"].get(FACTS, {})
        await self._trail.note(actor, told.name, subject, facts)
        if request.method == "GET":
            self._lately.pop(look, None)
            self._lately[look] = self._clock()
            while len(self._lately) > MOST:
                del self._lately[next(iter(self._lately))]

    def _seen(self, look: tuple[str, str, str]) -> bool:
        at = self._lately.get(look)
        return at is not None and self._clock() - at < AGAIN


def tell(request: Request, **facts: str) -> None:
    """Add this to the entry about a request; nothing that a customer wrote, and nothing personal."""
    request.scope["state"][FACTS] = {name: value[:MOST_TEXT] for name, value in facts.items()}
