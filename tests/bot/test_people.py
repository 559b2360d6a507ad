"""Who is who: the same rows in any order and split lead to the same people."""

from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.contacts import Contact, Person
from bot.people import DOUBTFUL, Everyone, settle, updated
from tests.storage.people import person

LANES = [f"{channel}:+491510000{n:04}" for n in range(6) for channel in ("sms", "whatsapp")]


@st.composite
def truths(draw):
    """Who there is, and rows that each tell a part of it about one of them."""
    count = draw(st.integers(1, 5))
    facts = st.fixed_dictionaries(
        {}, optional={"name": st.sampled_from("AB"), "brand": st.sampled_from("xy"), "revenue": st.integers(0, 3)}
    )
    rows = []
    for n in range(count):
        whole = draw(facts)
        lanes = LANES[2 * n : 2 * n + 2]
        known_by_number = draw(st.booleans())
        for _ in range(draw(st.integers(1, 4))):
            some = {name: value for name, value in whole.items() if draw(st.booleans())}
            if known_by_number:  # always the same address, for nothing else connects the rows
                rows.append(person("", lanes[0], key=f"n{n}", **some))
            else:
                rows.append(person(f"e{n}", *(lane for lane in lanes if draw(st.booleans())), **some))
    return rows


def imported(batches):
    """What is known after these batches, as people by id."""
    return reduce(lambda known, rows: after(known, rows)[0], batches, Everyone({}, {}, {}, {}))


def after(known, rows):
    """What is known after a batch, as a database would have it, and what became of the rows."""
    changes = settle(rows, known)
    people = dict(known.people) | {each.id: each for each in (*changes.new, *changes.changed)}
    lanes, names = dict(known.lanes), dict(known.names)
    for owner, place in changes.places:
        assert place.lane not in lanes
        lanes[place.lane] = owner
        names |= dict.fromkeys(place.names, owner)
    return known._replace(people=people, lanes=lanes, names=names), changes.saved


def facts(known):
    """What can be compared: who is who, with all that is known of them; addresses in any order."""
    places = {key: {lane for lane, owner in known.lanes.items() if owner == key} for key in known.people}
    return {key: (replace(each, reaches=()), places[key]) for key, each in known.people.items()}


def split(rows, cuts):
    """The rows in batches."""
    places = sorted({cut % (len(rows) + 1) for cut in cuts})
    return [rows[start:end] for start, end in zip([0, *places], [*places, len(rows)], strict=True)]


@given(truths(), st.randoms(use_true_random=False), st.lists(st.integers(0, 50), max_size=4))
@settings(max_examples=300, deadline=None)
def test_order_and_split_make_no_difference(rows, chance, cuts):
    """Rows that do not contradict each other give the same contacts, and again nothing new."""
    shuffled = list(rows)
    chance.shuffle(shuffled)
    known = imported([rows])
    assert facts(known) == facts(imported(split(shuffled, cuts)))
    again, saved = after(known, shuffled)
    assert {each.result for each in saved} <= {"same"}
    assert again == known


ANY = st.builds(
    lambda external, lanes, name, key: person(external, *lanes, key=key, name=name),
    st.sampled_from(["", "", "1", "2", "3"]),
    st.lists(st.sampled_from(LANES[:6]), min_size=1, max_size=3, unique=True),
    st.sampled_from(["", "A", "B"]),
    st.uuids().map(str),
)


@given(st.lists(ANY, max_size=12), st.lists(st.integers(0, 50), max_size=4))
@settings(max_examples=300, deadline=None)
def test_rows_in_doubt_are_the_same_however_the_file_is_cut(rows, cuts):
    """Also with contradictions: batches are no more than a matter of memory."""
    whole, results = after(Everyone({}, {}, {}, {}), rows)
    known, pieces = Everyone({}, {}, {}, {}), []
    for batch in split(rows, cuts):
        known, saved = after(known, batch)
        pieces += saved
    assert facts(known) == facts(whole)
    assert pieces == results
    for each, row in zip(results, rows, strict=True):
        if each.result == DOUBTFUL:
            assert each.advice
        elif row.external:
            assert whole.people[each.contact].external == row.external


def test_an_external_id_stays():
    """Another one can only have come by a merge."""
    assert updated(Contact(id="c", external="1"), Person(id="x", external="2")).external == "1"
