"""Whatever happens in whatever order: the engine answers with a turn, and keeps its promises."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine import advance, begin
from bot.engine.hearing import MAX_CORRECTIONS, MAX_WORDS
from bot.engine.moves import MAX_COMMENT, MAX_HELPS, MAX_REMARKS
from bot.engine.replay import replay
from bot.engine.state import (
    Began,
    ClearTimers,
    Event,
    Finish,
    HandedBack,
    Journaled,
    OpenCase,
    OptedOut,
    Record,
    Replied,
    Reply,
    Returned,
    Reworded,
    Say,
    Session,
    SetTimer,
    Superseded,
    Suppress,
    TakenOver,
    TimedOut,
    Turn,
)
from flows.library import load
from flows.model import Flow

LIBRARY = load([Path(__file__).parents[2] / "transcripts" / "questions"])
MINUTE, DAY = 60_000, 86_400_000
START = 1_772_442_000_000

said = st.sampled_from(
    ["9", "3, weil langsam", "9ish", "sorry, meant 4", "meant 10", "yes", "no", "ja", "price", "delivry", "prise",
     "HELP", "START", "STOP", "call me", "I need to talk to a person", "hm", "11", "-1", "me@example.com", "why?",
     "", " ", "\0", "\ud800", "x" * 5_000]
)  # fmt: skip
turns = st.integers(0, 12).map(lambda turn: f"s.{turn}.0")
values = st.sampled_from(["0", "3", "9", "10", "11", "yes", "no", "price", "yes:9", "yes:price", "5", "", "²"])
keys = st.one_of(
    turns, st.sampled_from(["s.1.1", "s.2.1", "t.1.0", "s.", "s.x.0", "", "s.1", "s.٣.0", "s.99999999999.0"])
)
refs = st.sampled_from(["", "m1", "m2", "m3"])
albums = st.sampled_from(["", "", "a", "b"])
replies = st.one_of(
    st.builds(Reply, text=said | st.text(max_size=20), media=st.integers(0, 2), ref=refs, album=albums),
    st.builds(Reply, text=values | st.text(max_size=5), pressed=keys),
)
answers = st.builds(Replied, st.lists(replies, max_size=3).map(tuple))
events: st.SearchStrategy[Event] = st.one_of(
    answers,
    answers,
    answers,
    st.builds(Reworded, refs, said),
    st.sampled_from([TimedOut(), TimedOut(), Returned(), TakenOver(), HandedBack(), Superseded()]),
    st.sampled_from([OptedOut(), OptedOut(answered=True)]),
)
pauses = st.sampled_from([0, 0, 1, MINUTE, 29 * MINUTE, 31 * MINUTE, DAY // 2, DAY, 3 * DAY, 8 * DAY])
stories = st.lists(st.tuples(pauses, events), max_size=25)
flows = st.sampled_from([flow.id for flow in LIBRARY.flows])


def tell(flow: Flow, story: list[tuple[int, Event]], channel: str = "sms") -> list[tuple[int, Event | None, Turn]]:
    """Begin and take every event, the session going through JSON in between."""
    now = START
    turn = begin(flow, "s", "en", now, channel=channel)
    told: list[tuple[int, Event | None, Turn]] = [(now, None, turn)]
    for pause, event in story:
        now += pause
        stored = msgspec.json.decode(msgspec.json.encode(turn.session), type=Session)
        assert stored == turn.session
        turn = advance(flow, stored, event, now)
        told.append((now, event, turn))
    return told


def effects(told: list[tuple[int, Event | None, Turn]]) -> list[object]:
    return [effect for _, _, turn in told for effect in turn.effects]


def most_messages(flow: Flow, hand_backs: int) -> int:
    """How much a bot may say in one session, whatever anybody does."""
    patience = flow.patience
    said = sum(step.say is not None for step in flow.steps)
    questions = sum(step.ask is not None for step in flow.steps)
    each = 1 + len(patience.reminders) + 2 * (patience.reask + 1) + 2  # handed back, opened anew
    corrections = MAX_CORRECTIONS * questions
    # the way may be walked anew after every correction
    again = (said + each) * corrections
    notices = MAX_HELPS + 1
    return said + questions * each + corrections + again + notices + hand_backs + 3  # thanks, late, human


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flow_id=flows, story=stories, channel=st.sampled_from(["sms", "telegram"]))
def test_any_event_in_any_state_gives_a_turn_that_keeps_the_promises(flow_id: str, story, channel: str):
    """Proves I2, I3, I6, I9 and P8 for the engine; S28 and S31 texts are among the replies."""
    flow = LIBRARY.get(flow_id)
    told = tell(flow, story, channel)
    everything = effects(told)
    records = [effect for effect in everything if isinstance(effect, Record)]
    scores = [record.answer.value for record in records if record.type == "nps"]
    assert all(value is not None and 0 <= value <= 10 for value in scores)
    ratings = [record.answer.value for record in records if record.type == "rating"]
    assert all(value is not None and 1 <= value <= 5 for value in ratings)
    assert sum(isinstance(effect, Finish) for effect in everything) <= 1
    desks = Counter(effect.desk for effect in everything if isinstance(effect, OpenCase))
    assert all(count == 1 for count in desks.values())
    assert [turn.session.turn for _, _, turn in told] == list(range(1, len(told) + 1))
    hand_backs = sum(isinstance(event, HandedBack) for _, event, _ in told)
    assert sum(isinstance(effect, Say) for effect in everything) <= most_messages(flow, hand_backs)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flow_id=flows, story=stories)
def test_p8_i6_i9_when_the_bot_keeps_silent(flow_id: str, story):
    """After a suppression nothing is said but its one confirmation; while a person talks, only that."""
    flow = LIBRARY.get(flow_id)
    suppressed = False
    before: Session | None = None
    for _, _, turn in tell(flow, story):
        says = [effect for effect in turn.effects if isinstance(effect, Say)]
        stops = any(isinstance(effect, Suppress) for effect in turn.effects)
        if suppressed:
            assert not says
        if stops:
            assert all(say.kind == "notice" for say in says)
            assert len(says) <= 1
        if before is not None and before.owner == "human" and turn.session.owner == "human":
            assert stops or not says
        suppressed = suppressed or stops
        before = turn.session


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flow_id=flows, story=stories)
def test_a_running_session_always_has_exactly_one_timer_ahead(flow_id: str, story):
    """It can never be forgotten: either it has ended, or something will wake it, also in a person's hands."""
    flow = LIBRARY.get(flow_id)
    timer = 0
    for now, event, turn in tell(flow, story):
        if isinstance(event, TimedOut) and timer <= now:
            timer = 0
        timers = [effect for effect in turn.effects if isinstance(effect, SetTimer | ClearTimers)]
        assert len(timers) <= 1
        for effect in timers:
            timer = effect.at if isinstance(effect, SetTimer) else 0
        session = turn.session
        assert (session.outcome == "") == bool(timer)
        assert (session.outcome == "") == bool(session.step)
        if timer:
            assert timer <= session.asked_at + flow.patience.expires


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flow_id=flows, story=stories)
def test_i2_the_records_add_up_to_the_session(flow_id: str, story):
    """Who stores the latest record of each question has the session's answers, comments and corrections."""
    flow = LIBRARY.get(flow_id)
    told = tell(flow, story)
    stored = {effect.question: effect for effect in effects(told) if isinstance(effect, Record)}
    session = told[-1][2].session
    assert {asked.step: (asked.answer, asked.at, asked.corrections) for asked in session.answers} == {
        question: (record.answer, record.at, record.corrections) for question, record in stored.items()
    }
    assert len({asked.step for asked in session.answers}) == len(session.answers)
    assert all(asked.corrections <= MAX_CORRECTIONS for asked in session.answers)
    assert all(len(asked.answer.comment) <= max(MAX_COMMENT, 3 * MAX_WORDS + 2) for asked in session.answers)
    assert session.remarks <= MAX_REMARKS


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flow_id=flows, story=stories)
def test_buttons_go_with_their_question_and_the_choice_shows_under_it(flow_id: str, story):
    """What a customer sees who can be shown it: no button that leads nowhere, and each choice as it stands."""
    flow = LIBRARY.get(flow_id)
    buttons: dict[str, bool] = {}
    choices: dict[str, str] = {}
    session = None
    for _, _, turn in tell(flow, story):
        session = turn.session
        for effect in turn.effects:
            if isinstance(effect, Record):
                assert set(effect.marks) <= set(buttons)
                buttons |= dict.fromkeys(effect.marks, False)
                choices |= {**dict.fromkeys(effect.marks, ""), **dict.fromkeys(effect.marks[-1:], effect.label)}
        says = [effect for effect in turn.effects if isinstance(effect, Say)]
        buttons |= {f"s.{session.turn}.{n}": True for n, say in enumerate(says) if say.options}
    assert session is not None
    for asked in session.answers:
        question = flow.questions[asked.step]
        labels = {option.value: option.label for option in question.prompt("en").options}
        assert not asked.shown or choices[asked.shown] == labels[asked.answer.text]
    if not session.skipped:
        assert {key for key, there in buttons.items() if there} == set(session.offered)
    if session.outcome == "completed" and not session.skipped:
        assert session.offered == ()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(flow_id=flows, story=stories)
