"""Twilio's REST API for messages, as far as Echolot speaks it, with the faults of the schedule around it."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.twilio.model import API, Account, Message, Refused, rfc2822
from sandbox.twilio.network import Network

MAX_PAGE = 1000


def routes(network: Network) -> list[Route]:
    """Messages: create, list, fetch, delete; media: list, download, delete."""

    async def messages(request: Request) -> Response:
        account = authorised(network, request)
        if request.method == "GET":
            return _page(request, account, network)
        pairs = [(name, str(value)) for name, value in (await request.form()).multi_items()]
        media = [value for name, value in pairs if name == "MediaUrl"]
        return JSONResponse(network.create(account, dict(pairs), request.scope.get("fault"), media).json(), 201)

    async def message(request: Request) -> Response:
        account = authorised(network, request)
        found = network.found(account.sid, request.path_params["message"])
        if request.method == "DELETE":
            del network.messages[found.sid]
            return Response(status_code=204)
        return JSONResponse(found.json())

    async def media_list(request: Request) -> Response:
        account = authorised(network, request)
        found = network.found(account.sid, request.path_params["message"])
        uri = f"{API}/Accounts/{account.sid}/Messages/{found.sid}/Media"
        entries = [
            {
                "sid": one.sid,
                "account_sid": account.sid,
                "parent_sid": found.sid,
                "content_type": one.mime,
                "date_created": rfc2822(found.created),
                "date_updated": rfc2822(found.created),
                "uri": f"{uri}/{one.sid}.json",
            }
            for one in found.media
        ]
        return JSONResponse({"media_list": entries, "page": 0, "page_size": 50, "next_page_uri": None, "uri": uri})

    async def media(request: Request) -> Response:
        account = authorised(network, request)
        found = network.found(account.sid, request.path_params["message"])
        sid = request.path_params["media"]
        one = next((one for one in found.media if one.sid == sid), None)
        if one is None:
            raise Refused(404, 20404, "The requested resource was not found")
        if request.method == "DELETE":
            found.media = tuple(other for other in found.media if other is not one)
            return Response(status_code=204)
        store = f"{request.base_url}twiliocdn/{account.sid}/{found.sid}/{one.sid}?Signature=s&Expires=14400"
        return Response(status_code=307, headers={"location": store})

    base = API + "/Accounts/{account}/Messages"
    return [
        Route(f"{base}.json", answering(messages), methods=["GET", "POST"]),
        Route(base + "/{message}.json", answering(message), methods=["GET", "DELETE"]),
        Route(base + "/{message}/Media.json", answering(media_list), methods=["GET"]),
        Route(base + "/{message}/Media/{media}", answering(media), methods=["GET", "DELETE"]),
        _store(network),
    ]


def _store(network: Network) -> Route:
    async def stored(request: Request) -> Response:
        """Where Twilio keeps media: whoever has the signed link may fetch it, and a key beside it is an error."""
        found = network.messages[request.path_params["message"]]
        one = next(one for one in found.media if one.sid == request.path_params["media"])
        if "authorization" in request.headers or "Signature" not in request.query_params:
            return Response("<Error><Code>InvalidArgument</Code></Error>", 400, media_type="application/xml")
        return Response(one.content, media_type=one.mime)

    return Route("/twiliocdn/{account}/{message}/{media}", stored, methods=["GET"])


def refusal(status: int) -> bytes:
    """The body of an answer that a fault makes."""
    code, text = (20429, "Too Many Requests") if status == 429 else (20500, "An internal server error has occurred")
    return json.dumps(Refused(status, code, text).json()).encode()


def answering(handler: "Callable[[Request], object]") -> "Callable[[Request], object]":
    """Turn Refused into Twilio's error body."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)  # type: ignore[misc,no-any-return]  # handlers are coroutines
        except Refused as refused:
            return JSONResponse(refused.json(), refused.status)

    return answer


def authorised(network: Network, request: Request) -> Account:
    """The account of the URL, or the caller's where it names none, if the key is right. Raises Refused."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        user = password = ""
    account = network.accounts.get(request.path_params.get("account", user))
    holds = account is not None and hmac.compare_digest(password.encode(), account.token.encode())
    if account is None or scheme.lower() != "basic" or user != account.sid or not holds:
        raise Refused(401, 20003, "Authentication Error - invalid username")
    return account


def _page(request: Request, account: Account, network: Network) -> Response:
    query = request.query_params
    size, page = min(int(query.get("PageSize", "50")), MAX_PAGE), int(query.get("Page", "0"))
    matching = [one for one in network.listed(account.sid, query.get("To", "")) if _matches(one, query.items())]
    start = page * size
    shown = matching[start : start + size]
    more = {**query, "PageSize": str(size), "Page": str(page + 1)}
    path = request.url.path
    return JSONResponse({
        "messages": [one.json() for one in shown],
        "page": page,
        "page_size": size,
        "start": start,
        "end": start + len(shown) - 1,
        "uri": f"{path}?{request.url.query}",
        "first_page_uri": f"{path}?{urlencode({**query, 'Page': '0'})}",
        "next_page_uri": f"{path}?{urlencode(more)}" if start + size < len(matching) else None,
        "previous_page_uri": None,
    })  # fmt: skip


def _matches(message: Message, filters: Iterable[tuple[str, str]]) -> bool:
    """Whether a message passes To, From, DateSent, DateSent< and DateSent>; a queued one has no DateSent."""
    for name, value in filters:
        if name == "To" and message.to != value:
            return False
        if name == "From" and message.sender != value:
            return False
        if name.startswith("DateSent") and not _dated(int(message.sent), name.removeprefix("DateSent"), value):
            return False
    return True


def _dated(sent: int, relation: str, value: str) -> bool:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as problem:
        raise Refused(400, 20001, f"Invalid DateSent: {value}") from problem
    wanted = int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())
    last = wanted if "T" in value else wanted + 86_399
    if not sent:
        return False
    return {"": wanted <= sent <= last, "<": sent <= last, ">": sent >= wanted}[relation]
