"""The contract's dark side: every error of the taxonomy from a real answer, sends in doubt, and nothing that leaks."""

import logging
import traceback

import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from bot import errors
from bot.abilities import Diagnosing, Linking, Pacing
from bot.messages import Prompt
from bot.ports import Reconciling
from sandbox.faults import Fault
from tests.channels.contract.provider import KINDS, a_bench, provider, with_headers
from tests.channels.contract.server import a_server, until

TAKEN = ("timeout_after", "reset_after", "half", "garbled", "error_after")
NOT_TAKEN = ("timeout_before", "reset_before", "error")
TEXT = "canary words for one person only"

every_kind = pytest.mark.parametrize("kind", KINDS)


def _subclasses(of):
    for one in of.__subclasses__():
        if one.__module__ == errors.__name__:
            yield one
            yield from _subclasses(one)


def _refusals(kind):
    return provider(kind).refusals()


CASES = [(kind, name) for kind in KINDS for name in _refusals(kind)]


# --- every class, from a real answer -------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name"), CASES)
async def test_every_refusal_has_its_class(kind, name):
    """T4, P4: whose fault it is and whether to retry, from what the provider really answers."""
    described = provider(kind)
    refusal = described.refusals()[name]
    async with a_bench(described) as bench:
        with pytest.raises(errors.ChannelError) as caught:
            await refusal.provoke(bench)
    assert type(caught.value) is refusal.error
    assert {fact: getattr(caught.value, fact) for fact in refusal.facts} == dict(refusal.facts)


@every_kind
def test_every_class_of_the_taxonomy_comes_up(kind):
    """A class that a kind leaves out says why it cannot come up; what every kind has is tested below."""
    described = provider(kind)
    provoked = {refusal.error for refusal in described.refusals().values()} | {errors.Unavailable, errors.InDoubt}
    assert provoked | set(described.never) == set(_subclasses(errors.ChannelError))
    assert provoked & set(described.never) == set()


@every_kind
async def test_a_refused_connection_is_a_definite_no(kind):
    """RELIABILITY 1.3: not a byte has left, so it may be sent again."""
    described = provider(kind)
    async with a_bench(described) as bench:
        with pytest.raises(errors.Unavailable) as caught:
            await bench.make(url="http://127.0.0.1:9").send(described.message())
    assert caught.value.retry


@every_kind
@pytest.mark.parametrize("fault", [*TAKEN, *NOT_TAKEN])
async def test_a_lost_answer_is_in_doubt(kind, fault):
    """P5, T4: whatever may have been taken is never repeated on its own, by us or by the SDK."""
    described = provider(kind)
    described.faults.plan(Fault(fault, path=described.sends))
    async with a_bench(described) as bench:
        with pytest.raises(errors.InDoubt) as caught:
            await bench.make(timeout="300ms").send(described.message())
        assert not caught.value.retry
        assert len(described.customer(0).heard()) == (fault in TAKEN)
        assert described.faults.planned == []


@every_kind
async def test_t4_a_throttled_scope_is_one_that_the_limits_know(kind):
    """T4: what a 429 stops is the channel, or something that this address's own limits name."""
    described = provider(kind)
    async with a_bench(described) as bench:
        channel, message = bench.make(), described.message()
        described.faults.plan(Fault("throttle", after=3, path=described.sends))
        with pytest.raises(errors.Throttled) as caught:
            await channel.send(message)
        scopes = {limit.scope for limit in channel.limits(message.to)} if isinstance(channel, Pacing) else set()
        assert caught.value.whole_channel or caught.value.scope in scopes
        assert (await channel.send(message)).provider_id


# --- through the whole server --------------------------------------------------------------------------------------


@every_kind
@pytest.mark.parametrize("fault", ["timeout_after", "reset_after", "half", "garbled", "error_after"])
async def test_p5_what_was_taken_is_not_sent_twice(kind, fault, sqlite_url):
    """P5: the provider took it and its answer was lost: looked up where that is possible, else left as unknown."""
    described = provider(kind)
    async with a_server(sqlite_url, described, timeout="300ms") as server:
        channel, customer = server.parts.channels[described.name], described.customer(0)
        described.faults.plan(Fault(fault, path=described.sends))
        key = f"{await server.asks(customer)}.1.0"
        assert await server.reaches(key, "sent", "delivered", "unknown") in _known(channel)
        await customer.says("9")  # and it may be answered, whatever we know of it
        await customer.hears(2)
        assert len(customer.heard()) == 2


def _known(channel):
    return ("sent", "delivered") if isinstance(channel, Reconciling) else ("unknown",)


