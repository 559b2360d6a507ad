"""What a channel shows of a prompt: buttons where it has some, else options in words, within its length."""

from msgspec.structs import replace

from bot.messages import Capabilities, Option, Outbound, Prompt

# Typographic look-alikes that would turn a whole SMS into UCS-2 (70 instead of 160 characters a part), and
# what stands for them in the GSM 03.38 alphabet.
_GSM_LOOKALIKES = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "´": "'", "`": "'",
        "“": '"', "”": '"', "„": '"',
        "–": "-", "—": "-", "‑": "-", "−": "-",
        "…": "...", "•": "-", "·": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200b": "",
    }
)  # fmt: skip
_GSM_EXTENSION = frozenset("^{}\\[~]|€\f")
_ELLIPSIS = "..."  # three dots are in every alphabet, the one character is not


def render(prompt: Prompt, capabilities: Capabilities) -> Prompt:
    """The prompt as this channel can show it: no longer than `max_text`, options only if it has buttons.

    A channel without buttons gets the options behind the text, unless the text names them already; they are
    never clipped, the words before them are.
    """
    text, unit = prompt.text, capabilities.text_unit
    tail = "" if capabilities.buttons or not prompt.options else _spelled_out(text, prompt.options)
    if unit == "gsm7":
        text, tail = text.translate(_GSM_LOOKALIKES), tail.translate(_GSM_LOOKALIKES)
    room = capabilities.max_text - length(tail, unit)
    shown = _clip(text, room, unit) + tail if room > 0 else _clip(text + tail, capabilities.max_text, unit)
    return Prompt(shown, prompt.options if capabilities.buttons else ())


def answered(prompt: Prompt, choice: str) -> Prompt:
    """A question behind which its answer shows: without buttons, with the choice if there is one to show."""
    return Prompt(f"{prompt.text}\n\n✓ {choice}" if choice else prompt.text)


def marked(message: Outbound, mark: str) -> Outbound:
    """The message with a mark behind its words, and on its card if it has one."""
    prompt = Prompt(f"{message.prompt.text} {mark}", message.prompt.options)
    card = message.card and replace(message.card, footer=f"{message.card.footer} {mark}".strip())
    return replace(message, prompt=prompt, card=card)


def length(text: str, unit: str) -> int:
    """How long a text is in a channel's unit: chars, utf16 or gsm7 (septets; € and { take two)."""
    if unit == "utf16":
        return len(text) + sum(character > "\uffff" for character in text)
    if unit == "gsm7":
        return len(text) + sum(character in _GSM_EXTENSION for character in text)
    return len(text)


def _spelled_out(text: str, options: tuple[Option, ...]) -> str:
    """The options in the fewest words a person can answer from; "" if the text names them all."""
    words = _words(text)
    if _is_scale(options):
        low, high = options[0].value, options[-1].value
        return "" if {low, high} <= words else f" ({low}-{high})"
    spoken = text.casefold()
    if all(option.label.casefold() in spoken for option in options):
        return ""
    if sum(len(option.label) for option in options) <= 12:  # Yes / No
        return f" ({' / '.join(option.label for option in options)})"
    return "".join(f"\n{number} {option.label}" for number, option in enumerate(options, 1))


def _is_scale(options: tuple[Option, ...]) -> bool:
    """Whether the values count up: "0", "1", … as in a score or rating."""
    first = options[0].value
    if not (first.isascii() and first.isdigit()):
        return False
    return all(option.value == str(number) for number, option in enumerate(options, int(first)))


def _words(text: str) -> set[str]:
    return set("".join(character if character.isalnum() else " " for character in text).split())


def _clip(text: str, limit: int, unit: str) -> str:
    """At most `limit` units, cut behind a whole word where one ends in the second half."""
    if length(text, unit) <= limit:
        return text
    room = limit - len(_ELLIPSIS)
    if room <= 0:
        return ""
    kept = 0
    while (room := room - length(text[kept], unit)) >= 0:
        kept += 1
    cut = text[:kept]
    space = max(cut.rfind(" "), cut.rfind("\n"))
    if space > kept // 2 and not text[kept].isspace():
        cut = cut[:space]
    return cut.rstrip() + _ELLIPSIS
