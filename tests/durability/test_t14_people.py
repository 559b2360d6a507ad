"""T14: a customer and a desk do anything, in any order, while providers fail and workers die; on both databases.

Hypothesis walks the machine; every walk has customers of its own in one database, so that what is left of earlier walks
is there, too. At the end faults stop, time passes, and everything that was to be sent has a final state.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import msgspec
import pytest
import uvloop
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.cases.case import decide
from bot.cases.events import Begun, CaseEvent
from bot.cases.state import Case
from bot.errors import InDoubt, Rejected, Throttled, Unavailable, Unreachable
from bot.messages import Address, Consent, Inbound, Outbound, Pressed, Said, Sent
from bot.runtime.dispatcher import Dispatcher
from bot.runtime.showing import card_key
from flows import library
from storage.opening import open_store
from storage.sqlite import SqliteStore
from tests.bot.runtime.floor import DESKS
from tests.bot.runtime.rooms import Room, Rooms
from tests.durability.attentive import Attentive, select
from tests.durability.invariants import FINAL

CI, NIGHTLY = 500, 20_000  # walks of up to 50 steps
DAY = 86_400_000
WORDS = st.sampled_from(["2", "9", "it broke", "yes", "no", "danke", "STOP", "start", "help", "a person please"])
ARRIVED = InDoubt("reset after it had arrived")
FAULTS = st.sampled_from([Unavailable("down"), InDoubt("reset"), ARRIVED, Rejected("no", "400"), Throttled("slow", 3)])
_journaled = msgspec.json.Decoder(CaseEvent | Begun).decode


class Telephone(Room):
    """The customers' provider: what was sent to whom, and what was known about them at that moment."""

    name, kind = "sms", "telephone"

    def __init__(self, store: Any) -> None:
        super().__init__()
        self.capabilities = msgspec.structs.replace(self.capabilities, threads=False)
        self.store = store
        self.heard: dict[str, list[Outbound]] = {}
        self.wrong: list[str] = []

    async def send(self, message: Outbound) -> Sent:
        lane = message.to.lane
        state = await self.store.lane(lane)
        if state and state["opted_out_at"] and message.kind != "notice":
            self.wrong.append(f"I6: {message.kind} to {lane} after the stop")
        case = await self.store.case(state["case_id"]) if state and state["case_id"] else None
        if case and message.kind == "survey" and _state(case).control == "human":
            self.wrong.append("I9: the survey spoke while a person did")
        try:
            sent = await super().send(message)
        except InDoubt as doubt:
            if doubt is ARRIVED:
                self.heard.setdefault(lane, []).append(message)
            raise
        self.heard.setdefault(lane, []).append(message)
        return sent


def _state(row: Any) -> Case:
    return msgspec.json.decode(row["state"], type=Case)


class People:
    """One database with everything around it; its walks follow one another."""

    def __init__(self, store: Any, shelf: Any) -> None:
        self.store = Attentive(store)
        self.phone = Telephone(self.store)
        self.rooms = Rooms(self.store, shelf, line=self.phone)
        self.walks = 0
        self.cases = 0
        self.threads: dict[str, str] = {}  # of cases; here none ever loses its own

    async def settles(self) -> None:
        """No faults any more: time passes until everything has an end."""
        for line in (self.phone, self.rooms.room, self.rooms.hall):
            line.script.clear()
            line.refuse.clear()
        for _ in range(4):
            await self.rooms.waits(60_000)
            await self.rooms.looks_up()
        await self.rooms.waits(16 * 60_000)


