"""A session keeps the variant it began with: in every turn, in its journal, and in a replay on another version."""

from pathlib import Path

import msgspec
import pytest

from bot.engine import advance, begin
from bot.engine.replay import Player, ScriptError, heading, perform, play, replay
from bot.engine.rerun import Course, past, rerun
from bot.engine.state import OpenCase, Say, Session, TimedOut
from flows import loader
from flows.model import Flow
from tests.bot.engine.story import DAY, HOUR, NOW, only, said

FILE = Path(__file__).parents[2] / "transcripts" / "questions" / "two-forms.yaml"
TEXT = FILE.read_text("utf-8")
FLOW = loader.load(TEXT, FILE.name)


def begun(name: str) -> Session:
    return begin(FLOW.variant(name), "s", "en", NOW).session


@pytest.mark.parametrize(
    ("name", "asks"), [("base", "What went wrong?"), ("short", "What went wrong?"), ("patient", "What was the reason?")]
)
def test_every_turn_is_the_variants(name: str, asks: str):
    """The shell hands over the flow as written; the session says which variant it is."""
    session = msgspec.json.decode(msgspec.json.encode(begun(name)), type=Session)
    assert session.variant == name
    for flow in (FLOW, FLOW.variant(name)):
        turn = advance(flow, session, said("3"), NOW + 1)
        assert [say.text for say in only(turn, Say)] == [asks]
        assert only(turn, OpenCase)[0].priority == ("high" if name == "patient" else "normal")
        assert turn.session.variant == name
        reminder = advance(flow, session, TimedOut(), NOW + HOUR)
        assert ("How likely" in only(reminder, Say)[0].text) == (name != "short")


def test_a_flow_without_variants_writes_nothing_about_them():
    """Sessions and journals of such flows are stored as before."""
    player = Player(loader.load(TEXT.partition("variants:")[0], FILE.name), "en")
    player.begin()
    assert b"variant" not in player.stored
    assert b"variant" not in msgspec.json.encode(player.journal)
    assert heading(player) == ["flow: two-forms", "language: en", "channel: sms"]


def test_a_session_without_a_variant_goes_on():
    """One that began before its flow had any, and was moved."""
    session = msgspec.structs.replace(begun("base"), variant="")
    assert only(advance(FLOW, session, said("3"), NOW), Say)[0].text == "What went wrong?"


@pytest.mark.parametrize("name", FLOW.shares)
def test_the_journal_tells_the_variant(name: str):
    """Rebuilt from its journal, and played again from its transcript."""
    script = f"flow: two-forms\nlanguage: en\nvariant: {name}\n\n> 2\n<\n> too slow\n<\n> a call\n"
    player, text = perform(script, lambda _: FLOW)
    assert player.session.variant == name
    assert replay(FLOW, "s", player.journal) == player.session
    again = "\n".join([*heading(player), "", *text.split("\n\n", 1)[1:]])
    assert perform(again, lambda _: FLOW)[0].session == player.session


def test_another_variant_than_the_scripts():
    """As with language and channel."""
    script = "flow: two-forms\nlanguage: en\nvariant: short\n\n> 2\n"
    assert "the reason?" in play(script, lambda _: FLOW, variant="patient")
    assert "Hello, this is" in play(script, lambda _: FLOW, variant="base")


def test_a_variant_that_there_is_not():
    """Said with what was probably meant."""
    with pytest.raises(ScriptError, match="'two-forms' has no variant 'shrt'; did you mean 'short'"):
        play("flow: two-forms\nvariant: shrt\n", lambda _: FLOW)
    with pytest.raises(ScriptError, match=r"has no variant 'short'$"):
        play("flow: two-forms\nvariant: short\n", lambda _: loader.load(TEXT.partition("variants:")[0], "x"))


def course(flow: Flow, name: str) -> Course:
    """Somebody unhappy in this variant, on another version of the survey."""
    script = f"flow: two-forms\nlanguage: en\nvariant: {name}\n\n> 2\n<\n> slow\n<\n> a call\n"
    player, _ = perform(script, lambda _: FLOW)
    what = past(FLOW, player.journal, player.now + 9 * DAY)
    assert what is not None
    return rerun(flow, what)


def test_another_version_is_played_in_the_same_variant():
    """As far as it still has it; else as it is written now."""
    assert course(FLOW, "patient").cases == (("support", "high"),)
    assert course(FLOW, "short").cases == (("support", "normal"),)
    urgent = loader.load(TEXT.replace("priority: high", "priority: urgent"), "x")
    assert course(urgent, "patient").cases == (("support", "urgent"),)
    without = loader.load(TEXT.partition("variants:")[0], "x")
    assert course(without, "patient").cases == (("support", "normal"),)
