"""The channel against the sandbox: the real SDK, real HTTP, real signatures, in both directions."""

import logging
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from bot.errors import InDoubt, Throttled, Unavailable
from bot.messages import Address, Consent, Delivery, Said
from bot.ports import Backfilling, Pricing, Reconciling
from channels.twilio.channel import TwilioChannel, epoch_ms
from sandbox.twilio import Account, Fault
from tests.channels.twilio_line import ACCOUNT, CUSTOMER, NUMBER, TOKEN, a_line, config, message

SERVICE = "MG" + "5" * 32
OTHER = "+493033333333"


def with_service(hook: str) -> Account:
    return Account(ACCOUNT, TOKEN, {NUMBER: hook, OTHER: hook}, {SERVICE: (OTHER,)})


async def test_round_trip():
    """A question goes out, its receipts come back under our key, the answer comes in."""
    async with a_line() as line:
        outbound = message()
        sent = await line.channel.send(outbound)
        assert (sent.state, sent.sender, sent.parts) == ("sent", NUMBER, 1)
        await line.sandbox.network.settled()
        receipts = line.bodies(Delivery)
        assert [(one.key, one.provider_id, one.state) for one in receipts] == [
            (outbound.key, sent.provider_id, "sent"),
            (outbound.key, sent.provider_id, "delivered"),
        ]
        outcome = await line.sandbox.phone(CUSTOMER).text("8, danke")
        assert (outcome.status, outcome.body, outcome.alert) == (200, "<Response></Response>", 0)
        [said] = [event for event in line.events if isinstance(event.body, Said)]
        assert (said.body.text, said.source.chat, said.recipient) == ("8, danke", CUSTOMER, NUMBER)
        assert line.sandbox.network.alerts == []
        assert line.sandbox.phone(CUSTOMER).heard() == [outbound.prompt.text]


async def test_the_ports():
    """The optional abilities that the runtime asks for are there."""
    async with a_line() as line:
        assert isinstance(line.channel, Reconciling)
        assert isinstance(line.channel, Backfilling)
        assert isinstance(line.channel, Pricing)
        assert line.channel.parts("€" * 81) == 2
        await line.channel.close()
        await line.channel.close()


@pytest.mark.parametrize(
    ("kind", "minutes", "seconds"),
    [
        ("survey", 0, 4 * 3600),
        ("notice", 0, 3600),
        ("agent", 0, 900),
        ("agent", 5, 300),
        ("survey", 600, 4 * 3600),
        ("survey", -1, 1),
    ],
)
async def test_validity(kind, minutes, seconds):
    """A stale message dies at Twilio: the shorter of the kind's validity and the message's own limit."""
    now = 1_795_000_000_000
    async with a_line(clock=lambda: now) as line:
        until = now + minutes * 60_000 if minutes else 0
        sent = await line.channel.send(message(kind=kind, not_after=until))
        assert line.sandbox.network.messages[sent.provider_id].validity == seconds


async def test_callback_url_is_signed_and_ours():
    """The callback goes to this channel's status hook and names the outbox key."""
    async with a_line() as line:
        outbound = message(key="a b/c?d#e.7.0")
        sent = await line.channel.send(outbound)
        callback = line.sandbox.network.messages[sent.provider_id].callback
        assert urlsplit(callback).path == "/hooks/sms/status"
        assert parse_qs(urlsplit(callback).query)["o"][0].startswith("a b/c?d#e.7.0.")
        await line.sandbox.network.settled()
        assert {one.key for one in line.bodies(Delivery)} == {outbound.key}


async def test_messaging_service():
    """With a Messaging Service Twilio chooses the sender; an answer goes out from where the customer wrote."""
    async with a_line(with_service, **{"from": None, "messaging_service_sid": SERVICE}) as line:
        sent = await line.channel.send(message("one"))
        assert sent.sender == ""
        await line.sandbox.network.settled()
        assert (await line.channel.find(message("one"), 0)) is None  # the message has a key, and it is another
        await line.sandbox.phone(CUSTOMER).text("ja", OTHER)
        assert line.events[-1].recipient == OTHER
        answer = await line.channel.send(message("two", sender=OTHER))
        assert line.sandbox.network.messages[answer.provider_id].sender == OTHER
        assert line.sandbox.network.alerts == []


