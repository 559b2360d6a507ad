"""T14, the case machine in it: what holds whatever people do, in whatever order, with whatever gaps."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases import clocks
from bot.cases.case import decide, takes
from bot.cases.desks import Desks
from bot.cases.effects import Alarm, HandBack, Pause, Tell
from bot.cases.events import (
    AgentEdited,
    AgentReacted,
    AgentRemoved,
    AgentSaid,
    Answered,
    Assigned,
    BotSaid,
    Chosen,
    Claimed,
    CustomerEdited,
    CustomerReacted,
    CustomerRemoved,
    CustomerSaid,
    DeliveryChanged,
    FilesNotSent,
    HandedOver,
    Misunderstood,
    Noted,
    OptedIn,
    OptedOut,
    Overtaken,
    Released,
    Reopened,
    Resolved,
    Snoozed,
    Wanted,
    Woken,
)
from bot.cases.state import Case, Customer
from bot.messages import LeftOut
from tests.bot.cases.people import ANNA, ANNA_WEB, BEN, CARO, DAY, DESKS, HOUR, LANE, MINUTE, STRANGER, SUPPORT, Story

PEOPLE = st.sampled_from([ANNA, ANNA_WEB, BEN, CARO, STRANGER])
REFS = st.sampled_from(["r1", "r2", "r3", "c1", "c2", "", "price"])
TEXTS = st.sampled_from(["hello", "ja", "no", "9", "danke", "👍", "shipping", "x" * 900, ""])
HELD = st.integers(2, 40).map(str)
KEYS = st.integers(2, 40).map(lambda turn: f"kabcdefghijklmnopqrstuvwx.{turn}.0")
EMOJI = st.sampled_from(["👍", "❤️", "✅", "🐌", ""])
SHOWN = st.tuples(KEYS.map(lambda key: f"{key}.p0"))
EVENTS = st.one_of(
    st.builds(Claimed, PEOPLE),
    st.builds(Released, PEOPLE),
    st.builds(Assigned, PEOPLE, st.sampled_from(["anna", "@ben", "nobody", "<@U2>"])),
    st.builds(HandedOver, PEOPLE, st.sampled_from(["second", "support", "x"])),
    st.builds(Snoozed, PEOPLE, st.sampled_from([MINUTE, DAY])),
    st.builds(AgentSaid, PEOPLE, TEXTS, REFS, intent=st.sampled_from(["", "send", "reply", "internal"])),
    st.builds(AgentSaid, PEOPLE, TEXTS, REFS),
    st.builds(AgentEdited, PEOPLE, REFS, TEXTS),
    st.builds(AgentRemoved, PEOPLE, REFS),
    st.builds(AgentReacted, PEOPLE, REFS, EMOJI, EMOJI, SHOWN),
    st.builds(Chosen, PEOPLE, st.sampled_from(["send", "note", "take"]), HELD),
    st.builds(Chosen, PEOPLE, st.sampled_from(["retry"]), KEYS),
    st.builds(Chosen, PEOPLE, st.sampled_from(["cause", "skip", "cancel", "correct"]), REFS),
    st.builds(Noted, PEOPLE, TEXTS, REFS),
    st.builds(Resolved, PEOPLE, st.sampled_from(["", "price", "what"])),
    st.builds(Reopened, PEOPLE),
    st.builds(Misunderstood, PEOPLE, st.just("unknown_command"), st.just("!x")),
    st.builds(CustomerSaid, TEXTS, REFS),
    st.builds(CustomerSaid, TEXTS, REFS, to_bot=st.booleans()),
    st.builds(CustomerEdited, REFS, TEXTS),
    st.builds(CustomerRemoved, REFS),
    st.builds(CustomerReacted, REFS, st.sampled_from(["👍", ""]), st.sampled_from(["👍", ""])),
    st.builds(BotSaid, TEXTS, KEYS),
    st.builds(Answered, st.just("why"), st.sampled_from(["nps", "text"]), TEXTS, st.integers(0, 10)),
    st.builds(
        Wanted, st.sampled_from(["support", "second", ""]), st.sampled_from(["low", "urgent"]), st.just("answer")
    ),
    st.just(Woken()),
    st.builds(OptedOut, st.sampled_from(["stop", "provider"])),
    st.just(OptedIn()),
    st.just(Overtaken()),
    st.builds(
        DeliveryChanged,
        KEYS,
        st.sampled_from(["sent", "delivered", "failed", "unknown", "read", "cancelled"]),
        provider_id=REFS,
    ),
    st.builds(FilesNotSent, KEYS, st.just((LeftOut("a.svg", "type_refused"),)), st.booleans()),
)
GAPS = st.sampled_from([0, 1, 1_000, MINUTE, 20 * MINUTE, 2 * HOUR, DAY, 4 * DAY, 9 * DAY])


def _desks(desk: dict[str, object]) -> Desks:
    support = msgspec.structs.replace(SUPPORT, **desk)
    return msgspec.structs.replace(DESKS, desks={**DESKS.desks, "support": support})


DESK = st.fixed_dictionaries(
    {
        "confirm": st.booleans(),
        "ask_again": st.booleans(),
        "resume": st.booleans(),
        "silent_after": st.sampled_from([0, HOUR]),
        "resolve_within": st.sampled_from([0, DAY]),
        "hours": st.sampled_from(["", "Mo-Fr 09:00-18:00"]),
        "agents": st.sampled_from([(), SUPPORT.agents]),
    }
)


@settings(max_examples=500, deadline=None)
@given(desk=DESK, test=st.booleans(), steps=st.lists(st.tuples(EVENTS, GAPS), max_size=50))
def test_t14_whatever_people_do(desk, test, steps):
    """I5, I6, I8, I9, I11 and P7 for the case machine."""
    desks = _desks(desk)
    about = Customer(LANE, "s" * 24, "after-support", "sms", "en", score=2, segment="detractor", test=test)
    story, keys, human = Story(desks).opened(about=about), set(), False
    for event, gap in steps:
        before = story.case
        story.does(event, after=gap)
        case = story.case
        _only_meant_words_go_out(story, before, event)
        for tell in story.of(Tell):
            assert tell.key not in keys, "a key twice"
            keys.add(tell.key)
            assert not before.opted_out_at, "I6: a message after the opt-out"
        for effect in story.effects:
            if isinstance(effect, Pause | HandBack):
                assert isinstance(effect, Pause) != human, "I9: control changes hands one at a time"
                human = isinstance(effect, Pause)
        assert human == (case.control == "human")
        assert case.phase not in ("claimed", "waiting") or case.owner is not None
        assert len(case.lines) <= 40
        assert not (test and (story.of(Alarm) or case.due_at or case.resolve_by)), "a test calls for somebody"
        if before.owner and case.owner and before.owner.id != case.owner.id:
            passed_on = isinstance(event, Assigned | Reopened) or (isinstance(event, Chosen) and event.what == "take")
            assert passed_on, "P7: somebody else's case was taken"
        _no_timer_spins(case, desks, story.now)
        assert takes(case, running=False) in (True, False)
    _replays(story)


def _only_meant_words_go_out(story: Story, before: Case, event: object) -> None:
    """LIVE_FOLLOWUP 5: an agent's words go out if the owner wrote them, or their author said so."""
    for tell in story.of(Tell):
        if tell.purpose != "agent":
            continue
        by = event.by
        assert by.allowed
        meant = isinstance(event, Chosen) or getattr(event, "intent", "") == "send"
        assert meant or (before.owner and before.owner.id == by.id)
        assert not before.closed


def _no_timer_spins(case: Case, desks: Desks, now: int) -> None:
    """A timer that has done its work is not due again at once."""
    at = clocks.next_wake(case, desks.get(case.desk))
    if at and at <= now:
        turn = decide(case, Woken(), now, desks)
        again = clocks.next_wake(turn.case, desks.get(turn.case.desk))
        assert again == 0 or again > now, "the timer would fire for ever"


def _replays(story: Story) -> None:
    """I11: the journal gives the state."""
    case = story.first
    for event, at in story.played:
        case = decide(case, event, at, story.desks).case
    assert case == story.case
