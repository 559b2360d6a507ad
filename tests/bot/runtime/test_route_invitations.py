"""What an invitation leads to: one survey, and none for who has opted out or is talking with a person."""

import itertools
from collections import Counter
from pathlib import Path

import pytest

from bot.errors import UnknownRevision
from bot.messages import Address, Control, Invite, TimerFired
from bot.runtime.lane import id_of
from flows.library import load
from tests.bot.runtime.house import ANNA, GATHER, NOW
from tests.bot.runtime.lanes import Strip, invite, told

HOUR = 3_600_000


def test_i6_who_has_opted_out_cannot_be_invited(strip, library):
    strip.take("STOP")
    rows = strip.take(invite(library), at=NOW + HOUR)
    assert (rows.sessions, rows.outbox, rows.done) == ([], [], [2])


def test_i9_nobody_is_invited_while_a_person_talks_with_them(strip, library):
    strip.take(invite(library))
    strip.take(Control("human", "eva"), at=NOW + 1)
    before = strip.session
    rows = strip.take(invite(library, flow="relationship"), at=NOW + 2)
    assert (rows.sessions, rows.outbox, strip.session) == ([], [], before)


def test_a_newer_survey_ends_the_one_that_runs(strip, library):
    strip.take(invite(library))
    old = strip.session.id
    rows = strip.take(invite(library, flow="relationship"), at=NOW + HOUR)
    assert [(row.id == old, row.outcome, row.version) for row in rows.sessions] == [
        (True, "superseded", 2),
        (False, "", 1),
    ]
    assert rows.cleared == [old]
    assert [timer.key for timer in rows.timers] == [strip.session.id]
    assert strip.take(TimerFired(old, NOW), at=NOW + 2 * HOUR).outbox == []


def test_two_invitations_at_once_leave_one_conversation(strip, library):
    rows = strip.take(invite(library), invite(library))
    assert [row.outcome for row in rows.sessions] == ["superseded", ""]
    assert [timer.key for timer in rows.timers] == [rows.sessions[1].id]
    assert len({row.key for row in rows.outbox}) == 2


def test_a_new_survey_after_the_end_of_the_last_one_supersedes_nothing(strip, library):
    strip.take(invite(library), "STOP", "START", apart=GATHER)
    rows = strip.take(invite(library), at=NOW + HOUR)
    assert [row.outcome for row in rows.sessions] == [""]


def test_the_basis_of_an_invitation_is_kept_with_the_session(strip, library):
    revision = library.get("after-support").revision
    rows = strip.take(Invite("after-support", revision, "de", "consent", {"first_name": "Anna"}))
    assert rows.sessions[0].basis == "consent"
    assert told(rows)[0].startswith("Hallo Anna")


def test_an_invitation_gives_the_same_session_for_ever(library):
    assert [Strip(library).take(invite(library)).sessions[0].id for _ in range(2)] == [id_of(ANNA.lane, "e1", NOW)] * 2
    ids = [id_of(*which) for which in itertools.product(["sms:1", "sms:2"], ["a", "b"], [NOW, NOW + 1])]
    assert len(set(ids)) == 8
    assert {len(one) for one in ids} == {24}
    assert id_of("z", "z", NOW) < id_of("a", "a", NOW + 1_000)


def test_a_revision_that_is_not_loaded_comes_out_by_name(strip, library):
    lost = Invite("after-support", "lost", "en", "operator")
    with pytest.raises(UnknownRevision, match="lost"):
        strip.take(lost)


FORMS = Path(__file__).parents[2] / "transcripts" / "questions"


def test_each_person_gets_the_variant_that_is_theirs():
    """By share, with row and journal; asked again they get the same one, and it asks its own questions."""
    forms = load([FORMS])
    flow = forms.get("two-forms")
    drawn = Counter()
    for number in range(60):
        strip = Strip(forms, Address("sms", f"+49151{number:08}"))
        [row] = strip.take(invite(forms, flow="two-forms")).sessions
        name = flow.assigned(strip.source.lane)
        drawn[name] += 1
        assert (row.variant, strip.session.variant) == (name, name)
        later = strip.take("2", at=NOW + 1)
        assert "the reason?" in told(later)[0] if name == "patient" else "wrong?" in told(later)[0]
        again = strip.take(invite(forms, flow="two-forms"), at=NOW + HOUR)
        assert [session.variant for session in again.sessions] == [name, name]
        assert f'"variant":"{name}"' in again.journal[-1].event
    assert set(drawn) == {"base", "short", "patient"}


def test_a_survey_without_variants_has_none_in_its_row(strip, library):
    """The column stays empty."""
    assert [row.variant for row in strip.take(invite(library)).sessions] == [""]
