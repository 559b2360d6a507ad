"""The door of the demo: it stands open for one made-up admin, on this machine alone (docs/decisions/0038)."""

import hmac
from collections.abc import Callable

from starlette.requests import Request

from web.accounts import Accounts
from web.guard import is_local
from web.problems import Refused
from web.sessions import FOREIGN, Doors, fresh, token
from web.visitors import Frame, Grant, Visitor
from web.words import LANGUAGES

AREAS = ("/home", "/inbox", "/flows", "/outreach", "/reports", "/contacts")


class DemoDoor(Doors):
    """Whoever sits at this machine is the made-up admin. What they send has to come from the demo's own pages."""

    frame = Frame(AREAS, "", "/")

    def __init__(self, accounts: Accounts, login: str, name: str, clock: Callable[[], int]) -> None:
        """`login` is the admin's at the desk."""
        super().__init__(accounts, "", clock)
        self._secret = fresh()  # of this process; pages of other sites cannot read the token in our forms
        self._who = Visitor(login, login, name, "", (Grant("admin"),), "demo", token(self._secret))

    async def visitor(self, request: Request, *, touch: bool = True) -> Visitor | None:  # noqa: ARG002 - nobody is noted
        """The made-up admin, in the language that was last chosen; nobody for who comes from elsewhere."""
        if not is_local(request):
            return None
        if (wanted := request.query_params.get("lang", "")) in LANGUAGES:
            self._who = self._who._replace(language=wanted)
        return self._who

    def is_sure(self, who: Visitor) -> bool:  # noqa: ARG002 - there is no password
        """They are."""
        return True

    def check_form(self, request: Request, given: str, secret: str) -> None:  # noqa: ARG002 - there is no cookie
        """Refuses with 403 what does not come from one of the demo's own pages."""
        self.check_origin(request)
        if not hmac.compare_digest(given.encode(), self._who.csrf.encode()):
            raise Refused(403, "Not from here", FOREIGN)