async def test_s27_control_and_direction_characters_stay_here():
    """S27: nothing that reorders or hides text reaches a phone; line breaks and emoji do."""
    async with a_line() as line:
        text = "Ihr Link\u202e moc.live \x1b[31m\r\nZeile\u2028zwei\x00 👩‍👧 \u2066x\u2069\u200f"
        await line.channel.send(message(text, prompt=type(message().prompt)(text)))
        assert line.sandbox.phone(CUSTOMER).heard() == ["Ihr Link moc.live [31m\nZeile\nzwei 👩‍👧 x"]


async def test_media_arrives_as_a_reference():
    """S13: a picture is named by Twilio's ids; the same reference comes from the back-fill."""
    async with a_line() as line:
        await line.sandbox.phone(CUSTOMER).text("", NUMBER, media=[("image/png", b"x"), ("audio/ogg", b"y")])
        [said] = line.bodies(Said)
        assert [one.mime for one in said.media] == ["image/png", "audio/ogg"]
        assert all(one.ref.startswith("Messages/MM") for one in said.media)
        [missed] = await line.channel.missed(0)
        assert missed.body == said


# --- what became of a send -----------------------------------------------------------------------------------------


async def test_find_by_text_sender_and_time():
    """P5: the look-up takes our message only: not another text, sender, direction or an older one."""
    async with a_line(with_service) as line:
        network = line.sandbox.network
        account = network.accounts[ACCOUNT]
        ours = message("Wie war es?")
        rendered = {"Body": "Wie war es? (0-10)", "To": CUSTOMER, "From": NUMBER}
        network.create(account, rendered).created -= 60
        network.create(account, rendered | {"Body": "Something else"})
        network.create(account, rendered | {"From": OTHER})
        network.create(account, rendered | {"To": "+4915100000000"})
        await line.sandbox.phone(CUSTOMER).text("Wie war es? (0-10)", NUMBER)
        since = epoch_ms()
        assert await line.channel.find(ours, since) is None
        wanted = network.create(account, rendered)
        assert (await line.channel.find(ours, since)).provider_id == wanted.sid
        assert await line.channel.find(message("Wie war es?"), since) is None  # taken by the first


async def test_find_leaves_out_what_this_process_sent():
    """P5: the same text sent a moment ago, without a receipt yet, is not taken for the one in doubt."""
    async with a_line() as line:
        line.sandbox.network.pace = 60.0
        first = await line.channel.send(message())
        line.sandbox.faults.plan(Fault("reset_before"))
        since = epoch_ms()
        with pytest.raises(InDoubt):
            await line.channel.send(message())
        assert await line.channel.find(message(), since) is None
        assert list(line.sandbox.network.messages) == [first.provider_id]


async def test_find_by_key_after_the_receipt():
    """A receipt that came before names the message even when Twilio has changed its text."""
    async with a_line() as line:
        line.sandbox.faults.plan(Fault("reset_after"))
        outbound = message()
        since = epoch_ms()
        with pytest.raises(InDoubt):
            await line.channel.send(outbound)
        await line.sandbox.network.settled()
        [record] = line.sandbox.network.messages.values()
        record.body = "smart encoded"
        found = await line.channel.find(outbound, since)
        assert (found.provider_id, found.state) == (record.sid, "delivered")


async def test_find_with_clocks_apart():
    """A minute between Twilio's clock and ours neither hides our message nor brings up an old one."""
    for ahead in (-60_000, 60_000):
        async with a_line(clock=lambda ahead=ahead: epoch_ms() - ahead) as line:
            since = epoch_ms() - ahead
            line.channel._api()._transport.ahead = ahead  # as its Date header would show
            network = line.sandbox.network
            rendered = {"Body": "Wie war es? (0-10)", "To": CUSTOMER, "From": NUMBER}
            kept = network.create(network.accounts[ACCOUNT], rendered)
            line.channel._api().messages = _with_ahead(line.channel._api(), ahead)
            assert (await line.channel.find(message("Wie war es?"), since)).provider_id == kept.sid
            kept.created -= 5
            line.channel._keys.clear()
            assert await line.channel.find(message("Wie war es?"), since) is None


