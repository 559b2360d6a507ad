"""docs/howto/triggers.md is played: its settings load, its trigger asks about its event, its systems may call."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import httpx
import jsonschema
import pytest
import yaml

import settings
from bot.outreach.inbound import InboundSettings, MapSettings
from bot.outreach.triggers import json_schema
from commands.assemble import parts
from commands.serve import build
from flows import source
from integrations.inbound.signatures import SHARED
from tests.docs import triggers_page
from tests.docs.pages import ROOT, code, page, pieces, table
from tests.docs.test_desks_page import merged
from tests.integrations.inbound.calls import headers_of
from web.keys import Key, digest

PAGE = page("docs/howto/triggers.md")
URL = "https://nps.example.com"
NOW = 1_795_336_200_000  # a few minutes after the event of the page
SECRETS = {
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "TELEGRAM_TOKEN": f"1:{'a' * 35}",
    "TELEGRAM_WEBHOOK_SECRET": "w" * 32,
    "ZENDESK_SECRET": "z" * 32,
    "SHOPIFY_SECRET": "s" * 32,
    "PARCELS_SECRET": "p" * 32,
}
STATUSES = ["accepted", "known", "suppressed", "nobody", "refused"]


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> settings.Settings:
    """The settings after the last piece; they were loaded after each one."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / settings.DEFAULT_FILE
    monkeypatch.setenv(settings.CONFIG_VARIABLE, str(path))
    (tmp_path / "asking" / "triggers").mkdir(parents=True)
    tree: Any = {"database_url": "sqlite:///e.db"}
    for piece in pieces(PAGE):
        if piece.file:
            (tmp_path / "asking" / "triggers" / piece.file).write_text(piece.content, encoding="utf-8")
        else:
            tree = merged(tree, yaml.safe_load(re.sub(r'(?<!")\$\{\w+\}', r'"\g<0>"', piece.content)))
        path.write_text(yaml.safe_dump(tree), encoding="utf-8")
        settings.load()
    return settings.load()


@pytest.fixture
async def site(loaded: settings.Settings) -> Any:
    """The application of the page's settings."""
    keys = [Key("crm", digest("eck_crm"), frozenset({"events"}))]
    async with parts(loaded, clock=lambda: NOW) as assembled:
        transport = httpx.ASGITransport(build(assembled, "127.0.0.1", keys))
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            yield client


def examples(language: str) -> Iterator[str]:
    yield from re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


async def test_the_event_of_the_page_is_taken_as_the_page_says(site: httpx.AsyncClient) -> None:
    """The trigger of the page wants to ask; the second time it is known, whatever its key."""
    [body] = examples("json")
    headers = {"authorization": "Bearer eck_crm", "idempotency-key": "7f3a"}
    first = await site.post("/api/v1/events", content=body, headers=headers)
    [taken] = first.json()["events"]
    assert (taken["status"], taken["triggers"]) == ("accepted", ["support"])
    again = await site.post("/api/v1/events", content=body, headers=headers | {"idempotency-key": "other"})
    assert again.json()["events"][0]["status"] == "known"


async def test_our_own_shape_and_the_mapping_of_the_page_are_taken(site: httpx.AsyncClient) -> None:
    """On one level, from Zendesk; and a parcel."""
    [shape] = re.findall(r"`(\{\"type\".*?\})`", PAGE)
    parcel = {"delivery": {"id": 7, "status": "DELIVERED"}, "customer": {"phones": ["+4915112345678"]}}
    calls = [("helpdesk", "zendesk", shape, "z"), ("parcels", "generic", json.dumps(parcel), "p")]
    for name, kind, body, letter in calls:
        signed = headers_of(kind, body.encode(), NOW, letter * 32)
        answer = await site.post(f"/hooks/in/{name}", content=body, headers=signed)
        assert (answer.status_code, answer.json()) == (200, {"events": ["accepted"]})


def test_the_tables_are_those_of_the_code() -> None:
    """Statuses as the API describes them, kinds and headers as the settings know them."""
    rows = table(PAGE, "`status`", "what it means")
    assert [code(row[0])[0] for row in rows] == STATUSES
    shapes = (ROOT / "web" / "event_shapes.py").read_text("utf-8")
    assert all(f"{status} " in shapes for status in STATUSES)
    kinds = table(PAGE, "`kind`", "what to set up there", "events", "whom it is about")
    assert [code(row[0])[0] for row in kinds] == list(get_args(InboundSettings.model_fields["kind"].annotation))
    vendors = (ROOT / "integrations" / "inbound" / "vendors.py").read_text("utf-8")
    told = {kind for row in kinds for kind in code(row[2]) if "." in kind}
    assert told == set(re.findall(r'"((?:ticket|deal|order)\.\w+)"', vendors)) - {"ticket.propertyChange"}
    assert SHARED in PAGE.lower()


def test_every_part_of_a_map_is_described() -> None:
    """In the reference of the settings."""
    text = page("docs/reference/settings.md").partition("## `inbound`")[2].partition("\n## ")[0]
    described = [name for row in table(text, "setting", "default", "meaning") for name in code(row[0])]
    fields = [*InboundSettings.model_fields, *MapSettings.model_fields]
    assert described == fields


def test_the_trigger_of_the_page_is_valid_for_editors() -> None:
    """By the schema."""
    [trigger] = [piece.content for piece in pieces(PAGE) if piece.file == "support.yaml"]
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.validate(source.read(trigger, "").data, json_schema())


@pytest.mark.parametrize(
    ("name", "made"), [("triggers.md", triggers_page.markdown), ("trigger.schema.json", triggers_page.schema_text)]
)
def test_the_reference_is_up_to_date(name: str, made: Any) -> None:
    """The page and the schema are made from the model."""
    kind = "schema" if name.endswith("json") else ""
    text = (ROOT / "docs" / "reference" / name).read_text("utf-8")
    assert text == made(), f"run: python -m tests.docs.triggers_page {kind} > docs/reference/{name}"
