"""Calls that may be repeated under a key (P10): the first one is carried out, the others get its answer. Epoch ms."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from bot.errors import BotError, Fault
from storage.scripts import Ask, Script

Result = TypeVar("Result")

KEPT = 30 * 86_400_000
"""How long an answer is given again."""
LEASE = 60_000
"""After that a call that has not come to its end counts as fallen over; no transaction takes half as long."""


class Running(BotError):
    """The first call with this key has not come to its end yet."""

    retry, fault = True, Fault.CALLER


class OtherBody(BotError):
    """This key belongs to a call that said something else."""

    fault = Fault.CALLER


class Claim(NamedTuple):
    """The right to carry out the call with this key; `at` tells it from a later one."""

    scope: str
    key: str
    at: int


class Answer(NamedTuple):
    """What a caller is told, now and when they repeat the call."""

    status: int
    body: str


def claim(scope: str, key: str, fingerprint: str, now: int) -> Script[Claim | Answer]:
    """The right to carry the call out, or the answer if somebody has. Raises Running and OtherBody."""
    if (yield Ask("claim_key", (scope, key, fingerprint, now, now + LEASE))):
        return Claim(scope, key, now)
    [(known, state, status, response)] = yield Ask("look_at_key", (scope, key))
    if known != fingerprint:
        raise OtherBody("This key has been used with another body.")
    if state == "running":
        raise Running("The first call with this key is still running.")
    return Answer(int(status), response)


def finished(held: Claim, work: Script[Result], answer: Callable[[Result], Answer], now: int) -> Script[Answer]:
    """Do the work and keep its answer, in one transaction. Raises Running if another call has taken over meanwhile."""
    result = yield from work
    made = answer(result)
    if not (yield Ask("finish_key", (made.status, made.body, now + KEPT, held.scope, held.key, held.at))):
        raise Running("Another call with this key has taken over.")
    return made


def release(held: Claim) -> Script[None]:
    """Nothing came of it: the next call with this key is a first one."""
    yield Ask("release_key", held)


def drop(now: int, limit: int = 1000) -> Script[None]:
    """Forget answers whose time is over, and calls that fell over and were never repeated."""
    yield Ask("drop_keys", (now, now - KEPT, limit))
