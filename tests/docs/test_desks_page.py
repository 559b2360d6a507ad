"""docs/howto/desks.md is played as an admin would: piece after piece into one file, which loads each time."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

import settings
from bot import durations, hours
from bot.cases import config, desk_file
from bot.cases.card import pseudonym
from bot.cases.case import PERSONAL
from bot.cases.clocks import ANSWER_WITHIN
from bot.cases.closing import SKIP
from bot.cases.desks import Desk
from bot.cases.events import Misunderstood
from bot.cases.state import Actor
from bot.cases.typed import press
from commands.assemble import channels
from commands.desks import desks
from tests.docs.pages import code, page, pieces, table
from web.cases import PRESS, decode

PAGE, REFERENCE, HTTP = page("docs/howto/desks.md"), page("docs/reference/settings.md"), page("docs/reference/http.md")
SECRETS = {
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "s" * 32,
    "TELEGRAM_TOKEN": f"1:{'a' * 35}",
    "TELEGRAM_WEBHOOK_SECRET": "w" * 32,
}


def merged(old: Any, new: Any) -> Any:
    """Settings with a further piece written into them."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}
    return new


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> settings.Settings:
    """The settings after the last piece; they were loaded after each one that made them whole."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / settings.DEFAULT_FILE
    monkeypatch.setenv(settings.CONFIG_VARIABLE, str(path))
    tree: Any = {}
    pending = False  # a file that the next piece is
    for piece in pieces(PAGE):
        if piece.file:
            (tmp_path / piece.file).write_text(piece.content, encoding="utf-8")
            pending = False
        else:
            tree = merged(tree, yaml.safe_load(re.sub(r"\$\{\w+\}", r'"\g<0>"', piece.content)))
            pending = "support-desk.yaml" in piece.content
        path.write_text(yaml.safe_dump(tree), encoding="utf-8")
        if not pending:
            settings.load()
    return settings.load()


def test_every_piece_loads_after_those_before_it(loaded: settings.Settings) -> None:
    """And the desks that come of it are those of the page, with what is in the desk file."""
    made = desks(loaded, channels(loaded, "https://nps.example.com"), ["de", "en"])
    support = made.desks["support"]
    assert [place.address.lane for place in support.places] == [
        "slack:C0123456789", "telegram:-1009876543210", "sms:+4915187654321",
    ]  # fmt: skip
    assert [place.threads for place in support.places] == [True, True, False]
    assert [cause.id for cause in support.causes] == ["other", "shipping", "price"]
    assert {each.name for each in support.canned} == {"sorry", "goodwill"}
    assert [route.to for route in made.routes] == ["premium", "returns"]


def test_every_desk_file_on_the_pages_is_sound() -> None:
    """No problem, not even a warning."""
    files = [piece for name in ("docs/howto/desks.md", "docs/reference/desk.md") for piece in pieces(page(name))]
    checked = [desk_file.check(each.content, "x.yaml", ["de", "en"]) for each in files if "replies:" in each.content]
    assert [each.problems for each in checked] == [(), ()]


@pytest.mark.parametrize("model", [config.DeskSettings, config.AgentSettings, config.RouteSettings])
def test_every_setting_of_desks_agents_and_routes_has_its_place_in_the_story(model: type[BaseModel]) -> None:
    """In a piece of YAML or in the words around it."""
    around = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    written = set(re.findall(r"\w+", " ".join([*(piece.content for piece in pieces(PAGE)), *code(around)])))
    assert [name for name in model.model_fields if name not in written] == []


def test_the_reference_has_the_defaults() -> None:
    """As the table writes them: durations, words, yes and no."""
    described = {code(row[0])[0]: row[1] for row in table(REFERENCE, "setting", "default", "meaning")}
    fields = config.DeskSettings.model_fields
    for name, field in fields.items():
        if isinstance(field.default, bool):
            assert described[name] == f"`{str(field.default).lower()}`", name
        elif isinstance(field.default, int):
            assert durations.parse(code(described[name])[0]) == field.default, name
        elif field.default and isinstance(field.default, str):
            assert tuple(code(described[name])) == (str(field.default),), name
    assert all(f"`{each}`" in described_meaning("show") for each in PERSONAL)


def described_meaning(name: str) -> str:
    """What the reference says about a setting."""
    return next(row[2] for row in table(REFERENCE, "setting", "default", "meaning") if name in code(row[0]))


def test_the_deadline_of_the_page_is_the_rules() -> None:
    """A case of Friday 17:50, fifteen minutes; no holiday."""
    (piece,) = [yaml.safe_load(each.content) for each in pieces(PAGE) if "timezone:" in each.content]
    desk = config.DeskSettings.model_validate({"channel": "web", **piece["desks"]["support"]})
    opened = datetime(2026, 9, 18, 15, 50, tzinfo=UTC)  # a Friday, 17:50 in Berlin
    at = int(opened.timestamp() * 1000)
    due = hours.add_open_time(desk.hours, desk.timezone, at, desk.respond_within, desk.country)
    assert due - at == timedelta(hours=16, minutes=15) // timedelta(milliseconds=1)
    assert "Friday 17:50 is due on Saturday at 10:05" in PAGE
    assert desk.resolve_within == 48 * 3_600_000


def test_the_names_on_the_page_are_the_products() -> None:
    """A pseudonym looks as on the page; customers have a week to come back and three days to answer."""
    assert pseudonym("sms:+491", "en").rstrip("0123456789") == "Customer "
    assert "*Customer 48213*" in PAGE
    assert Desk("x").reopen_within == 7 * 86_400_000
    assert ANSWER_WITHIN == 3 * 86_400_000
    assert "waits three days" in PAGE


def test_the_acts_in_the_http_page_are_acts() -> None:
    """Each line of JSON is taken, and each kind of press is a button."""
    (block,) = [each.partition("```")[0] for each in HTTP.split("```json\n")[1:]]
    acts = [decode(line.encode()) for line in block.splitlines()]
    assert [act.login for act in acts] == ["anna"] * 4 + ["ben"]
    pressed = [value for row in table(HTTP, "`press`", "is") for value in code(row[0])]
    assert SKIP in pressed
    by = Actor("anna")
    for value in pressed:
        assert PRESS.fullmatch(value), value
        assert not isinstance(press(value, by, "m1"), Misunderstood), value
