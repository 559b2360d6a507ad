"""How a lane and its case look to each other: what a case learns when it opens, and the rows that it becomes."""

import msgspec
from msgspec.structs import replace

from bot.cases.effects import Tell
from bot.cases.events import Answered
from bot.cases.state import Case, Customer
from bot.engine.state import Record
from bot.messages import TEST, Outbound, Prompt
from bot.rows import CaseRow, OutboxRow
from bot.runtime.lane import Lane, scored

AGENT_LIFE = 24 * 3600_000  # ms after which an agent's words come too late, and the agent is told

_encode = msgspec.json.Encoder().encode


def customer(lane: Lane) -> Customer:
    """What is known of the customer, and of their survey so far."""
    session = lane.session
    known = Customer(
        lane.name,
        channel=lane.address.channel,
        language=lane.language or "en",
        scores=lane.scores,
        opted_out_at=lane.opted_out,
    )
    if session is None:
        return known
    asked = scored(session)
    return replace(
        known,
        session=session.id,
        flow=session.flow,
        attributes=tuple({**session.variables, **session.attributes}.items()),
        score=asked.answer.value if asked else None,
        segment=asked.answer.segment if asked else "",
        comment=asked.answer.comment if asked else "",
        answers=tuple((each.step, each.answer.text) for each in session.answers if each is not asked),
        test=session.test,
    )


def answered(record: Record) -> Answered:
    """An answer that the survey took, as the case hears of it."""
    answer = record.answer
    text = record.label or answer.text
    return Answered(record.question, record.type, text, answer.value, answer.segment, answer.comment)


def told(lane: Lane, case: Case, tell: Tell, now: int) -> OutboxRow:
    """Words to the customer. The row itself does not expire: the dispatcher ends it, so that the case hears of it."""
    message = Outbound(
        tell.key,
        lane.address,
        Prompt(tell.text, tell.options),
        tell.purpose,
        lane.sender,
        now + AGENT_LIFE,
        case.language,
        tell.edits,
        tell.reply_to,
        tell.alias,
        tell.avatar,
        media=tell.media,
        origin=tell.origin,
        removes=tell.removes,
        voucher=tell.voucher,
    )
    payload, channel = _encode(message).decode(), lane.address.channel
    return OutboxRow(tell.key, lane.name, channel, case.id, tell.purpose, payload, now, 0, now, edits=tell.edits)


def case_row(case: Case, version: int) -> CaseRow:
    """A case as it is stored; everything that is looked for in a column of its own."""
    return CaseRow(
        id=case.id,
        code=case.code,
        lane=case.lane,
        session=case.session,
        desk=case.desk,
        phase=case.phase,
        owner=case.owner.id if case.owner else "",
        priority=case.priority,
        opened_at=case.opened_at,
        due_at=case.due_at,
        responded_at=case.responded_at,
        resolved_at=case.resolved_at,
        confirmed_at=case.confirmed_at,
        cause=case.cause,
        score=case.score,
        score_after=case.score_after,
        channel=case.channel,
        language=case.language,
        state=_encode(case).decode(),
        version=version,
        basis=TEST if case.test else "",
    )
