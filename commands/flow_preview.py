"""The preview phone: a draft played by the real engine and reader, from its beginning each time; nothing is stored."""

from collections.abc import Mapping

from bot.engine.replay import Player
from bot.engine.state import Replied, Reply
from flows.model import Flow, VariableError
from web.flow_parts import Bubble, Phone, Talk

SOMEBODY = "Anna"  # where an invitation would have to bring a value
MOST_SAID = 60  # lines
CHAT, SMS = "telegram", "sms"


def played(flow: Flow, talk: Talk, ours: Mapping[str, str]) -> Phone:
    """The conversation so far; what does not fit the draft any more falls back to what does."""
    language = talk.language if talk.language in flow.languages else flow.languages[0]
    variant = flow.variant(talk.variant if talk.variant in flow.shares else "")
    given = {name: value for name, value in ours.items() if name in flow.variables}
    missing = {name: SOMEBODY for name, each in flow.variables.items() if each.value(language) is None}
    player = Player(variant, language, CHAT if talk.chat else SMS)
    try:
        player.variables = flow.values(language, missing | given)
    except VariableError:
        player.variables = flow.values(language, missing)
    bubbles = _heard(player, player.begin(), 0)
    for line in talk.said[:MOST_SAID]:
        before = len(player.shown)
        if line.startswith(">"):
            bubbles.append(Bubble("customer", line[1:].strip()))
        happened = _take(player, line)
        bubbles += _heard(player, happened, before)
    last = player.shown[-1][1].options if player.shown else ()
    over = bool(player.session.outcome)
    buttons = [each.label for each in last] if talk.chat and not over else []
    return Phone(language, bubbles, buttons, over, len(talk.said) >= MOST_SAID)


def _take(player: Player, line: str) -> list[str]:
    """A line that is no button any more is what the customer types."""
    try:
        return player.take([line])
    except (LookupError, ValueError):
        return player.happens(Replied((Reply(line.removeprefix(">").strip()),)))


def _heard(player: Player, happened: list[str], before: int) -> list[Bubble]:
    """What the bot said, and what it has understood."""
    notes = [line.removeprefix("! ") for line in happened if line.startswith("!") and line != "! nothing"]
    said = [Bubble("bot", prompt.text) for _, prompt in player.shown[before:]]
    return [*(Bubble("echolot", note) for note in notes), *said]
