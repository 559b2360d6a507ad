"""The settings: the file and the environment together, and every mistake at once, where it stands."""

import re
from pathlib import Path

import pytest

import settings
from bot.outreach import entries, inbound, policy
from insights.dimensions import InsightsSettings
from integrations.mail.config import MailSettings
from integrations.oidc.config import OidcSettings
from settings import SettingsProblems
from web.config import WebSettings


@pytest.fixture
def given(tmp_path, monkeypatch):
    """Write a settings file and load it with these environment variables."""
    for name in list(settings.os.environ):
        if name.startswith(settings.PREFIX):
            monkeypatch.delenv(name)

    def load(text: str, **environment: str):
        path = tmp_path / "echolot.yaml"
        path.write_text(text, "utf-8")
        monkeypatch.setenv("ECHOLOT_CONFIG", str(path))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return settings.load()

    return load


def complaints(given, text: str, **environment: str) -> list[str]:
    with pytest.raises(SettingsProblems) as caught:
        given(text, **environment)
    return [f"{Path(each.where).name}|{each.name}|{each.message}" for each in caught.value.problems]


SMS = "{kind: twilio, account_sid: AC1, auth_token: ${TOKEN}, from: '+4930123456', settle: 10s}"


def test_the_example_of_the_design_loads_as_it_is_written(given):
    loaded = given(
        f"""
        database_url: sqlite:///data/echolot.db
        public_url: https://nps.example.com/
        company: Muster GmbH
        api_keys: [{{name: crm, sha256: {"0" * 64}}}]
        channels:
          sms: {SMS}
        desks:
          support: {{channel: sms, chat: C0123, respond_within: 15m, hours: "Mo-Fr 09:00-18:00",
                    timezone: Europe/Berlin}}
        """,
        TOKEN="a: b # {c}",
    )
    assert loaded.channels["sms"].auth_token.get_secret_value() == "a: b # {c}"
    assert loaded.channels["sms"].settle == 10_000
    assert loaded.public_url == "https://nps.example.com"
    assert loaded.desks["support"].respond_within == 900_000


def test_without_a_file_everything_has_a_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    assert settings.load().database_url == f"sqlite:///{tmp_path / 'echolot.db'}"


def test_relative_paths_start_at_the_settings_file(given, tmp_path):
    loaded = given("{flows_dir: surveys, database_url: 'sqlite:///x.db'}")
    assert loaded.flow_folders == [tmp_path / "surveys"]
    assert loaded.database_url == f"sqlite:///{tmp_path / 'x.db'}"
    assert given("{database_url: 'sqlite:////abs/x.db'}").database_url == "sqlite:////abs/x.db"


def test_the_environment_wins_over_the_file_down_to_single_entries(given):
    loaded = given(
        f"{{port: 1, channels: {{sms: {SMS}}}}}",
        TOKEN="x",
        ECHOLOT_PORT="2",
        ECHOLOT_CHANNELS__SMS__AUTH_TOKEN="y",
    )
    assert loaded.port == 2
    assert loaded.channels["sms"].auth_token.get_secret_value() == "y"
    assert loaded.channels["sms"].account_sid == "AC1"


