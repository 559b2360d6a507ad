"""A customer and the desks around them without a database: it decides event by event and keeps what a store would."""

import msgspec

from bot.cases.desks import Agent, Desk, Desks, Place
from bot.cases.state import Case, key
from bot.messages import Address, Body, FromDesk, Inbound, Outbound, Pressed, Said
from bot.rows import Batch, Claimed, Consequences, Docket, LaneState
from bot.runtime.entering import SHUT
from bot.runtime.route import decide
from flows.library import Library
from tests.bot.runtime.house import ANNA, NOW
from tests.bot.runtime.lanes import invite, unknown

ROOM, OFFICE = Address("slack", "C1"), Address("telegram", "-100")
PHONE, OTHER_PHONE = Address("sms", "+4930111"), Address("sms", "+4930222")
THREAD = Address("slack", "C1", thread="17.1")
AGENTS = (
    Agent("mia", "Mia", ids=frozenset({"slack:U1", "sms:+4930111", "web:mia"})),
    Agent("tom", "Tom", ids=frozenset({"slack:U2", "sms:+4930222"})),
)
SUPPORT = Desk("support", (Place(ROOM, threads=True), Place(PHONE, threads=False)), agents=AGENTS)
BILLING = Desk("billing", (Place(OFFICE, threads=True), Place(OTHER_PHONE, threads=False)))
DESKS = Desks({"support": SUPPORT, "billing": BILLING})
_encode = msgspec.json.Encoder().encode


class Floor:
    """`rows` is what the latest events led to."""

    def __init__(self, library: Library, desks: Desks = DESKS) -> None:
        self.library, self.desks, self.doors = library, desks, SHUT
        self.lanes: dict[str, LaneState] = {}
        self.dockets: dict[str, list[Docket]] = {}
        self.opening: set[str] = set()
        self.kept: dict[str, tuple[str, int]] = {}  # of all cases: state and version
        self.rows = Consequences.none()
        self.now = NOW
        self.events = 0

    def take(self, *bodies: Body | str, source: Address = ANNA, author: str = "", ids: str = "e") -> Consequences:
        """These events of one lane in one batch, a second after the last ones."""
        self.now += 1_000
        inbounds = []
        for body in bodies:
            self.events += 1
            said = Said(body) if isinstance(body, str) else body
            inbounds.append(Inbound(f"{ids}{self.events}", self.now, source, said, author))
        return self.decide(source.lane, *inbounds)

    def decide(self, lane: str, *inbounds: Inbound, gather: int = 0) -> Consequences:
        events = [Claimed(n, lane, self.now, 0, _encode(each).decode()) for n, each in enumerate(inbounds, 1)]
        known = self.lanes.get(lane, unknown(Address.of_lane(lane)))
        batch = Batch(events, {lane: known}, {lane: self.dockets.get(lane, ())}, self.opening)
        rows = self.rows = decide(batch, self.library.revision, self.now, gather, desks=self.desks, doors=self.doors)
        assert rows.parked == [] or self.opening
        latest = ""
        for session in rows.sessions:
            known = known._replace(session=session.id, state=session.state, version=session.version)
        for row in rows.addresses:
            known = known._replace(
                known=1, language=row.language, opted_out_at=row.opted_out_at, heard_at=row.heard_at, sender=row.sender,
                history=row.history,
            )  # fmt: skip
            latest = row.case_id
            assert latest or not known.case or self.case.test, "the address has forgotten its case"
        for case in rows.cases:
            assert case.version == (known.case_version + 1 if known.case and self._id(known) == case.id else 1)
            known = known._replace(case=case.state, case_version=case.version)
            self.kept[case.id] = case.state, case.version
        if rows.addresses:
            state, version = self.kept.get(latest, ("", 0))
            known = known._replace(case=state, case_version=version)
        self.lanes[lane] = known
        return rows

    def hear(self) -> Consequences:
        """What was passed on to the customer's lane is taken."""
        return self.decide(ANNA.lane, *[msgspec.json.decode(row.body, type=Inbound) for row in self.rows.forwards])

    def asked(self) -> Consequences:
        """Anna is asked."""
        return self.take(invite(self.library))

    def opened(self) -> Consequences:
        """Anna was asked and gives a two: a case opens."""
        self.asked()
        return self.take("2")

    def at_desk(self, body: Body | str, author: str = "U1", place: str = THREAD.lane, case: str = "") -> Consequences:
        """Somebody at a desk does something about the case, as it comes to the customer's lane."""
        self.now += 1_000
        self.events += 1
        said = Said(body, ref=f"C1:{self.events}") if isinstance(body, str) else body
        acted = FromDesk(case or self.case.id, place, author, said, "Somebody")
        return self.decide(ANNA.lane, Inbound(f"desk:e{self.events}", self.now, Address.of_lane(place), acted))

    def claimed(self) -> Consequences:
        """Mia claims it."""
        return self.at_desk(Pressed(key(self.case.id, "card"), "claim"))

    @property
    def case(self) -> Case:
        return msgspec.json.decode(self.lanes[ANNA.lane].case, type=Case)

    @staticmethod
    def _id(known: LaneState) -> str:
        return str(msgspec.json.decode(known.case)["id"])

    def sent(self, kind: str = "", lane: str = "") -> list[str]:
        """The texts of what the latest events queued, of one kind or lane."""
        return [one.prompt.text for one in self.messages(kind, lane)]

    def messages(self, kind: str = "", lane: str = "") -> list[Outbound]:
        rows = [row for row in self.rows.outbox if kind in ("", row.kind) and lane in ("", row.lane)]
        return [msgspec.json.decode(row.payload, type=Outbound) for row in rows]

    def thread(self, place: Place = SUPPORT.places[0]) -> str:
        """The lane of the case's thread."""
        return place.lane(self.case.id)
