"""The demo's three devices from the page's side: every action over HTTP, through the sandboxes and real channels."""

import httpx
import pytest

from bot.engine.state import Event
from commands.demo import running
from tests.web.acting import Demo, mine, responses, states, theirs
from web.demo import DEVICES
from web.server import Site
from web.words import WORDS

HOUR, DAY = 3_600_000, 86_400_000


@pytest.fixture
async def demo(tmp_path, monkeypatch):
    monkeypatch.setattr("commands.demo.PACE", 0.01)
    site = Site("127.0.0.1", 0)
    async with running(tmp_path, site) as stage, httpx.AsyncClient(base_url=site.url, timeout=20) as page:
        yield Demo(stage, page)


@pytest.mark.parametrize("device", DEVICES)
async def test_the_same_flow_runs_on_every_device(demo, device):
    """Asked, 3, a reason, thanks: with buttons where the device has some, by typing where it has none."""
    await demo.asks(device, "after-support")
    first = (await demo.sees(device, theirs))["messages"][-1]
    assert [label for row in first.buttons for label in row] == ([] if device == "sms" else list(map(str, range(11))))
    await demo.answers(device, "3")
    await demo.hears(device, 2)
    await demo.answers(device, "Nobody called back")
    await demo.hears(device, 3)
    now = await demo.until(lambda now: now["talks"][device]["session"]["outcome"])
    assert responses(now) == [(device, 3, "Nobody called back")]
    asked = next(message for message in now["devices"][device]["messages"] if not message.mine)
    assert asked.buttons == []
    assert asked.text.endswith("✓ 3") == (device != "sms")


async def test_who_has_not_pressed_start_on_telegram_is_given_a_link(demo):
    """A bot may not write first: the link with its QR code starts the survey, once, and its secret stays hidden."""
    await demo.does("start", device="telegram", flow="relationship", language="de")
    screen = await demo.sees("telegram")
    assert screen["state"] == "new"
    assert screen["messages"] == []
    address, _, secret = screen["link"]["url"].partition("?start=")
    assert (address, len(secret)) == ("https://t.me/echolot__demo_bot", 32)
    assert len({len(row) for row in screen["link"]["code"]} | {len(screen["link"]["code"])}) == 1
    await demo.does("open", device="telegram")
    assert "Hallo" in (await demo.hears("telegram", 1))[0]
    screen = await demo.sees("telegram")
    assert screen["link"] is None
    assert secret not in str(screen)
    assert screen["messages"][0].text == "/start"
    somebody = demo.stage.devices["telegram"].sandbox.person("Eve", language_code="en")
    somebody.start(payload=secret)
    assert "used already" in (await somebody.hears(1))[0]


async def test_start_without_a_link_is_welcomed(demo):
    """Pressing Start alone starts no survey; asking works from then on, and so does another link."""
    await demo.does("open", device="telegram")
    await demo.hears("telegram", 1)
    await demo.does("start", device="telegram", flow="relationship", language="en")
    assert "recommend" in (await demo.hears("telegram", 2))[1]
    await demo.asks("telegram", "after-support", link=True)
    assert "support" in (await demo.hears("telegram", 3))[2]


async def test_who_blocks_the_bot_is_left_alone(demo):
    """Blocking is an opt-out: nothing more is asked until the person unblocks."""
    await demo.asks("telegram")
    await demo.hears("telegram", 1)
    await demo.does("block", device="telegram", blocked=True)
    now = await demo.until(lambda now: now["talks"]["telegram"]["opted_out"])
    assert now["talks"]["telegram"]["session"]["outcome"] == "opted_out"
    assert now["devices"]["telegram"]["state"] == "blocked"
    refused = await demo.tries("start", device="telegram", flow="relationship", language="en")
    assert (refused.status_code, "opted out" in refused.json()["detail"]) == (422, True)
    assert (await demo.tries("text", device="telegram", text="9")).status_code == 422
    await demo.does("block", device="telegram", blocked=False)
    await demo.until(lambda now: not now["talks"]["telegram"]["opted_out"])
    await demo.asks("telegram")
    await demo.hears("telegram", 2)


@pytest.mark.parametrize("device", ["telegram", "slack"])
async def test_a_changed_message_corrects_its_answer(demo, device):
    """8 becomes 4 by editing what was typed."""
    await demo.asks(device)
    await demo.hears(device, 1)
    await demo.does("text", device=device, text="8")
    screen = await demo.sees(device, mine)
    await demo.until(lambda now: responses(now) == [(device, 8, "")])
    await demo.does("rewrite", device=device, message=mine(screen)[-1].id, text="4")
    now = await demo.until(lambda now: responses(now) == [(device, 4, "")])
    assert (await demo.sees(device, lambda screen: mine(screen)[-1].edited))["messages"]
    assert "reworded" in [turn["event"] for turn in now["talks"][device]["turns"]]


