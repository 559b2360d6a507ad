"""What people do at a desk, on its way to the customer's lane: of which case it is, and who is told no."""

import itertools

import msgspec
import pytest

from bot.cases.desks import Desks
from bot.cases.state import key
from bot.messages import Address, Consent, Delivery, Edited, FromDesk, Inbound, Media, Pressed, Reacted, Removed, Said
from bot.rows import Batch, Claimed, Docket
from bot.runtime import deskside
from bot.runtime.route import LOOK_AGAIN, decide
from tests.bot.runtime.floor import ANNA, OFFICE, PHONE, ROOM, THREAD, Floor
from tests.bot.runtime.house import NOW
from tests.bot.runtime.lanes import unknown

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


@pytest.mark.parametrize("body", [SAID, Edited("C1:2", "x"), Removed("C1:2"), Pressed("", "claim")])
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


@pytest.mark.parametrize("source", [ROOM, THREAD, OFFICE, FOREIGN])
def test_an_emoji_at_a_desk_is_about_the_message_in_its_group(floor, source):
    """Providers tell no thread; what the message is of, and whether it is a case's, the store knows."""
    body = Reacted("C1:2", "👍")
    rows = floor.take(body, source=source, author="U1")
    assert (rows.forwards, rows.outbox) == ([], [])
    assert len(rows.reactions) == (source != FOREIGN)
    for row in rows.reactions:
        group = msgspec.structs.replace(source, thread="")
        assert (row.event_key, row.channel, row.lane, row.ref) == ("desk:e1", source.channel, group.lane, "C1:2")
        act = msgspec.json.decode(row.body, type=Inbound)
        assert (act.source, act.body) == (source, FromDesk("", source.lane, "U1", body))


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


# --- threads that are being opened -----------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [SAID, Edited("C1:2", "x"), Removed("C1:2"), Pressed("", "claim"), Said("!claim")])
def test_what_is_said_in_a_thread_without_a_name_yet_waits_and_counts_no_failure(floor, body):
    """With everything behind it in its lane; what came before is done."""
    floor.opening = {ROOM.lane}
    first, waiting, behind = Consent("help"), body, SAID
    rows = floor.take(first, waiting, behind, source=THREAD, author="U1")
    assert (rows.forwards, rows.outbox, rows.done) == ([], [], [1])
    [parked] = rows.parked
    assert (parked.id, parked.state, parked.attempts, parked.error) == (2, "new", 0, "")
    assert parked.ready_at == floor.now + LOOK_AGAIN
    floor.dockets[THREAD.lane] = [docket(0)]
    floor.take(body, source=THREAD, author="U1")
    assert passed(floor) == [(CASES[0], body)]


@pytest.mark.parametrize(
    ("source", "body", "late"),
    [
        (ROOM, SAID, 0),  # in no thread
        (FOREIGN, SAID, 0),  # a group that is no desk's
        (Address("slack", "C9", thread="17.1"), SAID, 0),
        (OFFICE, SAID, 0),  # a desk's in which no case is waited for
        (Address("telegram", "-100", thread="7"), SAID, 0),
        (THREAD, CARD, 0),  # the button knows its case
        (THREAD, Consent("help"), 0),  # nothing that anybody does at a desk
        (THREAD, SAID, deskside.OPENING),  # nobody will find out any more
    ],
)
def test_nothing_else_waits(floor, source, body, late):
    floor.opening = {ROOM.lane, FOREIGN.lane}
    inbound = Inbound("e1", floor.now, source, body, "U1")
    event = Claimed(1, source.lane, floor.now - late, 0, msgspec.json.encode(inbound).decode())
    batch = Batch([event], {source.lane: unknown(source)}, {}, floor.opening)
    rows = decide(batch, floor.library.revision, floor.now, desks=floor.desks)
    assert (rows.parked, rows.done) == ([], [1])


def test_a_thread_that_is_waited_for_holds_up_no_other(floor):
    floor.opening = {ROOM.lane}
    other = Address("slack", "C1", thread="18.1")
    events = [
        Claimed(n, source.lane, floor.now, 0, msgspec.json.encode(Inbound(f"e{n}", NOW, source, SAID, "U1")).decode())
        for n, source in enumerate((THREAD, other), 1)
    ]
    lanes = {each.lane: unknown(Address.of_lane(each.lane)) for each in events}
    batch = Batch(events, lanes, {other.lane: [docket(1)]}, floor.opening)
    rows = decide(batch, floor.library.revision, floor.now, desks=floor.desks)
    assert ([one.id for one in rows.parked], rows.done) == ([1], [2])
    assert [row.case_id for row in rows.forwards] == [CASES[1]]