def test_i11_replaying_the_journal_gives_the_same_session(flow_id: str, story):
    flow = LIBRARY.get(flow_id)
    told = tell(flow, story)
    journal: list[tuple[int, Journaled]] = [(START, Began("en", channel="sms"))]
    journal += [(now, event) for now, event, _ in told if event is not None]
    through_json = (
        msgspec.json.decode(msgspec.json.encode(journal), type=list[tuple[int, Journaled]])
        if "\ud800" not in repr(journal) and "\\ud800" not in repr(journal)
        else journal
    )
    assert replay(flow, "s", through_json) == told[-1][2].session


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(said, min_size=12, max_size=40))
def test_two_bots_never_talk_for_ever(texts: list[str]):
    """Another bot that answers every message hears only a bounded number of them."""
    flow = LIBRARY.get("after-support")
    told = tell(flow, [(1, Replied((Reply(text),))) for text in texts] * 5)
    assert sum(isinstance(effect, Say) for effect in effects(told)) <= most_messages(flow, 0)
    last = told[-len(texts) :]
    assert not [effect for effect in effects(last) if isinstance(effect, Say)]


def test_a_journal_without_a_beginning_is_refused():
    with pytest.raises(ValueError, match="no beginning"):
        replay(LIBRARY.get("after-support"), "s", [(START, TimedOut())])