@pytest.mark.parametrize("device", DEVICES)
async def test_time_can_be_skipped_on_every_device(demo, device):
    """The reminder comes when it is due; what is pressed or typed a day later still gets through, signed in time."""
    await demo.asks(device)
    await demo.hears(device, 1)
    await demo.does("skip", ms=25 * HOUR)
    await demo.hears(device, 2)
    await demo.does("skip", ms=HOUR)
    await demo.does("text", device=device, text="9")
    now = await demo.until(lambda now: responses(now) == [(device, 9, "")])
    times = [message.at for message in now["devices"][device]["messages"]]
    assert times == sorted(times)
    assert times[-1] - times[0] > 25 * HOUR


@pytest.mark.parametrize(
    ("device", "fault", "state"),
    [
        ("sms", "reset", "delivered"),
        ("slack", "timeout", "sent"),
        ("telegram", "429", "sent"),
        ("telegram", "reset", "unknown"),
    ],
)
async def test_p5_a_faulty_provider_loses_nothing_and_repeats_nothing(demo, device, fault, state):
    """Also days later, when provider and we must agree about the time. Telegram cannot be asked: that is shown."""
    if device == "telegram":
        await demo.does("open", device=device)
        await demo.hears(device, 1)
    await demo.does("skip", ms=3 * DAY)
    await demo.does("fault", device=device, name=fault)
    others = [name for name in DEVICES if name != device]
    assert [(await demo.sees(name))["fault"] for name in (device, *others)] == [fault, "none", "none"]
    await demo.asks(device)
    now = await demo.until(lambda now: states(now, device) == [state])
    asked = [message for message in theirs(now["devices"][device]) if "recommend" in message.text]
    assert len(asked) == 1


async def test_a_press_settles_a_doubt(demo):
    """What Telegram cannot tell, its customer can: a pressed message has arrived."""
    await demo.does("open", device="telegram")
    await demo.hears("telegram", 1)
    await demo.does("fault", device="telegram", name="timeout")
    await demo.asks("telegram")
    await demo.until(lambda now: states(now, "telegram") == ["unknown"])
    await demo.does("fault", device="telegram", name="none")
    await demo.answers("telegram", "9")
    now = await demo.until(lambda now: len(states(now, "telegram")) == 3 and set(states(now, "telegram")) == {"sent"})
    assert now["store"]["counts"]["outbox_unknown"] == 0


@pytest.mark.parametrize(
    ("action", "facts"),
    [
        ("text", {"device": "sms", "text": " "}),
        ("text", {"device": "sms", "text": "x" * 1601}),
        ("text", {"device": "slack", "text": "x" * 4001}),
        ("text", {"device": "telegram", "text": "before Start"}),
        ("press", {"device": "sms", "message": "1", "button": 0}),
        ("press", {"device": "telegram", "message": "1", "button": 0}),
        ("press", {"device": "telegram", "message": "²", "button": 0}),
        ("press", {"device": "slack", "message": "1.2", "button": 0}),
        ("rewrite", {"device": "sms", "message": "1", "text": "8"}),
        ("rewrite", {"device": "telegram", "message": "1", "text": "8"}),
        ("rewrite", {"device": "slack", "message": "1.2", "text": "8"}),
        ("rewrite", {"device": "slack", "message": "1.2", "text": ""}),
        ("open", {"device": "sms"}),
        ("block", {"device": "slack", "blocked": True}),
        ("fault", {"device": "slack", "name": "fire"}),
        ("start", {"device": "sms", "flow": "relationship", "language": "en", "link": True}),
        ("start", {"device": "sms", "flow": "nix", "language": "en"}),
    ],
)
async def test_what_a_device_cannot_do_is_refused_with_a_reason(demo, action, facts):
    """Nothing has happened then."""
    answer = await demo.tries(action, **facts)
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert [screen["messages"] for screen in (await demo.stage.snapshot())["devices"].values()] == [[], [], []]


def test_every_event_has_its_words():
    """A turn of any kind can be told in both languages."""
    tags = {kind.__struct_config__.tag for kind in Event.__args__} | {"began"}
    assert {f"event_{tag}" for tag in tags} <= WORDS["en"].keys()
