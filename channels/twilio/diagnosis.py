"""Is the account set up at Twilio as it has to be? And pointing its webhook at us. Nothing is ever sent from here.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource,
https://www.twilio.com/docs/messaging/api/service-resource,
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urldefrag, urlsplit

from bot.abilities import Finding
from bot.errors import ChannelError
from channels.twilio.client import Api
from channels.twilio.config import TwilioConfig

OVERRIDES = "rc=3&rp=all"
"""Three more tries, also after a 5xx or a timeout; by itself Twilio tries once more, and only if it cannot connect."""
_TOKEN = "console.twilio.com → Account → API keys & tokens"  # noqa: S105 - where it is, not what it is
_UNKNOWN = "20404"


def no_token(name: str) -> Finding:
    """The channel cannot do anything yet."""
    return Finding("error", f"channel {name!r} has no auth_token", f"copy it from {_TOKEN}")


async def diagnose(api: Api, config: TwilioConfig, name: str, hook: str) -> list[Finding]:
    """Look at the account and its sender; `hook` is our webhook's URL."""
    try:
        account = await api.ask(lambda client: client.api.v2010.accounts(config.account_sid).fetch_async())
    except ChannelError as error:
        hint = f"check `account_sid` and `auth_token` ({_TOKEN}), and whether this machine reaches Twilio"
        return [Finding("error", str(error), hint)]
    found = [*_account(account), *_host(hook)]
    try:
        found += await _sender(api, config, name, hook)
    except ChannelError as error:
        found.append(Finding("error", f"Twilio does not show the sender: {error}"))
    return [*found, *_advice(config)]


async def connect(api: Api, config: TwilioConfig, name: str, hook: str) -> list[Finding]:
    """Let Twilio call `hook` for what customers write, with retries; then what is left to do."""
    wanted = f"{hook}#{OVERRIDES}"
    found = []
    try:
        if config.messaging_service_sid:
            found.append(await _connect_service(api, config.messaging_service_sid, wanted))
        elif (record := await _own(api, config)) is not None:
            found.append(await _connect_number(api, config, record, wanted))
    except ChannelError as error:
        found.append(Finding("error", f"the webhook is not set: {error}", f"set it by hand: {wanted} with POST"))
    return found + await diagnose(api, config, name, hook)


async def _connect_service(api: Api, sid: str, wanted: str) -> Finding:
    before = await api.ask(lambda client: client.messaging.v1.services(sid).fetch_async())
    await api.ask(
        lambda client: client.messaging.v1.services(sid).update_async(
            inbound_request_url=wanted, inbound_method="POST", use_inbound_webhook_on_number=False
        )
    )
    return Finding("ok", f"the Messaging Service now calls {wanted}; {_before(before.inbound_request_url)}")


async def _connect_number(api: Api, config: TwilioConfig, record: Any, wanted: str) -> Finding:
    changes = {"sms_url": wanted, "sms_method": "POST"}
    if getattr(record, "sms_application_sid", None):
        changes["sms_application_sid"] = ""  # it would go before the URL
    await api.ask(lambda client: _numbers(client, config)(record.sid).update_async(**changes))
    return Finding("ok", f"the number now calls {wanted}; {_before(record.sms_url)}")


def _account(account: Any) -> Iterator[Finding]:
    status, kind = str(account.status or ""), str(account.type or "")
    if status == "active":
        yield Finding("ok", "the token is valid and the account is active")
    else:
        yield Finding("error", f"the account is {status or 'in an unknown state'}", "console.twilio.com says why")
    if kind == "Trial":
        hint = "upgrade it, or verify each number under Phone Numbers → Verified Caller IDs"
        yield Finding("warning", "a trial account sends to verified numbers only, and puts its own text in front", hint)


def _host(hook: str) -> Iterator[Finding]:
    if "_" in (urlsplit(hook).hostname or ""):
        yield Finding("error", "Twilio calls no host with an underscore in its name", "change `public_url`")


async def _sender(api: Api, config: TwilioConfig, name: str, hook: str) -> list[Finding]:
    if config.messaging_service_sid:
        return await _service(api, config.messaging_service_sid, name, hook)
    if config.whatsapp:
        hint = f"Messaging → Senders → WhatsApp senders → the sender → Webhook URL: {hook}#{OVERRIDES} with POST"
        return [Finding("warning", "the webhook of a WhatsApp sender cannot be seen from here", hint)]
    if not _is_number(config):
        hint = "use a number if customers should answer, and for STOP"
        return [Finding("error", "nobody can answer a sender that is a name", hint)]
    record = await _own(api, config)
    if record is None:
        hint = "Phone Numbers → Active numbers lists them; `from` is written like +4930123456"
        return [Finding("error", "`from` is not a number of this account", hint)]
    return list(_number(record, name, hook))


