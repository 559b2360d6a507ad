"""T24 for Twilio: what is not signed by Twilio for this account, in this shape, is forged; everything else is taken.

Signatures come from Twilio's own `compute_signature`, so the matrix checks our comparison, our URL and our form.
"""

from collections.abc import Callable
from urllib.parse import urlencode

import msgspec
import pytest

from bot.errors import Forged
from bot.messages import Said, WebRequest
from channels.twilio import receipts
from channels.twilio.channel import TwilioChannel
from tests.channels.twilio_line import ACCOUNT, CUSTOMER, NUMBER, PUBLIC, TOKEN, config, signed

SID = "SM" + "0a" * 16
MESSAGE = {
    "ToState": "",
    "Body": "10",
    "From": CUSTOMER,
    "To": NUMBER,
    "NumMedia": "0",
    "MessageSid": SID,
    "AccountSid": ACCOUNT,
}
STATUS = {"MessageSid": SID, "MessageStatus": "sent", "To": CUSTOMER, "From": NUMBER, "AccountSid": ACCOUNT}
FORMS = {"": MESSAGE, "status": STATUS}
QUERY = {"": "", "status": receipts.callback_url("", "session.1.0", TOKEN).partition("?")[2]}
HEADER, SETTINGS = "x-twilio-signature", "x-twilio-webhooks-signature-settings"


def call(route: str, form: dict[str, str] | list[tuple[str, str]] | None = None, **how: object) -> WebRequest:
    return signed(FORMS[route] if form is None else form, route=route, **({"query": QUERY[route]} | how))


def changed(request: WebRequest, **fields: object) -> WebRequest:
    return msgspec.structs.replace(request, **fields)


def with_signature(route: str, change: Callable[[str], str | None]) -> WebRequest:
    request = call(route)
    signature = change(request.headers[HEADER])
    rest = {name: value for name, value in request.headers.items() if name != HEADER}
    return changed(request, headers=rest if signature is None else rest | {HEADER: signature})


def with_body(route: str, change: Callable[[bytes], bytes]) -> WebRequest:
    request = call(route)
    return changed(request, body=change(request.body))


def without(route: str, name: str) -> WebRequest:
    return call(route, {key: value for key, value in FORMS[route].items() if key != name})


def repeated(route: str, name: str, value: str) -> WebRequest:
    return call(route, [*FORMS[route].items(), (name, value)])