@every_kind
@pytest.mark.parametrize("fault", ["timeout_before", "reset_before"])
async def test_p5_what_was_not_taken(kind, fault, sqlite_url):
    """P4, P5: the same from here, but it never arrived: sent once more where a look-up can tell, else not at all."""
    described = provider(kind)
    async with a_server(sqlite_url, described, timeout="300ms") as server:
        channel, customer = server.parts.channels[described.name], described.customer(0)
        described.faults.plan(Fault(fault, path=described.sends))
        key = f"{await server.asks(customer)}.1.0"
        assert await server.reaches(key, "sent", "delivered", "unknown") in _known(channel)
        assert len(customer.heard()) == isinstance(channel, Reconciling)


@every_kind
async def test_t4_what_was_definitely_not_taken_is_sent_again(kind, sqlite_url):
    """T4, P4: after a 429 not before its time, and then once."""
    described = provider(kind)
    async with a_server(sqlite_url, described) as server:
        customer = described.customer(0)
        described.faults.plan(Fault("throttle", after=1, path=described.sends))
        key = f"{await server.asks(customer)}.1.0"

        async def tried() -> bool:
            return not described.faults.planned

        await until(tried)
        assert customer.heard() == []
        await server.reaches(key, "sent", "delivered")
        row = await server.parts.reading.outbound(key)
        assert row["attempts"] == 2
        assert len(customer.heard()) == 1


# --- S34: nothing leaks --------------------------------------------------------------------------------------------


@pytest.fixture
def everything(caplog):
    """All loggers at DEBUG, those of the SDKs included, whatever level they were given; ours keep theirs."""
    caplog.set_level(logging.DEBUG)
    for name in [*logging.root.manager.loggerDict, "asyncio", "aiohttp.client", "httpcore", "httpx", "telegram"]:
        if not name.startswith("channels."):
            caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@every_kind
async def test_s34_secrets_are_nowhere(kind, sqlite_url, everything, capfd, recwarn):
    """S34, T19: sending, failing, receiving, refusing at DEBUG: no secret, no address, no text in logs and errors."""
    told: list[str] = []
    for refusal in provider(kind).refusals():
        described = provider(kind)
        async with a_bench(described) as bench:
            told += await _tried(described.refusals()[refusal].provoke(bench))
    for fault in [*TAKEN, *NOT_TAKEN, "throttle"]:
        described = provider(kind)
        described.faults.plan(Fault(fault, path=described.sends))
        async with a_bench(described) as bench:
            told += await _tried(bench.make(timeout="200ms").send(_canary(described)))
    described = provider(kind)
    async with a_server(sqlite_url, described) as server:
        channel, customer = server.parts.channels[described.name], described.customer(0)
        told += [f"{thing!r} {thing}" for thing in (channel, channel.__dict__.get("_config"), server.parts.settings)]
        await server.asks(customer)
        await customer.hears(1)
        call = await server.tapes[described.name].catches(customer.says(TEXT))
        await server.post(described.name, call)
        bad = with_headers(call, **{described.proof: "0" * 40})
        await server.post(described.name, bad)
        told += await _tried(channel.receive(bad))
        told += await _tried(channel.receive(replace(described.signed(call), body=b"\xff{" + call.body)))
        told += [repr(finding) for finding in await channel.diagnose()] if isinstance(channel, Diagnosing) else []
        told += await _tried(channel.link("token")) if isinstance(channel, Linking) else []
        assert await server.said(customer) == [TEXT]
    told += [str(warning.message) for warning in recwarn]
    told += [f"{record.name} {record.getMessage()} {record.args} {record.exc_info}" for record in everything.records]
    told += [*capfd.readouterr(), everything.text]
    assert len(told) > 30
    everyone = [described.customer(number).address.chat for number in range(2)]
    leaks = [
        (canary, line) for canary in [*described.secrets, *everyone, TEXT, "canary"] for line in told if canary in line
    ]
    assert leaks == []


def _canary(described):
    return described.message(TEXT, prompt=Prompt(TEXT))


async def _tried(doing):
    """All that can be known of what went wrong, causes included."""
    try:
        await doing
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not leak
        shown = [str(error), repr(error), repr(error.args)]
        return [*shown, "".join(traceback.format_exception(error))]
    return []


@every_kind
def test_s34_a_wrong_setting_does_not_quote_a_secret(kind):
    """S34: whatever else is wrong in an entry, what is right and secret in it is not told."""
    described = provider(kind)
    for wrong in ({"unheard_of": 1}, {"timeout": "soon"}, {"api_url": "nowhere"}, {"rate": -1}):
        with pytest.raises(ValidationError) as caught:
            described.settings("http://127.0.0.1:9", **wrong)
        shown = f"{caught.value} {caught.value!r} {caught.value.errors(include_input=False)}"
        assert [secret for secret in described.secrets if secret in shown] == []
