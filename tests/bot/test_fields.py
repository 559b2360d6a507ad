"""Cells about people: what they say, and why some say nothing."""

import phonenumbers
import pytest

from bot import fields
from bot.errors import Rejected
from bot.fields import Cell, Reader, Way
from bot.messages import Address
from bot.phones import NoNumber, _at_home, _is_plain, _parsed, e164, masked
from bot.pseudonyms import Pseudonyms

NAMES = Pseudonyms([b"k" * 32])


def way(channel, kind, rank):
    """A channel that takes any address but an empty one, and keeps a topic apart."""

    def address(text):
        if text == "no":
            raise Rejected("say it like this")
        chat, _, thread = text.partition("#")
        return Address(channel, chat, thread=thread)

    return Way(kind, rank, address)


WAYS = {"telegram": way("telegram", "telegram", 0), "sms": way("sms", "twilio", 1), "slack": way("slack", "slack", 2)}
READER = Reader(WAYS, NAMES, "DE")


def read(**cells):
    """A row; `addresses__sms` is the target `addresses.sms`."""
    return READER.read([Cell(f"<{name}>", name.replace("__", "."), value) for name, value in cells.items()], "fresh")


def said(name, value):
    """What one cell says."""
    row = read(external="1", **{name: value})
    assert not row.wrong, row.wrong
    return getattr(row.person, name)


NUMBERS = [
    ("+4915112345678", "", "+4915112345678"),
    ("0151 123 45 678", "DE", "+4915112345678"),
    ("+49 (0)151 / 12345678", "", "+4915112345678"),
    ("004915112345678", "DE", "+4915112345678"),
    ("15112345678", "DE", "+4915112345678"),
    ("4915112345678", "DE", "+4915112345678"),
    ("15112345678.0", "de", "+4915112345678"),
    ("tel:+4930123456", "", "+4930123456"),
    ("'+4930123456", "", "+4930123456"),
    ("030 123456", "DE", "+4930123456"),
    ("0660 1234567", "AT", "+436601234567"),
    ("(212) 555-0123", "US", "+12125550123"),
    ("1 212 555 0123", "US", "+12125550123"),
    ("+39 06 12345678", "", "+390612345678"),
    ("٠١٥١١٢٣٤٥٦٧٨", "DE", "+4915112345678"),
]
NO_NUMBERS = [
    ("0151 12345678", "", "no country in front"),
    ("+999 123456789", "", "calling code"),
    ("+49 12", "DE", "area code"),
    ("0151", "DE", "too short"),
    ("+1 212 555 01234", "", "too long"),
    ("4.91511E+12", "DE", "rounded"),
    ("030 123456 ext. 5", "DE", "extension"),
    ("0151-1234567/8", "DE", "second number"),
    ("call me", "DE", "is none"),
    ("", "DE", "is none"),
    ("1" * 100_000, "DE", "is none"),
]


@pytest.mark.parametrize(("text", "region", "number"), NUMBERS)
def test_numbers_are_read_as_people_and_spreadsheets_write_them(text, region, number):
    """One form for all of them."""
    assert e164(text, region) == number


@pytest.mark.parametrize(("text", "region", "why"), NO_NUMBERS)
def test_what_is_no_number_says_why(text, region, why):
    """And does not repeat the number."""
    with pytest.raises(NoNumber, match=why) as caught:
        e164(text, region)
    assert not text or text not in str(caught.value)


def test_the_short_way_gives_what_parsing_gives():
    """For an example of every kind of number of every country, and for its neighbours in length."""
    short = 0
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in range(11):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            for near in (number, number[:-1], number + "5", number[:-3] + "000"):
                if 7 < len(near) <= 16 and _is_plain(near):
                    assert _parsed(near, "") == near
                    short += 1
            at_home = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
            near = _at_home(at_home, region)
            if len(near) > 7 and _is_plain(near):
                assert _parsed(at_home, region) == near
                short += 1
    assert short > 2000


@pytest.mark.parametrize(("text", "shown"), [("+4915112345642", "+49…42"), ("4711", "…"), ("U012AB3CD", "U01…CD")])
def test_addresses_are_shown_in_part(text, shown):
    """Enough to find the row again, not enough to write to."""
    assert masked(text) == shown


