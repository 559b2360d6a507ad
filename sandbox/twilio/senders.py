"""Twilio's REST API for the account and its senders: looking at them, and where their webhooks lead.

Every product of Twilio has a host of its own; here the Messaging Services are below `/v1` of the one host.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.twilio.model import API, Account, Refused
from sandbox.twilio.network import Network
from sandbox.twilio.rest import answering, authorised

_URL = re.compile(r"https?://[^\s/_?#]+(?:[/?#]\S*)?")


def routes(network: Network) -> list[Route]:
    """The account; numbers and short codes: list and update; Messaging Services: fetch and update."""

    async def account(request: Request) -> Response:
        found = authorised(network, request)
        told = {"sid": found.sid, "status": found.status, "type": found.type, "friendly_name": "Sandbox"}
        return JSONResponse(told | {"owner_account_sid": found.sid, "uri": f"{API}/Accounts/{found.sid}.json"})

    async def numbers(request: Request) -> Response:
        found = authorised(network, request)
        kind = "short_codes" if "ShortCodes" in request.url.path else "incoming_phone_numbers"
        wanted = request.query_params.get("ShortCode") or request.query_params.get("PhoneNumber") or ""
        listed = [_number(found, each) for each in _senders(found, kind) if wanted in each]
        return JSONResponse({kind: listed, "page": 0, "page_size": 50, "next_page_uri": None})

    async def number(request: Request) -> Response:
        found = authorised(network, request)
        return JSONResponse(_changed_number(found, request.path_params["number"], await request.form()))

    async def service(request: Request) -> Response:
        found = authorised(network, request)
        return JSONResponse(_changed_service(found, request.path_params["service"], await request.form()))

    base = API + "/Accounts/{account}"
    return [
        Route(base + ".json", answering(account), methods=["GET"]),
        Route(base + "/IncomingPhoneNumbers.json", answering(numbers), methods=["GET"]),
        Route(base + "/SMS/ShortCodes.json", answering(numbers), methods=["GET"]),
        Route(base + "/IncomingPhoneNumbers/{number}.json", answering(number), methods=["GET", "POST"]),
        Route(base + "/SMS/ShortCodes/{number}.json", answering(number), methods=["GET", "POST"]),
        Route("/v1/Services/{service}", answering(service), methods=["GET", "POST"]),
    ]


def _changed_number(account: Account, sid: str, form: Mapping[str, Any]) -> dict[str, Any]:
    sender = next((each for each in account.hooks if _sid(each) == sid), "")
    if not sender:
        raise Refused(404, 20404, "The requested resource was not found")
    if "SmsUrl" in form:
        account.hooks[sender] = _checked(form["SmsUrl"], 21502, "SmsUrl is not valid")
    if "SmsMethod" in form:
        account.methods[sender] = form["SmsMethod"]
    if "SmsApplicationSid" in form:
        account.applications[sender] = form["SmsApplicationSid"]
    return _number(account, sender)


def _changed_service(account: Account, sid: str, form: Mapping[str, Any]) -> dict[str, Any]:
    if sid not in account.services:
        raise Refused(404, 20404, f"The requested resource /Services/{sid} was not found")
    if "InboundRequestUrl" in form:
        account.service_hooks[sid] = _checked(form["InboundRequestUrl"], 21709, "Invalid inbound_request_url")
    if "InboundMethod" in form:
        account.methods[sid] = form["InboundMethod"]
    if form.get("UseInboundWebhookOnNumber") == "true":
        account.service_hooks.pop(sid, None)
    return _service(account, sid)


def _senders(account: Account, kind: str) -> list[str]:
    """The senders of this kind; those of WhatsApp are not among them."""
    return [each for each in account.hooks if each[0] in "+0123456789" and (each[0] == "+") != (kind == "short_codes")]


def _sid(sender: str) -> str:
    return ("PN" if sender.startswith("+") else "SC") + hashlib.sha256(sender.encode()).hexdigest()[:32]


def _number(account: Account, sender: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "sid": _sid(sender),
        "account_sid": account.sid,
        "friendly_name": sender,
        "sms_url": account.hooks[sender],
        "sms_method": account.methods.get(sender, "POST"),
        "sms_fallback_url": "",
    }
    if not sender.startswith("+"):
        return told | {"short_code": sender}
    able = {"voice": False, "sms": True, "mms": False, "fax": False}
    application = account.applications.get(sender, "")
    return told | {"phone_number": sender, "capabilities": able, "sms_application_sid": application, "status": "in-use"}


def _service(account: Account, sid: str) -> dict[str, Any]:
    return {
        "sid": sid,
        "account_sid": account.sid,
        "friendly_name": sid,
        "inbound_request_url": account.service_hooks.get(sid),
        "inbound_method": account.methods.get(sid, "POST"),
        "use_inbound_webhook_on_number": sid not in account.service_hooks,
    }


def _checked(url: str, code: int, text: str) -> str:
    if url and not _URL.fullmatch(url):
        raise Refused(400, code, text)
    return url
