"""The settings of desks: what does not fit together is named where it stands."""

from pathlib import Path

import pytest

from tests.test_settings import (
    CHANNELS,
    SLACK,
    at_desks,
    complaints,
    given,  # noqa: F401 - fixtures
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("desks: {a: {channel: slck, chat: C1}}", "desks.a.channel|no channel is called 'slck'; did you mean 'slack'?"),
        ("desks: {a: {channel: slack}}", "desks.a.chat|is missing"),
        ("desks: {a: {channel: web, chat: C1}}", "desks.a.chat|the inbox on the web has no chat"),
        ("desks: {a: {channel: web, also: [{channel: sma, chat: x}]}}", "desks.a.also.0.channel|no channel is called"),
        ("desks: {a: {channel: web, also: [{channel: sms, chta: x}]}}", "unknown setting; did you mean 'chat'?"),
        (
            "desks: {a: {channel: web, hours: Mo-Fr 9-18}}",
            "desks.a.hours|'Mo-Fr 9-18' is not understood at character 7",
        ),
        ("desks: {a: {channel: web, hours: '24/7 off'}}", "desks.a.hours|'24/7 off' is never open"),
        ("desks: {a: {channel: web, hours: 'Mo 09:00-10:00; PH off'}}", "need the desk's `country`"),
        ("desks: {a: {channel: web, country: Germany}}", "desks.a.country|"),
        ("desks: {a: {channel: web, country: XX, hours: 24/7}}", "unknown country 'XX'"),
        ("desks: {a: {channel: web, language: fr}}", "desks.a.language|"),
        ("desks: {a: {channel: web, identity: full}}", "desks.a.identity|"),
        ("desks: {a: {channel: web, assign: random}}", "desks.a.assign|"),
        ("desks: {a: {channel: web, assign: round_robin}}", "desks.a.assign|needs a list of agents"),
        ("desks: {a: {channel: web, respond_within: 15}}", "desks.a.respond_within|'15' is not a duration"),
        ("desks: {a: {channel: web, escalate_to: b}}", "desks.a.escalate_to|no desk is called 'b'"),
        ("desks: {a: {channel: web, escalate_to: a}}", "desks.a.escalate_to|is the desk itself"),
        ("desks: {a: {channel: web, escalate: a}}", "unknown setting; did you mean 'escalate_to'?"),
        (
            "desks: {a: {channel: web, causes: [price, {id: Price}]}}",
            "desks.a.causes.1|the cause 'Price' is there twice",
        ),
        ("desks: {a: {channel: web, causes: [{id: x, strategc: true}]}}", "did you mean 'strategic'?"),
        ("desks: {a: {channel: web, greeting: 'Hi {{ name }}'}}", "desks.a.greeting|'name' is unknown"),
        ("desks: {a: {channel: web, greeting: 'Hi {{ 7*7 }}'}}", "desks.a.greeting|'{{ 7*7 }}' is unknown"),
        ("desks: {a: {channel: web, closed: {de: '{{ agent }}'}}}", "desks.a.closed|'agent' is unknown"),
        ("desks: {a: {channel: web, file: nix.yaml}}", "desks.a.file|there is no file 'nix.yaml'"),
        ("desks: {a: {channel: slack, chat: C1, agents: [ana]}}\nagents: {anna: {}}", "did you mean 'anna'?"),
        ("desks: {a: {channel: slack, chat: C1, agents: [U1, U1]}}", "desks.a.agents.1|the agent 'U1' is there twice"),
        ("desks: {a: {channel: sms, chat: '1', agents: [U1]}}", "desks.a.agents.0|no agent is called 'U1'"),
        (
            "desks: {a: {channel: slack, chat: C1}, b: {channel: slack, chat: C1}}",
            "desks.b|slack:C1 is of the desk 'a'",
        ),
        ("desks: {a: {channel: slack, chat: C1, also: [{channel: slack, chat: C1}]}}", "slack:C1 is there twice"),
        ("agents: {anna: {slck: U1}}", "agents.anna.slck|no channel is called 'slck'; did you mean 'slack'?"),
        ("agents: {anna: {alais: A}}", "did you mean 'alias'?"),
        ("agents: {anna: {avatar: 'http://x'}}", "agents.anna.avatar|"),
        ("agents: {a: {slack: U1}, b: {slack: [U2, U1]}}", "agents.b.slack|'U1' is 'a' already"),
        ("agents: {a: {sms: '+49 30 1'}, b: {sms: '+49301'}}", "agents.b.sms|'+49301' is 'a' already"),
        (
            "desks: {a: {channel: web}}\nroutes: [{desk: a, to: b, when: {brand: x}}]",
            "routes.0.to|no desk is called 'b'",
        ),
        ("desks: {a: {channel: web}}\nroutes: [{desk: a, to: a, when: {brand: x}}]", "leads to where the case is"),
        ("desks: {a: {channel: web}}\nroutes: [{desk: a, to: a, when: {}}]", "routes.0.when|"),
        ("desks: {a: {channel: web}}\nroutes: [{desk: a, from: a, when: {x: y}}]", "routes.0.to|is missing"),
        ("desks: {support: {channel: web}}\nmanagement: suport", "management|no desk is called 'suport'; did you mean"),
    ],
)
def test_what_does_not_fit_together_at_the_desks_is_named(given, text, expected):  # noqa: F811 - a fixture
    """Each mistake at its setting, with a suggestion where there is one."""
    assert any(expected in each for each in at_desks(given, text)), at_desks(given, text)


