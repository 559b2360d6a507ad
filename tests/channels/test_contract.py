"""One contract for every kind of channel: the real adapter in a whole server, against its provider over HTTP.

A kind is described in tests/channels/contract/; errors and secrets have their part in test_contract_errors.py.
"""

import asyncio
import sqlite3

import pytest
from msgspec.structs import replace

from bot.messages import Option, Prompt, WebRequest
from bot.render import length, render
from bot.segments import segments
from settings import KINDS as CONFIGURED
from tests.channels.contract.provider import KINDS, a_bench, lacks, provider, with_headers
from tests.channels.contract.server import a_server, until

WITH_BUTTONS = ["slack", "telegram"]
THANKS = "Thank you, we will pass that on. Have a lovely day!"

every_kind = pytest.mark.parametrize("kind", KINDS)
with_buttons = pytest.mark.parametrize("kind", WITH_BUTTONS)


# --- complete ------------------------------------------------------------------------------------------------------


@every_kind
def test_a_kind_has_all_that_belongs_to_it(kind):
    """An adapter comes with its description here, its recorded payloads, its page, and its settings."""
    assert lacks(kind) == []
    assert provider(kind).kind == kind


def test_what_a_new_kind_lacks_is_named():
    """Somebody who adds a kind is told what is missing, by its path."""
    assert lacks("pigeon") == [
        "tests/channels/contract/pigeon.py",
        "tests/channels/payloads/pigeon/",
        "docs/channels/pigeon.md",
        "pigeon in settings.KINDS",
    ]
    assert set(CONFIGURED) == set(KINDS)


async def test_the_list_of_kinds_with_buttons_is_right():
    """A new kind with buttons gets their tests, too."""
    found = []
    for kind in KINDS:
        async with a_bench(provider(kind)) as bench:
            found += [kind] if bench.make().capabilities.buttons else []
    assert found == WITH_BUTTONS


# --- S1, S2: forged calls ------------------------------------------------------------------------------------------


def _bent(described, call):
    """Every way to spoil a proof that fits every kind."""
    proof = call.headers[described.proof]
    bent = {
        "missing": replace(call, headers={k: v for k, v in call.headers.items() if k != described.proof}),
        "wrong key": described.signed(call, "another-secret-0123456789"),
    }
    spoilt = {
        "empty": "",
        "next to nothing": "0",
        "truncated": proof[:-1],
        "longer": proof + "0",
        "other case": proof.swapcase(),
        "one character": proof[:-2] + ("A" if proof[-2] != "A" else "B") + proof[-1],
        "twice": f"{proof},{proof}",
        "non-ASCII": "\xfc" * len(proof),
        "huge": "0" * 8_000,
    }
    bent |= {name: with_headers(call, **{described.proof: value}) for name, value in spoilt.items()}
    if described.signs_body:
        bent["a byte altered"] = replace(call, body=call.body.replace(b"canary", b"canarz"))
        bent["a byte more"] = replace(call, body=call.body + b" ")
        bent["no body"] = replace(call, body=b"")
    return bent | described.forgeries(call)


@every_kind
async def test_s1_forged_is_refused(kind, sqlite_url, caplog):
    """S1, S4, S6, S7, S9, T24: 401 or 403, no row, nothing of the body in the log; and the genuine call is taken."""
    described = provider(kind)
    async with a_server(sqlite_url, described) as server:
        tape, customer = server.tapes[described.name], described.customer(0)
        genuine = await tape.catches(customer.says("canary words"))
        statuses = {name: await server.post(described.name, call) for name, call in _bent(described, genuine).items()}
        assert [name for name, status in statuses.items() if status not in (401, 403)] == []
        assert len(statuses) >= 14
        assert _rows(sqlite_url) == 0
        assert await server.post(described.name, with_headers(genuine, host="evil.example")) == 200
        assert _rows(sqlite_url) == 1
    assert "canary" not in caplog.text


def _rows(url):
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        return database.execute("SELECT count(*) FROM inbox").fetchone()[0]


