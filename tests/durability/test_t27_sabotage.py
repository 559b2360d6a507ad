"""T27, negative controls: each careless change to the product must be found by a check of this folder.

Two are beside their tests: `synchronous=NORMAL` in test_t2_power, no check of opt-outs at the lease in test_t16_stop.
"""

import ast
import re
import sqlite3
from pathlib import Path

import pytest

import storage.sets
import storage.sqlite
from bot.rows import Settlement
from storage.opening import open_store
from storage.schema import sqlite_path
from tests.durability import invariants
from tests.durability.invariants import Broken
from tests.durability.networks import CHANNELS
from tests.durability.ordeal import Ordeal
from tests.durability.seeds import fresh_seed
from tests.durability.storm import Storm, check_inbox
from tests.storage.builders import NOW, leased, message, turn

ROOT = Path(__file__).resolve().parents[2]


async def test_t27_an_answer_before_the_commit_is_found_out(sqlite_url, tmp_path):
    """P1, by T1: what was acknowledged and still in memory is gone after kill -9."""
    with pytest.raises(Broken, match="I1"):
        await Ordeal(sqlite_url, tmp_path, fresh_seed(), kills=15, sabotage="ack_before_commit").run()


async def test_t27_no_settling_with_a_slow_provider_is_found_out(sqlite_url, tmp_path):
    """P5, by T1: the look-up comes before the provider lists the message, so it is sent again."""
    with pytest.raises(Broken, match="P5"):
        await Ordeal(sqlite_url, tmp_path, fresh_seed(), kills=4, lag=1.5, punctual=False, settle="0s").run()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_t27_blind_repetition_is_found_out(sqlite_url, tmp_path, channel):
    """P5, by T1, at each provider."""
    with pytest.raises(Broken, match=r"P5: .* sent more than once"):
        await Ordeal(sqlite_url, tmp_path, fresh_seed(), 25, sabotage="resend_blindly", channels=(channel,)).run()


async def test_t27_a_look_up_without_our_key_is_found_out(sqlite_url, tmp_path):
    """P5, by T1: what Slack has is not recognised, so it is sent again."""
    with pytest.raises(Broken, match=r"P5: .* sent more than once"):
        await Ordeal(sqlite_url, tmp_path, fresh_seed(), 25, sabotage="read_no_metadata", channels=("slack",)).run()


async def test_t27_buttons_without_the_question_are_found_out(sqlite_url, tmp_path):
    """P5, by T1: a press does not end the doubt about the question that was pressed."""
    with pytest.raises(Broken, match=r"P5: .* do not count as sent"):
        await Ordeal(sqlite_url, tmp_path, fresh_seed(), 40, sabotage="ask_without_key", channels=("telegram",)).run()


async def test_t27_an_inbox_without_its_unique_key_is_found_out(sqlite_url, monkeypatch):
    """P2, by T3: the same event has several effects."""
    connection = sqlite3.connect(sqlite_path(sqlite_url))
    schema = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'inbox'").fetchone()[0]
    careless = re.sub(r",\s*UNIQUE \(channel, event_key\)", "", schema)
    assert careless != schema
    connection.executescript(f"DROP TABLE inbox; {careless}")
    connection.close()
    for name in ("accept", "forward"):
        monkeypatch.setitem(storage.sqlite.SQL, name, storage.sqlite.SQL[name].partition("ON CONFLICT")[0])
    storm = Storm(sqlite_url, fresh_seed(), 100)
    await storm.rage()
    with pytest.raises(Broken, match="P2"):
        check_inbox(storm, await invariants.tables(sqlite_url))


