"""Triggers: what an author is told about a file, and whom an event leads to."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.contacts import Contact
from bot.outreach.happening import Happening, id_of
from bot.outreach.triggers import Known, Trigger, candidates, check, check_all, json_schema
from flows import source
from flows.library import Library, Source

AT = 1_800_000_000_000
HOUR, DAY = 3_600_000, 86_400_000
FLOW = """
format: 1
id: support-followup
kind: transactional
languages: [en]
variables: {first_name: {default: you}, ticket: {}, company: {}}
steps:
  - {id: score, ask: {type: nps, text: "{{ first_name }}, {{ company }} on ticket {{ ticket }}: 0-10? STOP ends it."}}
"""
FILE = """\
format: 1
trigger:
  id: support
  on: ticket.closed
  when: {attribute: {brand: [acme, nord]}, language: de}
  flow: support-followup
  delay: 2h
  meaningful_for: 3d
  channels: [telegram, sms]
  variables: {ticket: "{{ id }}"}
  cell: [brand, region]
"""


@pytest.fixture(scope="module")
def known() -> Known:
    flows = {flow.id: flow for flow in Library([Source("f.yaml", FLOW)]).flows}
    return Known(flows, frozenset(("telegram", "sms")), frozenset(("company",)))


def trigger(text: str = FILE, **fields) -> Trigger:
    found = check(text, "t.yaml").trigger
    return found.model_copy(update=fields)


def event(**fields) -> Happening:
    usual = {"id": "h1", "type": "ticket.closed", "source": "zd", "at": AT, "attributes": {"id": "7", "brand": "acme"}}
    return Happening(**{**usual, **fields})


def person(**fields) -> Contact:
    return Contact(**{"id": "c1", "language": "de-AT", "region": "south|west", **fields})


def led_to(happening=None, contact=None, triggers=None, now=AT + 5):
    rules = [trigger()] if triggers is None else triggers
    return candidates(happening or event(), contact or person(), rules, now, lambda flow: f"kind of {flow}", DAY)


def test_a_good_file_has_no_problems(known):
    """The file of the manual, beside everything it names; the schema for editors agrees."""
    checked = check(FILE, "t.yaml", known)
    assert checked.problems == ()
    assert (checked.trigger.delay, checked.trigger.meaningful_for, checked.at) == (2 * HOUR, 3 * DAY, (3, 7))
    jsonschema.validate(source.read(FILE, "").data, json_schema())


@pytest.mark.parametrize(
    ("old", "new", "where", "told"),
    [
        ("  id: support\n", "", "2:1", "'id' is missing"),
        ("id: support", "id: Support Team", "3:7", "is no name"),
        ("on: ticket.closed", "on: Ticket Closed", "4:7", "is no name"),
        ("on: ticket.closed", "on: []", "4:7", "at least 1"),
        ("on: ticket.closed", "at: ticket.closed", "4:3", "unknown key 'at'"),
        ("delay: 2h", "delay: 2 hours", "7:10", "is not a duration"),
        ("delay: 2h", "delai: 2h", "7:3", "did you mean 'delay'?"),
        ("meaningful_for: 3d", "meaningful_for: 3s", "8:19", "at least"),
        ("attribute: {brand", "answer: {brand", "5:10", "unknown key 'answer'"),
        ("[acme, nord]", "[]", "5:29", "an empty list never holds"),
        ("[acme, nord]", "true", "5:29", "this must be a text"),
        ("flow: support-followup", "flow: suport-followup", "6:9", "did you mean 'support-followup'?"),
        ("sms]", "smss]", "9:24", "did you mean 'sms'?"),
        ("{{ id }}", "{{ id.x }}", "10:23", "'{{ id.x }}' is no placeholder"),
        ("{{ id }}", "{{ 7*7 }}", "10:23", "'{{ 7*7 }}' is no placeholder"),
        ("{ticket:", "{tickt:", "10:15", "did you mean 'ticket'?"),
        ('variables: {ticket: "{{ id }}"}', "variables: {}", "6:9", "the survey needs 'ticket'"),
        ("format: 1", "format: 2", "1:9", "not possible here"),
        ("format: 1", "format: &a 1", "1:9", "anchors"),
    ],
)
def test_every_mistake_has_its_place_and_what_to_do(known, old, new, where, told):
    """One mistake in the good file each; whatever else follows from it may be told, too."""
    assert old in FILE
    problems = check(FILE.replace(old, new, 1), "t.yaml", known).problems
    found = [f"{each.line}:{each.column} {each.message} {each.suggestion}" for each in problems]
    assert any(each.startswith(where + " ") and told in each for each in found), found


def test_all_mistakes_of_a_file_are_told_at_once(known):
    """Wrong shape does not hide what does not fit together."""
    text = FILE.replace("2h", "2 hours").replace("flow: support", "flow: suport").replace("sms", "smss")
    assert [each.code for each in check(text, "t.yaml", known).problems] == [
        "unknown-flow", "bad-duration", "unknown-channel",
    ]  # fmt: skip


def test_without_a_library_names_are_not_judged():
    """In an editor or a CI without the settings."""
    assert check(FILE.replace("support-followup", "x").replace("sms", "y"), "t.yaml").problems == ()


def test_an_id_may_be_there_once():
    """The second file is named, with the first one."""
    triggers, problems = check_all([("a.yaml", FILE), ("b.yaml", FILE), ("c.yaml", FILE.replace("id: s", "id: t"))])
    assert [one.id for one in triggers] == ["support", "tupport"]
    assert [(each.file, each.line, each.message) for each in problems] == [
        ("b.yaml", 3, "the trigger 'support' is also in a.yaml")
    ]


def test_an_event_becomes_a_candidate():
    """Everything that the ledger needs, and the attributes of event and contact in their cell."""
    [made] = led_to()
    assert (made.source, made.name, made.flow, made.kind) == (
        "trigger", "support", "support-followup", "kind of support-followup",
    )  # fmt: skip
    assert (made.happening, made.at, made.not_after) == ("h1", AT + 2 * HOUR, AT + 2 * HOUR + 3 * DAY)
    assert (made.channels, made.variables, made.cell) == (("telegram", "sms"), {"ticket": "7"}, "acme|south/west")


@pytest.mark.parametrize(
    ("happening", "contact", "count"),
    [
        ({"type": "ticket.opened"}, {}, 0),
        ({"attributes": {"brand": "other"}}, {}, 0),
        ({"attributes": {}}, {}, 0),
        ({"attributes": {}}, {"brand": "nord"}, 1),
        ({"attributes": {}}, {"attributes": {"brand": "acme"}}, 1),
        ({"attributes": {"brand": "other"}}, {"brand": "nord"}, 0),  # the event knows better
        ({}, {"language": "en"}, 0),
        ({}, {"language": ""}, 0),
        ({}, {"language": "DE"}, 1),
    ],
)
def test_conditions_look_at_the_event_and_then_at_the_contact(happening, contact, count):
    """Type, attributes and language."""
    assert len(led_to(event(**happening), person(**contact))) == count


def test_every_trigger_that_an_event_meets_is_a_candidate():
    """Several rules, several types of one rule."""
    rules = [trigger(), trigger(id="two", on=("order.delivered", "ticket.closed")), trigger(id="no", on=("x",))]
    made = led_to(triggers=rules)
    assert [one.name for one in made] == ["support", "two"]
    assert len({one.id for one in made}) == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ id }}", {"ticket": "7"}),
        ("no. {{ id }}/{{ brand }}", {"ticket": "no. 7/acme"}),
        ("{{ subject }}", {}),
        ("{{ id }} {{ subject }}", {}),
        ("fixed", {"ticket": "fixed"}),
    ],
)
def test_variables_take_the_events_attributes_alone(text, value):
    """What lacks a value is left to the survey's default; nothing of the contact gets in."""
    [made] = led_to(contact=person(attributes={"subject": "secret"}), triggers=[trigger(variables={"ticket": text})])
    assert made.variables == value


def test_values_are_never_read_as_placeholders():
    """Braces that a customer wrote into a ticket stay what they are."""
    [made] = led_to(event(attributes={"id": "{{ brand }}", "brand": "acme"}))
    assert made.variables == {"ticket": "{{ brand }}"}


def test_an_event_that_lies_ahead_counts_as_now():
    """Else a clock that runs ahead would delay the question."""
    [made] = led_to(event(at=AT + DAY), now=AT)
    assert made.at == AT + 2 * HOUR


def test_without_its_own_time_a_trigger_takes_that_of_the_settings():
    """One day, here."""
    [made] = led_to(triggers=[trigger(meaningful_for=None)])
    assert made.not_after - made.at == DAY


@given(st.text(), st.text(), st.integers(0, 10**13))
def test_candidates_are_the_same_every_time(key, other, at):
    """The id hangs on event and trigger alone, so that the ledger meets it again."""
    one, two = (led_to(event(id=id_of("zd", key), at=when), now=at) for when in (at, AT))
    assert one[0].id == two[0].id
    assert (id_of("zd", key) == id_of("zd", other)) == (key == other)
    assert id_of("zd", key) != id_of("hub", key)
