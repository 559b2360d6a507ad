"""Passwords: which are refused, how they are kept, and what happens when many are looked at at once (S14)."""

import pytest

from storage import accounts
from tests.web.signing_in import WORDS
from tests.web.test_sign_in import ANNA, house  # noqa: F401 - fixtures
from web import passwords
from web.passwords import weak


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elf Zeichen", "short"),
        ("x" * 201, "long"),
        ("password1234", "common"),
        ("qwertyuiop12", "common"),
        ("aaaaaaaaaaaaaaaa", "common"),
        ("Anna Schmidt", "common"),
        ("schmidtschmidt", "common"),
        ("echolotecholot", "common"),
        (WORDS, ""),
        ("correct horse battery staple", ""),
        ("密码很长而且没有人能猜到它", ""),
    ],
)
def test_s14_passwords_that_are_easy_to_guess_are_refused(password, why):
    """Long ones that are not may hold any character."""
    assert weak(password, ("anna.schmidt@example.com", "Anna Schmidt")) == why


async def test_s14_passwords_are_hashed_by_argon2id_with_owasp_parameters_or_better():
    """And again at the next sign-in once the parameters are newer."""
    kept = await passwords.Passwords().hash("x")
    assert kept.startswith("$argon2id$v=19$m=32768,t=2,p=1$")
    assert passwords.MEMORY >= 19 * 1024
    assert passwords.TIMES >= 2


async def test_s14_a_password_is_rehashed_when_its_person_signs_in(house, monkeypatch):  # noqa: F811 - a fixture
    """Without noticing."""
    one = await house.settles()
    monkeypatch.setattr(passwords, "MEMORY", 128)
    house.people._passwords = passwords.Passwords()
    assert "m=64," in (await house.store.read(lambda: accounts.person(one))).password_hash
    async with house.inside() as page:
        assert (await page.get("/account")).status_code == 200
    assert "m=128," in (await house.store.read(lambda: accounts.person(one))).password_hash
    async with house.inside():
        pass


async def test_too_many_at_once_are_told_to_come_back(house, monkeypatch):  # noqa: F811 - a fixture
    """Rather than all of them waiting, with 32 MB each."""
    await house.settles()
    monkeypatch.setattr(passwords, "WAITING", 0)
    async with house.browser() as page:
        answer = await page.sign_in(ANNA)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