def _with_ahead(api, ahead):
    plain = api.messages

    async def messages(**filters):
        found = await plain(**filters)
        api._transport.ahead = ahead
        return found

    return messages


KINDS = (
    "throttle", "error", "error_after", "timeout_before", "timeout_after", "reset_before", "reset_after", "half",
    "garbled",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.nightly)])
async def test_t4_every_fault_ends_in_exactly_one_message(kind, times):
    """T4, P5: under each fault, the same text over and over to one person: none lost, none twice."""
    async with a_line(timeout="10s") as line:
        url, keys = line.sandbox.network.url, []
        hasty = TwilioChannel("sms", config(api_url=url, timeout="100ms"), url)  # a worker that gives up soon
        for _ in range(times):
            line.sandbox.faults.plan(Fault(kind, after=3.0, status=502, seconds=5.0))
            outbound, since = message(), epoch_ms()
            keys.append(outbound.key)
            with pytest.raises((InDoubt, Throttled)) as caught:
                await (hasty if kind.startswith("timeout") else line.channel).send(outbound)
            assert ("TimeoutError" in str(caught.value)) == kind.startswith("timeout")
            if isinstance(caught.value, Throttled):
                assert (kind, caught.value.after) == ("throttle", 3.0)
                await line.channel.send(outbound)
            elif await line.channel.find(outbound, since) is None:
                assert kind in ("error", "timeout_before", "reset_before")
                await line.channel.send(outbound)
        await hasty.close()
        await line.sandbox.network.settled()
        assert len(line.sandbox.phone(CUSTOMER).heard()) == times
        delivered = [one.key for one in line.bodies(Delivery) if one.state == "delivered"]
        assert sorted(delivered) == sorted(keys)


async def test_t4_a_message_that_is_listed_late():
    """T4: right after a lost answer the message may not be listed yet; that is what `settle` waits for."""
    async with a_line() as line:
        line.sandbox.faults.plan(Fault("reset_after", lag=0.3))
        outbound, since = message(), epoch_ms()
        with pytest.raises(InDoubt):
            await line.channel.send(outbound)
        assert await line.channel.find(outbound, since) is None
        for record in line.sandbox.network.messages.values():
            record.listed_from = 0.0  # the rest is over
        assert await line.channel.find(outbound, since) is not None


@pytest.mark.parametrize("kind", ["error", "timeout_before", "reset_before", "garbled", "half"])
async def test_a_failed_look_up_is_harmless(kind):
    """Asking again does no harm: a look-up that fails is never in doubt."""
    async with a_line(timeout="150ms") as line:
        line.sandbox.faults.plan(Fault(kind, method="GET", times=9))  # aiohttp itself repeats a GET
        with pytest.raises(Unavailable):
            await line.channel.find(message(), 0)
        with pytest.raises(Unavailable):
            await line.channel.missed(0)


async def test_nobody_there():
    """A refused connection is a definite no: the message may be sent again at once."""
    async with a_line(api_url="http://127.0.0.1:9") as line:
        with pytest.raises(Unavailable):
            await line.channel.send(message())


async def test_receipts_twice_and_backwards():
    """P2: doubled and reordered receipts carry the same event keys, so that the inbox keeps one of each."""
    async with a_line() as line:
        for kind in ("duplicate", "reorder"):
            line.sandbox.faults.plan(Fault(kind))
            sent = await line.channel.send(message())
            await line.sandbox.network.settled()
            ids = [event.id for event in line.events]
            assert set(ids) == {f"{sent.provider_id}|sent", f"{sent.provider_id}|delivered"}
            line.events.clear()


async def test_undelivered_and_opted_out():
    """What failed later is told with its code; an opt-out stops the next send as well."""
    async with a_line() as line:
        line.sandbox.faults.plan(Fault("undelivered", code="30005"))
        await line.channel.send(message())
        await line.sandbox.network.settled()
        last = line.bodies(Delivery)[-1]
        assert (last.state, last.code, last.error) == ("undelivered", "30005", "the number does not exist")
        await line.sandbox.phone(CUSTOMER).text("Stop")
        assert line.bodies(Consent) == [Consent("stop", answered=True)]
        with pytest.raises(Exception, match="opted out") as caught:
            await line.channel.send(message())
        assert caught.value.opted_out


