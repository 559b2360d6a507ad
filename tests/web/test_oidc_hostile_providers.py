"""Attacks by way of the provider of identities: where it leads, what it floods us with, keys and names (S18)."""

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route

from bot.errors import NotVouched
from integrations.oidc import tokens
from integrations.oidc.calls import call, leads_where_it_may
from sandbox.serving import serving
from tests.web.oidc_made import ANNA, queried
from tests.web.test_oidc_attacks import (
    firm,  # noqa: F401 - fixtures
    refused,
)
from web.sessions import NAME

DOCUMENTS = {
    "another issuer": {"issuer": "https://evil.example"},
    "the issuer with a slash": lambda issuer: {"issuer": issuer + "/"},
    "no issuer": {"issuer": None},
    "keys by another scheme": {"jwks_uri": "file:///etc/passwd"},
    "keys on another machine's inside": {"jwks_uri": "http://169.254.169.254/latest/meta-data"},
    "keys at another name of this machine": {"jwks_uri": "http://localhost:1/jwks"},
    "no authorization endpoint": {"authorization_endpoint": None},
    "a script for an authorization endpoint": {"authorization_endpoint": "javascript:alert(1)"},
    "a password in the address": {"token_endpoint": "http://user:pass@127.0.0.1/token"},
}


@pytest.mark.parametrize("how", DOCUMENTS)
async def test_s18_a_document_that_leads_elsewhere_is_not_followed(firm, how):  # noqa: F811 - a fixture
    """Nobody is sent away, and nothing is called (RFC 8414 3.3, SSRF)."""
    wrong = DOCUMENTS[how]
    firm.sandbox.amended = wrong(firm.issuers["company"]) if callable(wrong) else wrong
    async with firm.surfing() as anna:
        answer = await anna.page.post("/oidc/company/start", {}, form="/sign-in")
        await refused(anna, answer, 502)
    assert set(firm.sandbox.calls) == {"/.well-known/openid-configuration"}


@pytest.mark.parametrize(
    ("url", "issuer", "may"),
    [
        ("https://oauth2.example.com/token", "https://id.example.com", True),
        ("https://id.example.com:8443/token", "https://id.example.com", True),
        ("https://10.0.0.5/token", "https://10.0.0.5", True),
        ("https://keycloak/token", "https://keycloak", True),
        ("http://id.example.com/token", "https://id.example.com", False),
        ("https://10.0.0.5/token", "https://id.example.com", False),
        ("https://[::1]/token", "https://id.example.com", False),
        ("https://2130706433/token", "https://id.example.com", False),
        ("https://localhost/token", "https://id.example.com", False),
        ("https://metadata/token", "https://id.example.com", False),
        ("https://a@id.example.com/token", "https://id.example.com", False),
        ("https://id.example.com:x/token", "https://id.example.com", False),
        ("https://", "https://id.example.com", False),
        ("https://[/", "https://id.example.com", False),
        (None, "https://id.example.com", False),
    ],
)
def test_s18_where_a_provider_may_lead(url, issuer, may):
    """To names of the internet with https, and to where the operator's issuer itself is."""
    assert leads_where_it_may(url, issuer) is may


async def test_s18_a_flood_is_cut_off(firm, monkeypatch):  # noqa: F811 - a fixture
    """What a provider's server may do to ours."""
    monkeypatch.setattr("integrations.oidc.calls.MOST", 100)
    async with firm.surfing() as anna:
        answer = await anna.page.post("/oidc/company/start", {}, form="/sign-in")
        await refused(anna, answer, 502)


async def test_s18_a_redirect_is_not_followed():
    """It could lead to where nobody may call."""
    called = []

    async def away(request):
        called.append(request.url.path)
        return RedirectResponse("/inside", 307)

    app = Starlette(routes=[Route("/{path}", away, methods=["GET", "POST"])])
    async with serving(app) as url:
        for form in (None, "a=b"):
            with pytest.raises(NotVouched):
                await call(f"{url}/outside", form)
    assert called == ["/outside"] * 2


