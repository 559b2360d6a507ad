"""Entries as a script: who used a word agrees to its survey, and is invited, in the transaction of that turn."""

import json
from collections.abc import Sequence

import msgspec

from bot.consent_rows import Entered
from bot.messages import Inbound, Invite, NotEntered
from bot.outreach.consent import EVERYWHERE, OWN, Event
from storage.consent import KNOWN, RECORDED, record, standing_of
from storage.scripts import Ask, Script

_encode = msgspec.json.Encoder().encode


def enter(rows: Sequence[Entered], now: int) -> Script[None]:
    """Keep what these people agreed to, and start their surveys; who was there not long ago is told so.

    Suppressed addresses are left alone. Who can lift that themselves is told how, unless it was their last word.
    """
    for row in rows:
        against = yield from _against(row, now)
        if not against:
            yield from _entered(row, now)
        elif all(reason in OWN and at <= row.at for reason, at in against):
            yield from _tell(row, NotEntered("stopped"))


def _against(row: Entered, now: int) -> Script[list[tuple[str, int]]]:
    found = (yield from standing_of(row.names, now)).suppressions
    return [(reason, at) for channel, reason, at, _ in found if channel in (row.source.channel, EVERYWHERE)]


def _entered(row: Entered, now: int) -> Script[None]:
    before = (yield Ask("entered_before", (row.purpose, json.dumps(list(row.names)))))[0][0]
    if row.every and before is not None and row.at - before < row.every:
        yield from _tell(row, NotEntered("again"))
        return
    agreed = Event(
        id=f"{row.ref}.entered", names=row.names, key_id=row.key_id, channel=row.source.channel, action="granted",
        at=row.at, source=row.how, purpose=row.purpose, source_ref=row.ref, wording=row.wording, locale=row.locale,
        evidence={"entry": row.entry, "word": row.word},
    )  # fmt: skip
    [result] = yield from record([agreed], max(now, row.at))
    if result in (RECORDED, KNOWN):
        yield from _tell(row, msgspec.structs.replace(row.invite, grant=agreed.id))


def _tell(row: Entered, body: Invite | NotEntered) -> Script[None]:
    event = Inbound(f"entry:{row.event}", row.at, row.source, body)
    lane, channel = row.source.lane, row.source.channel
    yield Ask("tell_of_entry", (channel, event.id, lane, row.at, row.at, _encode(event).decode()))
