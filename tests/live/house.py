"""The desks of these tests: their places at the providers, who sits there, and the settings that say so.

`slack`, `tg` and `sms` are desks with one place each, `everywhere` has all three at once; the others are in Slack
channels of their own and do one thing differently. Anna and Ben are agents; Eve is in every place and is none.
"""

from collections.abc import Mapping
from typing import Any

from bot.cases.config import AgentSettings, DeskSettings, RouteSettings
from sandbox.slack import Channel as Room
from sandbox.slack import User
from sandbox.telegram.group import Group
from tests.channels.contract.slack import Slack
from tests.channels.contract.telegram import Telegram
from tests.channels.contract.twilio import Twilio

COMPANY = "Echolot"
ALIAS = f"{COMPANY} team"
SURFACES = ("slack", "tg", "sms")
AGENTS, STRANGER = ("anna", "ben"), "eve"
WHO = (*AGENTS, STRANGER)
APART: Mapping[str, Mapping[str, Any]] = {
    "hasty": {"held_for": "1s"},
    "resuming": {"resume": True, "confirm": False},
    "silent": {"confirm": False},
    "brief": {"confirm": False, "reopen_within": "1s"},
    "asking": {"ask_again": True},
    "leaving": {"silent_after": "1s"},
    "strict": {"respond_within": "1s", "remind_before": "500ms", "escalate_to": "slack"},
}
"""Desks in Slack with settings of their own."""
ROOMS = {"slack": "C5", "everywhere": "C6"} | {name: f"C7{number}" for number, name in enumerate(APART)}
"""The desks' channels at Slack."""
GROUPS, PHONES = ("tg", "everywhere"), ("sms", "everywhere")


class Providers:
    """The stand-ins for the providers, with the places of the desks in them."""

    def __init__(self, *, paced: bool) -> None:
        """`paced`: those that have limits insist on them."""
        self.slack, self.tg, self.sms = Slack(), Telegram(), Twilio()
        self.slack.sandbox.limits.on = paced
        self.tg.sandbox.limits().enforced = paced
        people = [slack_id(who) for who in WHO]
        self.slack.team.add(*(User(slack_id(who), who, who.title()) for who in WHO))
        self.slack.team.add(*(Room(room, name, members=[*people, "U1BOT"]) for name, room in ROOMS.items()))
        members = [self.tg.sandbox.phone(telegram_id(who)) for who in WHO]
        self.groups: dict[str, Group] = {desk: self.tg.sandbox.group(desk, members=members) for desk in GROUPS}


def surfaces(desk: str) -> tuple[str, ...]:
    """Where a desk has a place."""
    return SURFACES if desk == "everywhere" else (desk,) if desk in SURFACES else ("slack",)


def slack_id(who: str) -> str:
    """What Slack calls somebody at the desks."""
    return f"UDESK{who.upper()}"


def telegram_id(who: str) -> int:
    """What Telegram calls somebody at the desks."""
    return 800_000_000 + WHO.index(who)


def number_of(desk: str, who: str) -> str:
    """A phone of somebody at a desk."""
    return f"+49301{PHONES.index(desk)}{WHO.index(who):06}"


def written(providers: Providers, **changes: Any) -> dict[str, Any]:
    """The settings of desks, agents and routes as an operator writes them; `changes` are for every desk."""
    told = {"agents": list(AGENTS), "causes": ["shipping", "price"], "alias": ALIAS} | changes
    desks: dict[str, Any] = {"support": {"channel": "web"} | told}
    for name in ("slack", "tg", "sms", "everywhere", *APART):
        (channel, chat), *more = _places(name, providers)
        also = [{"channel": other, "chat": where} for other, where in more]
        desks[name] = {"channel": channel, "chat": chat, "also": also} | told | APART.get(name, {})
    agents = {
        who: {
            "alias": f"{who.title()} of {COMPANY}",
            "slack": slack_id(who),
            "tg": telegram_id(who),
            "sms": [number_of(desk, who) for desk in PHONES],
            "web": who,
        }
        for who in AGENTS
    }
    routes = [{"desk": "support", "to": name, "when": {"place": name}} for name in desks if name != "support"]
    return {"desks": desks, "agents": agents, "routes": routes}


def _places(desk: str, providers: Providers) -> list[tuple[str, str]]:
    found = [("slack", ROOMS[desk])] if desk in ROOMS else []
    found += [("tg", str(providers.groups[desk].id))] if desk in GROUPS else []
    return found + ([("sms", number_of(desk, who)) for who in WHO] if desk in PHONES else [])


def read(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as it is once the settings are read."""
    return {
        "desks": {name: DeskSettings.model_validate(desk) for name, desk in settings["desks"].items()},
        "agents": {name: AgentSettings.model_validate(agent) for name, agent in settings["agents"].items()},
        "routes": tuple(RouteSettings.model_validate(route) for route in settings["routes"]),
    }
