"""The three-step survey that everybody plays: score, reason, yes or no."""

from bot.messages import Address, Inbound, Invite, Said
from flows.library import Library, Source
from flows.model import Flow

YAML = """
format: 1
id: bench
kind: relationship
languages: [en]
steps:
  - id: score
    ask: {type: nps, text: {en: "Hello from the bench. How likely are you to recommend us, 0-10? Reply STOP to end"}}
  - id: why
    ask: {type: text, text: {en: "Thank you. What is the main reason for your score?"}}
  - id: again
    ask: {type: yes_no, text: {en: "May we ask you again next year?"}}
  - id: thanks
    say: {en: "Thank you for your time!"}
"""
REPLIES = ("{score}", "the {thing} took {long} and nobody told {name} why", "yes")
STEPS = len(REPLIES)
THINGS = ("delivery", "repair", "refund", "installation", "answer on the phone", "exchange", "invoice")
LONG = ("two weeks", "far too long", "all summer", "ages", "until yesterday")
LETTERS = str.maketrans("0123456789", "aeioulmnrs")


def library() -> Library:
    """A library with only the bench survey."""
    return Library([Source("bench.yaml", YAML)])


def address(person: int) -> Address:
    """Somebody's phone."""
    return Address("sms", f"+4917{person:09d}")


def invitations(flow: Flow, people: range) -> list[Inbound]:
    """Everybody is asked."""
    invite = Invite(flow.id, flow.revision, "en", "operator")
    return [Inbound(f"invite:{person}", 1, address(person), invite) for person in people]


def text(step: int, person: int) -> str:
    """What somebody writes to the question of a step; no two people give the same reason."""
    name = str(person).translate(LETTERS)
    facts = {"score": person % 11, "thing": THINGS[person % 7], "long": LONG[person % 5], "name": name}
    return REPLIES[step].format(**facts)


def reply(step: int, person: int) -> Inbound:
    """The same as an event."""
    return Inbound(f"SM{step}{person:030x}", 2 + step, address(person), Said(text(step, person)))
