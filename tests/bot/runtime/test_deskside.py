"""What people do at a desk, on its way to the customer's lane: of which case it is, and who is told no."""

import itertools

import msgspec
import pytest

from bot.cases.desks import Desks
from bot.cases.state import key
from bot.messages import Address, Consent, Delivery, Edited, FromDesk, Inbound, Media, Pressed, Reacted, Removed, Said
from bot.rows import Docket
from tests.bot.runtime.floor import ANNA, OFFICE, PHONE, ROOM, THREAD, Floor

CASES = [letter * 24 for letter in "abc"]
CODES = ["K7Q2", "M3NX", "P9RT"]
FOREIGN = Address("slack", "C9")


def docket(number: int, owner: str = "mia", phase: str = "claimed") -> Docket:
    return Docket(CASES[number], CODES[number], ANNA.lane, owner, phase, "Anna")


@pytest.fixture
def floor(library) -> Floor:
    return Floor(library)


def passed(floor: Floor) -> list[tuple[str, object]]:
    """The case and the act of everything that was passed on."""
    acts = [(row, msgspec.json.decode(row.body, type=Inbound)) for row in floor.rows.forwards]
    for row, inbound in acts:
        assert isinstance(inbound.body, FromDesk)
        assert (inbound.id, inbound.body.case) == (row.event_key, row.case_id)
    return [(row.case_id, inbound.body.body) for row, inbound in acts]


# --- groups and channels ---------------------------------------------------------------------------------------------

SAID = Said("hello", ref="C1:2")
CARD = Pressed(key(CASES[1], "card", "pabcd"), "claim", "C1:1")


@pytest.mark.parametrize(
    "body", [SAID, Edited("C1:2", "x"), Removed("C1:2"), Reacted("C1:2", "👍"), Pressed("", "claim")]
)
def test_whatever_is_done_in_a_cases_thread_is_about_that_case(floor, body):
    floor.dockets[THREAD.lane] = [docket(0)]
    rows = floor.take(body, source=THREAD, author="U1")
    assert passed(floor) == [(CASES[0], body)]
    [row] = rows.forwards
    assert (row.event_key, row.channel, row.received_at) == ("desk:e1", "slack", floor.now)
    act = msgspec.json.decode(row.body, type=Inbound)
    assert (act.source, act.author, act.body.place, act.body.author) == (THREAD, "", THREAD.lane, "U1")
    assert rows.outbox == []


@pytest.mark.parametrize(
    ("source", "docketed", "wanted"),
    [
        (ROOM, None, CASES[1]),  # the card that a Slack thread hangs on stands in the channel itself
        (THREAD, 0, CASES[1]),  # the button knows better than the thread
        (FOREIGN, 0, CASES[1]),
        (FOREIGN, None, None),  # a group that is no desk's
    ],
)
def test_a_press_is_about_the_case_whose_key_it_carries_at_desks_only(floor, source, docketed, wanted):
    if docketed is not None:
        floor.dockets[source.lane] = [docket(docketed)]
    floor.take(CARD, source=source, author="U1")
    assert passed(floor) == ([(wanted, CARD)] if wanted else [])


@pytest.mark.parametrize("body", [SAID, Edited("C1:2", "x"), Removed("C1:2"), Reacted("C1:2", "👍"), Pressed("q", "1")])
@pytest.mark.parametrize("source", [ROOM, THREAD, OFFICE, FOREIGN])
def test_lf8_what_people_say_to_each_other_in_a_desks_channel_is_not_ours(floor, body, source):
    rows = floor.take(body, source=source, author="U1")
    assert (rows.forwards, rows.outbox, rows.cases) == ([], [], [])


@pytest.mark.parametrize(("text", "answered"), [("!claim", True), (" !foo bar", True), ("!", False), ("wow!", False)])
@pytest.mark.parametrize("source", [ROOM, FOREIGN])
def test_a_command_outside_of_any_case_gets_one_answer_to_whoever_typed_it(floor, text, answered, source):
    rows = floor.take(Said(text, ref="C1:2"), source=source, author="U1")
    messages = floor.messages()
    assert len(messages) == (answered and source == ROOM)
    for told in messages:
        assert (told.kind, told.to, told.whisper, told.reply_to) == ("desk", ROOM, "U1", "C1:2")
        assert text.split()[0] in told.prompt.text
    assert rows.forwards == []


def test_several_people_who_write_at_once_stay_several(library):
    floor = Floor(library)
    floor.dockets[THREAD.lane] = [docket(0)]
    events = [Inbound(f"e{n}", floor.now, THREAD, Said(f"text {n}"), author) for n, author in enumerate(["U1", "U2"])]
    floor.decide(THREAD.lane, *events, gather=5_000)
    assert [msgspec.json.decode(row.body)["body"]["author"] for row in floor.rows.forwards] == ["U1", "U2"]


def test_who_is_in_a_group_is_no_customer(floor):
    assert floor.take(Consent("stop"), Delivery("k", "P", "sent"), source=THREAD, author="U1").silenced == []


# --- phones ----------------------------------------------------------------------------------------------------------


def phone(floor: Floor, body, *dockets: Docket, source: Address = PHONE):
    floor.dockets[source.lane] = list(dockets)
    return floor.take(body, source=source)


ALL = [docket(n) for n in range(3)]


