"""Contacts, consent and stops put straight into the tables, for tests of what is decided about them."""

import json
from typing import Any

from storage.scripts import Ask, Script
from storage.sql import portable

AT = 1_800_000_000_000  # Friday, 15 January 2027, 8:00 UTC
DAY = 86_400_000

BLOCKS = {
    "test_contact": """INSERT INTO contact (id, external, name, language, zone, zone_source, country, brand, region,
      segment, agent, revenue, attributes, created_at, updated_at)
      VALUES (:id, :external, :name, 'de', 'Europe/Berlin', 'given', 'DE', :brand, '', '', '', NULL, :attributes, 0,
        0)""",
    "test_reach": """INSERT INTO contact_address (lane, contact, channel, hmac, key_id, rank, added_at)
      VALUES (:lane, :contact, :channel, :hmac, 'k', :rank, 0)""",
    "test_grant": """INSERT INTO consent_grant (hmac, purpose, channel, event, basis, at)
      VALUES (:hmac, 'survey', :channel, :event, :basis, 5)""",
    "test_consent": """INSERT INTO consent_event (id, hmac, key_id, purpose, channel, action, basis, at,
      recorded_at, source, source_ref, wording, wording_version, locale, actor, evidence_hash, n, prev_hash, hash)
      VALUES (:id, :hmac, 'k', 'survey', :channel, 'granted', :basis, 5, 5, 'import', '', '', '', '', '', '', 1, '',
        '')""",
    "test_suppress": """INSERT INTO suppression (hmac, channel, scope, key_id, reason, at, source_event)
      VALUES (:hmac, :channel, 'all', 'k', :reason, 5, '')""",
}


def install(more: dict[str, str] | None = None) -> None:
    """Make these statements known, and others."""
    portable().update(BLOCKS | (more or {}))


def person(
    contact: str = "c1", *, lanes: tuple[str, ...] = ("sms:+491",), grant: str = "consent", **known: Any
) -> Script[None]:
    """A contact with addresses, each with a grant of this basis, or none with ""."""
    yield Ask(
        "test_contact",
        (contact, f"x-{contact}", known.pop("name", "Ada Beck"), known.pop("brand", ""), json.dumps(known)),
    )
    for rank, lane in enumerate(lanes):
        channel = lane.partition(":")[0]
        yield Ask("test_reach", (lane, contact, channel, f"h-{lane}", rank))
        if grant:
            yield Ask("test_consent", (f"e-{lane}", f"h-{lane}", channel, grant))
            yield Ask("test_grant", (f"h-{lane}", channel, f"e-{lane}", grant))


def suppressed(lane: str, reason: str = "complaint", channel: str = "*") -> Script[None]:
    """An address that is not written to."""
    yield Ask("test_suppress", (f"h-{lane}", channel, reason))
