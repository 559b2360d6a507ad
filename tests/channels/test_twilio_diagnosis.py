"""The look at a Twilio account, and pointing its webhook at us: through the SDK against the sandbox."""

from urllib.parse import urlsplit

import pytest

from bot.abilities import Diagnosing
from bot.messages import Said
from channels.twilio.client import aimed
from sandbox.twilio import Account, Fault
from tests.channels.twilio_line import ACCOUNT, CUSTOMER, NUMBER, TOKEN, a_line

SERVICE, SHORT, APP = "MG" + "5" * 32, "32222", "AP" + "1" * 32


def an_account(number: str = "", *, service: str | None = None, **more) -> Account:
    """An account whose number and service call these URLs."""
    hooks = {NUMBER: number, SHORT: number, f"whatsapp:{NUMBER}": ""}
    own = {} if service is None else {"service_hooks": {SERVICE: service}}
    return Account(ACCOUNT, TOKEN, hooks, {SERVICE: (NUMBER,)} if own or more.pop("pool", False) else {}, **own, **more)


def told(findings, level: str) -> str:
    return "\n".join(f"{each.message} → {each.hint}" for each in findings if each.level == level)


async def test_all_is_well():
    """Nothing to do: no error, no warning, and nothing was sent."""
    async with a_line(lambda hook: an_account(f"{hook}#rc=3&rp=all")) as line:
        assert isinstance(line.channel, Diagnosing)
        found = await line.channel.diagnose()
        assert {each.level for each in found} == {"ok"}
        assert "the account is active" in told(found, "ok")
        assert f"calls {line.hook} and tries again" in told(found, "ok")
        assert "Geo permissions" in told(found, "ok")
        assert line.sandbox.network.messages == {}


OURS, OLD = "HOOK", "https://demo.twilio.com/welcome?key=canary"
BY_SERVICE = {"from": None, "messaging_service_sid": SERVICE}
CASES = [
    ({"number": "HOOK#rc=2&rp=4xx,5xx"}, {}, "ok", "tries again"),
    ({"number": OURS}, {}, "warning", "does not try again after an error of ours"),
    ({"number": "HOOK#rc=0&rp=all"}, {}, "warning", "does not try again"),
    ({"number": "HOOK#rp=ct"}, {}, "warning", "does not try again"),
    ({}, {}, "error", "the number calls nobody"),
    ({"number": OLD}, {}, "error", "the number calls https://demo.twilio.com/welcome, "),
    ({"number": OURS, "methods": {NUMBER: "GET"}}, {}, "error", "with GET"),
    ({"number": OURS, "applications": {NUMBER: APP}}, {}, "error", "TwiML app"),
    ({"status": "suspended"}, {}, "error", "the account is suspended"),
    ({"type": "Trial"}, {}, "warning", "trial account"),
    ({}, {"from": "+4930999"}, "error", "`from` is not a number of this account"),
    ({}, {"from": NUMBER[:-2]}, "error", "`from` is not a number of this account"),
    ({}, {"from": "Muster"}, "error", "nobody can answer a sender that is a name"),
    ({}, {"auto_replies": False}, "warning", "two answers"),
    ({}, {"from": SHORT}, "warning", "auto_replies: false"),
    ({"number": OURS}, {"from": SHORT, "auto_replies": False}, "warning", "does not try again"),
    ({}, {"auth_token": "wrong"}, "error", "does not accept the account SID and auth token"),
    ({}, {"auth_token": ""}, "error", "has no auth_token"),
    ({}, {"whatsapp": True}, "warning", "WhatsApp senders → the sender → Webhook URL"),
    ({}, {"whatsapp": True}, "warning", "without a template"),
    ({"service": "HOOK#rc=3&rp=all"}, BY_SERVICE, "ok", "the Messaging Service calls"),
    ({"service": OURS}, BY_SERVICE, "warning", "Opt-Out Management"),
    ({"service": ""}, BY_SERVICE, "error", "the Messaging Service calls nobody"),
    ({"number": OURS, "pool": True}, BY_SERVICE, "warning", "a webhook of its own"),
    ({}, BY_SERVICE, "error", "does not exist in this account"),
]


@pytest.mark.parametrize(("account", "changes", "level", "text"), CASES)
async def test_what_is_wrong_is_found(account, changes, level, text):
    """Each mistake that operators make, with a level that fits and a hint."""

    def told_hook(hook: str) -> Account:
        filled = {key: each.replace(OURS, hook) if isinstance(each, str) else each for key, each in account.items()}
        return an_account(**filled)

    async with a_line(told_hook, **changes) as line:
        found = await line.channel.diagnose()
        assert text in told(found, level)
        assert all(each.hint for each in found if each.level == "error")
        assert "canary" not in str(found)
        assert TOKEN not in str(found)


