"""Whether there is an account or not, the same work is done and takes as long (S17)."""

import statistics
import time

import pytest

from tests.web.signing_in import housed
from web import passwords

WRONG = "no pferde im regen"


@pytest.fixture
async def house(sqlite_url, monkeypatch):
    async with housed(sqlite_url, monkeypatch) as house:
        await house.settles()
        await house.invites("new@example.com")
        ben = await house.settles("ben@example.com")
        await house.people.act(ben, "disable", None, "operator")
        yield house


@pytest.mark.parametrize(
    "email", ["anna@example.com", "nobody@example.com", "new@example.com", "ben@example.com", "no address", ""]
)
async def test_s17_one_hash_is_compared_whoever_it_is(house, email, monkeypatch):
    """Known, unknown, invited, shut out, or no address at all: one Argon2 comparison and no hash made."""
    await house.people.sign_in("nobody@example.com", WRONG, "d", "")  # the hash of nobody's password is made once
    compared, hashed = [], []
    verified, hasher = passwords.Passwords._verified, passwords.Passwords.hash

    def comparing(self, kept, password):
        compared.append(kept)
        return verified(self, kept, password)

    async def hashing(self, password):
        hashed.append(password)
        return await hasher(self, password)

    monkeypatch.setattr(passwords.Passwords, "_verified", comparing)
    monkeypatch.setattr(passwords.Passwords, "hash", hashing)
    assert await house.people.sign_in(email, WRONG, "d", "") == ""
    assert len(compared) == 1
    assert compared[0].split("$")[1:4] == house.people._passwords._nobody.split("$")[1:4]  # of the same cost
    assert hashed == []


async def test_s17_the_whole_way_costs_the_same(house, monkeypatch):
    """Over 200 tries with real costs, in turn: the medians differ by less than a tenth. Prints the figure."""
    monkeypatch.setattr(passwords, "MEMORY", 32 * 1024)
    monkeypatch.setattr(passwords, "TIMES", 2)
    house.people._passwords = passwords.Passwords()
    async with house.browser() as page:
        await house.settles("cleo@example.com")
        await house.people.sign_in("nobody@example.com", WRONG, "d", "")
        took = {"cleo@example.com": [], "nobody@example.com": []}
        for _ in range(100):
            for email, times in took.items():
                began = time.process_time()
                answer = await page.sign_in(email, WRONG)
                times.append(time.process_time() - began)
                assert answer.status_code == 401
                house.wait(16 * 60_000)
    known, unknown = (statistics.median(times) for times in took.values())
    print(f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms, {abs(known / unknown - 1):.1%} apart")
    assert abs(known / unknown - 1) < 0.1
