"""Scripts that cannot be played say where and why; those that can come out the same again."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.engine import advance
from bot.engine.replay import Player, ScriptError, heading, perform, play
from commands.simulate import command
from flows.library import Library
from tests.bot.engine.story import MINUTE, run

FORMS = str(Path(__file__).parents[2] / "transcripts" / "questions" / "two-forms.yaml")
HEAD = "flow: after-support\nlanguage: en\n"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("", "begins with `flow: ID`"),
        ("language: de\n\n> 9", "begins with `flow: ID`"),
        (f"{HEAD}\n> 9\n\n* went away\n", "line 6: '\\* went away' is none of: > reply, … \\+1d, \\* taken over"),
        (f"{HEAD}\nhello\n", "line 4: 'hello' is none of"),
        (f"{HEAD}\n… soon\n", "line 4: 'soon' is not a duration"),
        (f"{HEAD}\n> [9]\n", r"line 4: no message has shown the button \[9\]"),
        (f"{HEAD}channel: telegram\n\n> [9 @ 7]\n", r"line 5: no message has shown the button \[9 @ 7\]"),
    ],
)
def test_what_cannot_be_played_is_named(library: Library, script: str, message: str):
    with pytest.raises(ScriptError, match=message):
        play(script, library.get)


def test_what_the_bot_said_before_is_written_anew(library: Library):
    script = f"# Why\n{HEAD}\n< Old words\n  of two lines\n! old\n# first\n> 8\n> slow\n  and late\n< old\n... +1h\n"
    played = play(script, library.get)
    assert play(played, library.get) == played
    assert "old" not in played.replace("told", "").lower()
    assert "\n# first\n\n> 8\n> slow\n  and late\n! record score = 8, passive: slow\n  and late\n" in played
    assert played.endswith("\n... +1h\n")


def test_messages_are_together_only_with_nothing_in_between(library: Library):
    together, apart = (play(f"{HEAD}\n> 8\n{between}> slow\n", library.get) for between in ("", "<\n"))
    assert together.count("< ") == 2
    assert apart.count("< ") == 3


def test_buttons_of_a_certain_message(library: Library):
    """Messages count from one; without a number the latest that shows the button is meant."""
    player, _ = perform(f"{HEAD}channel: telegram\n\n> hm\n<\n> [3 @ 1]\n", library.get)
    assert player.session.answers[0].answer.value == 3
    assert [player.reply(text).pressed for text in ("[9]", "[9 @ 1]", "[9@2]")] == ["s.2.0", "s.1.0", "s.2.0"]


def test_language_and_channel_can_be_replaced(library: Library):
    player, played = perform(f"{HEAD}\n> 9\n", library.get, language="de", channel="telegram")
    assert (player.session.language, player.session.channel) == ("de", "telegram")
    assert "[0] [1] [2]" in played


def test_the_heading_plays_the_same_conversation(library: Library):
    player = Player(library.get("every-type"), "en", "telegram", {"company": "Acme"}, {"tier": "gold"})
    begun = player.begin()
    again, played = perform("\n".join(heading(player)) + "\n", library.get)
    assert again.session == player.session
    assert played.split("\n\n")[1].split("\n")[:-1] == begun


def test_time_brings_what_becomes_due_at_its_time(library: Library):
    player = Player(library.get("every-type"), "en")
    player.begin()
    start = player.now
    assert player.wait(59 * MINUTE) == []
    assert player.timer == start + 60 * MINUTE
    assert player.wait(MINUTE)[0].startswith("< A quick reminder")
    player.wait(10_000 * MINUTE)
    assert [at - start for at, _ in player.journal] == [0, 60 * MINUTE, 120 * MINUTE, 1440 * MINUTE]
    assert player.now == start + 10_060 * MINUTE


def test_an_event_nobody_knows_is_a_mistake_of_ours(library: Library):
    flow = library.get("every-type")
    with pytest.raises(AssertionError):
        advance(flow, run(flow).session, None, 0)


# --- run.py simulate


def test_simulate_by_hand_saves_a_transcript_that_plays_the_same(tmp_path: Path):
    saved = tmp_path / "talk.txt"
    typed = "[9]\n3\\\nnobody came\n… +1h\n* taken over\n\n"
    by_hand = CliRunner().invoke(command, ["after-support", "--language", "en", "--save", str(saved)], input=typed)
    assert by_hand.exit_code == 0, by_hand.output
    assert "no message has shown the button [9]" in by_hand.output
    assert "> 3\n> nobody came\n! record score = 3, detractor: nobody came" in saved.read_text(encoding="utf-8")
    played = CliRunner().invoke(command, ["--script", str(saved)])
    assert played.output == saved.read_text(encoding="utf-8")


def test_simulate_plays_a_variant(tmp_path: Path):
    """By hand, and again from what was saved; or that customer in another variant."""
    saved = tmp_path / "talk.txt"
    by_hand = CliRunner().invoke(
        command, [FORMS, "--language", "en", "--variant", "patient", "--save", str(saved)], input="3\nslow\n\n"
    )
    assert by_hand.exit_code == 0, by_hand.output
    assert "variant: patient\n" in saved.read_text(encoding="utf-8")
    assert CliRunner().invoke(command, [FORMS, "--script", str(saved)]).output == saved.read_text(encoding="utf-8")
    other = CliRunner().invoke(command, [FORMS, "--script", str(saved), "--variant", "base"]).output
    assert "What went wrong?" in other
    assert "What was the reason?" not in other


def test_simulate_ends_with_the_input():
    assert CliRunner().invoke(command, ["relationship", "--set", "first_name=Anna"], input="9").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name a flow"),
        (["nope"], "there is no flow 'nope'"),
        (["missing.yaml"], "there is no file missing.yaml"),
        (["after-support", "--set", "first_name"], "write NAME=VALUE"),
        (["after-support", "--set", "nick=x"], "'nick' is not a variable"),
        (["after-support", "--variant", "short"], "the flow 'after-support' has no variant 'short'"),
        ([FORMS, "--variant", "shrt"], "did you mean 'short'?"),
    ],
)
def test_simulate_says_what_is_wrong(arguments: list[str], message: str):
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_simulate_names_the_line_of_a_script(tmp_path: Path):
    script = tmp_path / "talk.txt"
    script.write_text(f"{HEAD}\nhello\n", encoding="utf-8")
    result = CliRunner().invoke(command, ["--script", str(script)])
    assert result.exit_code == 1
    assert f"{script}: line 4: 'hello' is none of" in result.output


def test_simulate_plays_a_file():
    survey = Path(__file__).parents[3] / "flows" / "surveys" / "relationship.yaml"
    result = CliRunner().invoke(command, [str(survey), "--channel", "telegram"], input="[9]\n\n")
    assert "! record score = 9, promoter" in result.output
