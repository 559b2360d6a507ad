"""Whether a call is theirs: every system's way, with everything that can be wrong about it (S1-S7)."""

import pytest
from msgspec.structs import replace

from bot.errors import Forged
from integrations.inbound.signatures import check
from tests.integrations.inbound.calls import KINDS, NOW, SECRET, URL, call

BODY = b'{"id": "1", "text": "\xc3\xa4"}'
WINDOW = 300_000
OLD = "the-secret-before-this-one"
TIMED = ("zendesk", "hubspot", "generic with a time")
SIGNED = tuple(kind for kind in KINDS if kind != "freshdesk")


def holds(kind: str, request, now: int = NOW, secrets=(SECRET,)) -> bool:
    try:
        check(kind.partition(" ")[0], request, URL, [each.encode() for each in secrets], now, WINDOW)
    except Forged as forged:
        return forged.status != 401
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_s1_a_call_of_theirs_holds(kind):
    """Also with the secret that is being changed, with an empty body, and under the newer of two secrets."""
    assert holds(kind, call(kind, BODY))
    assert holds(kind, call(kind, b""))
    assert holds(kind, call(kind, BODY, secret=OLD), secrets=(SECRET, OLD))


@pytest.mark.parametrize("kind", KINDS)
def test_s1_another_key_does_not(kind):
    """Nor a call where no secret is configured (S2)."""
    assert not holds(kind, call(kind, BODY, secret=OLD))
    assert not holds(kind, call(kind, BODY), secrets=())


@pytest.mark.parametrize("kind", SIGNED)
def test_s1_every_altered_byte_is_seen(kind):
    """One bit of each byte of the body; a byte more, a byte less."""
    good = call(kind, BODY)
    altered = [BODY[:n] + bytes([BODY[n] ^ 1]) + BODY[n + 1 :] for n in range(len(BODY))]
    for body in [*altered, BODY + b" ", BODY[:-1]]:
        assert not holds(kind, replace(good, body=body))


@pytest.mark.parametrize("kind", KINDS)
def test_s1_a_signature_that_is_none_does_not_hold(kind):
    """Missing, empty, cut, longer, of other letters, in another notation."""
    good = call(kind, BODY)
    [name] = [each for each in good.headers if "time" not in each]
    value = good.headers[name]
    assert not holds(kind, replace(good, headers={}))
    odd = [
        "",
        " ",
        value[:-1],
        value[1:],
        value + "A",
        value + "\n",
        "ä" * 44,
        "\udc80",
        value[::-1],
        "=" * 44,
        "0" * 64,
    ]
    for wrong in odd:
        assert not holds(kind, replace(good, headers=good.headers | {name: wrong})), wrong


@pytest.mark.parametrize("kind", TIMED)
def test_s4_a_call_is_good_for_five_minutes(kind):
    """Before and after; its time is signed, so that nobody makes it young again."""
    for away in (-WINDOW, 0, WINDOW):
        assert holds(kind, call(kind, BODY, at=NOW + away))
    for away in (-WINDOW - 1000, WINDOW + 1000, -86_400_000 * 365):
        assert not holds(kind, call(kind, BODY, at=NOW + away))
    old = call(kind, BODY, at=NOW - 2 * WINDOW)
    [name] = [each for each in old.headers if "time" in each]
    assert not holds(kind, replace(old, headers=old.headers | {name: call(kind, BODY).headers[name]}))


@pytest.mark.parametrize("kind", TIMED)
@pytest.mark.parametrize("time", ["", "now", "-1", "1" * 30, "٣٤", "2027-01-15", "2027-13-45T99:00:00Z", "nan", "1e3"])
def test_s4_a_time_that_is_none_does_not_hold(kind, time):
    """Even under a good signature: nobody can tell when it was."""
    good = call(kind, BODY)
    [name] = [each for each in good.headers if "time" in each]
    assert not holds(kind, replace(good, headers=good.headers | {name: time}))


def test_the_time_of_a_generic_call_cannot_be_left_out():
    """It is signed with the body, so that without it another thing was signed."""
    good = call("generic with a time", BODY)
    bare = {name: value for name, value in good.headers.items() if name != "x-timestamp"}
    assert not holds("generic", replace(good, headers=bare))


def test_s7_hubspots_signature_is_over_our_own_address():
    """As the settings have it, with the query of the call; what the call says of its host does not count."""
    good = call("hubspot", BODY, query="a=1&b=2")
    assert holds("hubspot", good)
    assert holds("hubspot", replace(good, headers=good.headers | {"host": "evil.example"}))
    assert not holds("hubspot", replace(good, query="a=1&b=3"))
    assert not holds("hubspot", replace(good, query=""))
    assert not holds("hubspot", replace(good, method="PUT"))


def test_a_secret_of_any_letters_can_be_shared():
    """Headers come as bytes, read as latin-1."""
    secret = "Geheimnis-mit-Ümläuten"
    request = call("freshdesk", BODY)
    headers = {"x-echolot-secret": secret.encode().decode("latin-1")}
    assert holds("freshdesk", replace(request, headers=headers), secrets=(secret,))


def test_what_another_program_has_signed_holds():
    """In base64 over the raw body, by another program: `openssl dgst -sha256 -hmac hush -binary | base64`."""
    request = call("shopify", b'{"id":1}')
    signature = "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="
    headers = {"x-shopify-hmac-sha256": signature}
    assert holds("shopify", replace(request, headers=headers), secrets=("hush",))
