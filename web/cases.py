"""Cases for other systems, such as an inbox or a helpdesk of your own: read them, and act for an agent."""

import re
import uuid
from collections.abc import Sequence
from typing import Protocol, get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.cases.state import Phase
from web.acts import tell
from web.api import MOST, json
from web.bodies import read, repeatable
from web.guard import API_LIMIT, read_body
from web.keys import Key, Keyring
from web.problems import Refused
from web.shapes import CaseAct, CaseActed, CaseDetail, CasePage, CaseSummary
from web.visitors import EVERY

PHASES: tuple[str, ...] = get_args(Phase)
PRESS = re.compile(r"(claim|release|resolve|reopen|snooze|skip|cancel|(cause|send|note|take|retry|correct):.+)")


class Inbox(Protocol):
    """Cases as people see them, and what people do about them."""

    async def page(self, desk: str, phases: Sequence[str], limit: int) -> list[CaseSummary]:
        """The latest cases, newest first, of one desk or all (""), in these phases or any."""
        ...

    async def case(self, case_id: str) -> CaseDetail | None:
        """All of one case."""
        ...

    async def act(self, case_id: str, act: CaseAct, key: str) -> bool:
        """Take what somebody does, once for each `key`; whether there is such a case."""
        ...


def routes(inbox: Inbox, keyring: Keyring) -> list[Route]:
    """`/api/v1/cases…`."""

    async def list_cases(request: Request) -> Response:
        desk, query = keyring.check(request, "cases").desk, request.query_params
        phases = query.getlist("phase")
        if wrong := [phase for phase in phases if phase not in PHASES]:
            raise Refused(422, "Wrong phase", f"{wrong[0][:40]!r} is none of {', '.join(PHASES)}.")
        limit = query.get("limit", "100")
        if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
            raise Refused(422, "Wrong limit", f"limit is a number from 1 to {MOST}.")
        wanted = query.get("desk", "")
        if desk != EVERY and wanted not in ("", desk):
            raise Refused(403, "This API key may not do that", "It is for another desk.")
        return json(CasePage(await inbox.page(wanted if desk == EVERY else desk, phases, int(limit))))

    async def read_case(request: Request) -> Response:
        key = keyring.check(request, "cases")
        return json(await _seen(inbox, request.path_params["id"], key))

    return [
        Route("/api/v1/cases", list_cases, methods=["GET"]),
        Route("/api/v1/cases/{id}", read_case, methods=["GET"]),
        *_acting(inbox, keyring),
    ]


def _acting(inbox: Inbox, keyring: Keyring) -> list[Route]:
    async def act_on_case(request: Request) -> Response:
        key = keyring.check(request, "cases")
        act = decode(await read_body(request, API_LIMIT))
        tell(request, what=act.press.partition(":")[0] or "text")
        case_id, token = request.path_params["id"], _token(request, act)
        if key.desk != EVERY:
            await _seen(inbox, case_id, key)
        if not await inbox.act(case_id, act, f"{key.name}:{case_id}:{token}"):
            raise Refused(404, "No such case")
        return json(CaseActed(case_id, token), 202, {"location": f"/api/v1/cases/{case_id}"})

    return [Route("/api/v1/cases/{id}/acts", act_on_case, methods=["POST"])]


async def _seen(inbox: Inbox, case_id: str, key: Key) -> CaseDetail:
    """The case, if there is one, at a desk that the key is for. Raises Refused."""
    found = await inbox.case(case_id)
    if found is None or key.desk not in (EVERY, found.case.desk):
        raise Refused(404, "No such case")
    return found


def decode(body: bytes) -> CaseAct:
    """What somebody wants to do. Raises Refused with the reason."""
    act = read(body, CaseAct, "Wrong act")
    check(act)
    return act


def check(act: CaseAct) -> None:
    """Raises Refused for what nobody can do: nothing, two things at once, a button that there never is."""
    if bool(act.text.strip()) == bool(act.press):
        raise Refused(422, "Wrong act", "Give either `text`, which is not empty, or `press`.")
    if "\0" in act.text + act.press + act.name:
        raise Refused(422, "Wrong act", "A text cannot hold the character U+0000.")
    if act.press and not PRESS.fullmatch(act.press):
        raise Refused(422, "Wrong act", "There is no such button; a case names its buttons as `value`.")


def _token(request: Request, act: CaseAct) -> str:
    """What makes the act repeatable: given in the header or the body, else new."""
    header = request.headers.get("idempotency-key", "")
    if header and act.key and header != act.key:
        raise Refused(422, "Two keys", "`Idempotency-Key` and `key` differ; give one of them.")
    return repeatable(header or act.key) or uuid.uuid4().hex
