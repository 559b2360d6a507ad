"""Who may do what: one row for each route. A route without a row is not served (RELIABILITY S20, T25)."""

from collections.abc import Mapping
from typing import NamedTuple

from web.visitors import EVERY, ROLES


class Open(NamedTuple):
    """Anybody; `why` that does no harm."""

    why: str


class Signed(NamedTuple):
    """Whoever proves it by a signature or a secret in the request; the route checks it."""

    why: str


class Scoped(NamedTuple):
    """An API key with this scope; the route checks it.

    A key for one brand or desk gets in only where the route keeps to them: `limits` says which of both it does.
    """

    scope: str
    limits: tuple[str, ...] = ()


class Role(NamedTuple):
    """A person with one of these roles, or an admin. Their forms may have `form` bytes.

    `file`: theirs may be in parts, with a file, and have so many bytes.

    With `brand` and `desk` EVERY only one whose role is for all of them; with "" the route looks at the brand and desk
    of what it shows. `sure`: they gave their password within the last minutes, or are asked for it (S39).
    """

    roles: tuple[str, ...]
    brand: str = ""
    desk: str = ""
    form: int = 64 * 1024
    sure: bool = False
    file: int = 0


Need = Open | Signed | Scoped | Role

ANYBODY_SIGNED_IN = Role(ROLES)
ADMIN = Role(("admin",), EVERY, EVERY)
SURELY_THEMSELVES = Role(ROLES, sure=True)
SURE_ADMIN = Role(("admin",), EVERY, EVERY, sure=True)
AGENT = Role(("agent",))
READER_OF_DECISIONS = Role(("agent", "analyst"), desk=EVERY)
READER_OF_CONTACTS = Role(("agent",), desk=EVERY)  # contacts belong to no desk
READS_FLOWS = Role(("author", "analyst"))
AUTHOR = Role(("author",), form=256 * 1024)  # a whole survey in a field; web.guard takes no larger body
IMPORTER = Role(
    ("admin",), EVERY, EVERY, file=6 * 1024 * 1024
)  # a file of 4 MB, once more as text when it is confirmed
DOOR = "who has not signed in yet gets here; forms are checked"
DEMO = "exists only while `run.py demo` runs, on this machine alone, with nobody's data"