@every_kind
async def test_s2_without_a_secret_there_is_no_hook(kind, sqlite_url, monkeypatch):
    """S2: fail closed; what came in is not even looked at."""
    described = provider(kind)
    monkeypatch.setattr(described, "connect", _nothing)
    async with a_server(sqlite_url, described, **described.no_secret) as server:
        tape = server.tapes[described.name]
        call = WebRequest("POST", "", "", {described.proof: "x"}, b"a=b")
        for route in ("", "status"):
            assert await server.post(described.name, replace(call, route=route)) == 404
        assert tape.calls == []


async def _nothing(*_arguments):
    """Nobody is told where the hook would be."""


# --- P2: one event, one effect -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "pressed"), [(kind, False) for kind in KINDS] + [(kind, True) for kind in WITH_BUTTONS]
)
async def test_p2_one_event_one_effect(kind, pressed, database_url):
    """P2, S4, S5: the same event many times at once, later, and under new delivery ids is one answer."""
    described = provider(kind)
    async with a_server(database_url, described) as server:
        name, tape, customer = described.name, server.tapes[described.name], described.customer(0)
        session = await server.asks(customer)
        await customer.hears(1)
        call = await tape.catches(customer.presses("9") if pressed else customer.says("9"))
        tape.shut = False
        calls = [call] * 4 + [described.again(call) for _ in range(4)]
        assert set(await asyncio.gather(*(server.post(name, one) for one in calls))) == {200}
        await customer.hears(2)
        for one in (call, described.again(call)):
            assert await server.post(name, one) == 200
        await customer.says("friendly people")
        assert (await customer.hears(3))[2] == THANKS
        assert await server.post(name, described.again(call)) == 200
        assert await server.said(customer) == ["9", "friendly people"]
        assert await server.answers(session) == {"score": "9", "why-happy": "friendly people"}
        assert len(customer.heard()) == 3


# --- what fits -----------------------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("unit", ["x", "ä", "€", "😀", "漢", "👩‍👧 ", "&", "<b>", ".\n"])
async def test_a_text_within_the_capabilities_arrives_whole(kind, unit):
    """S26, P4: what the renderer lets pass, the provider takes, and shows as it was; UTF-16 and GSM-7 counted."""
    described = provider(kind)
    async with a_bench(described) as bench:
        channel, customer = bench.make(), described.customer(0)
        can = channel.capabilities
        whole = render(Prompt(unit * 5_000), can).text
        assert length(whole, can.text_unit) <= can.max_text
        assert length(whole, can.text_unit) > can.max_text * 0.9
        if can.text_unit == "gsm7":  # every part is billed, so that long ones are the operator's to allow
            channel = bench.make(max_segments=24)
            whole = whole if len(segments(whole).parts) <= 24 else render(Prompt(whole[:700] + "…"), can).text
        await channel.send(described.message(prompt=Prompt(whole)))
        [heard] = await customer.hears(1)
        assert heard.replace("\n", "") == whole.replace("\n", "")  # Slack's long ones are several paragraphs


@every_kind
async def test_buttons_or_words(kind):
    """C8: options are buttons whose press names question and value, or are spelled out where there are none."""
    described = provider(kind)
    values = ("yes", "no", "a-b_c.d:1", "x|y", "9" * 20)
    options = tuple(Option(value, f"„{value}“ & <b>") for value in values)
    key = "abcdefghijklmnopqrstuvwx.12.0"
    async with a_bench(described) as bench:
        channel, customer = bench.make(), described.customer(0)
        await channel.send(described.message(prompt=Prompt("Which one?", options), key=key))
        [heard], [buttons] = await customer.hears(1), customer.buttons()
        if not channel.capabilities.buttons:
            assert buttons == []
            assert heard == "Which one?" + "".join(f'\n{n} "{value}" & <b>' for n, value in enumerate(values, 1))
            return
        assert heard == "Which one?"
        assert buttons == [option.label for option in options]


