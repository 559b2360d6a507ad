"""`run.py experiment` over stored conversations, on both databases: each variant's figures, and what they say."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.messages import Address
from bot.versions import Publication
from commands.experiment import command
from flows import loader
from flows.library import Library, Source
from flows.model import Flow
from tests.bot.runtime.house import House
from tests.storage.builders import NOW, address, answer, session, turn

TEXT = (Path(__file__).parent / "transcripts" / "questions" / "two-forms.yaml").read_text("utf-8")
FLOW = loader.load(TEXT, "two-forms.yaml")
LATER = loader.load(TEXT.replace("Thank you!", "Thanks!"), "two-forms.yaml")
OTHER = loader.load(TEXT.replace("share: 40", "share: 41"), "two-forms.yaml")


@pytest.fixture(autouse=True)
def _settings(monkeypatch, tmp_path, database_url):
    """Settings without a file; the flow is one of the admins' own."""
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / "two-forms.yaml").write_text(TEXT, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    monkeypatch.setenv("ECHOLOT_DATABASE_URL", database_url)
    monkeypatch.setenv("ECHOLOT_FLOWS_DIR", str(tmp_path / "surveys"))


async def run(*arguments: str, exits: int = 0) -> str:
    result = await asyncio.to_thread(CliRunner(env={"COLUMNS": "200"}).invoke, command, list(arguments))
    assert result.exit_code == exits, result.output
    return result.output


async def crowd(store, flow: Flow, variant: str, *, asked: int, scores: list[int], basis: str = "operator") -> None:
    """So many conversations; those who give a score complete, and of the others the last one stops."""
    bands = ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2
    sessions, answers, addresses = [], [], []
    for number in range(asked):
        key, given = f"{variant}{basis}{flow.revision[:6]}{number}", number < len(scores)
        outcome = "completed" if given else "opted_out" if number == asked - 1 else "expired"
        what = {"flow": flow.id, "revision": flow.revision, "variant": variant, "basis": basis, "outcome": outcome}
        sessions.append(session(key, lane=f"sms:+{key}", **what))
        addresses.append(address(f"sms:+{key}", session=key))
        if given:
            score = scores[number]
            answers.append(answer(session=key, value=score, text=str(score), segment=bands[score]))
            answers.append(answer("why", session=key, type="text", value=None, text="x", segment=""))
    await turn(store, sessions=sessions, answers=answers, addresses=addresses)


async def saved(store, *flows: tuple[Flow, str]) -> None:
    for flow, text in flows:
        await store.save_revision(flow.revision, flow.id, text, NOW)


@pytest.fixture
async def seeded(store):
    """Of 200 in each variant fewer answer the short one, and they are happier."""
    await saved(store, (FLOW, TEXT))
    await crowd(store, FLOW, "base", asked=200, scores=[3] * 40 + [8] * 20 + [9] * 40)
    await crowd(store, FLOW, "short", asked=200, scores=[3] * 5 + [8] * 10 + [10] * 45)
    await crowd(store, FLOW, "patient", asked=200, scores=[3] * 38 + [8] * 20 + [9] * 40)
    await crowd(store, FLOW, "short", asked=99, scores=[0] * 99, basis="test")
    await crowd(store, LATER, "short", asked=50, scores=[10] * 10)
    await crowd(store, FLOW, "", asked=3, scores=[1] * 3)  # began before there were variants, and were moved
    return store


async def test_the_figures(seeded):
    """By variant, with how likely they are; what was only tried out and other revisions do not count."""
    told = json.loads(await run("two-forms", "--json"))
    assert (told["flow"], told["revisions"]) == ("two-forms", [FLOW.revision])
    base, short, patient = told["variants"]
    assert [each["variant"] for each in told["variants"]] == ["base", "short", "patient"]
    assert [each["share"] for each in told["variants"]] == [35, 40, 25]
    counted = ("asked", "completed", "opted_out", "detractors", "passives", "promoters")
    assert [base[name] for name in counted] == [200, 100, 1, 40, 20, 40]
    assert [short[name] for name in counted] == [200, 60, 1, 5, 10, 45]
    assert base["measures"]["answered"] == {"value": 0.5, "low": pytest.approx(0.431, abs=1e-3),
                                            "high": pytest.approx(0.569, abs=1e-3), "n": 200}  # fmt: skip
    assert base["measures"]["nps"]["value"] == 0
    assert short["measures"]["nps"]["value"] == pytest.approx(66.7, abs=0.1)
    assert base["against_base"] == {}
    assert [each["oddly_drawn"] for each in told["variants"]] == [False, True, True]
    assert {name: each["verdict"] for name, each in short["against_base"].items()} == {
        "answered": "less", "completed": "less", "opted_out": "chance", "nps": "more",
    }  # fmt: skip
    assert {each["verdict"] for each in patient["against_base"].values()} == {"chance"}


async def test_in_words(seeded):
    """A line per variant, and sentences that can be read aloud."""
    said = await run("two-forms")
    assert f"two-forms, revision {FLOW.revision}: 600 conversations" in said
    assert "50.0% (43.1% to 56.9%)" in said
    assert "+67 (" in said
    assert "short, compared with base:" in said
    assert "  answered the score: -20.0 points (-29.1 to -10.4): lower, by more than chance (p below 0.001)" in said
    assert "  NPS: +66.7 points (" in said
    assert "higher, by more than chance" in said
    assert "  opted out: +0.0 points (-2.3 to +2.3): may be chance (p 1.000)" in said
    assert "corrected for 2 variants (Holm)" in said
    assert "base, compared" not in said
    assert "Careful: 'patient' was drawn for 33.3% and not for 25 %" in said
    assert "'base' was drawn" not in said


async def test_other_revisions(seeded):
    """One by its name; or all that drew people alike, and no others."""
    await saved(seeded, (LATER, TEXT.replace("Thank you!", "Thanks!")), (OTHER, TEXT.replace("share: 40", "share: 41")))
    await crowd(seeded, OTHER, "short", asked=7, scores=[])
    later = json.loads(await run("two-forms", "--revision", LATER.revision, "--json"))
    assert [each["asked"] for each in later["variants"]] == [0, 50, 0]
    assert later["variants"][0]["measures"] == dict.fromkeys(("answered", "completed", "opted_out", "nps"))
    together = json.loads(await run("two-forms", "--all", "--json"))
    assert together["revisions"] == sorted([FLOW.revision, LATER.revision])
    assert [each["asked"] for each in together["variants"]] == [200, 250, 200]
    assert f"revision {FLOW.revision} and 1 with the same variants: 650 conversations" in await run(
        "two-forms", "--all"
    )


async def test_what_is_published_counts(seeded):
    """The version that new conversations begin with, whatever the file says by now."""
    text = TEXT.replace("Thank you!", "Thanks!")
    await seeded.publish(Publication("two-forms", LATER.revision, text, "published", "ada", "", NOW))
    assert json.loads(await run("two-forms", "--json"))["revisions"] == [LATER.revision]


async def test_nobody_was_asked_yet(store):
    """Said as it is; a few are too few."""
    assert "Nobody has been asked yet" in await run("two-forms")
    await crowd(store, FLOW, "base", asked=3, scores=[9])
    await crowd(store, FLOW, "short", asked=3, scores=[9])
    said = await run("two-forms")
    assert "short, compared with base:\n  answered the score: too few answers to say" in said
    assert "–" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "there is no flow 'nothing'"),
        (["after-support"], "the flow 'after-support' has no variants"),
        (["two-forms", "--revision", "abc"], "there is no revision abc of the flow 'two-forms'"),
    ],
)
async def test_what_cannot_be_compared(store, arguments, words):
    """And why."""
    assert words in await run(*arguments, exits=2)


