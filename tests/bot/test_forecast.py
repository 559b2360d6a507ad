"""The forecast against the engine: nobody gets more than it says, and who is slow and unclear gets just that."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.engine.engine import advance, begin
from bot.engine.replay import CHAT, SMS
from bot.engine.state import Event, Replied, Reply, Say, SetTimer, TimedOut
from bot.forecast import Forecast, Load, forecast
from bot.messages import Prompt
from bot.render import render
from bot.segments import segments
from flows import loader
from flows.library import load
from flows.model import Flow
from flows.ways import circles, onward

TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
LIBRARY = load([TRANSCRIPTS / "questions"])
START = 1_772_442_000_000
BESIDE = {"human", "corrected", "help", "stop"}  # what customers ask for beside answering
REPLIES = ["9", "3", "10, all fine", "9ish", "hm", "yes", "no", "price", "pric", "delivery", "me@example.com", "7?", ""]


def played(flow: Flow, language: str, story: list[str]) -> list[Say]:
    """What a customer is told who does this: `…` waits for the next timer, `#` sends a picture, all else is typed."""
    now, timer = START, 0
    turn = begin(flow, "s", language, now, variables=flow.values(language, _values(flow)))
    said: list[Say] = []
    for step in ["", *story]:
        if step == "…" and not timer:
            continue
        if step:
            event: Event = (
                TimedOut() if step == "…" else Replied((Reply(media=1) if step == "#" else Reply(step.strip()),))
            )
            now = timer if step == "…" else now + 31 * 60_000  # too late to correct anything
            turn = advance(flow, turn.session, event, now)
        said += [effect for effect in turn.effects if isinstance(effect, Say)]
        timer = next((effect.at for effect in turn.effects if isinstance(effect, SetTimer)), timer)
        if turn.session.outcome:
            return said
    return said


def _values(flow: Flow) -> dict[str, str]:
    return {name: "x" * 12 for name, variable in flow.variables.items() if variable.default is None}


def load_of(said: list[Say]) -> Load:
    """What these messages take by SMS."""
    shown = [render(Prompt(say.text, say.options), SMS).text for say in said]
    return Load(len(said), sum(len(segments(text).parts) for text in shown))


def of(flow: Flow, language: str = "en") -> Forecast:
    return forecast(flow, language, SMS, _values(flow))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    flow=st.sampled_from(LIBRARY.flows),
    pick=st.integers(0, 9),
    story=st.lists(st.sampled_from(["…", "#", *(f"{reply} " for reply in REPLIES)]), max_size=60),
)
def test_nobody_is_told_more(flow: Flow, pick: int, story: list[str]):
    """However they answer, do not answer or cannot be understood."""
    language = flow.languages[pick % len(flow.languages)]
    told = load_of([say for say in played(flow, language, story) if say.purpose not in BESIDE])
    most = of(flow, language).most
    assert (told.messages <= most.messages, told.segments <= most.segments) == (True, True), (told, most)


def test_who_is_slow_and_unclear_is_told_just_that():
    """A reminder, two tries, three doubts at the score; a reminder and two pictures at the reason; goodbye."""
    flow = LIBRARY.get("after-support")
    story = ["…", "hm ", "hm ", "9ish ", "8ish ", "7ish ", "2 ", "…", "#", "#", "slow "]
    assert load_of(played(flow, "en", story)) == of(flow).most == Load(12, 12)


@pytest.mark.parametrize("reply", ["2 ", "8 ", "10 "])
def test_who_answers_at_once_is_told_the_least(reply: str):
    """Score, reason, goodbye, whatever the score."""
    flow = LIBRARY.get("after-support")
    found = of(flow)
    assert load_of(played(flow, "en", [reply, "as I said "])) == found.least == found.usual == Load(3, 3)


FLOW = """\
format: 1
id: round
kind: transactional
languages: [en]
patience: {reminders: [], expires: 3d, reask: 0, correct: 0m, late: 0m}
steps:
  - {id: one, ask: {type: yes_no, text: "One? Reply STOP to opt out"}, next: [{when: {answer: {one: "no"}}, to: end}]}
  - {id: two, say: Two, next: three}
  - {id: three, ask: {type: text, text: "Three 🙂"}, next: two}
"""


def test_a_circle_counts_once():
    """Two and three lead to each other; the engine passes what has been answered and ends with thanks."""
    flow = loader.revive(FLOW, "round.yaml")
    found = of(flow)
    assert circles("one", onward(flow)) == [frozenset({"two", "three"}), frozenset({"one"})]
    assert (found.least, found.usual) == (Load(2, 2), Load(4, 4))
    assert load_of(played(flow, "en", ["yes ", "because "])) == found.usual
    [three] = [told for told in found.told if told.purpose == "question" and told.step == "three"]
    assert three.segments is not None
    assert (three.segments.encoding, three.segments.culprit) == ("ucs2", "🙂")
    assert three.path == ("steps", 2, "ask", "text")


def test_chats_have_no_segments_and_their_own_length():
    """The longest message is named, with where it stands."""
    found = forecast(LIBRARY.get("after-support"), "de", CHAT)
    assert (found.most.segments, found.longest.step, found.longest.purpose) == (0, "score", "question")
    assert not any(told.clipped for told in found.told)


def test_what_a_channel_cannot_show_is_known():
    """A text beyond the channel's length is cut, and the forecast says which."""
    flow = LIBRARY.get("after-support")
    tight = SMS.__class__(max_text=100, text_unit="gsm7")
    assert {told.step for told in forecast(flow, "en", tight).told if told.clipped and told.purpose == "question"} == {
        "score"
    }
