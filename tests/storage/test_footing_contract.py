"""What a survey's message stands on at the lease, on both databases (RELIABILITY C1, C9, I5, I6)."""

import pytest

import storage.sets
import storage.sqlite
from bot.outreach.quiet import written
from bot.rows import OutboxRow
from storage.schema import sqlite_path
from storage.scripts import Ask, Many, Script
from storage.sql import portable
from tests.storage.builders import LANE, NOW, address, event, finishing, keys, leased, message, session, states, turn

EVENT, HMAC = "e1", "h1"
MONDAY_TO_SATURDAY = written("Mo-Sa 08:00-20:00", "", ("UTC",))
SATURDAY_19 = 1_800_126_000_000  # 2027-01-16 19:00 UTC
HOUR, DAY = 3_600_000, 86_400_000

portable()["footing_event"] = """
    INSERT INTO consent_event (id, hmac, key_id, purpose, channel, action, basis, at, recorded_at, source, source_ref,
      wording, wording_version, locale, actor, evidence_hash, n, prev_hash, hash)
    VALUES (:id, :hmac, 'k', 'survey', :channel, 'granted', 'consent', 0, 0, 'import', '', 'w', '', '', '', '', 1, '',
      '')"""
portable()["footing_grant"] = """
    INSERT INTO consent_grant (hmac, purpose, channel, event, basis, at, lapsed_at)
    VALUES (:hmac, 'survey', :channel, :event, 'consent', 0, :lapsed_at)"""
portable()["footing_suppression"] = """
    INSERT INTO suppression (hmac, channel, scope, key_id, reason, at, source_event, expires_at)
    VALUES (:hmac, :channel, 'all', 'k', 'manual', 0, '', :expires_at)"""
portable()["footing_uses"] = "SELECT outbox_key, basis, consent_event, at FROM consent_use ORDER BY outbox_key"


def granted(lapsed_at: int | None = None) -> Script[None]:
    """A consent for SMS that holds, or has lapsed."""
    yield Ask("footing_event", (EVENT, HMAC, "sms"))
    yield Ask("footing_grant", (HMAC, "sms", EVENT, lapsed_at))


def suppressed(channel: str, expires_at: int | None) -> Script[None]:
    """The same address is not to be written to."""
    yield Many("footing_suppression", [(HMAC, channel, expires_at)])


def uses() -> Script[list[tuple]]:
    """All proofs of a basis."""
    return (yield Ask("footing_uses"))


async def asked(store, *messages: OutboxRow, **fields) -> None:
    """A survey that has these messages to send."""
    await turn(store, addresses=[address()], sessions=[session(**fields)], outbox=messages or [message("m")])


async def fate(store, now: int = NOW) -> tuple[str, str]:
    """What becomes of the message `m` at a lease."""
    await leased(store, now)
    row = await store.outbound("m")
    return row["state"], row["error"]


@pytest.mark.parametrize("basis", ["operator", "link", "keyword", "test"])
async def test_c1_what_stands_by_itself_goes_and_leaves_its_proof(store, basis):
    """A row of consent_use names the message, the basis and the time."""
    await asked(store, basis=basis)
    assert keys(await leased(store)) == ["m"]
    assert await store.run(uses) == [("m", basis, "", NOW)]


@pytest.mark.parametrize("basis", ["", "because", "consent", "existing_customer", "contract", "other"])
async def test_c1_i5_what_has_no_basis_is_never_sent(store, basis):
    """Neither an unknown one, nor one that some consent event would have to stand for."""
    await asked(store, basis=basis)
    assert await fate(store) == ("cancelled", "no basis")
    assert await store.run(uses) == []


async def test_c1_i5_a_message_of_no_survey_we_know_is_never_sent(store):
    """Nobody can tell what it stands on."""
    await turn(store, outbox=[message("m", session="gone", kind="agent")])
    await store.accept([event("again", "sms:+492")])
    await store.work(10, NOW, finishing(outbox=[message("n", "sms:+492", session="gone")]))
    assert keys(await leased(store)) == ["m"]
    assert await states(store, "n") == ["cancelled"]


@pytest.mark.parametrize("kind", ["notice", "agent", "case", "mark", "desk", "card"])
async def test_what_is_no_survey_needs_no_basis(store, kind):
    """People answer people, and an opt-out is confirmed."""
    await turn(store, outbox=[message("m", session="", kind=kind)])
    assert keys(await leased(store)) == ["m"]
    assert await store.run(uses) == []


@pytest.mark.parametrize(
    ("lapsed_at", "suppression", "outcome"),
    [
        (None, None, ("sending", "")),
        (NOW - 1, None, ("cancelled", "consent withdrawn")),
        (None, ("sms", None), ("cancelled", "suppressed")),
        (None, ("*", None), ("cancelled", "suppressed")),
        (None, ("sms", NOW + 1), ("cancelled", "suppressed")),
        (None, ("sms", NOW), ("sending", "")),
        (None, ("other", None), ("sending", "")),
    ],
)
async def test_i5_i6_what_stands_on_a_consent_is_looked_at_again(store, lapsed_at, suppression, outcome):
    """Whether it holds at this moment, and whether the address is suppressed, on this channel or on all."""
    await store.run(lambda: granted(lapsed_at))
    if suppression:
        await store.run(lambda: suppressed(*suppression))
    await asked(store, basis="consent", grant_id=EVENT)
    assert await fate(store) == outcome
    assert await store.run(uses) == ([("m", "consent", EVENT, NOW)] if outcome[0] == "sending" else [])


