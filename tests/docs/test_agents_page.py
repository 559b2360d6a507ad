"""What docs/howto/agents.md says to agents is what happens: commands, buttons, signs, asides, codes, answers."""

import re

import pytest

from bot.cases.desks import Agent, Desk
from bot.cases.events import AgentSaid, CaseEvent, Misunderstood, Noted, Resolved
from bot.cases.reactions import AMONG_US
from bot.cases.state import Actor, Case
from bot.cases.talk import MOST_RELAYS, RELAYS_IN
from bot.cases.typed import COMMANDS, LONGEST_SNOOZE, SNOOZE, Docketed, addressed, read
from bot.cases.words import shipped, word
from bot.emoji import bare
from bot.messages import Said
from channels.slack import signs
from channels.telegram import emoji as telegram_emoji
from commands.desks import PAID_PARTS
from tests.bot.cases import people
from tests.docs.pages import code, page, table

PAGE = page("docs/howto/agents.md")
ANNA = Actor("anna", "Anna", "slack:C1#@x", "U1")
DESK = Desk("support", agents=(Agent("anna"), Agent("ben")))
SLACK = {
    "eyes": "👀",
    "heavy_check_mark": "✔️",
    "white_check_mark": "✅",
    "eyeglasses": "👓",
    "x": "❌",
    "grey_question": "❔",
}
"""What Slack shows for these names."""
CASE = Case("c" * 24, "K7Q2", "sms:+491", "s", "support", 1, owner=ANNA)


def kind(event: CaseEvent | None) -> str:
    """What the page calls an event."""
    match event:
        case AgentSaid(intent=""):
            return "for the customer"
        case Noted() | AgentSaid(intent="internal"):
            return "a note"
        case Misunderstood():
            return "nothing"
    raise TypeError(f"the page has no word for {event}")


def test_every_command_is_there_with_its_other_names() -> None:
    """No more and no fewer than agents can type."""
    rows = table(PAGE, "command", "also", "what it does", "who may")
    described = {code(row[0])[0]: code(row[1]) for row in rows}
    assert described == {f"!{name}": [f"!{alias}" for alias in also] for name, also in COMMANDS.items()}


@pytest.mark.parametrize(("written", "meant"), table(PAGE, "you write", "it is"))
def test_what_is_for_the_customer_and_what_is_not(written: str, meant: str) -> None:
    """Each example, from the owner of the case."""
    (text,) = code(written)
    assert kind(read(Said(text, ref="m1"), ANNA, CASE, DESK)) == meant


@pytest.mark.parametrize(("put", "meant"), table(PAGE, "you put", "it is"))
def test_which_emoji_are_for_the_customer(put: str, meant: str) -> None:
    """Each example, from the owner of the case; all that mark messages among colleagues are there."""
    (emoji,) = code(put)
    assert (bare(emoji) in AMONG_US) == (meant == "a note")
    assert meant in ("a note", "for the customer")
    assert {bare(each) for row in table(PAGE, "you put", "it is") for each in code(row[0])} >= AMONG_US


def test_every_button_is_there_in_both_languages() -> None:
    """By the labels that agents see."""
    described = {(english, german) for english, german, _ in table(PAGE, "button", "in German", "where")}
    names = [name for name in shipped() if name.startswith("button_")]
    assert described == {(word(name, "en"), word(name, "de")) for name in names}


def test_signs_mean_what_the_channels_show() -> None:
    """Six states, in the order in which a message goes through them."""
    rows = table(PAGE, "it is", "Slack", "Telegram")
    assert ["pending" if state == "on its way" else state for state, _, _ in rows] == [*signs.SIGNS]
    for (_, slack, telegram), (state, name) in zip(rows, signs.SIGNS.items(), strict=True):
        assert SLACK[name] == slack
        assert telegram == telegram_emoji.SIGNS[state]


READ = [row[0] for heading in ("why", "what to do") for row in table(PAGE, "you read", heading)]


