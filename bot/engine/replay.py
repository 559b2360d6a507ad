"""Conversations without a shell: rebuild a session from its journal, or play one from a script a person can read.

The form of a script is described in docs/reference/transcripts.md.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct, field

from bot.engine.engine import advance, begin
from bot.engine.state import (
    Began,
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
    Say,
    Session,
    SetTimer,
    Superseded,
    Suppress,
    TakenOver,
    TimedOut,
    Turn,
)
from bot.engine.switching import proceed
from bot.messages import Capabilities, Prompt
from bot.render import render
from flows.durations import parse
from flows.model import Flow
from flows.problems import did_you_mean

START = 1_772_442_000_000  # 2 March 2026, 9:00 UTC: a played conversation looks the same on every day
SESSION = "s"  # the id of a played session
SMS = Capabilities(max_text=1_600, text_unit="gsm7")
CHAT = Capabilities(max_text=4_096, buttons=True)
OUTPUT = ("<", "!")  # how lines begin that the bot writes; whoever plays the script writes them anew
EVENTS: Mapping[str, Event] = {
    "taken over": TakenOver(),
    "handed back": HandedBack(),
    "opted out": OptedOut(),
    "opted out, told already": OptedOut(answered=True),
    "superseded": Superseded(),
    "opened anew": Returned(),
}


class ScriptError(ValueError):
    """A script cannot be played; says in which line, and why."""


def replay(
    flow: Flow, session_id: str, journal: Iterable[tuple[int, Journaled]], later: Mapping[str, Flow] | None = None
) -> Session:
    """The session that its journal of (time in epoch ms, entry) leads to. The first entry is Began.

    `flow` is the version it began with, `later` has those that it switched to by their revision. Raises KeyError
    without one of them, ValueError if the journal does not begin with the beginning.
    """
    session: Session | None = None
    for now, entry in journal:
        if isinstance(entry, Began):
            session = _begin(flow, session_id, entry, now).session
        elif session is not None:
            flow, session = proceed(flow, session, entry, now, later or {})
    if session is None:
        raise ValueError("the journal holds no beginning")
    return session


def _begin(flow: Flow, session_id: str, entry: Began, now: int) -> Turn:
    return begin(
        flow.variant(entry.variant),
        session_id,
        entry.language,
        now,
        variables=entry.variables,
        channel=entry.channel,
        attributes=entry.attributes,
        test=entry.test,
    )


class Player(Struct):
    """A conversation that is played by hand or from a script. What happens comes out as lines of a transcript.

    The session goes through JSON between every two turns, as it does in a database.
    """

    flow: Flow
    language: str
    channel: str = "sms"
    variables: dict[str, str] = {}
    attributes: dict[str, str] = {}
    now: int = START
    timer: int = 0  # when the session has to be woken, 0 for never
    stored: bytes = b""  # the session
    journal: list[tuple[int, Journaled]] = field(default_factory=list)
    shown: list[tuple[str, Prompt]] = field(default_factory=list)  # (Outbound key, message) as the customer sees it

    @property
    def session(self) -> Session:
        """The session as it stands."""
        return msgspec.json.decode(self.stored, type=Session)

    def begin(self) -> list[str]:
        """Start the survey."""
        entry = Began(self.language, self.variables, self.channel, self.attributes, self.flow.name)
        self.journal.append((self.now, entry))
        return self._shows(_begin(self.flow, SESSION, entry, self.now))

    def happens(self, event: Event) -> list[str]:
        """Let something happen."""
        self.journal.append((self.now, event))
        return self._shows(advance(self.flow, self.session, event, self.now))

    def wait(self, milliseconds: int) -> list[str]:
        """Let time pass, with everything that becomes due meanwhile."""
        lines: list[str] = []
        until = self.now + milliseconds
        while self.timer and self.timer <= until:
            self.now, self.timer = self.timer, 0
            lines += self.happens(TimedOut())
        self.now = until
        return lines

    def reply(self, text: str) -> Reply:
        """What a line of the customer stands for: typed text, `[button]`, `[button @ 1]` or `(picture)`.

        Raises LookupError if no message has shown that button.
        """
        if text == "(picture)":
            return Reply(media=1)
        if not (text.startswith("[") and text.endswith("]")):
            return Reply(text)
        label, _, number = (part.strip() for part in text[1:-1].partition("@"))
        messages = list(enumerate(self.shown, 1))
        for position, (key, prompt) in reversed(messages):
            for option in prompt.options:
                if label in (option.value, option.label) and number in ("", str(position)):
                    return Reply(option.value, pressed=key)
        raise LookupError(f"no message has shown the button {text}")

    def take(self, lines: Sequence[str]) -> list[str]:
        """One turn's lines of a script: customer's messages that arrive together, or one event, or time.

        Raises LookupError for a button nobody has shown, ValueError for a line that is none of these.
        """
        if all(line.startswith(">") for line in lines):
            said = [line[1:].replace("\n  ", "\n").strip() for line in lines]
            return self.happens(Replied(tuple(self.reply(text) for text in said)))
        sign, _, what = lines[0].partition(" ")
        if sign in {"…", "..."}:
            return self.wait(parse(what.strip().removeprefix("+")))
        if sign == "*" and what.strip() in EVENTS:
            return self.happens(EVENTS[what.strip()])
        known = ", ".join(f"* {name}" for name in EVENTS)
        raise ValueError(f"{lines[0][:60]!r} is none of: > reply, … +1d, {known}, # remark")

    def _shows(self, turn: Turn) -> list[str]:
        session, says = turn.session, 0
        self.stored = msgspec.json.encode(session)
        lines: list[str] = []
        for effect in turn.effects:
            if isinstance(effect, Say):
                prompt = render(Prompt(effect.text, effect.options), SMS if self.channel == "sms" else CHAT)
                self.shown.append((f"{session.id}.{session.turn}.{says}", prompt))
                says += 1
                lines += _bot_line(prompt)
            elif isinstance(effect, SetTimer):
                self.timer = effect.at
            else:
                lines += _effect_line(effect)
        if session.outcome:
            self.timer = 0
        return lines or ["! nothing"]


def _bot_line(prompt: Prompt) -> list[str]:
    buttons = " ".join(f"[{option.label}]" for option in prompt.options)
    return [*_with_sign("<", prompt.text), *([f"  {buttons}"] if buttons else [])]


def _effect_line(effect: object) -> list[str]:
    match effect:
        case Record(question, _, answer, _, corrections):
            words = [f"record {question} = {answer.text or '(declined)'}", answer.segment]
            words += [f"corrected {corrections}"] if corrections else []
            words += ["wants a person"] if answer.wants_human else []
            line = ", ".join(filter(None, words))
            return _with_sign("!", f"{line}: {answer.comment}" if answer.comment else line)
        case OpenCase(desk, priority, reason, _):
            return [f"! case {desk or '(default desk)'}, {priority}, {reason}"]
        case Suppress(source):
            return [f"! suppress, {source}"]
        case Finish(outcome):
            return [f"! finish {outcome}"]
        case _:
            return []


def _with_sign(sign: str, text: str) -> list[str]:
    first, *rest = text.split("\n")
    return [f"{sign} {first}".rstrip(), *(f"  {line}" for line in rest)]


# --- scripts


def play(
    script: str, flow_of: Callable[[str], Flow], *, language: str = "", channel: str = "", variant: str = ""
) -> str:
    """A script's lines again, with everything the bot says and does in between. For the rest see `perform`."""
    return perform(script, flow_of, language=language, channel=channel, variant=variant)[1]


