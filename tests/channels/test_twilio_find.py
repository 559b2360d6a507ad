"""What became of a send, and what the webhook missed: looked up at the sandbox, with its faults, by the real SDK."""

import pytest

from bot.errors import InDoubt, Throttled, Unavailable
from bot.messages import Consent, Delivery, Said
from channels.twilio.channel import TwilioChannel, epoch_ms
from sandbox.twilio import Account, Fault
from tests.channels.twilio_line import ACCOUNT, CUSTOMER, NUMBER, TOKEN, a_line, config, message

SERVICE = "MG" + "5" * 32
OTHER = "+493033333333"


def with_service(hook: str) -> Account:
    return Account(ACCOUNT, TOKEN, {NUMBER: hook, OTHER: hook}, {SERVICE: (OTHER,)})


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
