"""C7: every keyword of every language stops in every state, and what it proves is written down."""

from collections.abc import Callable

import pytest

from bot.messages import Address, Consent, Control, Delivery, Edited, Inbound, Said, Started
from bot.runtime.consenting import consented
from flows.reading.lexicon import entries, keywords
from tests.bot.runtime.floor import Floor
from tests.bot.runtime.house import ANNA, NOW
from tests.bot.runtime.lanes import unknown

STOPS = sorted({(language, word) for language, text in keywords().stop.items() for word in entries(text)})


def nothing(_floor: Floor) -> None:
    """We have never written to them."""


def asked(floor: Floor) -> None:
    """A survey waits for an answer."""
    floor.asked()


def answered(floor: Floor) -> None:
    """A survey that has ended."""
    floor.asked()
    for words in ("9", "all was well"):
        floor.take(words)


def unhappy(floor: Floor) -> None:
    """A case that nobody has claimed."""
    floor.opened()


def talking(floor: Floor) -> None:
    """A person of ours talks with them."""
    floor.opened()
    floor.claimed()


@pytest.mark.parametrize("state", [nothing, asked, answered, unhappy, talking])
def test_c7_c6_every_keyword_of_every_language_stops_in_every_state(library, state: Callable[[Floor], None]):
    """Also while an agent is live. The proof names the keyword, and START takes it back."""
    assert len(STOPS) > 100
    missed = []
    for language, word in STOPS:
        floor = Floor(library)
        state(floor)
        known = floor.lanes.get(ANNA.lane, unknown(ANNA))
        floor.lanes[ANNA.lane] = known._replace(language=language)
        rows = floor.take(word)
        proved = [(row.action, row.reason, row.source, row.wording) for row in rows.consents]
        stopped = [row.opted_out_at for row in rows.addresses] == [floor.now] and rows.silenced == [ANNA.lane]
        if not stopped or proved != [("withdrawn", "stop", "keyword", word)]:
            missed.append((language, word, proved))
        back = floor.take("START")
        if [(row.action, row.source) for row in back.consents] != [("granted", "keyword")]:
            missed.append((language, word, "START"))
    assert missed == []


@pytest.mark.parametrize(
    ("body", "reason", "source", "wording"),
    [
        (Said("STOP"), "stop", "keyword", "STOP"),
        (Said("please leave me alone, I live in Ulm"), "stop", "message", ""),
        (Edited("r", "stop"), "stop", "keyword", "stop"),
        (Consent("stop"), "stop", "keyword", ""),
        (Consent("stop", phrased=True), "stop", "message", ""),
        (Consent("stop", answered=True), "stop", "provider_optout", ""),
        (Consent("stop", answered=True, silent=True), "blocked_bot", "provider_optout", ""),
        (Consent("stop", answered=True, silent=True, source="21610"), "21610", "provider_optout", ""),
        (Delivery("k", "", "failed", opted_out=True), "21610", "provider_optout", ""),
        (Started(), "stop", "start", ""),
        (Control("bot", "mia"), "stop", "agent", ""),
    ],
)
def test_the_proof_tells_where_a_stop_came_from(body, reason, source, wording):
    """Of what people wrote in words of their own nothing is kept there."""
    [row] = consented(ANNA.lane, Inbound("e", NOW, ANNA, body), "en", "withdrawn", "ref", NOW)
    assert (row.reason, row.source, row.wording) == (reason, source, wording)


@pytest.mark.parametrize("reason", ["objection", "complaint", "erasure", "manual"])
def test_what_somebody_of_ours_did_is_not_written_down_twice(reason):
    """Who suppresses an address keeps the proof of it."""
    inbound = Inbound("e", NOW, Address("sms", "+491"), Consent("stop", answered=True, source=reason))
    assert consented(ANNA.lane, inbound, "en", "withdrawn", "ref", NOW) == []
