"""An open conversation that goes on with another version of its survey: when it may, and what it is then."""

import msgspec
import pytest
from msgspec.structs import replace

from bot.engine import advance, begin
from bot.engine.replay import Player, replay
from bot.engine.rerun import past, rerun
from bot.engine.state import Began, Journaled, OptedOut, Replied, Reply, SetTimer, Switched
from bot.engine.switching import began_on, obstacle, switch
from flows.library import Library
from flows.model import Flow

START = 1_772_442_000_000
HOUR, DAY = 3_600_000, 86_400_000
BASE = """format: 1
id: coffee
kind: transactional
languages: [en, de]
patience: {reminders: [1d], expires: 3d}
variables: {company: Acme}
steps:
  - id: score
    ask: {type: nps, text: {en: "{{ company }}: 0-10? STOP to opt out", de: "{{ company }}: 0-10? STOP = abmelden"}}
  - id: part
    ask:
      type: choice
      text: {en: "What was it?", de: "Was war es?"}
      options:
        - {value: price, label: {en: Price, de: Preis}}
        - {value: taste, label: {en: Taste, de: Geschmack}}
  - id: why
    ask: {type: text, text: {en: "Why?", de: "Warum?"}}
"""
GONE = """  - {id: why, say: {en: Bye, de: Tschüss}}
  - id: reason"""
PATCHED = """variants:
  short:
    share: 50
    steps:
      - {id: why, say: {en: "Bye", de: "Tschüss"}}
"""


def flow(*changes: tuple[str, str], more: str = "") -> Flow:
    text = BASE + more
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Library().add_source(text)


OLD = flow()


def asked(answers: int, language: str = "en", of: Flow = OLD):
    """A session whose first so many questions are answered."""
    session = begin(of, "s", language, START).session
    for reply in ("9", "price", "so")[:answers]:
        session = advance(of, session, Replied((Reply(reply),)), START + HOUR).session
    return session


@pytest.mark.parametrize(
    ("changes", "answers", "expected"),
    [
        ([("Why?", "Why so?")], 0, ""),
        ([("Why?", "Why so?")], 2, ""),
        ([("  - id: part", "  - id: more")], 0, ""),
        ([("  - id: part", "  - id: more")], 1, "question"),
        ([("  - id: part", "  - id: more")], 2, "answers"),
        ([("price, label", "cost, label")], 0, ""),
        ([("price, label", "cost, label")], 1, "question"),
        ([("price, label", "cost, label")], 2, "answers"),
        ([("en: Price", "en: Cost")], 1, ""),
        ([("      options:\n", "      options:\n        - {value: size, label: {en: Size, de: Größe}}\n")], 2, ""),
        ([("type: nps", "type: rating, scale: 5")], 0, "question"),
        ([("  - id: why", GONE)], 2, "question"),
        ([("languages: [en, de]", "languages: [de]")], 0, "language"),
        ([("{company: Acme}", "{company: Acme, name: {}}")], 0, "variables"),
        ([("{company: Acme}", "{company: Acme, name: {default: you}}")], 0, ""),
        ([("{company: Acme}", "{company: Muster}")], 0, ""),
        ([("expires: 3d", "expires: 2h"), ("reminders: [1d]", "reminders: []")], 0, "patience"),
    ],
)  # fmt: skip
def test_what_is_in_the_way(changes, answers, expected):
    """By what has changed, and how far the conversation is; three hours after its last question."""
    session = asked(answers)
    new = flow(*changes)
    assert obstacle(OLD, new, session, session.asked_at + 3 * HOUR) == expected


def test_who_is_done_stays():
    """Completed and opted out."""
    assert obstacle(OLD, flow(("Why?", "So?")), asked(3), START + DAY) == "over"
    over = advance(OLD, asked(0), OptedOut(), START).session
    assert obstacle(OLD, flow(("Why?", "So?")), over, START + DAY) == "over"


