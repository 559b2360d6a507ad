"""A provider of identities that does not work, or says strange things (S18)."""

import re

import pytest

from sandbox.faults import Fault
from tests.web.test_oidc import (
    MINUTE,
    connected,
    firm,  # noqa: F401 - fixtures
)

FAULTS = {
    "down": (Fault("reset_before", times=9, method="GET"), 503, "does not answer"),
    "broken": (Fault("error", times=9, status=500, method="GET"), 503, "does not answer"),
    "too many": (Fault("throttle", times=9, method="GET"), 503, "does not answer"),
    "slow": (Fault("timeout_before", times=9, seconds=5, method="GET"), 503, "does not answer"),
    "no JSON": (Fault("garbled", times=9, method="GET"), 502, "does not hold"),
    "half": (Fault("half", times=9, method="GET"), 503, "does not answer"),
}


@pytest.mark.parametrize("how", FAULTS)
async def test_s18_a_provider_that_does_not_work_is_told_about(firm, monkeypatch, how):  # noqa: F811 - a fixture
    """At the button, and on the way back; the next try works."""
    monkeypatch.setattr("integrations.oidc.calls.SECONDS", 0.3)
    fault, status, words = FAULTS[how]
    await connected(firm)
    firm.wait(60 * MINUTE)  # nothing is kept
    async with firm.surfing() as anna:
        firm.sandbox.faults.plan(fault)
        answer = await anna.page.post("/oidc/company/start", {}, form="/sign-in")
        assert (answer.status_code, words in answer.text) == (status, True)
        firm.sandbox.faults.clear()
        path = await anna.chooses(await anna.sets_out())
        firm.sandbox.faults.plan(Fault(fault.kind, times=9, status=500, seconds=5, method="POST"))
        answer = await anna.comes_back(path)
        assert (answer.status_code, words in answer.text) == (status, True)
        firm.sandbox.faults.clear()
        assert (await anna.signs_in()).status_code == 303


async def test_s18_what_the_provider_says_is_told_as_text(firm):  # noqa: F811 - a fixture
    """One line of it, not too long, and only to whoever set out."""
    await connected(firm)
    async with firm.surfing() as anna:
        path = await anna.chooses(await anna.sets_out(), refuse="access_denied<script>")
        hostile = path.replace("The+person", "x" * 300 + "%0A%1B%E2%80%AE")
        answer = await anna.comes_back(hostile)
        assert answer.status_code == 403
        said = re.search(r"<blockquote>(.*)</blockquote>", answer.text)[1]
        assert said.startswith("access_denied&lt;script&gt;: xxx")
        assert said.endswith("x" * 50)
        again = await anna.comes_back(hostile)
        assert (again.status_code, "xxx" in again.text) == (400, False)