async def a_lease_that_has_passed_on_settles_nothing(store) -> None:
    """P5: a worker that comes back from the dead does not overrule its successor. Raises Broken."""
    await turn(store, outbox=[message("m1")])
    (first,) = await leased(store, owner="w1")
    later = NOW + 60_000
    await store.lease("w2", 1, later, later + 30_000, ["sms"])  # the first lease is over: in doubt
    (second,) = await store.doubtful("w2", 1, later + 1, later + 30_000, ["sms"])
    for owner in ("w1", "w2"):  # also under its own name: owners may be restarted, epochs may not
        await store.settle([Settlement(first.id, owner, first.epoch, "queued")])
    await store.settle([Settlement(second.id, "w2", second.epoch, "sent", provider_id="SM1")])
    state = (await store.outbound("m1"))["state"]
    if state != "sent":
        raise Broken(f"P5: a lease that has passed on put the message back to {state}")


EPOCH = re.compile(r" AND (o\.)?lease_epoch = (:epoch|r\.epoch)")


async def test_p5_a_lease_that_has_passed_on_settles_nothing(store):
    await a_lease_that_has_passed_on_settles_nothing(store)


async def test_t27_a_lease_without_epoch_is_found_out(database_url, monkeypatch):
    statements = storage.sqlite.SQL if sqlite_path(database_url) else storage.sets.SQL
    careless, times = EPOCH.subn("", statements["settle"])
    assert times == 1
    monkeypatch.setitem(statements, "settle", careless)
    store = await open_store(database_url)
    try:
        with pytest.raises(Broken, match="P5"):
            await a_lease_that_has_passed_on_settles_nothing(store)
    finally:
        await store.close()


# --- S3: what decides whether a caller is genuine is compared in constant time, everywhere

SECRET = re.compile(
    r"(?i)secret|token|signature|mac$|digest|sha256|password|given|presented|expected|account_sid|^kept$"
)
LOOKED_UP = (
    "call.team.users",
    "given.lstrip('#')",
    "in team.dead",
)  # by Slack's stand-in, as a user or name
CHECKING = sorted(path for folder in ("channels", "web", "sandbox") for path in (ROOT / folder).rglob("*.py"))


def careless_comparisons(source: str) -> list[str]:
    """Every `==`, `!=` and `in` with something like a secret on one side and nothing that everybody knows on the other.

    What everybody knows are literals, constants of ours (`IN_CAPITALS`), and whether something is there at all.
    """
    return [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Compare)
        and any(isinstance(operator, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for operator in node.ops)
        and any(map(_secret, [node.left, *node.comparators]))
        and not any(map(_known, [node.left, *node.comparators]))
    ]


def _known(node: ast.expr) -> bool:
    constant = isinstance(node, ast.Name) and node.id.isupper()
    return constant or isinstance(node, ast.Constant) or ast.unparse(node).startswith("bool(")


def _secret(node: ast.expr) -> bool:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    names |= {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    return any(SECRET.search(name) for name in names)


class Careless(ast.NodeTransformer):
    """`hmac.compare_digest(a, b)` becomes `a == b`."""

    def __init__(self) -> None:
        self.times = 0

    def visit_Call(self, node: ast.Call) -> ast.AST:  # the name that ast looks for
        self.generic_visit(node)
        if not ast.unparse(node.func).endswith("compare_digest"):
            return node
        self.times += 1
        return ast.copy_location(ast.Compare(node.args[0], [ast.Eq()], [node.args[1]]), node)


@pytest.mark.parametrize("path", CHECKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_s3_secrets_are_compared_in_constant_time(path):
    careless = careless_comparisons(path.read_text())
    looked_up = LOOKED_UP if path.is_relative_to(ROOT / "sandbox" / "slack") else ()
    assert [each for each in careless if not each.endswith(looked_up)] == []


def test_t27_s3_a_plain_comparison_is_found_out():
    replaced = 0
    for path in CHECKING:
        careless = Careless()
        changed = ast.unparse(ast.fix_missing_locations(careless.visit(ast.parse(path.read_text()))))
        assert len(careless_comparisons(changed)) >= careless.times, path
        replaced += careless.times
    assert replaced >= 4
