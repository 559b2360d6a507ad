"""Deliveries in the shape of Slack's documentation, each with what it means: about, what is sent, the events."""

import json
from pathlib import Path

import msgspec
import pytest

from bot.messages import Body, Said, Unreadable
from channels.slack.channel import SILENCE, slack_channel
from tests.channels.slack_line import NOW, PUBLIC, config, signed

FILES = sorted((Path(__file__).parent / "payloads" / "slack").glob("*.json"))

UNDERSTOOD = [file for file in FILES if '"unreadable"' not in file.read_text(encoding="utf-8")]  # those have no key


def channel(**changes):
    return slack_channel("slack", config(**changes), PUBLIC, clock=lambda: NOW)


def told(file):
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_payload(file):
    """Every delivery is understood as its file says, acknowledged in silence, and keyed by what it is about."""
    case = told(file)
    receipt = await channel().receive(signed(case["sent"], form=case["form"]))
    assert receipt.response == SILENCE
    assert len(receipt.inbound) == len(case["events"])
    for event, wanted in zip(receipt.inbound, case["events"], strict=True):
        body = event.body
        if isinstance(body, Unreadable):
            assert body.raw
            body = msgspec.structs.replace(body, raw="*")
            assert not set("/#") & set(event.source.chat)
        else:
            assert event.source.lane == wanted["lane"]
        assert body == msgspec.convert(wanted["body"], Body)
        assert (event.author, event.author_name) == (wanted["author"], wanted.get("name", ""))
        assert event.at == NOW
        start, star, _ = wanted["id"].partition("*")
        assert event.id.startswith(start) if star else event.id == start
        assert len(event.id) < 200


@pytest.mark.parametrize("file", UNDERSTOOD, ids=lambda file: file.stem)
async def test_p2_the_same_content_under_a_new_event_id_is_the_same_event(file):
    """P2, S4: Slack delivers again, under the same id or another; node-slack-sdk#2141."""
    case = told(file)
    sent = case["sent"]
    again = {**sent, "event_id": "Ev0OTHER", "event_time": 1_795_000_060} if "event_id" in sent else sent
    retry = {"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
    first = await channel().receive(signed(sent, form=case["form"]))
    second = await channel().receive(signed(again, form=case["form"], headers=retry))
    assert [event.id for event in first.inbound] == [event.id for event in second.inbound]


def test_there_are_payloads_of_each_kind():
    """The folder is found; a renamed one would let everything pass."""
    assert len(FILES) >= 60
    kinds = {event["body"]["type"] for file in FILES for event in told(file)["events"]}
    assert kinds == {"said", "edited", "removed", "pressed", "reacted", "unreadable"}


async def test_ids_tell_events_apart():
    """No two different payloads of the table share an id, but for a deletion that is told in two ways."""
    ids = [event["id"] for file in FILES for event in told(file)["events"] if "*" not in event["id"]]
    kinds = {identifier.partition(":")[0] for identifier in ids}
    assert kinds == {"m", "e", "d", "b", "s", "r"}


async def test_two_workspaces_do_not_share_ids():
    """A ts is unique in a channel only, and a channel in a workspace."""
    case = told(FILES[[file.stem for file in FILES].index("dm-score")])["sent"]
    other = {**case, "team_id": "T2", "authorizations": [{"team_id": "T2", "user_id": "U2BOT", "is_bot": True}]}
    [one] = (await channel().receive(signed(case))).inbound
    [two] = (await channel().receive(signed(other))).inbound
    assert one.id != two.id


async def test_s9_the_challenge_is_answered():
    """S9: Slack asks once whether the URL is ours, with a signature."""
    receipt = await channel().receive(signed({"type": "url_verification", "token": "x", "challenge": "3eZ<brw"}))
    assert receipt.inbound == ()
    assert receipt.response.content_type == "application/json"
    assert json.loads(receipt.response.body) == {"challenge": "3eZ<brw"}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a": 1}{', b"payload=%7B", b"\x00", b"payload=", b"null", b"{}"])
async def test_authentic_nonsense_is_kept(body):
    """RELIABILITY 1.3: what Slack signed and nobody understands is poison, answered with 200."""
    receipt = await channel().receive(signed(body))
    assert receipt.response.status == 200
    [event] = receipt.inbound
    assert isinstance(event.body, Unreadable)
    assert event.id.startswith("u:")


async def test_a_long_nonsense_is_cut():
    """Poison is for looking at, not for filling the disk."""
    [event] = (await channel().receive(signed({"type": 7, "x": "y" * 50_000}))).inbound
    assert len(event.body.raw) == 4000


async def test_channels_of_one_app_keep_to_themselves():
    """Addresses carry the settings' name, as everywhere."""
    sent = told(FILES[[file.stem for file in FILES].index("dm-score")])["sent"]
    [event] = (await slack_channel("eu", config(), PUBLIC, lambda: NOW).receive(signed(sent))).inbound
    assert (event.source.channel, event.body) == ("eu", Said("10", ref="D012DIRECT:1795000000.000100"))
