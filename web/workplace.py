"""The workplace put together: sign-in, account, people, settings, and the pages that others bring."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from web import account, key_pages, oidc, pages, people, people_api, personal, settings_page, signin
from web.identities import Ways
from web.key_pages import Keys
from web.keys import Keyring
from web.personal import Personal
from web.sessions import Doors
from web.settings_page import Findings, Values
from web.throttle import Network


async def _nothing_found() -> Sequence[settings_page.Finding]:
    return ()


class Workplace(NamedTuple):
    """What the pages for people need. `more` are further pages, behind the same door; one at `/` is the home page.

    `personal` is what may be done with the data of customers, `keys` are those of other systems, `ways` lead in beside
    passwords. `address` is where
    links begin as long as there is no public URL.
    """

    doors: Doors
    proxies: tuple[Network, ...] = ()
    findings: Findings = _nothing_found
    values: Values = ()
    more: Sequence[BaseRoute] = ()
    address: str = ""
    personal: Personal | None = None
    keys: Keys | None = None
    ways: Ways = Ways()


def routes(workplace: Workplace, keyring: Keyring) -> list[BaseRoute]:
    """Every page of the workplace, and its part of the API. `web.gate` stands in front of the pages."""
    doors = workplace.doors

    async def start(request: Request) -> Response:
        return pages.page(request, "start.html")

    return [
        *signin.routes(doors, workplace.proxies, workplace.ways),
        *account.routes(doors, workplace.ways),
        *oidc.routes(doors, workplace.ways, workplace.proxies),
        *people.routes(doors),
        *people_api.routes(doors.accounts, keyring, doors.public_url or workplace.address),
        *settings_page.routes(workplace.findings, workplace.values),
        *(personal.routes(workplace.personal, keyring) if workplace.personal else ()),
        *(key_pages.routes(workplace.keys, keyring) if workplace.keys else ()),
        *workplace.more,
        Route("/", start, methods=["GET"]),
    ]