async def test_i5_a_consent_that_nobody_has_recorded_is_none(store):
    """A session that names an event which is not there has no basis."""
    await asked(store, basis="consent", grant_id="nobody's")
    assert await fate(store) == ("cancelled", "no basis")


async def test_t27_c1_a_lease_that_forgets_the_proof_is_refused_by_the_database(store, monkeypatch):
    """Negative control: without its row in consent_use nothing of a survey becomes `sending`, whoever forgets it."""
    for module in ("storage.leasing", "storage.sets_leasing"):
        monkeypatch.setattr(f"{module}.uses", lambda *_: [])
    await asked(store)
    with pytest.raises(Exception, match="has no consent_use"):
        await leased(store)
    assert await states(store, "m") == ["queued"]


async def test_t27_i5_a_lease_that_does_not_look_again_is_found_out(store, monkeypatch):
    """Negative control: then a lapsed consent would do, and the table above turns red."""
    monkeypatch.setattr("storage.footing.why_baseless", lambda *_: "")
    await store.run(lambda: granted(NOW - 1))
    await asked(store, basis="consent", grant_id=EVENT)
    assert await fate(store) == ("sending", "")


async def test_the_proof_tells_of_the_latest_time_a_message_went(store):
    """One that failed and is tried again stands on what holds then."""
    await asked(store)
    [lease] = await leased(store)
    await store.settle([storage_settled(lease)])
    await leased(store, NOW + 5)
    assert await store.run(uses) == [("m", "operator", "", NOW + 5)]


def storage_settled(lease):
    """A definite failure, to be tried again at once."""
    from tests.storage.builders import settled  # noqa: PLC0415 - one use

    return settled(lease, "queued", not_before=NOW)


@pytest.mark.parametrize(
    ("begins", "at", "not_after", "outcome"),
    [
        (1, SATURDAY_19, 0, "sending"),
        (2, SATURDAY_19, 0, "sending"),
        (1, SATURDAY_19 + HOUR, 0, "queued"),
        (2, SATURDAY_19 + 24 * HOUR, 0, "queued"),
        (0, SATURDAY_19 + HOUR, 0, "sending"),
        (1, SATURDAY_19 + HOUR, SATURDAY_19 + 37 * HOUR, "queued"),
        (1, SATURDAY_19 + HOUR, SATURDAY_19 + 37 * HOUR - 1, "expired"),
    ],
)
async def test_c9_i7_what_we_begin_keeps_to_its_hours(store, begins, at, not_after, outcome):
    """On Saturday until 20:00 and from Monday at 8:00; what answers a customer goes at any hour."""
    row = message("m", begins=begins, not_before=at, not_after=not_after, created_at=at)
    await asked(store, row, quiet=MONDAY_TO_SATURDAY)
    assert (await fate(store, at))[0] == outcome
    monday = SATURDAY_19 + 37 * HOUR
    if outcome == "queued":
        assert await leased(store, monday - 1) == []
        assert keys(await leased(store, monday)) == ["m"]


async def test_c9_who_writes_at_night_is_not_kept_waiting_until_the_morning(store):
    """What opened the survey goes before the answer to them, at once; a reminder is needless then."""
    night = SATURDAY_19 + HOUR
    other = "sms:+492"
    both = {"not_before": night, "created_at": night}
    await asked(store, message("first", begins=1, **both), quiet=MONDAY_TO_SATURDAY)
    reminder = message("reminder", other, session="s2", begins=2, **both)
    await turn(store, sessions=[session("s2", other, quiet=MONDAY_TO_SATURDAY)], outbox=[reminder])
    assert await leased(store, night) == []
    answers = [message("answer", **both), message("thanks", other, session="s2", **both)]
    await turn(store, awake=[LANE, other], outbox=answers)
    assert sorted(keys(await leased(store, night + 1))) == ["first", "thanks"]
    row = await store.outbound("reminder")
    assert (row["state"], row["error"]) == ("cancelled", "the customer was faster")


async def test_the_hours_of_a_survey_are_known_to_its_lane(store):
    """A turn knows them from the session it began with."""
    await asked(store, quiet=MONDAY_TO_SATURDAY)
    seen = []
    await store.accept([event("next")])
    await store.work(10, NOW, lambda batch: seen.append(batch) or finishing()(batch))
    assert seen[0].lanes[LANE].quiet == MONDAY_TO_SATURDAY


async def test_c1_a_lease_without_consents_needs_no_extra_look(store, database_url, monkeypatch):
    """The hot path: what stands by itself costs the proof and nothing else."""
    looked = []
    statements = storage.sqlite.SQL if sqlite_path(database_url) else storage.sets.SQL

    class Noting(dict):
        def __getitem__(self, name):
            looked.append(name)
            return statements[name]

    module = "storage.sqlite" if sqlite_path(database_url) else "storage.sets_leasing"
    monkeypatch.setattr(f"{module}.SQL", Noting(statements))
    await asked(store)
    looked.clear()
    await leased(store)
    assert "use_basis" in looked
    assert not {"grant", "grants"} & set(looked)
