"""Golden conversations: what the bot says in them changes only on purpose (`pytest tests/transcripts --update`)."""

from pathlib import Path

import pytest

from bot.engine.replay import SESSION, perform, play, replay
from flows.library import SHIPPED, load
from flows.model import END, Flow, Step

HERE = Path(__file__).parent
GOLDEN = sorted(HERE.glob("*/*.txt"))
LIBRARY = load([HERE / "questions"])
SURVEYS = [LIBRARY.get(path.stem) for path in sorted(SHIPPED.glob("*.yaml"))]


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", GOLDEN, ids=_name)
def test_the_conversation_is_as_written_down(path: Path, request: pytest.FixtureRequest):
    """The session goes through JSON between every two turns, as it does in a database."""
    played = play(path.read_text(encoding="utf-8"), LIBRARY.get)
    if request.config.getoption("--update", default=False):
        path.write_text(played, encoding="utf-8")
    assert played == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", GOLDEN, ids=_name)
def test_i11_replaying_the_journal_gives_the_same_session(path: Path):
    player, _ = perform(path.read_text(encoding="utf-8"), LIBRARY.get)
    assert replay(player.flow, SESSION, player.journal) == player.session


@pytest.mark.parametrize("path", GOLDEN, ids=_name)
def test_a_transcript_lies_in_its_flows_folder_and_says_what_it_shows(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert f"\nflow: {path.parent.name}\n" in text or path.parent.name == "questions"


def paths(flow: Flow, step: Step | None, way: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Every way from a step to the end, as step ids."""
    if step is None:
        return {(*way, END)}
    position = [each.id for each in flow.steps].index(step.id)
    following = flow.steps[position + 1] if position + 1 < len(flow.steps) else None
    ahead = [None if route.to == END else flow.step(route.to) for route in step.next]
    if all(route.when for route in step.next):
        ahead.append(following)
    return set().union(*(paths(flow, after, (*way, step.id)) for after in ahead))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("survey", SURVEYS, ids=lambda flow: flow.id)
def test_every_path_through_the_shipped_surveys_has_its_transcripts(
    survey: Flow, language: str, monkeypatch: pytest.MonkeyPatch
):
    """Every step and every route, in every language, with the reason asked for and brought along."""
    assert language in survey.languages
    gone: list[str] = []
    after = Flow.after

    def noting(flow: Flow, step_id: str, facts):
        following = after(flow, step_id, facts)
        gone.extend([step_id, following.id if following else END])
        return following

    monkeypatch.setattr(Flow, "after", noting)
    asked, brought = set(), set()
    for path in sorted((HERE / survey.id).glob("*.txt")):
        gone.clear()
        player, _ = perform(path.read_text(encoding="utf-8"), LIBRARY.get)
        if player.language == language and player.session.outcome == "completed":
            way = tuple(dict.fromkeys(gone))
            (asked if len(player.shown) > 2 else brought).add(way)
    every = paths(survey, survey.first)
    assert len(every) == 3
    assert every <= asked
    assert every <= brought
