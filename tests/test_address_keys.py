"""The keys that addresses are named with: where they come from, and that they stay the same."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from bot.secret_keys import make
from commands.address_keys import KEY_FILE, NoAddressKey, examined, known, names_of, pseudonyms
from settings import Settings
from storage.contacts import Named

FIRST, SECOND = SecretStr(make()), SecretStr(make())
POSTGRES = "postgresql://localhost/x"


def keyed(url: str = POSTGRES, **given: object) -> Settings:
    """Settings with these keys."""
    return Settings.model_construct(database_url=url, **{"address_keys": (), "secret_keys": (), **given})


def named(settings: Settings) -> str:
    """What a number is called."""
    return pseudonyms(settings).of("twilio", "+491").hmac


def test_keys_come_from_the_settings_else_from_the_other_keys_else_from_a_file(tmp_path):
    """Each source gives another name, the same each time, and a key of their own goes before derived ones."""
    beside = keyed(f"sqlite:///{tmp_path}/x.db")
    names = [
        named(each)
        for each in (
            keyed(address_keys=(FIRST,)),
            keyed(address_keys=(FIRST, SECOND), secret_keys=(SECOND,)),
            keyed(secret_keys=(FIRST,)),
            beside,
            beside,
        )
    ]
    assert names[0] == names[1]
    assert names[3] == names[4]
    assert len(set(names)) == 3


def test_every_key_finds_what_it_named_itself():
    """A new key in front names what is new; the old one still finds."""
    old, new = pseudonyms(keyed(address_keys=(FIRST,))), pseudonyms(keyed(address_keys=(SECOND, FIRST)))
    assert old.of("twilio", "+491").hmac in new.all_of("twilio", "+491")
    assert new.of("twilio", "+491") != old.of("twilio", "+491")


def test_without_any_key_postgresql_says_what_to_do():
    """A file on one machine would not do for several, and whoever needs no names goes on without."""
    with pytest.raises(NoAddressKey, match="address_keys"):
        pseudonyms(keyed())
    assert names_of(keyed()) is None
    assert names_of(keyed(address_keys=(FIRST,))) is not None


def test_two_who_need_the_file_at_once_agree_on_one_key(tmp_path):
    """Nobody else may read it, and nothing is left beside it."""
    settings = keyed(f"sqlite:///{tmp_path}/x.db")
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: named(settings), range(16)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


def test_a_key_that_is_gone_while_something_is_named_under_it_is_told(tmp_path):
    """With how much is lost; without any key nothing is made to look."""
    bare = keyed(f"sqlite:///{tmp_path}/x.db")
    [old], [new] = known(keyed(address_keys=(FIRST,))), known(keyed(address_keys=(SECOND,)))
    used = [Named(old, 3, 2, 1), Named(new, 9, 0, 0)]
    [fine] = examined(keyed(address_keys=(SECOND, FIRST)), used)
    assert (fine.level, fine.text) == ("good", "2 in use, and all of them are here")
    [lost] = examined(keyed(address_keys=(SECOND,)), used)
    assert (lost.level, "`secret_keys`" in lost.hint) == ("bad", True)
    assert lost.text.startswith(f"the key {old} is gone")
    assert lost.text.endswith("opt-outs 1, chains of consent 2, addresses 3")
    assert [each.level for each in examined(keyed(), used)] == ["bad", "bad"]
    assert examined(bare, []) == []
    [file] = examined(bare, used[:1])
    assert KEY_FILE in file.hint
    assert not (tmp_path / KEY_FILE).exists()
    (tmp_path / KEY_FILE).write_text("gone\n")
    assert "restore it" in examined(bare, [])[0].text


def test_a_file_that_is_no_key_is_not_replaced(tmp_path):
    """Another key would lose every opt-out, so it says so instead."""
    (tmp_path / KEY_FILE).write_text("gone\n")
    with pytest.raises(NoAddressKey, match=r"restore it"):
        named(keyed(f"sqlite:///{tmp_path}/x.db"))
    assert (tmp_path / KEY_FILE).read_text() == "gone\n"
