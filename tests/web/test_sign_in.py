"""Signing in: cookies, sessions and how they end, forms from elsewhere, guessing."""

import pytest

from tests.web.signing_in import URL, WORDS, housed
from web import passwords, sessions, signin, throttle
from web.visitors import Grant

HOUR = 3_600_000
ANNA, BEN = "anna@example.com", "ben@example.com"


@pytest.fixture
async def house(sqlite_url, monkeypatch):
    async with housed(sqlite_url, monkeypatch) as house:
        yield house


async def test_somebody_chooses_a_password_signs_in_and_out(house):
    """From the link to the home page and out again."""
    await house.settles()
    async with house.browser() as page:
        assert (await page.get("/account")).headers["location"] == "/sign-in?to=%2Faccount"
        answer = await page.sign_in(" Anna@Example.COM ")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        shown = await page.get("/account")
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
        assert "Firefox · Linux" in shown.text
        assert (await page.post("/sign-out", {}, form="/account")).headers["location"] == "/sign-in?gone=1"
        assert (await page.get("/account")).status_code == 303


async def test_s16_the_cookie_is_bound_to_host_https_and_http(house):
    """And its id is new at each sign-in; what a stranger put there counts for nothing."""
    await house.settles()
    async with house.browser() as page:
        planted = {"cookie": "__Host-echolot=planted"}
        assert (await page.get("/account", headers=planted)).status_code == 303
        answer = await page.sign_in(ANNA)
        given = [each for each in answer.headers.get_list("set-cookie") if each.startswith("__Host-echolot=")]
        assert len(given) == 1
        _, *flags = given[0].split("; ")
        assert {flag.casefold() for flag in flags} == {"httponly", "path=/", "samesite=lax", "secure"}
        first = page.client.cookies["__Host-echolot"]
        assert len(first) >= 43
        page.client.cookies.clear()
        await page.sign_in(ANNA)
        assert page.client.cookies["__Host-echolot"] not in (first, "planted")


async def test_s15_only_the_hash_of_a_session_is_kept(house):
    """Whoever reads the database can take nobody's place."""
    await house.settles()
    async with house.inside() as page:
        secret = page.client.cookies["__Host-echolot"]
        [kept] = await house.people.browsers((await house.people.member(ANNA)).id)
        assert kept.digest == sessions.digest(secret)
        async with house.browser() as thief:
            thief.client.cookies.set("__Host-echolot", kept.digest)
            assert (await thief.get("/account")).status_code == 303