@pytest.mark.parametrize(
    ("text", "dockets", "wanted"),
    [
        ("M3NX hello", ALL, (CASES[1], "hello")),
        ("m3nx: !claim", ALL, (CASES[1], "!claim")),
        ("hello", ALL[:1], (CASES[0], "hello")),
        ("ok", ALL, None),
        ("Z9Z9 hello", ALL, None),
        ("hello", [docket(0, "tom")], None),
        ("hello", [docket(0, phase="resolved")], None),
        ("K7Q2 !reopen", [docket(0, phase="resolved")], (CASES[0], "!reopen")),
        ("hello", [], None),
    ],
)
def test_lf15_a_phone_names_the_case_or_nothing_is_sent(floor, text, dockets, wanted):
    rows = phone(floor, Said(text, ref="SM1"), *dockets)
    assert [(case, said.text) for case, said in passed(floor)] == ([wanted] if wanted else [])
    assert len(rows.outbox) == (wanted is None)
    assert all(row.lane == PHONE.lane and row.kind == "desk" for row in rows.outbox)


def test_lf15_an_agent_with_three_cases_who_says_ok_reads_which_there_are(floor):
    phone(floor, "ok", *ALL)
    [text] = floor.sent()
    assert all(code in text for code in CODES)


def test_two_halves_of_a_text_from_a_phone_are_one(library):
    floor = Floor(library)
    floor.dockets[PHONE.lane] = ALL
    photo = Media("F1")
    halves = [Said("M3NX first"), Said("second", (photo,))]
    floor.decide(PHONE.lane, *[Inbound(f"e{n}", floor.now, PHONE, half) for n, half in enumerate(halves)], gather=5_000)
    assert passed(floor) == [(CASES[1], Said("first\nsecond", (photo,)))]


@pytest.mark.parametrize("second", ["K7Q2 for somebody else", "k7q2 for somebody else", "Z9Z9 nobody's"])
def test_lf15_texts_from_a_phone_about_two_cases_stay_two(library, second):
    """However quickly they follow each other: else one customer would read what was meant for another."""
    floor = Floor(library)
    floor.dockets[PHONE.lane] = ALL
    said = [Said("M3NX hello"), Said(second), Said("and more")]
    floor.decide(PHONE.lane, *[Inbound(f"e{n}", floor.now, PHONE, one) for n, one in enumerate(said)], gather=5_000)
    theirs = [(CASES[0], Said("for somebody else\nand more"))] if second[0] != "Z" else []
    assert passed(floor) == [(CASES[1], Said("hello")), *theirs]


def test_c7_stop_right_behind_a_text_from_a_phone_is_one(library):
    """It is not the text's second half, which a customer would read."""
    floor = Floor(library)
    floor.dockets[PHONE.lane] = ALL[:1]
    said = [Said(f"{CODES[0]} hello"), Said("STOP")]
    rows = floor.decide(
        PHONE.lane, *[Inbound(f"e{n}", floor.now, PHONE, one) for n, one in enumerate(said)], gather=5_000
    )
    assert passed(floor) == [(CASES[0], Said("hello")), (CASES[0], Said("!release"))]
    assert rows.silenced != []


def test_buttons_on_a_phone_that_has_them_name_their_case_themselves(floor):
    phone(floor, CARD)
    assert passed(floor) == [(CASES[1], CARD)]
    assert phone(floor, Pressed("s.1.0", "3")).forwards == []


def test_a_changed_text_is_of_the_case_it_names_and_nobody_is_told_off_for_it(floor):
    phone(floor, Edited("7", "M3NX better"), *ALL)
    assert passed(floor) == [(CASES[1], Edited("7", "better"))]
    assert phone(floor, Edited("7", "better"), *ALL).outbox == []


@pytest.mark.parametrize("stop", ["STOP", Consent("stop", answered=True)])
def test_c7_stop_from_a_phone_is_one_and_gives_its_cases_back(floor, stop):
    rows = phone(floor, stop, *ALL[:2])
    assert rows.silenced == [PHONE.lane]
    assert [(case, said.text) for case, said in passed(floor)] == [(case, "!release") for case in CASES[:2]]
    assert len({row.event_key for row in rows.forwards}) == 2
    assert phone(floor, stop, *ALL).forwards == []


def test_help_and_reports_of_a_phone_are_as_everybodys(floor):
    assert [row.kind for row in phone(floor, "HELP", *ALL).outbox] == ["notice"]
    assert len(phone(floor, Delivery("k", "P", "sent"), *ALL).deliveries) == 1


def test_a_phone_of_no_desk_any_more_is_a_customer(library):
    floor = Floor(library, Desks())
    floor.asked()
    assert phone(floor, "ok", *ALL).forwards == []


# --- the whole way ---------------------------------------------------------------------------------------------------


def test_from_the_thread_to_the_customer(floor):
    floor.opened()
    case = floor.case
    floor.dockets[THREAD.lane] = [Docket(case.id, case.code, ANNA.lane, "", "open", "")]
    for body in (Pressed(key(case.id, "card"), "claim"), Said("Hello Anna", ref="C1:7")):
        floor.take(body, source=THREAD, author="U1")
        floor.hear()
    assert floor.sent("agent") == ["Hello Anna"]


def test_lf5_nobody_but_the_owner_reaches_the_customer(floor):
    floor.opened()
    floor.claimed()
    case = floor.case
    floor.dockets[THREAD.lane] = [Docket(case.id, case.code, ANNA.lane, "mia", "claimed", "")]
    for author, text in itertools.product(["U2", "U9"], ["hello", "!resolve price", "!release", "ok?"]):
        floor.take(Said(text, ref="C1:7"), source=THREAD, author=author)
        floor.hear()
        assert floor.sent(lane=ANNA.lane) == []
    assert floor.case.owner == case.owner