@pytest.mark.parametrize("alg", ["HS256", "HS512", "none", "ES256K", "EdDSA"])
def test_s18_other_algorithms_are_not_read(alg):
    """Even if the key were among those of the provider, and the signature right."""
    key = {"ES256K": lambda: ECKey.generate_key("secp256k1"), "EdDSA": lambda: OKPKey.generate_key("Ed25519")}
    key = key.get(alg, lambda: OctKey.generate_key(512))()
    claims = {"iss": "i", "sub": "s", "aud": "c", "exp": 200, "iat": 100, "nonce": "n"}
    expected = tokens.Expected("i", "c", "n", "", 100, 100)
    with pytest.raises(NotVouched, match="does not hold"):
        tokens.read(jwt.encode({"alg": alg}, claims, key, algorithms=[alg]), KeySet([key]), expected)
    good = RSAKey.generate_key(2048)
    assert tokens.read(jwt.encode({"alg": "PS256"}, claims, good, algorithms=["PS256"]), KeySet([good]), expected)


@pytest.mark.filterwarnings("ignore:Key size")
def test_s18_keys_that_are_too_weak_or_secret_are_left_out():
    """And one that is broken does not hide the others (RFC 8725 2.1, 3.1)."""
    good, weak = RSAKey.generate_key(2048, {"kid": "good"}), RSAKey.generate_key(1024, {"kid": "weak"})
    curve = ECKey.generate_key("P-256", {"kid": "curve"})
    found = tokens.keys(
        [
            {"kty": "RSA", "n": "!"}, {"kty": "oct", "k": "c2VjcmV0"}, OctKey.generate_key(256).as_dict(), {}, 7, None,
            weak.as_dict(private=False), good.as_dict(private=True), good.as_dict(private=False) | {"use": "enc"},
            good.as_dict(private=False), curve.as_dict(private=False), {"kty": "EC", "crv": "P-256", "x": "a"},
        ]
    )  # fmt: skip
    assert [key.kid for key in found.keys] == ["good", "curve"]


async def test_s18_logs_hold_nothing_of_the_person_and_no_secret(firm, capfd):  # noqa: F811 - a fixture
    """Neither token nor code nor address; what went wrong stands there under the number on the page."""
    firm.sandbox.world.twists += ["nonce", ""]
    async with firm.surfing() as anna:
        failed = await anna.signs_in()
        number = failed.headers["x-request-id"]
        path = await anna.chooses(await anna.sets_out())
        await anna.comes_back(path)
        cookie = anna.page.client.cookies[f"__Host-{NAME}"]
    logged = "".join(capfd.readouterr())
    assert number in logged
    assert number in failed.text
    for secret in (ANNA, "a-1", cookie, *queried(path).values(), "s3cret"):
        if secret not in firm.issuers.values():
            assert secret not in logged


async def test_s18_two_spellings_are_two_people(firm):  # noqa: F811 - a fixture
    """The provider's name for somebody is taken as it is, by the letter."""
    async with firm.surfing() as al:
        await refused(al, await al.signs_in("A-1"), 403)


async def test_t11_hostile_characters_are_no_error_of_ours(firm):  # noqa: F811 - a fixture
    """In whatever a browser sends us here."""
    odd = ["%00", "%ff", "%ed%a0%80", "%e2%80%ae", "%0d%0aset-cookie:a=b", "x" * 8000, "%27%22%3c%3e", "%f4%8f%bf%bf"]
    async with firm.surfing() as anna:
        path = await anna.chooses(await anna.sets_out())
        for each in odd:
            for name in ("state", "code", "iss", "error", "error_description"):
                answer = await anna.comes_back(f"/oidc/company/callback?{name}={each}")
                assert answer.status_code in (400, 404), (name, each)
            assert (await anna.comes_back(f"/oidc/{each[:200]}/callback?code=x")).status_code in (400, 404)
        for each in ("\x01\x1b", "\ufffe\uffff", "\U0010ffff", "'\"<>", "x" * 9000):
            for name in ("invite", "to"):
                answer = await anna.page.post("/oidc/company/start", {name: each}, form="/sign-in")
                assert answer.status_code == (400 if name == "invite" else 200)
        assert (await anna.comes_back(path)).status_code == 303
