"""From the settings to the desks that the cases know: places, agents, what they may say, what channels can do."""

from collections.abc import Collection, Iterator, Mapping

from bot.cases import config, desk_file
from bot.cases.desks import Agent, Cause, Desk, Desks, Place, Reach, Routing
from bot.errors import BotError, Fault
from bot.messages import Address, Capabilities
from bot.ports import Channel
from flows.problems import Problem
from settings import Settings

PAID_PARTS = 3  # SMS parts of one message that an agent is not asked about


class BrokenDesk(BotError):
    """A desk file has errors; nothing was started."""

    fault = Fault.OPERATOR


def desks(settings: Settings, channels: Mapping[str, Channel], languages: Collection[str] = ()) -> Desks:
    """The desks of the settings, on these channels. `languages` are the flows'. Raises BrokenDesk."""
    problems: list[Problem] = []
    contents: dict[str, desk_file.DeskFile] = {}
    for file in sorted({desk.file for desk in settings.desks.values() if desk.file}):
        path = settings.home / file
        checked = desk_file.check(path.read_bytes(), str(path), languages)
        problems += [problem for problem in checked.problems if problem.severity == "error"]
        if checked.content:
            contents[file] = checked.content
    if problems:
        raise BrokenDesk("\n".join(["Desk files have errors; nothing was started.", *map(str, problems)]))
    made = {
        name: _desk(name, desk, settings, channels, contents.get(desk.file)) for name, desk in settings.desks.items()
    }
    routes = tuple(Routing(route.desk, route.to, route.when) for route in settings.routes)
    reach = {name: _reach(channel.capabilities) for name, channel in channels.items()}
    return Desks(made, routes, settings.management, reach)


def _desk(
    name: str,
    desk: config.DeskSettings,
    settings: Settings,
    channels: Mapping[str, Channel],
    content: desk_file.DeskFile | None,
) -> Desk:
    return Desk(
        name,
        places=tuple(_places(desk, settings, channels)),
        language=desk.language,
        agents=tuple(_agents(desk, settings)),
        causes=_causes(desk, content),
        canned=content.canned() if content else (),
        hours=desk.hours,
        timezone=desk.timezone,
        country=desk.country,
        respond_within=desk.respond_within,
        resolve_within=desk.resolve_within,
        remind_before=desk.remind_before,
        escalate_to=desk.escalate_to,
        silent_after=desk.silent_after,
        reopen_within=desk.reopen_within,
        held_for=desk.held_for,
        assign=desk.assign,
        identity=desk.identity,
        show=desk.show,
        alias=desk.alias,
        resume=desk.resume,
        confirm=desk.confirm,
        ask_again=desk.ask_again,
        greeting=desk.greeting,
        closed=desk.closed,
    )


def _places(desk: config.DeskSettings, settings: Settings, channels: Mapping[str, Channel]) -> Iterator[Place]:
    """Groups with threads, and people who get everything in one conversation: phones, direct messages."""
    for channel, chat, account in desk.places:
        configured = settings.channels[channel]
        address = Address(channel, _number(chat, configured) if configured.kind == "twilio" else chat, account)
        threads = channels[channel].capabilities.threads and _is_group(configured.kind, chat)
        yield Place(address, threads)


def _number(chat: str, configured: object) -> str:
    number = config.tidy(chat)
    whatsapp = getattr(configured, "whatsapp", False) and not number.startswith("whatsapp:")
    return f"whatsapp:{number}" if whatsapp else number


def _is_group(kind: str, chat: str) -> bool:
    """Whether several people are in that chat, as far as its id tells."""
    match kind:
        case "slack":
            return chat.startswith(("C", "G"))
        case "telegram":
            return chat.startswith(("-", "@"))
    return False


def _agents(desk: config.DeskSettings, settings: Settings) -> Iterator[Agent]:
    for name in desk.agents:
        agent = settings.agents.get(name)
        if agent is None:
            ids = config.raw_ids(name, desk, settings.channels)
            yield Agent(min(ids), ids=ids)
        else:
            known_as = {
                f"{channel}:{_person(each, channel, settings)}" for channel, ids in agent.ids.items() for each in ids
            }
            yield Agent(name, agent.alias, agent.avatar, frozenset(known_as), agent.active)


def _person(known_as: str, channel: str, settings: Settings) -> str:
    configured = settings.channels.get(channel)
    return _number(known_as, configured) if getattr(configured, "kind", "") == "twilio" else known_as


def _causes(desk: config.DeskSettings, content: desk_file.DeskFile | None) -> tuple[Cause, ...]:
    """Those of the settings, then those of the desk file that are not among them."""
    own = [cause.made() for cause in desk.causes]
    known = {cause.id.casefold() for cause in own}
    more = [cause.made() for cause in content.causes] if content else []
    return (*own, *(cause for cause in more if cause.id.casefold() not in known))


def _reach(can: Capabilities) -> Reach:
    paid_parts = PAID_PARTS if can.text_unit == "gsm7" else 0
    return Reach(can.max_text, can.text_unit, can.edits, paid_parts, can.emoji)