async def test_a_late_stop_and_two_scores(store):
    """Who stops after the end has opted out; of two scores the first counts, and a refused one does not."""
    await saved(store, (FLOW, TEXT))
    what = {"flow": FLOW.id, "revision": FLOW.revision, "variant": "base", "outcome": "completed"}
    people = [session(key, lane=f"sms:+{key}", **what) for key in "abc"]
    stops = {"a": NOW + 9, "b": NOW - 9, "c": 0}
    addresses = [address(f"sms:+{key}", session=key, opted_out_at=at) for key, at in stops.items()]
    answers = [
        answer("again", session="a", value=9, segment="promoter", at=NOW + 5),
        answer("score", session="a", value=2, segment="detractor", at=NOW + 1),
        answer("score", session="b", value=None, text="", segment="", at=NOW + 1),
        answer("again", session="c", value=8, segment="passive", at=NOW + 1),
        answer("score", session="c", value=10, segment="promoter", at=NOW + 1),
    ]
    await turn(store, sessions=people, addresses=addresses, answers=answers)
    [row] = await store.experiment("two-forms")
    assert row == {
        "revision": FLOW.revision, "variant": "base", "asked": 3, "completed": 3, "opted_out": 1,
        "detractors": 1, "passives": 1, "promoters": 0,
    }  # fmt: skip


async def test_real_conversations(store):
    """Through the whole bot: people are drawn, answer, and are counted where they were drawn."""
    library = Library([Source("two-forms.yaml", TEXT)])
    house = House(store, library)
    drawn = dict.fromkeys(FLOW.shares, 0)
    for number in range(12):
        who = Address("sms", f"+49151{number:08}")
        drawn[FLOW.assigned(who.lane)] += 1
        await house.asks(who, flow="two-forms")
        await house.gets("9", who)
        await house.waits()
    told = json.loads(await run("two-forms", "--json"))
    assert {each["variant"]: each["promoters"] for each in told["variants"]} == drawn
    assert sum(drawn.values()) == 12