def test_a_reference_may_have_a_default(given):
    assert given("company: ${NOBODY_SETS_THIS:-Muster} GmbH").company == "Muster GmbH"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("databse_url: x", "echolot.yaml:1:1|databse_url|unknown setting; did you mean 'database_url'?"),
        (
            "database_url: mysql://x",
            "echolot.yaml:1:15|database_url|must start with sqlite:/// or postgresql://",
        ),
        ("public_url: nps.example.com", "echolot.yaml:1:13|public_url|must be the address of the server"),
        ("port: 70000", "echolot.yaml:1:7|port|input should be less than or equal to 65535"),
        ("channels: {sms: {from: '+1'}}", "echolot.yaml:1:17|channels.sms|needs a kind; there is '"),
        (
            "channels: {sms: {kind: twillio}}",
            "echolot.yaml:1:17|channels.sms|unknown kind 'twillio'; did you mean",
        ),
        ("channels: {SMS: {kind: twilio}}", "echolot.yaml:1:12|channels.SMS"),
        ("channels: {sms: 3}", "echolot.yaml:1:17|channels.sms|must be a mapping with a kind"),
        (
            "channels: {sms: {kind: twilio, account_sid: AC1, auth_tokn: x, from: '+1'}}",
            "echolot.yaml:1:50|channels.sms.auth_tokn|unknown setting; did you mean 'auth_token'?",
        ),
        (
            "channels: {sms: {kind: twilio, auth_token: x, from: '+1'}}",
            "echolot.yaml:1:12|channels.sms.account_sid|is missing",
        ),
        (
            "channels: {sms: {kind: twilio, account_sid: AC1, from: '+1', settle: 10}}",
            "echolot.yaml:1:70|channels.sms.settle|'10' is not a duration",
        ),
        ("desks: {a: {channel: sms}}", "echolot.yaml:1:22|desks.a.channel|no channel is called 'sms'"),
        ("desks: {a: {channel: b, timezone: Europe/Berln}}", "did you mean 'Europe/Berlin'?"),
        (
            "company: ${NOBODY_SETS_THIS}",
            "echolot.yaml:1:10|company|the environment variable NOBODY_SETS_THIS is",
        ),
        ("api_keys: [{name: a, sha256: abc}]", "echolot.yaml:1:30|api_keys.0.sha256|"),
        ("port: 1\nport: 2", "echolot.yaml:2:1"),
        ("a: &x 1\nb: *x", "echolot.yaml:1:4"),
        ("port: [", "echolot.yaml:"),
        ("- port", "must be a mapping of settings"),
    ],
)
def test_every_mistake_is_named_with_its_place(given, text, expected):
    assert any(expected in each for each in complaints(given, text)), complaints(given, text)


def test_all_mistakes_are_told_at_once(given):
    told = complaints(given, "{port: x, compny: y, database_url: z}", ECHOLOT_PUBLIC_URL="q", ECHOLOT_HOSTS="{")
    told += complaints(given, "{port: x, compny: y, database_url: z}", ECHOLOT_PUBLIC_URL="q", ECHOLOT_HOSTS="[]")
    assert {each.split("|")[1] for each in told} >= {"port", "compny", "database_url", "public_url"}
    assert any("environment ECHOLOT_PUBLIC_URL" in each for each in told)
    assert any("hosts" in each for each in told)


def test_an_unknown_variable_is_a_mistake_too(given):
    assert complaints(given, "port: 1", ECHOLOT_COMPNY="x") == [
        "environment|ECHOLOT_COMPNY|unknown setting; did you mean 'ECHOLOT_COMPANY'?"
    ]


def test_an_api_key_may_expire_and_says_in_which_time_zone(given):
    entry = f"name: a, sha256: {'0' * 64}, expires: "
    assert given(f"api_keys: [{{{entry}'2027-01-01T00:00:00Z'}}]").api_keys[0].expires.timestamp() == 1_798_761_600
    assert "timezone" in complaints(given, f"api_keys: [{{{entry}'2027-01-01T00:00:00'}}]")[0]


def test_variables_of_the_test_suite_are_no_settings(given):
    assert given("port: 1", ECHOLOT_TEST_POSTGRES="postgresql://x").port == 1


def test_a_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("ECHOLOT_CONFIG", str(tmp_path / "nix.yaml"))
    with pytest.raises(SettingsProblems, match=r"nix\.yaml: cannot be read: No such file"):
        settings.load()


def test_s19_secrets_do_not_show_in_settings_or_in_complaints(given):
    loaded = given(f"channels: {{sms: {SMS}}}", TOKEN="t0ps3cret")
    assert "t0ps3cret" not in repr(loaded)
    wrong = SMS.replace("AC1", "t0ps3cret").replace("10s", "t0p")
    assert "t0ps3cret" not in "".join(complaints(given, f"channels: {{sms: {wrong}}}", TOKEN="t0ps3cret"))


