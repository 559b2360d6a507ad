"""What a case shows at its desks: cards, notes, signs and alarms, as outbox rows in the lanes of its places."""

import hashlib
from base64 import b32encode
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from bot.cases.card import draw
from bot.cases.desks import WEB, Desk, Desks, Place
from bot.cases.effects import Alarm, Note, React
from bot.cases.state import Case, key
from bot.messages import Address, Card, Outbound, Prompt
from bot.rows import Consequences, OutboxRow, PlaceRow, Superseded

DESK_LIFE = 7 * 24 * 3600_000  # ms after which a desk that could not be reached has read it elsewhere
SIGN_LIFE = 3600_000  # a sign that could not be shown for an hour need not be shown
EMOJI_LIFE = 24 * 3600_000  # nor an emoji after a day

_encode = msgspec.json.Encoder().encode


class Showing:
    """Collects what the places of one case are to see; `write` puts it into the batch's rows, cards first."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks
        self._rows: list[OutboxRow] = []
        self._superseded: list[Superseded] = []

    def note(self, case: Case, note: Note, now: int) -> None:
        """Show a note in one place, or wherever the case is to be seen."""
        desk = self._desks.get(note.desk or case.desk)
        lanes = [note.place] if note.place else [place.lane(case.id) for place in desk.places]
        for number, lane in enumerate(lanes):
            if lane == WEB or (note.chatty and _spared(case, lane)):
                continue
            message = Outbound(
                note.key if note.place else f"{note.key}.p{number}",
                Address.of_lane(lane),
                Prompt(_coded(case, lane, note.text), note.options),
                "desk",
                not_after=now + DESK_LIFE,
                language=desk.language,
                reply_to=note.reply_to,
                alias=note.alias,
                whisper=note.whisper,
                media=note.media,
                origin=note.origin,
            )
            self.add(case.id, message, now)

    def alarm(self, case: Case, alarm: Alarm, now: int) -> None:
        """Tell a desk in the group itself, or on its phones."""
        desk = self._desks.get(alarm.desk or case.desk)
        for number, place in enumerate(desk.places):
            name = f"{alarm.key}.p{number}"
            to, until = place.address, now + DESK_LIFE
            self.add(case.id, Outbound(name, to, Prompt(alarm.text), "desk", "", until, desk.language), now)

    def sign(self, case: Case, number: int, react: React, now: int) -> None:
        """Show on a message how it is, or an agent's emoji; an earlier one that still waits need not be shown."""
        if react.place == WEB:
            return
        name = react.key or key(case.id, case.turn, f"s{number}")
        to, about = Address.of_lane(react.place), f"sign:{react.ref}"
        until = now + (EMOJI_LIFE if react.key else SIGN_LIFE)
        message = Outbound(name, to, Prompt(react.symbol), "status", not_after=until, reply_to=react.ref)
        self.add(case.id, message, now, about)
        self._superseded.append(Superseded(react.place, about, name))

    def again(self, case: Case, lane: str, event: str, now: int) -> None:
        """Show the card once more in this place, if the case is there: it was deleted, as `event` told.

        Not that of a closed case, which somebody may have tidied away: it comes back with whatever happens next.
        """
        desk = self._desks.get(case.desk)
        for place in desk.places:
            if place.threads and place.lane(case.id) == lane and not case.closed:
                card = _card(case, desk, place, draw(case, desk, place.address.channel), now)
                message = replace(card, key=f"{card.key}.{_digest(event)}", edits=card.key)
                self.add(case.id, message, now, message.edits)
                self._superseded.append(Superseded(lane, message.edits, message.key))

    def add(self, case_id: str, message: Outbound, now: int, edits: str = "") -> None:
        """A message to a desk."""
        self._rows.append(_row(case_id, message, now, edits))

    def write(self, rows: Consequences, before: Case | None, after: Case, visited: Iterable[str], now: int) -> None:
        """Put everything into `rows`: what the cards show now if it is something else than `before`, then the rest.

        `visited` are the desks that the case has been at since `before`.
        """
        here = self._desks.get(after.desk)
        known = {before.desk, *before.escalated} if before else set()
        for name in dict.fromkeys(visited):
            left = self._desks.desks.get(name)
            if left and left is not here:  # its card says where the case went
                self._cards(rows, left, None, after, now, known=name in known)
        same = before if before and before.desk == after.desk else None
        self._cards(rows, here, same, after, now, known=here.name in known)
        self.flush(rows)

    def flush(self, rows: Consequences) -> None:
        """Put everything but cards into `rows`."""
        rows.outbox += self._rows
        rows.superseded += self._superseded
        self._rows, self._superseded = [], []

    def _cards(
        self, rows: Consequences, desk: Desk, before: Case | None, after: Case, now: int, *, known: bool
    ) -> None:
        for place in desk.places:
            if not known:
                rows.places.append(_place_row(after.id, place))
            elif not place.threads:
                continue  # a phone reads what changes, and gets no second card
            drawn = draw(after, desk, place.address.channel)
            if before and draw(before, desk, place.address.channel) == drawn:
                continue
            message = _card(after, desk, place, drawn, now)
            if known:
                message = replace(message, key=f"{message.key}.{after.turn}", edits=message.key)
                rows.superseded.append(Superseded(message.to.lane, message.edits, message.key))
            rows.outbox.append(_row(after.id, message, now, message.edits))


def card_key(case_id: str, place: Place) -> str:
    """The key of the card in a place, the same whatever becomes of the desk's settings."""
    return key(case_id, "card", f"p{_digest(place.address.lane)[:4]}")


def _card(case: Case, desk: Desk, place: Place, drawn: tuple[Card, Prompt], now: int) -> Outbound:
    """The first card of a case in a place, as it would look now."""
    (card, prompt), lane = drawn, place.lane(case.id)
    prompt = Prompt(_coded(case, lane, prompt.text), prompt.options)
    to, until = Address.of_lane(lane), now + DESK_LIFE
    return Outbound(card_key(case.id, place), to, prompt, "card", "", until, desk.language, card=card)


def _digest(text: str) -> str:
    """Eight characters that stand for a text."""
    return b32encode(hashlib.blake2b(text.encode(), digest_size=5).digest()).decode().lower()


def _place_row(case_id: str, place: Place) -> PlaceRow:
    if place.threads:
        return PlaceRow(case_id, place.lane(case_id), "", place.address.lane)
    to = place.address
    return PlaceRow(case_id, Address(to.channel, to.chat, to.account, f"@{case_id}").lane, to.lane)


def _row(case_id: str, message: Outbound, now: int, edits: str) -> OutboxRow:
    lane, channel, payload = message.to.lane, message.to.channel, _encode(message).decode()
    return OutboxRow(message.key, lane, channel, case_id, message.kind, payload, now, message.not_after, now, edits)


def _coded(case: Case, lane: str, text: str) -> str:
    """A text as it stands in this lane: where several cases share one, it begins with the case's code."""
    return text if _is_thread(lane) or text.startswith(case.code) else f"{case.code}: {text}"


def _spared(case: Case, lane: str) -> bool:
    """Whether this is the phone of somebody whose case it is not."""
    return not _is_thread(lane) and (case.owner is None or case.owner.place != lane)


def _is_thread(lane: str) -> bool:
    return Address.of_lane(lane).thread != ""