def perform(
    script: str, flow_of: Callable[[str], Flow], *, language: str = "", channel: str = "", variant: str = ""
) -> tuple[Player, str]:
    """Play a script: the conversation it ends in, and the transcript.

    `flow_of` finds a flow by its id; `language`, `channel` and `variant` replace those of the script. Raises
    ScriptError, VariableError if the script's values do not fit the flow, and whatever `flow_of` raises.
    """
    head, body = _parts(script)
    settings = _settings(head)
    if "flow" not in settings:
        raise ScriptError("the script does not say which flow it plays: it begins with `flow: ID`")
    flow = _variant(flow_of(settings["flow"]), variant or settings.get("variant", ""))
    player = Player(
        flow,
        language or settings.get("language", flow.languages[0]),
        channel or settings.get("channel", "sms"),
        _named(settings, "set "),
        _named(settings, "attribute "),
    )
    lines = [*head, "", *player.begin()]
    together: list[str] = []  # customer's lines with nothing in between
    for number, line in [*body, (0, "<")]:
        try:
            if together and not line.startswith(">"):
                lines += ["", *"\n".join(together).split("\n"), *player.take(together)]
                together.clear()
            if line.startswith(">"):
                player.reply(line[1:].strip())
                together.append(line)
            elif line.startswith("#"):
                lines += ["", line]
            elif not line.startswith(OUTPUT):
                lines += ["", line, *player.take([line])]
        except (LookupError, ValueError) as error:
            raise ScriptError(f"line {number}: {error}") from error
    return player, "\n".join(lines) + "\n"


def _variant(flow: Flow, name: str) -> Flow:
    try:
        return flow.variant(name)
    except KeyError as error:
        hint = did_you_mean(name, flow.shares)
        raise ScriptError(f"the flow '{flow.id}' has no variant '{name}'" + (f"; {hint}" if hint else "")) from error


def heading(player: Player) -> list[str]:
    """The head of a script that plays this conversation again."""
    lines = [f"flow: {player.flow.id}", f"language: {player.language}", f"channel: {player.channel}"]
    lines += [f"variant: {player.flow.name}"] if player.flow.name else []
    lines += [f"set {name}: {value}" for name, value in player.variables.items()]
    return lines + [f"attribute {name}: {value}" for name, value in player.attributes.items()]


def _parts(script: str) -> tuple[list[str], list[tuple[int, str]]]:
    """The head, and what follows: each line with its number, continued lines joined to their first."""
    lines = [line.rstrip() for line in script.split("\n")]
    end = lines.index("") if "" in lines else len(lines)
    body: list[tuple[int, str]] = []
    for number, line in enumerate(lines[end:], end + 1):
        if line.startswith("  ") and body:
            body[-1] = body[-1][0], f"{body[-1][1]}\n{line}"
        elif line:
            body.append((number, line))
    return lines[:end], body


def _settings(head: Iterable[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in head if not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _named(settings: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in settings.items() if name.startswith(prefix)}