# --- what the webhook missed ---------------------------------------------------------------------------------------


async def test_t23_p3_missed_messages_come_back_once():
    """T23, P3: messages from an outage are fetched, in order, under the ids that the webhook would have used."""
    async with a_line() as line:
        line.accepting = False
        texts = [f"{number % 11} weil {number}" for number in range(50)]
        for text in texts:
            outcome = await line.sandbox.phone(CUSTOMER).text(text, NUMBER)
            assert outcome.status == 503
        await line.channel.send(message())
        missed = await line.channel.missed(epoch_ms() - 900_000)
        assert {event.body.text for event in missed} == set(texts)
        assert [event.at for event in missed] == sorted(event.at for event in missed)
        inbound = [one for one in line.sandbox.network.messages.values() if one.direction == "inbound"]
        assert {event.id for event in missed} == {one.sid for one in inbound}
        line.accepting = True
        again = await line.sandbox.phone(CUSTOMER).text("10", NUMBER)
        assert again.status == 200
        assert line.events[-1].id in {event.id for event in await line.channel.missed(0)}


async def test_missed_takes_only_its_own():
    """Messages to another sender of the account, and older ones, are somebody else's."""
    async with a_line(with_service) as line:
        line.accepting = False
        await line.sandbox.phone(CUSTOMER).text("mine", NUMBER)
        await line.sandbox.phone(CUSTOMER).text("other", OTHER)
        await line.sandbox.phone(CUSTOMER).text("STOP", NUMBER)
        assert [event.body for event in await line.channel.missed(0)] == [Said("mine"), Consent("stop", answered=True)]
        assert await line.channel.missed(epoch_ms() + 60_000) == []
        for record in line.sandbox.network.messages.values():
            record.created -= 3600
            record.sent -= 3600
        assert await line.channel.missed(epoch_ms() - 60_000) == []


# --- secrets, start-up -- ---------------------------------------------------------------------------------------


async def test_s34_nothing_personal_in_logs_or_errors(caplog):
    """S34, T19: neither token nor number nor text in any log line of ours, aiohttp's or the SDK's, nor in errors."""
    caplog.set_level(logging.DEBUG)
    told = []
    async with a_line() as line:
        for kind in (*KINDS, "undelivered"):
            line.sandbox.faults.plan(Fault(kind, seconds=0.05))
            try:
                await line.channel.send(message("canary text"))
            except (InDoubt, Throttled) as error:
                told += [str(error), repr(error), repr(error.__cause__), repr(vars(error))]
        await line.channel.find(message("canary text"), 0)
        await line.sandbox.phone(CUSTOMER).text("canary reply")
        await line.channel.missed(0)
        try:
            await line.channel.send(message("canary text", to=Address("sms", "+15005550001")))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not tell
            told += [str(error), repr(vars(error))]
    said = "\n".join([*told, caplog.text])
    for canary in (TOKEN, CUSTOMER, CUSTOMER[1:], "5005550001", "canary"):
        assert canary not in said.replace("-token-canary", "" if canary == "canary" else "-token-canary")


def test_importing_the_channel_loads_no_sdk():
    """DESIGN §5: the SDK and aiohttp take 0.4 s; they load at the first send."""
    code = "import sys, channels.twilio.channel; print([m for m in ('aiohttp', 'twilio.rest') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_two_accounts_side_by_side():
    """A call signed for one account is forged for the other."""
    async with a_line() as one, a_line(auth_token="another") as two:
        account = two.sandbox.network.accounts[ACCOUNT]
        two.sandbox.network.accounts[ACCOUNT] = msgspec.structs.replace(account, hooks={NUMBER: two.hook})
        outcome = await two.sandbox.phone(CUSTOMER).text("8", NUMBER)
        assert (outcome.status, two.forged, two.events) == (403, 1, [])
        assert (await one.sandbox.phone(CUSTOMER).text("8", NUMBER)).status == 200
        assert time.time() > 0