SAID = [
    ("name", "  Zoë \u200bK.\u0007 ", "Zoë \u200bK."),
    ("name", "a\u202eb\tc\r\nd", "ab c  d"),
    ("name", "Ame\u0301lie", "Amélie"),
    ("language", "DE", "de"),
    ("language", "Deutsch", "de"),
    ("language", "pt_br", "pt-BR"),
    ("country", "Österreich", "AT"),
    ("country", "de", "DE"),
    ("zone", "Europe/Vienna", "Europe/Vienna"),
    ("revenue", "1234", 1234),
    ("revenue", "1.234,50 €", 1235),
    ("revenue", "1,234.49", 1234),
    ("revenue", "1.234.567", 1_234_567),
    ("revenue", "1,234,567", 1_234_567),
    ("revenue", "1234.567", 1235),
    ("revenue", "12,5", 13),
    ("revenue", "CHF 1'234", 1234),
    ("revenue", "-5,00", -5),
    ("revenue", "1 000", 1000),
]


@pytest.mark.parametrize(("name", "value", "meant"), SAID)
def test_cells_are_read_as_people_write_them(name, value, meant):
    """German and English, with what spreadsheets leave in them."""
    assert said(name, value) == meant


WRONG = [
    ({"language": "gibberish!"}, "no language", "de, en"),
    ({"country": "Atlantis"}, "no country", "like DE"),
    ({"zone": "europe/berlin"}, "no time zone", "Europe/Berlin"),
    ({"zone": "../../etc/passwd"}, "no time zone", "Europe/Berlin"),
    ({"revenue": "a lot"}, "no amount", "1.234,50"),
    ({"revenue": "1.23.4"}, "no amount", "1.234,50"),
    ({"revenue": "9" * 30}, "no amount", "1.234,50"),
    ({"name": "x" * 201}, "200 characters", "shorten"),
    ({"attributes__x": "x" * 1001}, "1000 characters", "shorten"),
    ({f"attributes__x{n}": "1" for n in range(101)}, "100 attributes", "leave some out"),
    ({"addresses__sms": "+49 12"}, "area code", "with its country"),
    ({"addresses__smss": "+4915112345678"}, "no such channel", "did you mean 'sms'"),
    ({"addresses__telegram": "no"}, "no address of this channel", "say it like this"),
    ({"addresses__telegram": "-1001234"}, "a group", "own id"),
    ({"addresses__telegram": "77#5"}, "a group", "own id"),
    ({"addresses__slack": "C012AB3CD"}, "a group", "own id"),
]


@pytest.mark.parametrize(("cells", "reason", "advice"), WRONG)
def test_a_cell_that_cannot_be_used_says_why_and_what_to_do(cells, reason, advice):
    """The whole row is left out: half a person is worse than none."""
    row = read(external="1", **cells)
    assert row.person is None
    [wrong] = row.wrong
    assert reason in wrong.reason
    assert advice in wrong.advice
    assert "5112345" not in wrong.value


def test_everything_that_is_wrong_is_told_at_once():
    """One round of corrections is enough."""
    row = read(addresses__sms="+49 12", language="!", country="Atlantis")
    assert [each.column for each in row.wrong] == ["<language>", "<country>", "<addresses__sms>"]


@pytest.mark.parametrize("cells", [{}, {"name": "Ada"}, {"external": " ", "addresses__sms": ""}])
def test_a_row_by_which_nobody_can_be_found_is_refused(cells):
    """It needs an external id or an address."""
    [wrong] = read(**cells).wrong
    assert "external id or an address" in wrong.advice


def test_a_whole_row():
    """Fields, attributes, addresses in the order in which they are tried, and what was said about consent."""
    row = read(
        external="4711", name="Ada", country="Austria", addresses__sms="0660 1234567", addresses__telegram="77",
        attributes__tariff="gold", consent__basis="consent", consent__at="2026-01-01",
    )  # fmt: skip
    person = row.person
    assert (person.external, person.country, person.attributes) == ("4711", "AT", {"tariff": "gold"})
    assert [(each.lane, each.rank) for each in person.places] == [("sms:+436601234567", 1), ("telegram:77", 0)]
    assert row.consent == {"basis": "consent", "at": "2026-01-01"}
    assert person.id != "fresh"
    assert read(addresses__telegram="77").person.id == "fresh"


def test_names_of_attributes_are_words():
    """They stand in texts as `{{ name }}`."""
    assert [name for name in ("tariff", "Umsatz_2", "größe", "a b", "1a", "", "x.y") if fields.is_attribute(name)] == [
        "tariff",
        "Umsatz_2",
        "größe",
    ]
