"""Desks as the rules know them: places, agents, hours, causes, canned replies. Frozen data, read from the settings."""

from collections.abc import Mapping

from msgspec import Struct, field

from bot.messages import Address

WEB = "web"
"""The place of whoever acts in the web inbox."""


AUTO = "auto"
"""The place of the desk itself, where it gives new cases to its agents."""


class Place(Struct, frozen=True):
    """Where a desk sees its cases: a channel or group with a thread per case, or an agent's phone.

    `address` is the group's, or the phone's. `threads`: every case gets a thread of its own there.
    """

    address: Address
    threads: bool

    def lane(self, case: str) -> str:
        """The outbound lane of a case here: a thread named `@case` until the provider has given it an id."""
        if not self.threads:
            return self.address.lane
        to = self.address
        return Address(to.channel, to.chat, to.account, f"@{case}").lane


class Agent(Struct, frozen=True, omit_defaults=True):
    """Somebody who works at desks. `alias` is what customers see; `ids` are `channel:author` (or `web:login`)."""

    name: str
    alias: str = ""
    avatar: str = ""
    ids: frozenset[str] = frozenset()
    active: bool = True


class Canned(Struct, frozen=True, omit_defaults=True):
    """A reply to be sent by name: language → text with `{{ name }}` placeholders."""

    name: str
    texts: Mapping[str, str]
    voucher: bool = False
    code: str = ""  # a voucher's
    codes: tuple[str, ...] = ()  # or several, each of which goes out once


class Cause(Struct, frozen=True, omit_defaults=True):
    """What lay behind a case: `id` as agents type it; labels by language; `strategic` goes to the management desk."""

    id: str
    labels: Mapping[str, str]
    strategic: bool = False


class Desk(Struct, frozen=True, omit_defaults=True):
    """One desk. Durations in ms."""

    name: str
    places: tuple[Place, ...] = ()
    language: str = "en"  # its agents'
    agents: tuple[Agent, ...] = ()  # none: everyone at the desk is an agent
    causes: tuple[Cause, ...] = ()  # none: any cause is taken
    canned: tuple[Canned, ...] = ()
    hours: str = ""  # OpenStreetMap's opening_hours; "" is always open
    timezone: str = "UTC"
    country: str = ""  # ISO code, for public holidays (`PH`) in hours
    respond_within: int = 15 * 60_000
    resolve_within: int = 0  # 0: no clock
    remind_before: int = 5 * 60_000  # before the first response is due
    escalate_to: str = ""  # another desk, once the clock has run out
    silent_after: int = 0  # owner does not answer for so long: back to the queue; 0: never
    reopen_within: int = 7 * 24 * 3600_000  # a customer who writes later than that gets a new case
    held_for: int = 10 * 60_000  # a held message without a choice is reported as not sent
    assign: str = ""  # "" by hand | round_robin | least_loaded
    identity: str = "pseudonym"  # or name (C13)
    show: tuple[str, ...] = ()  # attributes on the card; none: all but names and addresses
    alias: str = ""  # what customers see of every agent without an alias
    resume: bool = False  # once a case is closed, the bot takes up the survey where it was
    confirm: bool = True  # ask the customer whether it is solved
    ask_again: bool = False  # and for a new score
    greeting: Mapping[str, str] = field(default_factory=dict)  # said once when somebody claims; empty: nothing
    closed: Mapping[str, str] = field(
        default_factory=dict
    )  # said when a case opens out of hours; empty: the shipped one


class Desks(Struct, frozen=True):
    """All desks by name. The first is where cases go that name none."""

    desks: Mapping[str, Desk] = field(default_factory=dict)
    routes: tuple["Routing", ...] = ()
    management: str = ""  # the desk that hears of strategic causes
    reach: Mapping[str, "Reach"] = field(default_factory=dict)  # by channel

    def get(self, name: str) -> Desk:
        """The desk of this name, else the first; a nameless one without places if there are none."""
        return self.desks.get(name) or next(iter(self.desks.values()), Desk(""))

    def place(self, lane: str, case: str) -> str:
        """The outbound lane of a case at the place that this lane is, or is a thread in; `web` stays `web`."""
        address = Address.of_lane(lane)
        group = Address(address.channel, address.chat, address.account)
        places = (place for desk in self.desks.values() for place in desk.places if place.address == group)
        found = next(places, None)
        return found.lane(case) if found else lane

    def at(self, lane: str) -> Desk | None:
        """The desk whose place this lane's address is: the channel, group or phone itself, or a thread in it."""
        address = Address.of_lane(lane)
        group = Address(address.channel, address.chat, address.account)
        return next((desk for desk in self.desks.values() if any(p.address == group for p in desk.places)), None)


class Reach(Struct, frozen=True):
    """What can be done for a customer on a channel. `max_text` is in `unit`, as in Capabilities.

    `paid_parts` is how many paid parts (SMS segments) a message may have without a question; 0: parts cost nothing.
    """

    max_text: int
    unit: str = "chars"
    edits: bool = False
    paid_parts: int = 0
    emoji: frozenset[str] = frozenset()  # as in Capabilities


class Routing(Struct, frozen=True, omit_defaults=True):
    """Where cases of one desk go instead, if every fact given in `when` is one of these values.

    Facts are the attributes of the case (brand, region, …), its language, channel and flow (the touchpoint).
    """

    desk: str
    to: str
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