class Walk(RuleBasedStateMachine):
    """One customer, two agents, a desk. `people` and `now`, which waits, are set in the class that is walked."""

    people: People
    now: Callable[[Coroutine[Any, Any, Any]], Any]

    @initialize()
    def asks(self) -> None:
        self.people.walks += 1
        self.who = Address("sms", f"+4915{self.people.walks:09d}")
        self.events: list[Inbound] = []
        self.said = 0
        self.now(self.people.rooms.asks(self.who))
        self._arrives(Inbound(self._id(), self.people.rooms.clock(), self.who, Said("2")))

    def _arrives(self, event: Inbound) -> None:
        self.events.append(event)
        self.now(self.people.rooms.intake.accept([event]))
        self.now(self.people.rooms.waits(0))

    def _id(self) -> str:
        self.said += 1
        return f"w{self.people.walks}.{self.said}"

    def _thread(self) -> tuple[str, Address] | None:
        """The case and its thread, if there is one by now."""
        lane = self.now(self.people.store.lane(self.who.lane))
        if not lane or not lane["case_id"]:
            return None
        case, threads = lane["case_id"], self.people.threads
        if case not in threads and (thread := self.now(_thread_of(self.people.store, case))):
            threads[case] = thread
        return (case, Address("slack", "C1", thread=threads[case])) if case in threads else None

    @rule(words=WORDS)
    def replies(self, words: str) -> None:
        name = self._id()
        self._arrives(Inbound(name, self.people.rooms.clock(), self.who, Said(words, ref=name)))

    @rule(pick=st.integers(0, 99))
    def is_told_again(self, pick: int) -> None:
        if self.events:
            self.now(self.people.rooms.intake.accept([self.events[pick % len(self.events)]]))
            self.now(self.people.rooms.waits(0))

    @rule(author=st.sampled_from(["U1", "U2", "U9"]), what=st.sampled_from(["", "!note ", "!send ", "note: "]))
    def says_at_the_desk(self, author: str, what: str) -> None:
        if found := self._thread():
            name = self._id()
            text = f"{what}words of {author} {name}"
            self._arrives(Inbound(name, self.people.rooms.clock(), found[1], Said(text, ref=name), author))

    @rule(
        author=st.sampled_from(["U1", "U2", "U9"]),
        value=st.sampled_from(["claim", "release", "resolve", "reopen", "cause:x", "skip", "cancel", "snooze"]),
    )
    def presses(self, author: str, value: str) -> None:
        if found := self._thread():
            press = Pressed(f"k{found[0]}.card", value, "1")
            self._arrives(Inbound(self._id(), self.people.rooms.clock(), found[1], press, author))

    @rule(command=st.sampled_from(["!claim", "!release", "!resolve late we called", "!assign tom", "!reopen"]))
    def commands(self, command: str) -> None:
        if found := self._thread():
            name = self._id()
            self._arrives(Inbound(name, self.people.rooms.clock(), found[1], Said(command, ref=name), "U1"))

    @rule(pick=st.integers(0, 5), what=st.sampled_from(["send", "note", "take"]))
    def decides_about_held(self, pick: int, what: str) -> None:
        if found := self._thread():
            held = _state(self.now(self.people.store.case(found[0]))).held
            if held:
                one = held[pick % len(held)]
                press = Pressed(f"k{found[0]}.1.0", f"{what}:{one.id}", "1")
                self._arrives(Inbound(self._id(), self.people.rooms.clock(), found[1], press, one.by.author))

    @rule(gap=st.sampled_from([1_000, 60_000, 16 * 60_000, 3 * 3_600_000, DAY, 4 * DAY]))
    def time_passes(self, gap: int) -> None:
        self.now(self.people.rooms.waits(gap))

    @rule(fault=FAULTS, where=st.sampled_from(["phone", "room"]))
    def a_provider_fails(self, fault: Exception, where: str) -> None:
        line = self.people.phone if where == "phone" else self.people.rooms.room
        line.script.append(fault)

    @rule()
    def the_provider_says_they_are_gone(self) -> None:
        self.people.phone.script.append(Unreachable("blocked", "21610", opted_out=True))

    @rule()
    def they_come_back(self) -> None:
        event = Inbound(self._id(), self.people.rooms.clock(), self.who, Consent("start", answered=True))
        self._arrives(event)

    @rule(where=st.sampled_from(["sms", "slack"]))
    def a_worker_dies_with_a_send_in_hand(self, where: str) -> None:
        moment = self.people.rooms.clock()
        self.now(self.people.store.lease("dead", 3, moment, moment + 30_000, [where], 60_000))

    @rule()
    def another_process_takes_over(self) -> None:
        lines = {"sms": self.people.phone, "slack": self.people.rooms.room, "telegram": self.people.rooms.hall}
        self.people.rooms.dispatchers = [
            Dispatcher(
                name, line, self.people.store, f"{self.people.walks}.{self.said}", self.people.rooms.clock, lines
            )
            for name, line in lines.items()
        ]

    @rule()
    def is_asked_again(self) -> None:
        self.now(self.people.rooms.asks(self.who))

    def teardown(self) -> None:
        if hasattr(self, "who"):
            self.now(self.people.settles())
            self.now(_holds(self.people, self.who))


