"""Consent as rows tell it: what is complete becomes events, what is not is no basis."""

import pytest

from bot.outreach.imported import granted, moment
from tests.storage.people import NOW, person

WHOLE = {"basis": "consent", "source": "shop checkout", "at": "2026-01-31", "wording": "Yes, ask me by SMS."}
CUSTOMER = {"collected_at": "2026-01-01", "transaction_ref": "R-1", "product_group": "shoes", "notice_at": "2026-01-01"}
ROW = person("1", "telegram:77", "sms:+4915112345678")


def of(**cells):
    """The events of a row that says this in place of what is complete."""
    said = {name: value for name, value in (WHOLE | cells).items() if value}
    return granted(ROW, "c1", said, NOW)


def test_c14_a_complete_row_is_an_event_for_each_address():
    """C14: with basis, source, time and wording; the same row again is the same event."""
    first, second = of()
    assert (first.channel, second.channel) == ("telegram", "sms")
    assert (first.action, first.basis, first.source, first.contact) == ("granted", "consent", "import", "c1")
    assert first.evidence == {"source": "shop checkout"}
    assert of() == [first, second]
    assert len({first.id, second.id, of(at="2026-02-01")[0].id, of(wording="Other")[0].id}) == 4


@pytest.mark.parametrize(
    "cells",
    [
        {"basis": ""}, {"source": ""}, {"at": ""}, {"wording": ""}, {"at": "some day"}, {"at": "2999-01-01"},
        {"basis": "because"}, {"basis": "existing_customer"},
        {"basis": "existing_customer", **CUSTOMER, "product_group": ""},
    ],
)  # fmt: skip
def test_c14_an_incomplete_row_is_no_basis(cells):
    """C14: nothing is kept of it; the person is imported all the same."""
    assert of(**cells) == []


@pytest.mark.parametrize(
    ("cells", "basis"),
    [
        ({"basis": "Einwilligung"}, "consent"),
        ({"basis": "Bestandskunde", **CUSTOMER}, "existing_customer"),
        ({"basis": "contract"}, "contract"),
        ({"basis": "other", "ref": "case 7"}, "other"),
    ],
)
def test_bases_have_their_names_and_proofs(cells, basis):
    """What else has to be there is `bot.outreach.consent`'s to say."""
    assert {each.basis for each in of(**cells)} == {basis}


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-01-31", 1_769_817_600_000),
        ("31.01.2026", 1_769_817_600_000),
        ("31.01.2026 12:00", 1_769_860_800_000),
        ("2026-01-31T13:00:00+01:00", 1_769_860_800_000),
        ("2026-01-31T12:00:00Z", 1_769_860_800_000),
        ("01/31/2026", None),
        ("", None),
    ],
)
def test_dates(text, ms):
    """ISO and German; what could be two dates is none."""
    assert moment(text) == ms
