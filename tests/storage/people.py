"""People for the tests of contacts: rows as an import hands them in."""

from hashlib import sha256

from bot.contacts import Person, ids_of, place
from bot.messages import Address
from bot.pseudonyms import Pseudonyms
from storage.scripts import Ask, Many
from storage.sql import portable

NAMES = Pseudonyms([b"k" * 32])
KINDS = {"sms": "twilio", "whatsapp": "twilio", "telegram": "telegram", "slack": "slack"}
NOW = 1_800_000_000_000


def at(lane, names=NAMES, rank=None):
    """The place that a lane is; a WhatsApp address is written with its scheme, as Twilio does."""
    channel, _, chat = lane.partition(":")
    address = Address(channel, f"whatsapp:{chat}" if channel == "whatsapp" else chat)
    return place(address, KINDS[channel], names, list(KINDS).index(channel) if rank is None else rank)


def person(external="", *lanes, key="", names=NAMES, **said):
    """A row; without an external id the contact would be called `key`, or by its first address."""
    first, *older = ids_of(external, names) if external else [key or f"by-{lanes[0]}"]
    places = tuple(at(lane, names) for lane in lanes)
    return Person(id=first, older=tuple(older), external=external, places=places, **said)


async def execute(store, sql, *rows):
    """Run a statement of a test's own for each row of values."""
    name = named(sql)

    def script():
        yield Many(name, rows or [()])

    await store.run(script)


async def query(store, sql):
    """The rows of a question of a test's own."""
    name = named(sql)

    def script():
        return (yield Ask(name))

    return await store.read(script)


def named(sql):
    """A statement among the portable ones; its name is made of its text, for statements are kept by name."""
    name = f"of_a_test_{sha256(sql.encode()).hexdigest()[:16]}"
    portable()[name] = sql
    return name
