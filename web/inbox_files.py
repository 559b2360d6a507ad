"""A file that a customer sent, for agents of the case: pictures to be looked at, everything else to be saved."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.attachments import MOST_BYTES, safe_name
from bot.messages import LeftOut
from web.guard import CSP
from web.inbox_parts import Cases
from web.pages import page, spoken
from web.problems import Refused
from web.words.inbox import INBOX

SHOWN = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
STATUS = {"gone": 404, "too_large": 404, "type_refused": 404, "later": 503}


def routes(cases: Cases, allowed: Callable[[Request], Awaitable[Any]]) -> list[Route]:
    """`/inbox/{id}/files/{n}`. `allowed` raises Refused unless the case is there for this person."""

    async def file(request: Request) -> Response:
        await allowed(request)
        words, given = INBOX[spoken(request)], request.path_params["n"]
        number = int(given) if given.isascii() and given.isdecimal() and len(given) < 7 else -1
        found = await cases.file(request.path_params["id"], number)
        if found is None:
            raise Refused(404, words["no_file"])
        if isinstance(found, LeftOut):
            most = f"{MOST_BYTES // 1_000_000} MB"
            why, at = (
                words[f"file_{found.why}"].format(most=most),
                f"/inbox/{quote(request.path_params['id'], safe='')}",
            )
            return page(request, "inbox_file.html", STATUS[found.why], i=words, why=why, at=at)
        way = "inline" if found.mime in SHOWN else "attachment"
        headers = {
            "content-disposition": f'{way}; filename="{safe_name(found.name, found.mime)}"',
            "content-type": found.mime,  # known by its bytes
            "cache-control": "private, no-store",
            "cross-origin-resource-policy": "same-origin",
            "x-content-type-options": "nosniff",
            CSP: "sandbox; default-src 'none'; frame-ancestors 'none'",
        }
        return Response(found.data, headers=headers)

    return [Route("/inbox/{id}/files/{n}", file, methods=["GET"])]