def test_mistakes_at_desks_have_their_line_and_column(given):  # noqa: F811 - a fixture
    """A list's entry, a key that a person made up, and a desk that is nowhere."""
    desk = "a:\n    channel: slack\n    chat: C1\n    agents: [U1, bob]"
    text = f"{CHANNELS}\ndesks:\n  {desk}\nagents:\n  eva: {{slak: U1}}"
    assert [each.partition("|")[0] for each in complaints(given, text)] == ["echolot.yaml:6:18", "echolot.yaml:8:15"]


def test_a_channel_may_not_be_called_like_the_inbox(given):  # noqa: F811 - a fixture
    """`web` would be two things."""
    told = complaints(given, f"channels: {{web: {SLACK}}}\ndesks: {{a: {{channel: web}}}}")
    assert any("'web' is the name of the inbox" in each for each in told)


def test_desks_agents_and_routes_load(given):  # noqa: F811 - a fixture
    """What the reference shows, and ids that YAML takes for numbers."""
    text = (Path(__file__).parents[1] / "docs" / "reference" / "settings.md").read_text("utf-8")
    example = text.split("## `desks`")[1].split("```yaml\n")[1].split("```")[0].replace(", file: support-desk.yaml", "")
    loaded = given(f"{CHANNELS}\n{example}")
    assert loaded.agents["anna"].ids == {"slack": ("U0ANNA",), "sms": ("+4915112345678",), "web": ("anna",)}
    assert loaded.routes[0].when == {"brand": ("Gold", "Platinum"), "language": ("de",)}
    assert loaded.desks["support"].escalate_to == loaded.management == "leads"
    telegram = f"channels: {{t: {{kind: telegram, token: '1:{'a' * 35}'}}}}"
    desk = "desks: {a: {channel: t, chat: -100777, agents: [4711, t:12]}}"
    numbers = given(f"{telegram}\n{desk}\nagents: {{b: {{t: 5}}}}")
    assert numbers.desks["a"].chat == "-100777"
    assert numbers.desks["a"].agents == ("4711", "t:12")
    assert numbers.agents["b"].ids == {"t": ("5",)}
    plain = given(
        "desks: {a: {channel: web, causes: [price, {id: late, de: Zu spät}], greeting: 'Hi, {{ agent }} here'}}"
    )
    assert [cause.id for cause in plain.desks["a"].causes] == ["price", "late"]
    assert plain.desks["a"].greeting["fr"] == "Hi, {{ agent }} here"
