"""From settings to desks: places, agents, causes, what may be said there, and what channels can do for customers."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import settings
from bot.cases.actors import actor
from bot.cases.desks import Place, Reach, Routing
from bot.messages import Address
from commands import assemble
from commands.check import command
from commands.desks import BrokenDesk
from tests.docs.desk_page import EXAMPLE

CHANNELS = f"""
channels:
  slack: {{kind: slack, bot_token: xoxb-1, signing_secret: s}}
  telegram: {{kind: telegram, token: '1:{"a" * 35}'}}
  sms: {{kind: twilio, account_sid: AC1, from: "+4930123456"}}
  wa: {{kind: twilio, account_sid: AC1, from: "+4930123456", whatsapp: true}}
"""


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Write settings and make their desks."""
    for name in list(settings.os.environ):
        if name.startswith(settings.PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ECHOLOT_CONFIG", str(tmp_path / "echolot.yaml"))
    (tmp_path / "desk.yaml").write_text(EXAMPLE, "utf-8")

    def make(text: str, languages=("de", "en")):
        (tmp_path / "echolot.yaml").write_text(CHANNELS + text, "utf-8")
        loaded = settings.load()
        return assemble.desks(loaded, assemble.channels(loaded, "http://localhost"), languages)

    return make


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("channel: slack, chat: C0123", Place(Address("slack", "C0123"), threads=True)),
        ("channel: slack, chat: C0123, account: T1", Place(Address("slack", "C0123", "T1"), threads=True)),
        ("channel: slack, chat: U0123", Place(Address("slack", "U0123"), threads=False)),
        ("channel: telegram, chat: -100777", Place(Address("telegram", "-100777"), threads=True)),
        ("channel: telegram, chat: 777", Place(Address("telegram", "777"), threads=False)),
        ("channel: sms, chat: '+49 (0)30 / 1234-5'", Place(Address("sms", "+493012345"), threads=False)),
        ("channel: sms, chat: 0049 30 12345", Place(Address("sms", "+493012345"), threads=False)),
        ("channel: wa, chat: +49 30 12345", Place(Address("wa", "whatsapp:+493012345"), threads=False)),
        ("channel: wa, chat: 'whatsapp:+493012345'", Place(Address("wa", "whatsapp:+493012345"), threads=False)),
    ],
)
def test_a_place_is_a_group_with_threads_or_one_person(made, place, expected):
    """Phones are called as their provider calls them, else nothing that comes from them is recognised."""
    assert made(f"desks: {{a: {{{place}}}}}").desks["a"].places == (expected,)


def test_the_web_inbox_is_no_place(made):
    """It reads the cases by itself; further places are allowed."""
    desks = made("desks: {a: {channel: web}, b: {channel: web, also: [{channel: slack, chat: C1}]}}").desks
    assert desks["a"].places == ()
    assert desks["b"].places == (Place(Address("slack", "C1"), threads=True),)


def test_agents_are_the_same_people_everywhere(made):
    """By name with all of their ids, or by an id of the desk's channel."""
    desks = made(
        "agents: {anna: {alias: Anna K., slack: U1, sms: +49 151 1, wa: [+49 151 1], web: anna, active: false}}\n"
        "desks: {a: {channel: slack, chat: C1, agents: [anna, U2, 'telegram:33']},\n"
        "        b: {channel: sms, chat: '+4930999', agents: [anna, '+49 30 77777']}}"
    )
    anna, ben, caro = desks.desks["a"].agents
    assert anna.ids == {"slack:U1", "sms:+491511", "wa:whatsapp:+491511", "web:anna"}
    assert (anna.alias, anna.active) == ("Anna K.", False)
    assert (ben.name, ben.ids, caro.ids) == ("slack:U2", {"slack:U2"}, {"telegram:33"})
    assert desks.desks["b"].agents[1].ids == {"sms:+493077777"}
    assert actor("slack:C1#17.1", "U2", "Ben", desks.desks["a"]).allowed
    assert not actor("slack:C1#17.1", "U3", "Zed", desks.desks["a"]).allowed