FORGERIES: dict[str, Callable[[str], WebRequest]] = {
    # the signature itself
    "signature missing": lambda r: with_signature(r, lambda _: None),
    "signature empty": lambda r: with_signature(r, lambda _: ""),
    "signature truncated": lambda r: with_signature(r, lambda s: s[:-1]),
    "signature cut to one": lambda r: with_signature(r, lambda s: s[:1]),
    "signature lengthened": lambda r: with_signature(r, lambda s: s + "="),
    "signature doubled": lambda r: with_signature(r, lambda s: f"{s},{s}"),
    "signature with space": lambda r: with_signature(r, lambda s: f" {s}"),
    "signature in other case": lambda r: with_signature(r, str.swapcase),
    "signature with one letter wrong": lambda r: with_signature(r, lambda s: ("B" if s[0] == "A" else "A") + s[1:]),
    "signature not ASCII": lambda r: with_signature(r, lambda s: "ä" + s[1:]),
    "signature wide letters": lambda r: with_signature(r, lambda _: "Ａ" * 28),
    "signature surrogate": lambda r: with_signature(r, lambda _: "\udc80" * 28),
    "signature zero bytes": lambda r: with_signature(r, lambda _: "\x00" * 28),
    "signature huge": lambda r: with_signature(r, lambda s: s * 500),
    "signature is the token": lambda r: with_signature(r, lambda _: TOKEN),
    "signature by another token": lambda r: call(r, token="not the token"),
    "signature by no token": lambda r: call(r, token=""),
    # what was signed
    "signed for http": lambda r: call(r, url="http://nps.example.com/hooks/sms"),
    "signed for another host": lambda r: call(r, url="https://other.example/hooks/sms"),
    "signed for another port": lambda r: call(r, url="https://nps.example.com:8443/hooks/sms"),
    "signed for another channel": lambda r: call(r, url=f"{PUBLIC}/hooks/sms2"),
    "signed with trailing slash": lambda r: call(r, url=f"{PUBLIC}/hooks/sms/"),
    "signed for the other route": lambda r: changed(
        call(r), headers={HEADER: signed(FORMS[r], route="" if r else "status", query=QUERY[r]).headers[HEADER]}
    ),
    "query added": lambda r: changed(call(r), query=f"{QUERY[r]}&x=1"),
    "query altered": lambda r: changed(call(r), query=f"x{QUERY[r]}"),
    "query signed but dropped": lambda r: changed(call(r, query="x=1"), query=""),
    "body byte altered": lambda r: with_body(r, lambda body: body.replace(b"SM0a", b"SM0b")),
    "parameter added": lambda r: with_body(r, lambda body: body + b"&Extra=1"),
    "blank parameter added": lambda r: with_body(r, lambda body: body + b"&Extra="),
    "parameter dropped": lambda r: with_body(r, lambda body: body.rpartition(b"&")[0]),
    "blank parameters not signed": lambda r: changed(call(r, FORMS[r] | {"Blank": ""}), headers=call(r).headers),
    "body empty": lambda r: with_body(r, lambda _: b""),
    "body not UTF-8": lambda r: with_body(r, lambda body: body + b"&x=%ff"),
    "body raw bytes": lambda r: with_body(r, lambda body: body + b"&x=\xff"),
    "body JSON": lambda r: with_body(r, lambda _: b'{"MessageSid":"SM"}'),
    # S32
    "body too long": lambda r: call(r, FORMS[r] | {"Padding": "x" * 256 * 1024}),
    "too many fields": lambda r: call(r, FORMS[r] | {f"f{number}": "" for number in range(1000)}),
    "method GET": lambda r: changed(call(r), method="GET"),
    # the newer header
    "algorithm unknown": lambda r: call(r, headers={SETTINGS: "key=k,algorithm=HMAC_MD5"}),
    "algorithm promised, not used": lambda r: call(r, headers={SETTINGS: "key=k,algorithm=HMAC_SHA256"}),
    "algorithm used, not promised": lambda r: call(r, algorithm="HMAC_SHA256"),
    # S6: signed by Twilio's rules, yet not what Twilio sends
    "another account": lambda r: call(r, FORMS[r] | {"AccountSid": "AC" + "f" * 32}),
    "account missing": lambda r: without(r, "AccountSid"),
    "account twice": lambda r: repeated(r, "AccountSid", "AC" + "f" * 32),
    "sid missing": lambda r: without(r, "MessageSid"),
    "sid twice": lambda r: repeated(r, "MessageSid", "SM" + "0" * 32),
    "sid twice the same": lambda r: repeated(r, "MessageSid", SID),
    "sid of another kind": lambda r: call(r, FORMS[r] | {"MessageSid": "CA" + "0a" * 16}),
    "sid with a tail": lambda r: call(r, FORMS[r] | {"MessageSid": f"{SID}0"}),
    "sid not ASCII": lambda r: call(r, FORMS[r] | {"MessageSid": "SM" + "٣" * 32}),
    "sid with line end": lambda r: call(r, FORMS[r] | {"MessageSid": SID + "\n"}),
    "From twice": lambda r: repeated(r, "From", "+4930999"),
    "To twice": lambda r: repeated(r, "To", "+4930999"),
    "Body twice": lambda r: call(r, [*FORMS[r].items(), ("Body", "1"), ("Body", "9")]),
}


@pytest.mark.parametrize("route", ["", "status"], ids=["message", "status"])
@pytest.mark.parametrize("name", FORGERIES)
async def test_t24_s1_s6_forged(route, name):
    """S1, S6, S32: each of these is refused with 403, and never with a crash."""
    with pytest.raises(Forged) as forged:
        await TwilioChannel("sms", config(), PUBLIC).receive(FORGERIES[name](route))
    assert forged.value.status == 403
    assert TOKEN not in str(forged.value)


@pytest.mark.parametrize("name", ["From", "To", "Body"])
async def test_s6_a_message_needs(name):
    """S6: a message without one of its fields may be another message run together."""
    with pytest.raises(Forged):
        await TwilioChannel("sms", config(), PUBLIC).receive(without("", name))


async def test_s6_fields_run_together_have_the_same_signature():
    """S6: the ambiguity of Twilio's signature is real, and refused."""
    genuine = call("")
    merged = [(name, value) for name, value in MESSAGE.items() if name not in ("Body", "From")]
    merged.append(("Body", f"10From{CUSTOMER}"))
    forged = changed(genuine, body=urlencode(merged).encode())
    assert call("", merged).headers[HEADER] == genuine.headers[HEADER]
    with pytest.raises(Forged):
        await TwilioChannel("sms", config(), PUBLIC).receive(forged)