@pytest.mark.parametrize("said", READ)
def test_what_agents_read_is_what_is_said(said: str) -> None:
    """The sentences of the page, `…` for what differs."""
    assert pattern(said) in {pattern(re.sub(r"\{\{.*?\}\}", "…", text["en"])) for text in shipped().values()}


def pattern(text: str) -> str:
    """A sentence without what differs from case to case."""
    return re.sub(r"(…\s*)+", "… ", text).strip()


@pytest.mark.parametrize(("at_phone", "written", "outcome"), table(PAGE, "open at your phone", "you write", "that is"))
def test_codes_on_a_phone(at_phone: str, written: str, outcome: str) -> None:
    """LIVE_FOLLOWUP 15: each example, with the cases that are open there."""
    named = re.findall(r"([A-Z0-9]{4})( \(yours\))?", at_phone)
    dockets = [Docketed(f"id of {each}", each, mine=bool(mine)) for each, mine in named]
    found = addressed(code(written)[0], dockets)
    if isinstance(found, tuple):
        assert outcome == f"{found[0].removeprefix('id of ')}: {found[1]}"
    else:
        shown = word(found.why, "en", codes=found.codes[0] if found.why == "code_alone" else "…", word=found.word)
        assert outcome == f"nothing: {shown}"


def test_figures_are_those_of_the_rules() -> None:
    """Ten messages in half a minute, three SMS, an hour of snooze and at most thirty days, ten minutes of holding."""
    assert (MOST_RELAYS, RELAYS_IN, PAID_PARTS) == (10, 30_000, 3)
    assert (SNOOZE, LONGEST_SNOOZE, Desk("x").held_for) == (3_600_000, 30 * 86_400_000, 600_000)
    assert "ten within half a minute" in PAGE
    assert "longer than three SMS" in PAGE
    assert "an hour if you say nothing, at most `30d`" in PAGE
    assert "ten minutes are over" in PAGE


ARGUMENTS = {"assign": "ben", "handover": "second", "note": "x", "send": "x", "reply": "sorry", "resolve": "shipping"}
WHO_MAY = [(code(row[0])[0], row[3]) for row in table(PAGE, "command", "also", "what it does", "who may")]


@pytest.mark.parametrize(("command", "who"), [row for row in WHO_MAY if row[0] != "!voucher"])
def test_who_may_do_what(command: str, who: str) -> None:
    """Ben does it in Anna's case, in one that nobody owns, and in one that is resolved."""
    text = f"{command} {ARGUMENTS.get(command.removeprefix('!'), '')}".strip()
    anna = done_by_ben(people.claimed(), text)
    free = done_by_ben(people.Story().opened(), text)
    after = done_by_ben(people.claimed().does(Resolved(people.ANNA, "shipping")), text)
    match re.split("[,;]", who, maxsplit=1)[0]:
        case "its owner":
            assert not anna
            assert free == ("anybody, while nobody owns it" in who)
        case "anybody" if "while nobody owns it" in who:
            assert (anna, free) == (False, True)
        case "anybody" if "once somebody owns it" in who:
            assert (anna, free) == (True, False)
        case "anybody":
            assert anna == free
            assert anna or after
        case _:
            pytest.fail(f"nobody knows what {who!r} means")


def done_by_ben(story: people.Story, text: str) -> bool:
    """Whether something came of what Ben typed: a change that lasts, words for the customer, a note, an answer."""
    before = story.case
    event = read(Said(text, ref="m9"), people.BEN, before, people.SUPPORT)
    story.does(*([event] if event else []))
    now = story.case
    changed = (now.owner, now.phase, now.desk, now.snoozed_until) != (
        before.owner,
        before.phase,
        before.desk,
        before.snoozed_until,
    )
    noted = any(entry.kind == "note" for entry in story.of(people.Entry))
    return changed or noted or bool(story.told) or isinstance(event, Misunderstood)