POLICIES: Mapping[str, Need] = {
    # the workplace
    "GET /": ANYBODY_SIGNED_IN,
    "GET /charts/{file}": ANYBODY_SIGNED_IN,
    "GET /compare": ANYBODY_SIGNED_IN,
    "GET /comments": ANYBODY_SIGNED_IN,
    "GET /answers/{id}": ANYBODY_SIGNED_IN,
    "GET /live": ANYBODY_SIGNED_IN,
    "GET /inbox": AGENT,
    "GET /inbox/live": AGENT,
    "GET /inbox/{id}": AGENT,
    "POST /inbox/{id}": AGENT,
    "GET /inbox/{id}/live": AGENT,
    "GET /inbox/{id}/files/{n}": AGENT,
    "GET /outreach": ANYBODY_SIGNED_IN,
    "GET /outreach/new": ADMIN,
    "POST /outreach/new": ADMIN,
    "GET /outreach/{id}": ANYBODY_SIGNED_IN,
    "POST /outreach/{id}": ADMIN,
    "GET /outreach/{id}/live": ANYBODY_SIGNED_IN,
    "GET /reports": ANYBODY_SIGNED_IN,
    "GET /reports/{id}": ANYBODY_SIGNED_IN,
    "POST /reports/{id}": ADMIN,
    "GET /reports/{id}/letter": ANYBODY_SIGNED_IN,
    "GET /reports/{id}/pdf": ANYBODY_SIGNED_IN,
    "GET /ledger": READER_OF_DECISIONS,
    "GET /contacts": READER_OF_CONTACTS,
    "POST /contacts": READER_OF_CONTACTS,
    "GET /contacts/import": ADMIN,
    "POST /contacts/import": IMPORTER,
    "POST /contacts/import/stored": IMPORTER,
    "GET /contacts/{id}": READER_OF_CONTACTS,
    "POST /contacts/{id}/merge": ADMIN,
    "GET /flows": READS_FLOWS,
    "POST /flows": AUTHOR,
    "GET /flows/{id}": READS_FLOWS,
    "POST /flows/{id}": AUTHOR,
    "GET /flows/{id}/edit": AUTHOR,
    "POST /flows/{id}/edit": AUTHOR,
    "GET /static": Open("style sheets and pictures, the same for everybody"),
    "GET /sign-in": Open(DOOR),
    "POST /sign-in": Open(DOOR),
    "POST /sign-out": ANYBODY_SIGNED_IN,
    "GET /welcome/{token}": Signed("the token of a one-time link"),
    "POST /welcome/{token}": Signed("the token of a one-time link"),
    "GET /account": ANYBODY_SIGNED_IN,
    "POST /account/profile": ANYBODY_SIGNED_IN,
    "POST /account/password": ANYBODY_SIGNED_IN,
    "POST /account/sessions": ANYBODY_SIGNED_IN,
    "POST /oidc/{provider}/start": Open(DOOR),
    "GET /oidc/{provider}/callback": Signed("a state in the database, bound to a cookie, and the provider's signature"),
    "POST /account/connect": SURELY_THEMSELVES,
    "POST /account/disconnect": SURELY_THEMSELVES,
    "POST /confirm/provider": ANYBODY_SIGNED_IN,
    "GET /confirm": ANYBODY_SIGNED_IN,
    "POST /confirm": ANYBODY_SIGNED_IN,
    "GET /settings": ADMIN,
    "GET /settings/data": SURE_ADMIN,
    "POST /settings/data/export": SURE_ADMIN,
    "POST /settings/data/erase": SURE_ADMIN,
    "GET /settings/people": ADMIN,
    "POST /settings/people": ADMIN,
    "GET /settings/people/{id}": ADMIN,
    "POST /settings/people/{id}": ADMIN,
    "GET /settings/keys": ADMIN,
    "POST /settings/keys/add": SURE_ADMIN,
    "POST /settings/keys/revoke": ADMIN,
    "GET /settings/audit": ADMIN,
    # what providers and other systems tell us
    "POST /hooks/{channel}": Signed("the provider's signature"),
    "POST /hooks/{channel}/status": Signed("the provider's signature"),
    "POST /hooks/in/{name}": Signed("the other system's signature"),
    # the API
    "GET /api/v1/openapi.json": Open("how to call us, the same for everybody"),
    "POST /api/v1/invitations": Scoped("invite"),
    "GET /api/v1/invitations/{id}": Scoped("invite"),
    "GET /api/v1/responses": Scoped("export"),
    "GET /api/v1/insights/comparisons": Scoped("read"),
    "GET /api/v1/insights/summary": Scoped("read", ("brand",)),
    "GET /api/v1/insights/trend": Scoped("read", ("brand",)),
    "GET /api/v1/insights/segments": Scoped("read", ("brand",)),
    "GET /api/v1/insights/comments": Scoped("read", ("brand",)),
    "GET /api/v1/cases": Scoped("cases", ("desk",)),
    "GET /api/v1/cases/{id}": Scoped("cases", ("desk",)),
    "POST /api/v1/cases/{id}/acts": Scoped("cases", ("desk",)),
    "GET /api/v1/contacts": Scoped("export"),
    "POST /api/v1/contacts": Scoped("contacts"),
    "GET /api/v1/contacts/{id}": Scoped("contacts"),
    "POST /api/v1/contacts/{id}/merge": Scoped("contacts"),
    "POST /api/v1/erasures": Scoped("erase"),
    "POST /api/v1/exports": Scoped("people"),
    "POST /api/v1/events": Scoped("events"),
    "POST /api/v1/keys": Scoped("people"),
    "POST /api/v1/keys/{id}/revoke": Scoped("people"),
    "POST /api/v1/people": Scoped("people"),
    "POST /api/v1/people/{id}/acts": Scoped("people"),
    "GET /api/v1/flows": Scoped("read"),
    "GET /api/v1/flows/{id}/versions": Scoped("read"),
    "POST /api/v1/flows/{id}/versions": Scoped("author"),
    "GET /api/v1/flows/{id}/diff": Scoped("read"),
    "POST /api/v1/flows/{id}/rollback": Scoped("author"),
    "POST /api/v1/flows/{id}/move": Scoped("author"),
    "GET /api/v1/decisions": Scoped("read"),
    "GET /api/v1/campaigns": Scoped("read"),
    "POST /api/v1/campaigns": Scoped("outreach"),
    "POST /api/v1/campaigns/forecast": Scoped("outreach"),
    "GET /api/v1/campaigns/{id}": Scoped("read"),
    "POST /api/v1/campaigns/{id}/acts": Scoped("outreach"),
    "GET /api/v1/reports": Scoped("read"),
    "GET /api/v1/reports/{id}/letter": Scoped("read"),
    "POST /api/v1/reports/{id}/runs": Scoped("outreach"),
    # for customers, and for who adds the bot to an account
    "GET /files/{token}/{name}": Signed("the token, which is the only key"),
    "GET /install/page.css": Open("a style sheet"),
    "GET /install/{channel}": Open("the provider asks whoever comes for their consent"),
    "POST /install/{channel}": Open("the provider asks whoever comes for their consent"),
    "GET /install/{channel}/done": Signed("the state in a cookie"),
    # health
    "GET /livez": Open("tells nothing but that it lives"),
    "GET /readyz": Open("tells nothing but that it works"),
    "GET /metrics": Scoped("metrics"),
}

DEMO_POLICIES: Mapping[str, Need] = {
    "GET /": Open(DEMO),
    "GET /demo/events": Open(DEMO),
    "POST /demo/{action}": Open(DEMO),
    "GET /home": ANYBODY_SIGNED_IN,
    "GET /static": Open(DEMO),
}
"""What there is in the demo beside, or in the place of, all that; its pages are behind `web.demo_door`."""
