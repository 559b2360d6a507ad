"""What bot.ports promises about files behind links, on both databases."""

import pytest

from tests.storage.builders import NOW, file

OTHER = "e" * 64


async def test_a_file_comes_back_byte_by_byte(store):
    """Every byte there is, and what the link's page has to know."""
    data = bytes(range(256)) * 4096
    await store.save_file(file(data=data, size=len(data)))
    assert await store.file(file().token_hash, NOW) == {"name": "photo.jpg", "mime": "image/jpeg", "data": data}


@pytest.mark.parametrize(("token", "now"), [(OTHER, NOW), ("", NOW), ("f" * 64, NOW + 1000), ("f" * 64, NOW + 10**9)])
async def test_lf13_what_has_expired_is_as_unknown_as_what_never_was(store, token, now):
    """Also before somebody has come by to delete it."""
    await store.save_file(file())
    assert await store.file(token, now) is None


async def test_lf13_expired_files_are_deleted_some_at_a_time(store):
    """The oldest first; what has not expired stays."""
    for number in range(5):
        await store.save_file(file(f"{number}" * 64, expires_at=NOW + number))
    assert await store.drop_files(NOW + 3, 3) == 3
    assert await store.file("3" * 64, NOW) is not None
    assert await store.drop_files(NOW + 3, 3) == 1
    assert await store.drop_files(NOW + 3, 3) == 0
    assert await store.file("4" * 64, NOW + 3) is not None


async def test_one_message_may_bring_the_same_file_twice(store):
    """A message that is tried again makes a new link: who got the first one can still open it."""
    await store.save_file(file())
    await store.save_file(file(OTHER))
    assert await store.file(file().token_hash, NOW) == await store.file(OTHER, NOW)