def test_every_setting_is_described_and_every_described_setting_exists():
    text = (Path(__file__).parents[1] / "docs" / "reference" / "settings.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    described = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    desks = settings.config
    models = (
        settings.Settings, settings.ApiKey, desks.DeskSettings, desks.PlaceSettings, settings.desk_file.Cause,
        desks.AgentSettings, desks.RouteSettings, inbound.InboundSettings, inbound.MapSettings, policy.OutreachSettings,
        policy.QuarantineSettings, entries.EntrySettings, WebSettings, InsightsSettings, MailSettings,
        OidcSettings,
    )  # fmt: skip
    fields = [pair for model in models for pair in model.model_fields.items()]
    known = [field.alias or name for name, field in fields if name != "home"]
    assert sorted(described) == sorted(known)


def test_the_example_in_the_documentation_loads(given):
    text = (Path(__file__).parents[1] / "docs" / "reference" / "settings.md").read_text("utf-8")
    example = text.split("```yaml\n")[1].split("```")[0].replace("AC…", "AC1")
    assert given(example, TWILIO_AUTH_TOKEN="x").desks["support"].channel == "sms"


SLACK = "{kind: slack, bot_token: xoxb-1, signing_secret: s}"
CHANNELS = f"channels: {{slack: {SLACK}, sms: {{kind: twilio, account_sid: AC1, from: '+4930123456'}}}}"


def at_desks(given, text: str) -> list[str]:
    return [each.partition("|")[2] for each in complaints(given, f"{CHANNELS}\n{text}")]


def test_the_example_of_inbound_systems_loads(given):
    """What the reference shows; a secret in it stays one."""
    text = (Path(__file__).parents[1] / "docs" / "reference" / "settings.md").read_text("utf-8")
    example = text.split("## `inbound`")[1].split("```yaml\n")[1].split("```")[0]
    secrets = dict.fromkeys(("ZENDESK_SECRET", "SHOPIFY_SECRET", "PARCELS_SECRET"), "s" * 16)
    loaded = given(f"{CHANNELS}\n{example}", **secrets)
    assert [each.kind for each in loaded.inbound.values()] == ["zendesk", "shopify", "generic"]
    assert loaded.inbound["parcels"].secrets == (b"s" * 16,)
    assert "ssss" not in repr(loaded)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inbound: {a: {kind: zendsk}}", "inbound.a.kind|"),
        ("inbound: {a: {kind: zendesk, secret: short}}", "inbound.a.secret|a secret has at least 16 characters"),
        ("inbound: {a: {kind: zendesk, secrt: x}}", "unknown setting; did you mean 'secret'?"),
        ("inbound: {a: {kind: generic, map: {id: a}}}", "inbound.a|of kind generic this needs a `map`"),
        ("inbound: {a: {kind: generic, map: {id: a..b, always: x}}}", "inbound.a.map.id|"),
        ("inbound: {a: {kind: generic, map: {id: a, always: A B}}}", "inbound.a.map.always|"),
        ("inbound: {a: {kind: zendesk, window: 5}}", "inbound.a.window|'5' is not a duration"),
        ("inbound: {a: {kind: zendesk, channel: sma}}", "inbound.a.channel|no channel is called 'sma'; did you mean"),
        ("inbound: {status: {kind: zendesk}}", "inbound.status|"),
    ],
)
def test_mistakes_about_inbound_systems_are_named(given, text, expected):
    """Each at its setting, and never with the secret."""
    told = at_desks(given, text)
    assert any(expected in each for each in told), told
    assert not any("short" in each.replace("at least", "") for each in told)


