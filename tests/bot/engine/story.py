"""Short stories for the engine: what the customer says and does, and what the last turn of it consists of."""

from bot.engine import advance, begin
from bot.engine.state import Event, Replied, Reply, Turn
from flows.loader import load
from flows.model import Flow

NOW = 1_772_442_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def said(*texts: str) -> Replied:
    return Replied(tuple(Reply(text) for text in texts))


def wrote(ref: str, text: str) -> Replied:
    """One message whose id at the provider is known."""
    return Replied((Reply(text, ref=ref),))


def pressed(key: str, value: str, *texts: str) -> Replied:
    return Replied((Reply(value, pressed=key), *(Reply(text) for text in texts)))


def run(flow: Flow, *story: Event | tuple[int, Event], **begun: str) -> Turn:
    """Begin and take the events; a pair is (ms since the last one, event)."""
    now, turn = NOW, begin(flow, "s", "en", NOW, **begun)
    for each in story:
        pause, event = each if isinstance(each, tuple) else (0, each)
        now += pause
        turn = advance(flow, turn.session, event, now)
    return turn


def kinds(turn: Turn) -> list[str]:
    return [type(effect).__name__ for effect in turn.effects]


def only(turn: Turn, kind: type) -> list:
    return [effect for effect in turn.effects if isinstance(effect, kind)]


def flow_of(steps: str, patience: str = "{reminders: [1d], expires: 3d, reask: 2, correct: 30m, late: 7d}") -> Flow:
    """A flow from the YAML of its steps."""
    head = f"format: 1\nid: small\nkind: transactional\nlanguages: [en]\npatience: {patience}\nsteps:\n"
    return load(head + steps, "small.yaml")


SCORE = '  - {id: score, ask: {type: nps, text: "How likely are you to recommend Acme? 0-10. STOP to opt out"}}\n'
WHY = '  - {id: why, ask: {type: text, text: "Why?"}}\n'