@pytest.mark.parametrize(
    "account",
    [
        lambda _: an_account("https://old.example/sms?key=canary"),
        lambda _: an_account("", applications={NUMBER: APP}, methods={NUMBER: "GET"}),
    ],
)
async def test_connecting_a_number(account):
    """WIRE D3, RELIABILITY 1.6: the URL with retries, POST, no app before it; then what customers write arrives."""
    async with a_line(account) as line:
        found = await line.channel.connect()
        assert f"the number now calls {line.hook}#rc=3&rp=all; before, it called" in found[0].message
        assert told(found, "error") + told(found, "warning") == ""
        assert "canary" not in str(found)
        outcome = await line.sandbox.phone(CUSTOMER).text("8")
        assert (outcome.status, [said.text for said in line.bodies(Said)]) == (200, ["8"])
        assert (await line.channel.connect())[0].level == "ok"  # twice is harmless


async def test_connecting_a_service_and_a_short_code():
    """The service takes over from its numbers; a short code is a resource of its own."""
    async with a_line(lambda _: an_account(pool=True), **{"from": None, "messaging_service_sid": SERVICE}) as line:
        found = await line.channel.connect()
        assert f"the Messaging Service now calls {line.hook}#rc=3&rp=all" in found[0].message
        assert told(found, "error") == ""
        assert (await line.sandbox.phone(CUSTOMER).text("8", NUMBER)).status == 200
    async with a_line(lambda _: an_account(), **{"from": SHORT, "auto_replies": False}) as line:
        assert told(await line.channel.connect(), "error") == ""
        assert (await line.sandbox.phone(CUSTOMER).text("8", SHORT)).status == 200


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"auth_token": ""}, "has no auth_token"),
        ({"auth_token": "wrong"}, "the webhook is not set: Twilio does not accept"),
        ({"from": "+4930999"}, "`from` is not a number of this account"),
    ],
)
async def test_what_cannot_be_connected_says_why(changes, text):
    async with a_line(lambda _: an_account(), **changes) as line:
        assert text in told(await line.channel.connect(), "error")
        assert line.sandbox.network.accounts[ACCOUNT].hooks[NUMBER] == ""


@pytest.mark.parametrize("path", ["Accounts/AC", "IncomingPhoneNumbers"])
@pytest.mark.parametrize("kind", ["error", "reset_before", "timeout_before", "throttle", "garbled", "half"])
async def test_being_unable_to_ask_is_a_finding(kind, path):
    """Whatever the wire does, at the first call and in the middle."""
    async with a_line(an_account, timeout="300ms") as line:
        line.sandbox.faults.plan(Fault(kind, times=9, method="GET", path=path))
        found = await line.channel.diagnose()
        assert told(found, "error")
        assert len(found) == (1 if path == "Accounts/AC" else 3)
        assert told(await line.channel.connect(), "error").startswith("the webhook is not set")


async def test_a_host_that_twilio_does_not_call():
    """Host names with an underscore are refused."""
    async with a_line(an_account) as line:
        line.channel._hook = "https://nps_1.example.com/hooks/sms"
        assert "underscore" in told(await line.channel.diagnose(), "error")
        assert "the webhook is not set" in told(await line.channel.connect(), "error")


@pytest.mark.parametrize(
    ("base", "uri", "where"),
    [
        ("https://api.twilio.com", "https://messaging.twilio.com/v1/S", "https://messaging.twilio.com/v1/S"),
        ("https://api.ie1.twilio.com", "https://messaging.twilio.com/v1/S", "https://messaging.ie1.twilio.com/v1/S"),
        ("https://api.twilio.com", "https://api.twilio.com/x.json?a=1", "https://api.twilio.com/x.json?a=1"),
        ("http://127.0.0.1:1/twilio/", "https://messaging.twilio.com/v1/S", "http://127.0.0.1:1/twilio/v1/S"),
        ("https://api.proxy.example", "https://messaging.twilio.com/v1/S", "https://api.proxy.example/v1/S"),
    ],
)  # fmt: skip
def test_each_product_is_called_at_its_own_host(base, uri, where):
    """Twilio's own hosts by product and region; a proxy or a sandbox has one for all."""
    assert aimed(uri, urlsplit(base)) == where
