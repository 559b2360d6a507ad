"""The same conversation on SMS, Telegram and Slack differs only where the channels' abilities differ."""

from pathlib import Path

import pytest

from tests.transcripts.channels.stage import CHANNELS, Act, Line, play, read

FILES = sorted(Path(__file__).parent.glob("*.md"))
PLAIN = str.maketrans(
    {"’": "'", "“": '"', "„": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "}
)  # GSM-7 has no others
OPT_OUT = ("abgemeldet", "unsubscribed", "no more messages", "keine")

every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@every_file
async def test_the_conversation_is_as_written_down(file, sqlite_url, request):
    """What the bot says on each channel changes only on purpose (`pytest tests/transcripts --update`)."""
    script = read(file.read_text(encoding="utf-8"))
    played = (await play(sqlite_url, script)).written()
    if request.config.getoption("--update", default=False):
        file.write_text(played, encoding="utf-8")
    assert played == file.read_text(encoding="utf-8")


@every_file
def test_a_file_says_the_same_when_it_is_read_and_written(file):
    """So that what is compared below is what stands there."""
    text = file.read_text(encoding="utf-8")
    assert read(text).written() == text


def explained(act: Act, earlier: list[Line]) -> dict[str, list[str]]:
    """What is left to compare of an act when everything that abilities explain is taken away.

    Buttons against spelled-out options, marks on answered questions, signs that an SMS has not, and who answers STOP.
    """
    left = {channel: act.on(channel, "<!") for channel in CHANNELS}
    if any(line.sign == "*" for line in act.lines):
        for channel in ("Telegram", "Slack"):
            [confirmation] = left[channel]
            assert any(word in confirmation.text for word in OPT_OUT)
            left[channel] = []
    for channel in ("Telegram", "Slack"):
        for mark in act.on(channel, "~"):
            assert _marked(earlier, mark), mark
    texts = {channel: [line.text.translate(PLAIN) for line in lines] for channel, lines in left.items()}
    questions = [line for line in left["Telegram"] if line.buttons]
    for sms, line in zip(range(len(texts["SMS"])), left["Telegram"], strict=False):
        if line in questions:
            texts["SMS"][sms] = _without(texts["SMS"][sms], line)
    return texts


def _marked(earlier: list[Line], mark: Line) -> bool:
    """Whether a change is the mark of an answer: the buttons are gone, and what was chosen stands there."""
    asked = [line for line in earlier if line.channel == mark.channel and line.buttons]
    question, _, choice = mark.text.partition("\n\n✓ ")
    known = {label for line in asked for label in line.buttons}
    return not mark.buttons and question in {line.text for line in asked} and choice in known | {""}


def _without(text: str, question: Line) -> str:
    """The text of an SMS without the options that it spells out."""
    labels, plain = question.buttons, question.text.translate(PLAIN)
    tails = [f" ({labels[0]}-{labels[-1]})", f" ({' / '.join(labels)})"]
    tails.append("".join(f"\n{number} {label}" for number, label in enumerate(labels, 1)))
    if all(label in plain for label in (labels[0], labels[-1])):
        tails.append("")
    return next((plain for tail in tails if text == plain + tail), text)


@every_file
def test_the_channels_differ_only_where_their_abilities_differ(file):
    """SMS, Telegram and Slack say the same, line by line; Telegram and Slack show even the same buttons and marks."""
    earlier: list[Line] = []
    for act in read(file.read_text(encoding="utf-8")).acts:
        texts = explained(act, earlier)
        assert texts["SMS"] == texts["Telegram"] == texts["Slack"], act.heading
        assert [line[1:] for line in act.on("Telegram")] == [line[1:] for line in act.on("Slack")], act.heading
        assert texts["SMS"] or act.heading == "> STOP"
        assert not any(line.buttons or line.sign == "~" for line in act.on("SMS"))
        earlier += act.lines


def test_the_conversations_show_what_they_are_for():
    """Both languages, presses, a confirmation, a correction, STOP, options in words, and signs that no SMS has."""
    texts = [file.read_text(encoding="utf-8") for file in FILES]
    assert {read(text).settings["language"] for text in texts} == {"de", "en"}
    stopped = [text for text in texts if "## > STOP" in text]
    assert len(stopped) == 2
    assert all("SMS       * You have" in text and "corrected 1" in text for text in stopped)
    assert any("D’Arcy" in text and "D'Arcy" in text for text in texts)
    assert any("(Yes / No)" in text and "  2 Price" in text for text in texts)
    assert any("## > [9]" in text for text in texts)
    assert any("[Ja]" in text for text in texts)
    assert any("Telegram  ~" in text for text in texts)