def test_variants():
    """Who is on one goes on with the same one, or stays."""
    varied, none = flow(more=PATCHED), flow(("Why?", "So?"))
    short = asked(1, of=varied.variant("short"))
    assert short.variant == "short"
    assert obstacle(varied, none, short, START + 2 * HOUR) == "variant"
    assert obstacle(varied, none, asked(1, of=varied.variant("base")), START + 2 * HOUR) == ""
    assert obstacle(none, varied, asked(1, of=none), START + 2 * HOUR) == ""
    other = flow(("Bye", "Good bye"), more=PATCHED)
    assert obstacle(varied, other, short, START + 2 * HOUR) == ""
    moved = switch(other, short, START + 2 * HOUR).session
    assert advance(other, moved, Replied((Reply("price"),)), START + 3 * HOUR).effects[1].text == "Good bye"


def test_nothing_is_said_and_everything_answered_stays():
    """What is asked next comes from the new version, with what was said before."""
    session = asked(1)
    new = flow(("Why?", "Why so, {{ name }}?"), ("{company: Acme}", "{company: Muster, name: you}"))
    turn = switch(new, session, START + 2 * HOUR)
    assert turn.effects == (SetTimer(session.asked_at + DAY),)
    kept = {"company": "Acme", "name": "you"}
    assert turn.session == replace(session, revision=new.revision, turn=session.turn + 1, variables=kept)
    said = advance(new, turn.session, Replied((Reply("price", pressed=session.prompt_key),)), START + 3 * HOUR)
    assert [each.text for each in said.effects if hasattr(each, "options")] == ["Why so, you?"]


@pytest.mark.parametrize(
    ("reminders", "after", "gone", "next_at"),
    [
        ("[1d]", 2 * HOUR, 0, DAY),
        ("[2h]", 3 * HOUR, 1, 3 * DAY),
        ("[1h, 2h, 2d]", 3 * HOUR, 2, 2 * DAY),
        ("[]", HOUR, 0, 3 * DAY),
    ],
)
def test_a_switch_brings_no_reminder_of_its_own(reminders, after, gone, next_at):
    """Those that would have been due by now are left out, those to come are the new version's."""
    session = asked(0)
    turn = switch(flow(("reminders: [1d]", f"reminders: {reminders}"), ("Why", "So")), session, START + after)
    assert (turn.session.reminders, turn.effects) == (gone, (SetTimer(START + next_at),))


def journal_of_a_switch(new: Flow):
    """A conversation that is moved in its middle: journal, and the session that is stored."""
    player = Player(OLD, "en", now=START)
    player.begin()
    player.wait(HOUR)
    player.take(["> 9"])
    journal = [*player.journal, (player.now + 1, Switched(OLD.revision, new.revision))]
    session = switch(new, player.session, player.now + 1).session
    for at, text in ((2 * HOUR, "taste"), (3 * HOUR, "because")):
        event = Replied((Reply(text),))
        journal.append((START + at, event))
        session = advance(new, session, event, START + at).session
    return journal, session


def test_a_journal_with_a_switch_leads_to_the_session_that_is_stored():
    """Through JSON, as in a database."""
    new = flow(("Why?", "So?"))
    journal, session = journal_of_a_switch(new)
    stored = [(at, msgspec.json.decode(msgspec.json.encode(entry), type=Journaled)) for at, entry in journal]
    assert began_on(stored, new.revision) == OLD.revision
    assert began_on(stored[:2], OLD.revision) == OLD.revision
    assert replay(OLD, "s", stored, {new.revision: new}) == session
    assert session.outcome == "completed"
    with pytest.raises(KeyError):
        replay(OLD, "s", stored)


def test_a_conversation_with_a_switch_can_be_put_to_a_third_version():
    """What was said on either version belongs to the step that was open then."""
    new = flow(("Why?", "So?"))
    journal, _ = journal_of_a_switch(new)
    what = past(OLD, journal, later={new.revision: new})
    assert what is not None
    course = rerun(flow(("Why?", "And why?")), what)
    assert (course.outcome, course.score) == ("completed", 9)
    assert past(OLD, journal) is None
    assert isinstance(what.began, Began)