def test_the_example_of_outreach_loads(given):
    """What the reference shows, as the rules know it."""
    text = (Path(__file__).parents[1] / "docs" / "reference" / "settings.md").read_text("utf-8")
    rules = given(text.split("## `outreach`")[1].split("```yaml\n")[1].split("```")[0]).outreach.policy()
    assert (rules.cool_down, rules.cool_down_by_kind) == (90 * 86_400_000, {"relationship": 180 * 86_400_000})
    assert rules.bases["relationship"] == {"consent"} < rules.bases["transactional"]
    assert [(group.name, group.until) for group in rules.quarantines] == [
        ("legal", 0), ("north-outage", 1_803_855_600_000),
    ]  # fmt: skip  # midnight after the last day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cool_downs: 3d", "1:12|outreach.cool_downs|unknown setting; did you mean 'cool_down'?"),
        ("cool_down: 3", "1:23|outreach.cool_down|'3' is not a duration"),
        ("cool_down_by_kind: {transactonal: 3d}", "outreach.cool_down_by_kind.transactonal"),
        ("look_again: 1s", "outreach.look_again|must be at least 1m"),
        ("hours: Mo-Fr 9-18", "outreach.hours|'Mo-Fr 9-18' is not understood at character 7"),
        ("hours: ''", "outreach.hours|"),
        ("hours: 24/7 off", "outreach.hours|'24/7 off' is never open"),
        ("country: Germany", "outreach.country|unknown country; write its two letters, like DE"),
        ("zone: Europe/Berlim", "outreach.zone|unknown time zone; did you mean 'Europe/Berlin'?"),
        ("basis: {relationship: consnt}", "outreach.basis.relationship.0|input should be 'consent'"),
        ("never_while: [case]", "outreach.never_while.0|input should be 'case_open' or 'survey_running'"),
        ("quarantine: [{name: x, attribut: {a: b}}]", "outreach.quarantine.0.attribut|unknown setting; did you mean"),
        ("quarantine: [{name: x, attribute: {}}]", "outreach.quarantine.0.attribute|"),
        ("quarantine: [{name: x, attribute: {a: []}}]", "outreach.quarantine.0.attribute.a|"),
        ("quarantine: [{name: x, attribute: {a: b}, until: 2027-02-29}]", "outreach.quarantine.0.until|"),
        ("quarantine: [{name: x, attribute: {a: b}, until: 9999-12-31}]", "outreach.quarantine.0.until|"),
        ("quarantine: [{name: x, attribute: {a: b}}, {name: x, attribute: {a: c}}]", "the group 'x' is there twice"),
    ],
)
def test_mistakes_about_outreach_are_named(given, text, expected):
    """Each at its setting, with line and column."""
    told = [each.partition("echolot.yaml:")[2] for each in complaints(given, f"outreach: {{{text}}}")]
    assert any(expected in each for each in told), told


@pytest.mark.parametrize(
    ("text", "zone", "anywhere"),
    [
        ("", "Europe/Berlin", ["Europe/Berlin"]),
        ("country: AT", "Europe/Vienna", ["Europe/Vienna"]),
        ("country: PT", "Europe/Lisbon", ["Atlantic/Azores", "Atlantic/Madeira", "Europe/Lisbon"]),
        ("{country: PT, zone: Europe/Lisbon}", "Europe/Lisbon", ["Europe/Lisbon"]),
        ("{zone: UTC}", "UTC", ["UTC"]),
        ("country: QA", "Asia/Qatar", ["Asia/Qatar"]),  # whose holidays are not known
    ],
)
def test_where_people_are_of_whom_nothing_is_known(given, text, zone, anywhere):
    """In the operator's zone if there is one, else perhaps in any of the country; never nowhere."""
    rules = given(f"outreach: {text if text.startswith('{') else f'{{{text}}}'}").outreach.policy()
    assert (rules.zone, list(rules.anywhere)) == (zone, anywhere)


def test_the_rules_without_settings_are_those_of_the_code(given):
    """What tests and simulations take for granted is what an operator gets."""
    assert given("{}").outreach.policy() == policy.Policy()