@pytest.mark.parametrize(
    ("roles", "idle", "most"),
    [
        (["admin"], HOUR // 2, 12 * HOUR),
        (["agent", "admin:acme"], HOUR // 2, 12 * HOUR),
        (["agent"], 8 * HOUR, 7 * 24 * HOUR),
        (["viewer"], 8 * HOUR, 7 * 24 * HOUR),
    ],
)
async def test_s15_a_session_ends_by_itself(house, roles, idle, most):
    """When nobody is at it, and in any case after a while."""
    await house.settles(ANNA, *roles)
    async with house.inside() as page:
        house.wait(idle - 1)
        assert (await page.get("/account")).status_code == 200
        house.wait(idle)
        assert (await page.get("/account")).status_code == 303
    async with house.inside() as page:
        for _ in range(most // (idle // 2) - 1):
            house.wait(idle // 2)
            assert (await page.get("/account")).status_code == 200
        house.wait(idle // 2)
        assert (await page.get("/account")).status_code == 303


async def test_s15_what_an_admin_does_holds_at_once(house):
    """Shutting somebody out, and giving a role that has stricter limits."""
    await house.settles()
    ben = await house.settles(BEN, "agent")
    async with house.inside(BEN) as page:
        assert (await page.get("/account")).status_code == 200
        await house.people.act(ben, "disable", None, "operator")
        assert (await page.get("/account")).status_code == 303
        assert (await page.sign_in(BEN)).status_code == 401
        await house.people.act(ben, "enable", None, "operator")
        assert (await page.sign_in(BEN)).status_code == 303
        await house.people.act(ben, "grant", Grant("admin"), "operator")
        house.wait(HOUR)
        assert (await page.get("/account")).status_code == 303


async def test_s15_another_password_ends_all_other_sessions(house):
    """The current one has to be known."""
    await house.settles()
    async with house.inside() as here, house.inside() as there:
        new = "fünf Kühe im Schnee"
        wrong = {"current": "nicht das richtige", "password": new, "again": new}
        assert (await here.post("/account/password", wrong, form="/account")).status_code == 422
        assert (await there.get("/account")).status_code == 200
        answer = await here.post("/account/password", wrong | {"current": WORDS}, form="/account")
        assert answer.headers["location"] == "/account?done=password"
        assert (await here.get("/account")).status_code == 200
        assert (await there.get("/account")).status_code == 303
        assert (await there.sign_in(ANNA)).status_code == 401
        assert (await there.sign_in(ANNA, new)).status_code == 303


async def test_s15_signing_out_elsewhere(house):
    """One browser, or all but this one; never somebody else's."""
    await house.settles()
    await house.settles(BEN, "agent")
    async with house.inside() as here, house.inside() as there, house.inside(BEN) as other:
        [ben] = await house.people.browsers((await house.people.member(BEN)).id)
        await here.post("/account/sessions", {"session": ben.digest}, form="/account")
        assert (await other.get("/account")).status_code == 200
        await here.post("/account/sessions", {}, form="/account")
        statuses = [(await page.get("/account")).status_code for page in (here, there, other)]
        assert statuses == [200, 303, 200]


FOREIGN = {
    "no token": ({"_csrf": ""}, {}),
    "another token": ({"_csrf": "0" * 64}, {}),
    "another site": ({}, {"sec-fetch-site": "cross-site"}),
    "a sister": ({}, {"sec-fetch-site": "same-site"}),
    "another origin": ({}, {"origin": "https://evil.example"}),
    "no encryption": ({}, {"origin": "http://nps.example.com"}),
    "no origin": ({}, {"origin": ""}),
    "a hidden origin": ({}, {"origin": "null"}),
}


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("path", ["/account/profile", "/sign-in", "/sign-out", "/settings/people"])
async def test_s16_forms_from_elsewhere_are_refused(house, how, path):
    """Signing somebody in unasked included."""
    await house.settles()
    fields, headers = FOREIGN[how]
    filled = {"name": "Eve", "language": "en", "email": ANNA, "password": WORDS, "role": "admin"}
    async with house.browser() if path == "/sign-in" else house.inside() as page:
        form = "/account" if path != "/sign-in" else path
        assert (await page.post(path, filled | fields, form=form, headers=headers)).status_code == 403
        assert len(await house.people.members()) == 1
        assert (await house.people.member(ANNA)).name == "Anna"
        assert (await page.get("/account")).status_code == (303 if path == "/sign-in" else 200)


async def test_s16_a_token_belongs_to_its_browser(house):
    """The form of one is worth nothing in another."""
    await house.settles()
    async with house.inside() as anna, house.inside() as other:
        theirs = (await other.get("/account")).text.partition('name="_csrf" value="')[2][:64]
        fields = {"_csrf": theirs, "name": "Eve", "language": "en"}
        assert (await anna.post("/account/profile", fields, form="/account")).status_code == 403


async def test_s17_nobody_can_tell_who_has_an_account(house, monkeypatch):
    """The same answer and the same work for a wrong password, somebody unknown, shut out, or not there yet."""
    await house.settles()
    shut = await house.settles(BEN, "agent")
    await house.people.act(shut, "disable", None, "operator")
    await house.invites("new@example.com", "agent")
    hashed = []
    verified = passwords.Passwords._verified
    monkeypatch.setattr(
        passwords.Passwords,
        "_verified",
        lambda self, kept, password: hashed.append(kept.split("$")[:4]) or verified(self, kept, password),
    )
    answers = []
    for email, password in [(ANNA, "x" * 12), ("nobody@x.org", WORDS), (BEN, WORDS), ("new@example.com", ""), ("", "")]:
        async with house.browser() as page:
            answer = await page.sign_in(email, password)
            text = answer.text.replace(email, "") if email else answer.text
            token = text.partition('name="_csrf" value="')[2][:64]
            answers.append((answer.status_code, text.replace(token, "").replace('value=""', "")))
    assert {status for status, _ in answers} == {401}
    assert len({text for _, text in answers}) == 1
    assert len(hashed) == 5
    assert len({tuple(parameters) for parameters in hashed}) == 1


async def test_s17_guessing_gets_slower_and_locks_nobody_else_out(house):
    """Five misses are free, then a minute, then two; from elsewhere the same person gets in."""
    await house.settles()
    async with house.browser() as guess:
        for _ in range(throttle.FREE):
            assert (await guess.sign_in(ANNA, "x")).status_code == 401
        answer = await guess.sign_in(ANNA, WORDS)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
        async with house.browser(address="10.0.0.10") as elsewhere:
            assert (await elsewhere.sign_in(ANNA)).status_code == 303
        assert (await guess.sign_in("other@example.com", "x")).status_code == 401
        house.wait(60_000)
        assert (await guess.sign_in(ANNA, "x")).status_code == 401
        assert (await guess.sign_in(ANNA, WORDS)).headers["retry-after"] == "120"
        house.wait(120_000)
        assert (await guess.sign_in(ANNA, WORDS)).status_code == 303
        assert (await guess.get("/account")).status_code == 200


async def test_s17_who_has_no_account_is_throttled_alike(house):
    """Or the wait would tell."""
    await house.settles()
    async with house.browser() as guess:
        statuses = [(await guess.sign_in("nobody@example.com", "x")).status_code for _ in range(throttle.FREE + 1)]
    assert statuses == [401] * throttle.FREE + [429]


async def test_s22_a_link_is_used_up_by_its_form_alone(house):
    """Previews may look; a password that is too easy leaves it as it was."""
    new = await house.invites()
    path = f"/welcome/{new.token}"
    async with house.browser() as page:
        for _ in range(3):
            assert (await page.get(path)).status_code == 200
        for first, second in [("kurz", "kurz"), ("password1234", "password1234"), (WORDS, WORDS + "!")]:
            assert (await page.post(path, {"password": first, "again": second})).status_code == 422
        await page.choose(new.token, WORDS)
        assert (await page.get(path)).status_code == 410
        other = "fünf Kühe im Schnee"
        again = await page.post(path, {"password": other, "again": other}, form="/sign-in")
        assert again.status_code == 410
        assert (await page.sign_in(ANNA, other)).status_code == 401
    new = await house.invites(BEN, "agent")
    house.wait(60 * 60_000)
    async with house.browser() as page:
        assert (await page.get(f"/welcome/{new.token}")).status_code == 410


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("/account?x=1", "/account?x=1"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x", "/"),
        ("/ä", "/"),
        ("account", "/"),
    ],
)
def test_after_signing_in_one_stays_here(to, leads):
    """Wherever a link wanted to lead."""
    assert signin.inside(to) == leads


async def test_without_https_people_sign_in_on_this_machine_alone(sqlite_url, monkeypatch):
    """With an ordinary cookie, which counts nowhere else; everybody else is told what to do."""
    async with housed(sqlite_url, monkeypatch, public_url="") as house:
        new = await house.invites()
        local = "http://127.0.0.1:8000"
        async with house.browser(local, "127.0.0.1") as page:
            await page.choose(new.token, WORDS)
            assert (await page.sign_in(ANNA)).status_code == 303
            assert (await page.get("/account")).status_code == 200
            secret = page.client.cookies["echolot"]
            assert (await page.get("/account", headers={"x-forwarded-for": "1.2.3.4"})).status_code == 303
        for url, address in [("http://nps.example.com", "10.0.0.9"), (local, "10.0.0.9"), (URL, "127.0.0.1")]:
            async with house.browser(url, address) as page:
                page.client.cookies.set("echolot", secret)
                page.client.cookies.set("__Host-echolot", secret)
                assert (await page.get("/account")).status_code == 303
                assert "not encrypted" in (await page.get("/sign-in")).text
                assert (await page.sign_in(ANNA)).status_code == 403


async def test_by_another_name_one_is_sent_to_the_public_one(house):
    """There the cookie would be lost."""
    await house.settles()
    async with house.browser("http://127.0.0.1:8000", "127.0.0.1") as page:
        assert f'href="{URL}/sign-in"' in (await page.get("/sign-in")).text
        assert (await page.sign_in(ANNA)).status_code == 403


async def test_before_there_is_anybody_the_page_says_how(house):
    """And in the language of the browser."""
    async with house.browser() as page:
        assert "run.py user add" in (await page.get("/sign-in")).text
        assert "noch niemanden" in (await page.get("/sign-in?lang=de")).text