async def _thread_of(store: Any, case_id: str) -> str:
    """The thread of a case in the desk's channel, "" while it has none."""
    card = await store.outbound(card_key(case_id, DESKS.desks["support"].places[0]))
    return f"t{card['provider_id']}" if card and card["provider_id"] else ""


async def _holds(people: People, who: Address) -> None:
    """What a walk must leave behind."""
    wrong, people.phone.wrong = people.phone.wrong, []  # a shorter walk that is fine has to pass
    assert wrong == []
    heard = people.phone.heard.get(who.lane, [])
    keys = [message.key for message in heard]
    assert len(keys) == len(set(keys)), "P5: a message twice"
    for message in heard:
        if message.kind == "agent":
            assert "U9" not in message.prompt.text, "S21: a stranger's words reached the customer"
            assert "note" not in message.prompt.text, "a note reached the customer"
    lane = await people.store.lane(who.lane)
    rows = await people.store.conversation(who.lane, 1000)
    for row in rows:
        if row["from"] == "bot":
            assert row["state"] in FINAL, f"I4: {row['state']}"
    if lane and lane["case_id"]:
        people.cases += 1
        await _replays(people, lane["case_id"])


async def _replays(people: People, case_id: str) -> None:
    """I11 for the case: its journal gives its state."""
    stored = _state(await people.store.case(case_id))
    case: Case | None = None
    for at, event in await _journal(people.store, case_id):
        case = event.case if isinstance(event, Begun) else decide(case, event, at, DESKS).case if case else None
    assert case == stored, "I11: the journal tells another story"


async def _journal(store: Any, case_id: str) -> list[tuple[int, Any]]:
    assert case_id.isalnum()
    rows = await select(store, f"SELECT at, event FROM journal WHERE session = '{case_id}' ORDER BY turn")  # noqa: S608
    return [(row[0], _journaled(row[1])) for row in rows]


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """What walks, which are not async, wait with: in their own thread, for changing threads costs more than a step."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner.get_loop()


@pytest.fixture
def people(database_url: str, loop: asyncio.AbstractEventLoop) -> Iterator[People]:
    """On a database that is not asked to survive a power cut: here only workers die, and T2 cuts the power."""
    store = loop.run_until_complete(open_store(database_url))
    if isinstance(store, SqliteStore):
        store._writer.execute("PRAGMA synchronous=OFF")
    yield People(store, library.load())
    loop.run_until_complete(store.close())


def _walk(people: People, loop: asyncio.AbstractEventLoop, count: int) -> None:
    machine = type("Walk", (Walk,), {"people": people, "now": staticmethod(loop.run_until_complete)})
    known = settings(
        max_examples=count,
        stateful_step_count=50,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(machine, settings=known)
    assert people.cases > count / 10, "hardly anybody had a case: the walks show nothing"
    print(f"T14: {people.walks} walks, {people.cases} with a case")


@pytest.mark.timeout(1800)
def test_t14_whatever_people_and_providers_do(people: People, loop: asyncio.AbstractEventLoop) -> None:
    """I1 to I11 as far as a walk can break them."""
    _walk(people, loop, CI)


@pytest.mark.nightly
@pytest.mark.timeout(36_000)
def test_t14_whatever_they_do_for_a_night(people: People, loop: asyncio.AbstractEventLoop) -> None:
    """The same, many more."""
    _walk(people, loop, NIGHTLY)