@with_buttons
@pytest.mark.parametrize("value", ["yes", "0", "a-b_c.d:1", "x|y", "9" * 20])
async def test_a_press_names_its_question_and_value(kind, value, sqlite_url):
    """P2: whatever process reads it, a press says which message's question it answers."""
    described = provider(kind)
    async with a_server(sqlite_url, described) as server:
        channel, customer, key = server.parts.channels[described.name], described.customer(0), "abcdefghijkl.12.0"
        sent = await channel.send(described.message(prompt=Prompt("?", (Option(value, "This"),)), key=key))
        await customer.hears(1)
        tape = server.tapes[described.name]
        [event] = (await tape.receive(await tape.catches(customer.presses("This")))).inbound
        assert (event.body.question, event.body.value) == (key, value)
        assert event.body.ref == sent.provider_id
        assert event.source == customer.address


@every_kind
async def test_look_alikes_only_where_they_cost(kind):
    """WIRE D3: typographic signs that would double the price of an SMS become plain ones; other channels keep them."""
    described = provider(kind)
    async with a_bench(described) as bench:
        channel = bench.make()
        await channel.send(described.message(prompt=Prompt("„Schön“ – it’s fine…")))
        [heard] = await described.customer(0).hears(1)
        cheap = channel.capabilities.text_unit == "gsm7"
        assert heard == ('"Schön" - it\'s fine...' if cheap else "„Schön“ – it’s fine…")
        assert not cheap or segments(heard).encoding == "gsm7"


# --- P6: order -----------------------------------------------------------------------------------------------------


@every_kind
async def test_p6_a_slow_lane_keeps_its_order_and_holds_up_nobody(kind, sqlite_url):
    """P6, I10: while one customer's question is on its way, others have whole conversations; then hers go in order."""
    described = provider(kind)
    async with a_server(sqlite_url, described, timeout="15s") as server:
        slow, quick, gate = described.customer(0), described.customer(1), server.gates[described.name]
        gate.shut(*_names(slow))
        session = await server.asks(slow)
        await gate.is_reached()
        await slow.says("9")  # she knows the question from the letter
        other = await server.asks(quick)
        await quick.hears(1)
        await quick.says("9")
        await quick.hears(2)
        await quick.says("friendly people")
        await quick.hears(3)
        assert await server.answers(session) == {"score": "9"}
        assert slow.heard() == []
        assert await server.state(f"{session}.1.0") == "sending"
        assert await server.state(f"{session}.2.0") == "queued"
        gate.open()
        heard = await slow.hears(2)
        assert [text.partition(".")[0] for text in heard] == [
            "Hi, this is Echolot",
            "That is great to hear, thank you! What helped you most?",
        ]
        assert await server.answers(other) == {"score": "9", "why-happy": "friendly people"}


def _names(customer):
    """What a send to this customer may name on the wire: them, or on Slack their direct messages."""
    room = getattr(getattr(customer, "person", None), "room", None)
    return [customer.address.chat, *([room.channel.id] if room else [])]


# --- old buttons ---------------------------------------------------------------------------------------------------


@with_buttons
async def test_an_answered_questions_button_answers_no_other_question(kind, sqlite_url):
    """P2, I2: pressed while the reason is asked for, an old button corrects its own question at most."""
    described = provider(kind)
    async with a_server(sqlite_url, described) as server:
        customer = described.customer(0)
        session = await server.asks(customer)
        await customer.hears(1)
        await customer.presses("9", 0)
        await customer.hears(2)
        await customer.presses("9", 0)
        await customer.presses("10", 0)
        await customer.hears(3)
        assert await server.answers(session) == {"score": "10"}
        await customer.says("friendly people")
        await customer.hears(4)
        assert await server.answers(session) == {"score": "10", "why-happy": "friendly people"}


@with_buttons
async def test_an_earlier_surveys_button_does_not_answer_a_new_survey(kind, sqlite_url):
    """P2, I2: two questions with the same buttons in one chat; each belongs to its own survey."""
    described = provider(kind)
    async with a_server(sqlite_url, described) as server:
        customer = described.customer(0)
        first = await server.asks(customer)
        await customer.hears(1)
        second = await server.asks(customer)
        await customer.hears(2)
        await customer.presses("0", 0)
        await until(lambda: _said(server, customer, "0"))
        await customer.presses("9", 1)
        await customer.hears(3)
        assert await server.answers(second) == {"score": "9"}
        assert await server.answers(first) in ({}, {"score": "0"})


async def _said(server, customer, text):
    return text in await server.said(customer)
