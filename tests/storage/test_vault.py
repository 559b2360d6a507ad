"""Credentials at rest: sealed, bound to their place, readable through a change of keys, never in the clear (S35)."""

import base64
import json
import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pydantic import SecretStr

from bot import secret_keys
from bot.abilities import Installations
from bot.errors import Misconfigured
from storage.looking import look
from storage.vault import Locked, Vault, derived, key_id

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
TOKEN = "xoxb-canary-5f2e"
DATA = json.dumps({"bot_token": TOKEN})


class Memory:
    """A shelf in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], str] = {}

    async def installation(self, channel, account):
        return self.rows.get((channel, account))

    async def installations(self, channel):
        return sorted(account for place, account in self.rows if place == channel)

    async def save_installation(self, channel, account, sealed, _now):
        self.rows[channel, account] = sealed

    async def remove_installation(self, channel, account):
        self.rows.pop((channel, account), None)


@pytest.fixture
def shelf():
    return Memory()


async def test_s35_a_store_keeps_what_only_the_key_opens(store):
    """S35: on both databases the text is there with the key, and not a piece of it without."""
    vault: Installations = Vault(store, [NEW])
    await vault.save_installation("slack", "T1", DATA, 1)
    await vault.save_installation("slack", "T1", DATA, 2)
    assert await vault.installation("slack", "T1") == DATA
    assert await vault.accounts("slack") == ["T1"]
    sealed = await store.installation("slack", "T1")
    assert re.fullmatch(rf"v1\.{key_id(NEW)}\.[\w=-]{{16}}\.[\w=-]+", sealed)
    assert TOKEN not in sealed
    assert TOKEN.encode() not in base64.urlsafe_b64decode(sealed.rpartition(".")[2])
    await vault.remove_installation("slack", "T1")
    assert (await vault.installation("slack", "T1"), await vault.accounts("slack")) == (None, [])


@given(some.text(max_size=2000))
async def test_s35_whatever_is_sealed_comes_back_and_never_looks_the_same(data):
    """S35: any text survives, and no nonce is used twice."""
    shelf = Memory()
    vault = Vault(shelf, [NEW])
    await vault.save_installation("a", "b", data, 1)
    first = shelf.rows["a", "b"]
    await vault.save_installation("a", "b", data, 1)
    assert await vault.installation("a", "b") == data
    assert shelf.rows["a", "b"].split(".")[2] != first.split(".")[2]


async def test_s35_keys_rotate(shelf):
    """S35: with the new key in front both open, a renewal seals everything anew, then the old key can go."""
    for account in ("T1", "T2"):
        await Vault(shelf, [OLD]).save_installation("slack", account, DATA, 1)
    both = Vault(shelf, [NEW, OLD])
    assert await both.installation("slack", "T1") == DATA
    await both.save_installation("slack", "T3", DATA, 1)
    assert await both.holdings("slack") == (1, 2, ())
    assert (await both.renew("slack", 2)).old == 2
    assert await both.holdings("slack") == (3, 0, ())
    assert [await Vault(shelf, [NEW]).installation("slack", f"T{n}") for n in (1, 2, 3)] == [DATA] * 3


async def test_s35_a_lost_key_is_an_error_that_says_what_to_do(shelf):
    """S35: neither plaintext nor silence; the others still open."""
    await Vault(shelf, [OLD]).save_installation("slack", "T1", DATA, 1)
    vault = Vault(shelf, [NEW])
    await vault.save_installation("slack", "T2", DATA, 1)
    with pytest.raises(Locked, match=r"'T1' on channel 'slack'.*secret_keys.*connect the account again") as caught:
        await vault.installation("slack", "T1")
    assert key_id(OLD) in str(caught.value)
    assert isinstance(caught.value, Misconfigured)
    assert await vault.installation("slack", "T2") == DATA
    held = await vault.renew("slack", 2)
    assert (held.current, held.old, len(held.locked)) == (1, 0, 1)
    assert await Vault(shelf, [OLD]).installation("slack", "T1") == DATA  # left alone


def flipped(sealed: str) -> str:
    head, _, body = sealed.rpartition(".")
    data = bytearray(base64.urlsafe_b64decode(body))
    data[0] ^= 1
    return f"{head}.{base64.urlsafe_b64encode(data).decode()}"


@pytest.mark.parametrize(
    "change",
    [
        flipped,
        lambda sealed: sealed[:-8],
        lambda sealed: sealed + "!",
        lambda sealed: sealed.rpartition(".")[0] + ".",
        lambda sealed: sealed.rpartition(".")[0],
        lambda sealed: "v2" + sealed[2:],
        lambda _sealed: DATA,
        lambda _sealed: "",
    ],
)
async def test_s35_what_was_changed_in_the_database_is_not_opened(shelf, change):
    """S35: a flipped bit, a cut, another version, plaintext: all are refused without quoting a thing."""
    vault = Vault(shelf, [NEW])
    await vault.save_installation("slack", "T1", DATA, 1)
    shelf.rows["slack", "T1"] = change(shelf.rows["slack", "T1"])
    with pytest.raises(Locked) as caught:
        await vault.installation("slack", "T1")
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("place", [("slack", "T2"), ("other", "T1"), ("slac", "kT1")])
async def test_s35_credentials_cannot_be_put_in_anothers_place(shelf, place):
    """S35: a record is bound to its channel and account."""
    vault = Vault(shelf, [NEW])
    await vault.save_installation("slack", "T1", DATA, 1)
    shelf.rows[place] = shelf.rows["slack", "T1"]
    with pytest.raises(Locked, match="changed"):
        await vault.installation(*place)


async def test_without_a_key_nothing_is_kept(shelf):
    """S35: no key, no plaintext."""
    with pytest.raises(Misconfigured, match="user secret-key"):
        await Vault(shelf, []).save_installation("slack", "T1", DATA, 1)
    assert shelf.rows == {}


async def test_who_only_reads_the_database_opens_and_never_saves(store, database_url):
    """The doctor beside a running server: SQLite is read only, PostgreSQL is not."""
    await Vault(store, [NEW]).save_installation("slack", "T1", DATA, 1)
    async with look(database_url) as reading:
        vault = Vault(reading, [NEW])
        assert await vault.installation("slack", "T1") == DATA
        if database_url.startswith("sqlite"):
            with pytest.raises(Misconfigured, match="only read"):
                await vault.save_installation("slack", "T1", "{}", 2)
            with pytest.raises(Misconfigured, match="only read"):
                await vault.remove_installation("slack", "T1")


def test_keys_for_other_purposes_differ():
    assert len({derived(NEW, "a"), derived(NEW, "b"), derived(OLD, "a"), NEW}) == 4


@pytest.mark.parametrize("change", [str, lambda key: key.replace("+", "-").replace("/", "_"), lambda key: key[:-1]])
def test_a_key_is_read_in_both_alphabets_of_base64(change):
    key = secret_keys.make()
    assert secret_keys.decoded(SecretStr(change(key))) == base64.b64decode(key)


@pytest.mark.parametrize("wrong", ["", "geheim", "A" * 42, "A" * 86, "ä" * 43, "A" * 44])
def test_what_is_no_key_is_refused_without_quoting_it(wrong):
    with pytest.raises(ValueError, match="32 bytes in base64") as caught:
        secret_keys.decoded(SecretStr(wrong))
    assert not wrong or wrong not in str(caught.value)