def test_everything_that_is_set_arrives(made):
    """Durations in ms, texts by language, routes, the management desk, and what channels can do."""
    desks = made(
        """
desks:
  a: {channel: slack, chat: C1, respond_within: 20m, resolve_within: 2d, remind_before: 1m, escalate_to: b,
      silent_after: 1h, reopen_within: 3d, held_for: 5m, hours: "Mo-Fr 09:00-18:00; PH off", country: DE,
      timezone: Europe/Berlin, language: de, identity: name, show: [order], alias: Team, resume: true, confirm: false,
      ask_again: true, greeting: {de: "Hier ist {{ agent }}"}, closed: Zu, causes: [weather, shipping], file: desk.yaml}
  b: {channel: web}
routes: [{desk: a, to: b, when: {brand: [x, y]}}]
management: b
"""
    )
    desk = desks.desks["a"]
    times = (desk.respond_within, desk.resolve_within, desk.remind_before, desk.silent_after, desk.held_for)
    assert times == (1_200_000, 172_800_000, 60_000, 3_600_000, 300_000)
    assert (desk.hours, desk.timezone, desk.country) == ("Mo-Fr 09:00-18:00; PH off", "Europe/Berlin", "DE")
    assert (desk.language, desk.identity, desk.show, desk.alias) == ("de", "name", ("order",), "Team")
    assert (desk.resume, desk.confirm, desk.ask_again, desk.escalate_to) == (True, False, True, "b")
    assert (desk.greeting, desk.closed["tr"]) == ({"de": "Hier ist {{ agent }}"}, "Zu")
    assert [cause.id for cause in desk.causes] == ["weather", "shipping", "other", "price"]  # the settings' come first
    assert [(canned.name, canned.voucher) for canned in desk.canned] == [("sorry", False), ("goodwill", True)]
    assert (desks.routes, desks.management) == ((Routing("a", "b", {"brand": ("x", "y")}),), "b")
    assert desks.reach["sms"] == Reach(1600, "gsm7", edits=False, paid_parts=3)
    assert desks.reach["telegram"].edits
    assert desks.reach["wa"].paid_parts == 0


def test_a_broken_desk_file_keeps_everything_from_starting(made, tmp_path):
    """With file, line and column; warnings do not."""
    (tmp_path / "desk.yaml").write_text("format: 1\nreplies: {a: '{{ nme }}'}\n", "utf-8")
    with pytest.raises(BrokenDesk, match=r"desk\.yaml:2:14: error: unknown placeholder 'nme'"):
        made("desks: {a: {channel: web, file: desk.yaml}}")
    (tmp_path / "desk.yaml").write_text("format: 1\nreplies: {a: {fr: Bonjour}}\n", "utf-8")
    assert made("desks: {a: {channel: web, file: desk.yaml}}").desks["a"].canned[0].texts == {"fr": "Bonjour"}


def test_check_looks_at_the_desk_files_of_the_settings(made, tmp_path, monkeypatch):
    """And at those that it is given; the exit status says whether there are errors."""
    made("desks: {support: {channel: web, file: desk.yaml}, b: {channel: web, file: desk.yaml}}")
    result = CliRunner().invoke(command, [])
    assert (result.exit_code, result.output) == (0, "2 flows and 1 desk file checked, no problems\n")
    (tmp_path / "desk.yaml").write_text("format: 1\nreplys: {}\nreplies: {a: {de: x}}\n", "utf-8")
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 1
    assert "desk.yaml:2:1: error: unknown key 'replys' [unknown-key]" in result.output
    assert "did you mean 'replies'?" in result.output
    assert "the text is missing in 'en' [missing-translation]" in result.output
    given = CliRunner().invoke(command, [str(Path(tmp_path) / "desk.yaml")])
    assert given.exit_code == 1
    assert "1 desk file checked: 1 error" in given.output