async def test_status_needs_a_status():
    """A receipt without MessageStatus is not one."""
    with pytest.raises(Forged):
        await TwilioChannel("sms", config(), PUBLIC).receive(without("status", "MessageStatus"))


async def test_there_are_only_two_routes():
    """Anything below the hook but `status` is refused, however it is signed."""
    with pytest.raises(Forged):
        await TwilioChannel("sms", config(), PUBLIC).receive(signed(MESSAGE, route="voice"))


GENUINE: dict[str, tuple[Callable[[str], WebRequest], dict[str, object]]] = {
    "as sent": (call, {}),
    "with the port": (lambda r: call(r, url="https://nps.example.com:443/hooks/sms"), {}),
    "old token while rotating": (lambda r: call(r, token="old"), {"auth_token_old": "old"}),
    "new token while rotating": (call, {"auth_token_old": "old"}),
    "shared key": (
        lambda r: call(r, token="shared", algorithm="HMAC_SHA256", headers={SETTINGS: "key=k,algorithm=HMAC_SHA256"}),
        {"signing_secret": "shared"},
    ),
    "settings header without algorithm": (lambda r: call(r, headers={SETTINGS: "key=k"}), {}),
    "unknown parameters": (lambda r: call(r, FORMS[r] | {"New": "1", "AlsoNew": ""}), {}),
    "an unknown parameter twice": (lambda r: call(r, [*FORMS[r].items(), ("New", "1"), ("New", "2")]), {}),
    "every script": (lambda r: call(r, FORMS[r] | {"ProfileName": "Zoë 李 😀 \u202e + & = %"}), {}),
    "another query": (lambda r: call(r, query="a=1&b=%20x"), {}),
    "other headers lie": (lambda r: call(r, headers={"host": "evil", "x-forwarded-proto": "http"}), {}),
    "upper-case sid": (lambda r: call(r, FORMS[r] | {"MessageSid": "SM" + "0A" * 16}), {}),
}


@pytest.mark.parametrize("route", ["", "status"], ids=["message", "status"])
@pytest.mark.parametrize("name", GENUINE)
async def test_t24_s7_genuine(route, name):
    """S7 and rotation: what Twilio signed for the configured URL is taken, whatever other headers say."""
    request, changes = GENUINE[name]
    receipt = await TwilioChannel("sms", config(**changes), PUBLIC).receive(request(route))
    assert len(receipt.inbound) == 1


@pytest.mark.parametrize(
    ("public", "called"),
    [
        ("https://nps.example.com/", "https://nps.example.com/hooks/sms"),
        ("https://example.com/nps", "https://example.com/nps/hooks/sms"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/hooks/sms"),
        ("https://nps.example.com:8443", "https://nps.example.com/hooks/sms"),
    ],
)
async def test_s7_public_url(public, called):
    """S7: the configured address decides, below a path, with a port, or with one that Twilio leaves out."""
    receipt = await TwilioChannel("sms", config(), public).receive(signed(MESSAGE, url=called))
    assert receipt.inbound[0].body == Said("10")


async def test_s2_no_secret_no_hook():
    """S2: without a token there is no hook, and even a call would be refused."""
    channel = TwilioChannel("sms", config(auth_token=None), PUBLIC)
    assert not channel.hookable
    with pytest.raises(Forged):
        await channel.receive(call("", token=""))
    assert TwilioChannel("sms", config(), PUBLIC).hookable


@pytest.mark.parametrize(
    ("query", "key"),
    [
        (QUERY["status"], "session.1.0"),
        ("", ""),
        ("o=session.1.0", ""),
        ("o=session.1.0.", ""),
        ("o=.x", ""),
        (QUERY["status"].replace("session.1", "session.2"), ""),
        (QUERY["status"][:-1], ""),
        ("o=session.1.0.ä", ""),
        ("o=%FF.%FF", ""),
    ],
)
async def test_callback_names_our_message(query, key):
    """The key in the callback URL counts only with our mark; without it Twilio's id has to do."""
    receipt = await TwilioChannel("sms", config(), PUBLIC).receive(call("status", query=query))
    assert receipt.inbound[0].body.key == key


async def test_callback_survives_rotation():
    """A message that went out under the old token is still recognised."""
    query = receipts.callback_url("", "session.9.1", "old").partition("?")[2]
    channel = TwilioChannel("sms", config(auth_token_old="old"), PUBLIC)
    receipt = await channel.receive(call("status", query=query))
    assert receipt.inbound[0].body.key == "session.9.1"
