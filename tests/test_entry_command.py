"""`run.py entry`, and `entries:` in the settings: every mistake where it stands, every code as it is scanned."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import settings
from bot.errors import BotError
from commands import entry
from commands.entering import doors
from flows.library import Library, load
from settings import SettingsProblems

BASE = """
flows_dir: flows
company: Acme
outreach: {zone: Europe/Berlin}
channels:
  sms: {kind: twilio, account_sid: AC1, auth_token: x, from: "+4930123456"}
  wa: {kind: twilio, account_sid: AC1, auth_token: x, from: "whatsapp:+4930123457", whatsapp: true}
  pool: {kind: twilio, account_sid: AC1, auth_token: x, messaging_service_sid: MG1}
  tg: {kind: telegram, token: "1:abc", username: acme_bot}
entries:
  shop-17: {word: SHÖP17, flow: after-support, channels: [sms, wa, tg, pool], wording: Text us., until: 2026-12-31}
  cafe: {flow: relationship, channels: [sms], wording: Text us., set: {company: Other}}
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write the settings, and surveys beside them."""
    monkeypatch.setenv("ECHOLOT_CONFIG", str(tmp_path / "echolot.yaml"))
    (tmp_path / "flows").mkdir()

    def write(text: str = BASE, **flows: str) -> None:
        (tmp_path / "echolot.yaml").write_text(text, "utf-8")
        for name, content in flows.items():
            (tmp_path / "flows" / f"{name}.yaml").write_text(content, "utf-8")

    write()
    return write


def run(*arguments: str):
    return CliRunner().invoke(entry.command, arguments)


def problems() -> list[str]:
    with pytest.raises(SettingsProblems) as caught:
        settings.load()
    return [f"{Path(each.where).name}: {each.name}: {each.message}" for each in caught.value.problems]


def test_the_list_tells_word_survey_channels_and_days(written):
    assert run("list").output.splitlines() == [
        "shop-17\tSHÖP17\tafter-support\tpool, sms, tg, wa\t2026-12-31",
        "cafe\tcafe\trelationship\tsms\t",
    ]
    rows = [json.loads(line) for line in run("list", "--json").output.splitlines()]
    assert rows[1] == {"name": "cafe", "word": "cafe", "flow": "relationship", "channels": ["sms"], "days": ""}
    written("{}")
    assert "No entry is configured" in run("list").stderr


def test_each_channel_has_its_own_way_in(written):
    assert run("qr", "shop-17").output.splitlines() == [
        "sms: SHÖP17 to +4930123456, or sms:+4930123456?body=SH%C3%96P17",
        "wa: https://wa.me/4930123457?text=SH%C3%96P17",
        "pool: There is nothing to scan: people write SHÖP17 to us there.",
        "tg: https://t.me/acme_bot?start=shop-17",
    ]


@pytest.mark.parametrize(
    ("channel", "holds"),
    [("sms", "SMSTO:+4930123456:SHÖP17"), ("tg", "https://t.me/acme_bot?start=shop-17")],
)
def test_a_code_is_saved_as_a_picture(written, tmp_path, monkeypatch, channel, holds):
    """And holds what phones understand."""
    import segno  # noqa: PLC0415

    made, make = [], segno.make
    monkeypatch.setattr(segno, "make", lambda text, **how: made.append(text) or make(text, **how))
    picture = tmp_path / "code.svg"
    done = run("qr", "shop-17", "--channel", channel, "--save", str(picture))
    assert (done.exit_code, made) == (0, [holds])
    assert "<svg" in picture.read_text("utf-8")
    assert f"Its QR code is in {picture}." in done.output


def test_on_a_terminal_it_is_shown(written, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    entry._show(entry.Way("sms", "SMSTO:1:X", "X to 1"), None)
    shown = capsys.readouterr().out
    assert shown.startswith("sms: X to 1\n")
    assert len(shown.splitlines()) > 10


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["shop17"], "there is no entry 'shop17'; did you mean 'shop-17'?"),
        (["cafe", "--channel", "smss"], "the entry 'cafe' is not on 'smss'; did you mean 'sms'?"),
        (["cafe", "--channel", "tg"], "the entry 'cafe' is not on 'tg'"),
        (["shop-17", "--save", "x.png"], "say which code to save with --channel: sms, wa, pool, tg"),
    ],
)
def test_what_cannot_be_is_said(written, arguments, says):
    done = run("qr", *arguments)
    assert (done.exit_code, says in done.output) == (2, True)


def test_where_there_is_nothing_to_scan_there_is_no_picture(written, tmp_path):
    done = run("qr", "shop-17", "--channel", "pool", "--save", str(tmp_path / "x.png"))
    assert isinstance(done.exception, BotError)
    assert "people write SHÖP17" in str(done.exception)
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "after-support",
            "after-suport",
            "echolot.yaml:11:33: entries.shop-17.flow: there is no survey 'after-suport';",
        ),
        (
            "wa, tg, pool]",
            "wa, tk, pool]",
            "echolot.yaml:11:68: entries.shop-17.channels.2: no channel is called 'tk';",
        ),
        ("SHÖP17", "Stopp", "echolot.yaml:11:19: entries.shop-17.word: 'Stopp' is what people write to say STOP"),
        ("SHÖP17", "Cafe!", "echolot.yaml:12:9: entries.cafe: the entry 'shop-17' has this word, too"),
        ("SHÖP17", "10", "echolot.yaml:11:19: entries.shop-17.word: '10' is an answer"),
        (
            "{company: Other}",
            "{companie: x}",
            "echolot.yaml:12:82: entries.cafe.set.companie: the survey 'relationship' has",
        ),
        ("until", "untill", "echolot.yaml:11:98: entries.shop-17.untill: unknown setting; did you mean 'until'?"),
        ("2026-12-31", "soon", "echolot.yaml:11:105: entries.shop-17.until: "),
        ("  cafe:", "  Cafe:", "echolot.yaml:12:3: entries.Cafe.[key]: "),
    ],
)
def test_every_mistake_is_told_where_it_stands(written, old, new, says):
    written(BASE.replace(old, new, 1))
    [problem] = problems()
    assert problem.startswith(says)


def test_a_survey_that_cannot_be_read_may_be_the_one_that_is_meant(written):
    """A server has to start anew beside a file that was broken since; what is published goes on."""
    written(BASE.replace("after-support", "own"), own="format: 1\nid: own\n")
    assert settings.load().entries["shop-17"].flow == "own"


def test_the_doors_are_those_of_the_settings_and_of_what_is_published(written):
    """A survey that is not there begins nothing, until it is."""
    loaded = settings.load()
    found = doors(loaded, Library())
    assert found.flow("after-support") is None
    assert found.given == {"company": "Acme"}
    shop = found.entries.find("sms", "shöp17")
    assert shop is not None
    assert (shop.name, shop.closes_at) == ("shop-17", 1_798_758_000_000)  # midnight in Berlin
    flow = doors(loaded, load()).flow("after-support")
    assert flow is not None
    assert flow.id == "after-support"


def test_without_a_key_nobody_can_agree_and_nothing_is_started(written):
    """With PostgreSQL several servers would have to share it."""
    written(f"database_url: postgresql://nowhere/x\n{BASE}")
    with pytest.raises(BotError, match="address_keys"):
        doors(settings.load(), Library())
    written("database_url: postgresql://nowhere/x")
    assert list(doors(settings.load(), Library()).entries) == []