async def _service(api: Api, sid: str, name: str, hook: str) -> list[Finding]:
    try:
        service = await api.ask(lambda client: client.messaging.v1.services(sid).fetch_async())
    except ChannelError as error:
        if error.code != _UNKNOWN:
            raise
        hint = "Messaging → Services lists them; copy the SID that begins with MG"
        return [Finding("error", "the Messaging Service does not exist in this account", hint)]
    if service.use_inbound_webhook_on_number:
        hint = f"`run.py channels connect {name}` lets the service call us for all of its numbers"
        return [Finding("warning", "each number of the service has a webhook of its own", hint)]
    return list(_webhook("the Messaging Service", service.inbound_request_url, service.inbound_method, name, hook))


def _number(record: Any, name: str, hook: str) -> Iterator[Finding]:
    able = getattr(record, "capabilities", None)
    if isinstance(able, dict) and not able.get("sms", True):
        yield Finding("error", "the number cannot do SMS", "buy one that can under Phone Numbers")
    if getattr(record, "sms_application_sid", None):
        hint = f"`run.py channels connect {name}` takes it off"
        yield Finding("error", "a TwiML app answers the number's messages, not its webhook", hint)
    else:
        yield from _webhook("the number", record.sms_url, record.sms_method, name, hook)


def _webhook(whose: str, url: str | None, method: str | None, name: str, hook: str) -> Iterator[Finding]:
    called, options = urldefrag(url or "")
    set_it = f"`run.py channels connect {name}` sets it"
    if not called:
        yield Finding("error", f"{whose} calls nobody when a customer writes", set_it)
    elif called != hook:
        yield Finding("error", f"{whose} calls {_shown(called)}, not {hook}", set_it)
    elif (method or "POST").upper() != "POST":
        yield Finding("error", f"{whose} calls our webhook with {method}, which loses messages; POST is needed", set_it)
    elif not _tries_again(options):
        yield Finding("warning", f"{whose} calls us, but does not try again after an error of ours", set_it)
    else:
        yield Finding("ok", f"{whose} calls {hook} and tries again when we do not answer")


def _advice(config: TwilioConfig) -> Iterator[Finding]:
    """What the API does not tell, and where to look."""
    if config.messaging_service_sid:
        hint = "Messaging → Services → the service → Opt-Out Management: its texts are what customers get on STOP"
        yield Finding("warning", "whether Advanced Opt-Out is on cannot be seen from here", hint)
    elif _is_number(config) and config.auto_replies != config.sender.startswith("+"):
        yield Finding("warning", *_KEYWORDS[config.auto_replies])
    if config.whatsapp and not config.templates:
        hint = "have one approved under Content Template Builder and put its ContentSid into `templates`"
        yield Finding("warning", "without a template nobody can be written to first on WhatsApp", hint)
    if not config.whatsapp:
        hint = "Messaging → Settings → Geo permissions"
        yield Finding("ok", "messages reach only the countries that the account allows", hint)


_KEYWORDS = {
    True: ("Twilio does not answer STOP and HELP on a short code of its own", "set `auto_replies: false`"),
    False: (
        "Twilio answers STOP and HELP on this number, so customers get two answers",
        "remove `auto_replies: false`",
    ),
}


async def _own(api: Api, config: TwilioConfig) -> Any:
    """Twilio's record of `from`; None if there is none, or for a WhatsApp sender or a name, which have no such one."""
    sender = config.sender
    if not _is_number(config):
        return None
    named = {"phone_number" if sender.startswith("+") else "short_code": sender}
    records = await api.ask(lambda client: _numbers(client, config).list_async(limit=50, **named))
    key = next(iter(named))
    return next((record for record in records if getattr(record, key) == sender), None)  # the filter takes parts


def _is_number(config: TwilioConfig) -> bool:
    """Whether `from` is a phone number or a short code."""
    return not config.whatsapp and config.sender.lstrip("+").isdigit()


def _numbers(client: Any, config: TwilioConfig) -> Any:
    return client.incoming_phone_numbers if config.sender.startswith("+") else client.short_codes


def _tries_again(options: str) -> bool:
    given = parse_qs(options)
    policy = {part for each in given.get("rp", []) for part in each.split(",")}
    return bool(policy & {"all", "5xx"}) and given.get("rc", ["1"])[0] != "0"


def _before(url: str | None) -> str:
    return f"before, it called {_shown(url)}" if url else "before, it called nobody"


def _shown(url: str) -> str:
    """A URL without what may be a secret of somebody else's: query and user."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"
