"""A case's life at the desk: claim, release, assign, hand over, snooze, reopen."""

from bot.cases import clocks
from bot.cases.desks import AUTO, Desk
from bot.cases.draft import Draft, agent_of, alias_of, name_of
from bot.cases.effects import HandBack, Pause
from bot.cases.state import Actor
from bot.cases.words import in_language, moment
from flows.problems import nearest
from flows.templates import fill


def claim(draft: Draft, by: Actor, ref: str = "") -> bool:
    """Own the case, if nobody does; whether `by` owns it now. Everybody else is told who does (P7)."""
    case = draft.case
    if case.closed:
        draft.answer(by, ref, draft.word("old_button"))
        return False
    if case.owner and case.owner.id != by.id:
        draft.answer(by, ref, draft.word("claimed_by_other", who=name_of(case.owner)))
        return False
    if case.owner:
        draft.answer(by, ref, draft.word("yours_already"))
        return True
    own(draft, by)
    draft.event(draft.word("claimed", who=name_of(by)), by)
    text = in_language(draft.desk.greeting, case.language)
    if text and "claimed" not in case.told and not draft.case.opted_out_at:
        alias = alias_of(draft.desk, by)[0]
        text = fill(text, {"agent": alias}).strip()
        draft.change(told=(*case.told, "claimed"))
        draft.said_by_bot(text, draft.tell(text))
    return True


def own(draft: Draft, by: Actor) -> None:
    """From now on this person talks with the customer, and nobody else (P7, LIVE_FOLLOWUP 7)."""
    case = draft.case
    draft.change(owner=by, phase="claimed", claimed_at=case.claimed_at or draft.now, resolving=None)
    if case.lines and case.lines[-1].side == "customer":
        draft.change(silent_since=draft.now)
    take_control(draft, by)


def take_control(draft: Draft, by: Actor) -> None:
    """The survey and its reminders keep silent."""
    if draft.case.control == "bot":
        draft.change(control="human")
        draft.effects.append(Pause(by.id))


def hand_back(draft: Draft) -> None:
    """The human stretch is over: one event, whatever the policy is."""
    if draft.case.control == "human":
        draft.change(control="bot")
        draft.effects.append(HandBack(silent=not draft.desk.resume))


def release(draft: Draft, by: Actor, ref: str) -> None:
    """Give it back to the queue. The bot stays silent: another person will come. A closed case stays closed."""
    if not mine(draft, by, ref):
        return
    phase = draft.case.phase if draft.case.closed else "open"
    draft.change(owner=None, phase=phase, silent_since=0, resolving=None)
    draft.event(draft.word("released", who=name_of(by)), by)


def mine(draft: Draft, by: Actor, ref: str) -> bool:
    """Whether `by` owns the case; whoever does not is told who does, or to claim it."""
    owner = draft.case.owner
    if owner and owner.id == by.id:
        return True
    if draft.case.closed:
        draft.answer(by, ref, draft.word("old_button"))
    elif owner:
        draft.answer(by, ref, draft.word("not_yours", who=name_of(owner)))
    else:
        draft.answer(by, ref, draft.word("claim_first"))
    return False


def assign(draft: Draft, by: Actor, to: str, ref: str) -> None:
    """Give it to an agent of the desk."""
    case, desk = draft.case, draft.desk
    if case.closed:
        draft.answer(by, ref, draft.word("old_button"))
        return
    found = find_agent(desk, to, by)
    if found is None:
        near = nearest(to.lstrip("@"), [agent.name for agent in desk.agents])
        draft.answer(by, ref, draft.word("unknown_agent", word=to, hint=near))
        return
    own(draft, found)
    how = "assigned_by_desk" if by.id == AUTO else "assigned"
    draft.event(draft.word(how, who=name_of(by), to=name_of(found)), by)


def find_agent(desk: Desk, to: str, by: Actor) -> Actor | None:
    """Who is meant by a name in the settings, a mention (`<@U1>`, `@anna`) or an author's id."""
    wanted = to.strip().removeprefix("<").removesuffix(">").lstrip("@").partition("|")[0]
    channel = by.place.partition(":")[0]
    for agent in desk.agents:
        names = {agent.name.casefold(), agent.alias.casefold()} - {""}
        if agent.active and (wanted.casefold() in names or f"{channel}:{wanted}" in agent.ids):
            author = next((one.partition(":")[2] for one in sorted(agent.ids) if one.startswith(f"{channel}:")), "")
            return Actor(agent.name, agent.alias or agent.name, by.place, author)
    if desk.agents or not wanted or wanted == to.strip():
        return None
    return Actor(f"{channel}:{wanted}", wanted, by.place, wanted)


def hand_over(draft: Draft, by: Actor, target: str, ref: str) -> None:
    """Give it to another desk."""
    known = draft.desks.desks
    if draft.case.closed:
        draft.answer(by, ref, draft.word("old_button"))
    elif target not in known or target == draft.case.desk:
        names = [name for name in known if name != draft.case.desk]
        hint = nearest(target, names) or ", ".join(names)
        draft.answer(by, ref, draft.word("unknown_desk", word=target, hint=hint))
    else:
        clocks.move(draft, target, "handed_over", "handed_over_here")


def snooze(draft: Draft, by: Actor, duration: int, ref: str) -> None:
    """No reminders for a while (ms)."""
    if not mine(draft, by, ref):
        return
    until = draft.now + duration
    draft.change(snoozed_until=until)
    time = moment(until, draft.desk.timezone, draft.desk.language)
    draft.event(draft.word("snoozed", who=name_of(by), time=time), by)


def reopen(draft: Draft, by: Actor, ref: str) -> None:
    """Somebody at the desk takes it up again, and owns it."""
    case = draft.case
    if not case.closed:
        draft.answer(by, ref, draft.word("still_open"))
        return
    _open_again(draft)
    own(draft, by)
    draft.event(draft.word("reopened", who=name_of(by)), by)


def reopen_by_customer(draft: Draft) -> None:
    """The customer is not done: back to its owner if they are still there, else into the queue, in the same thread."""
    owner = draft.case.owner
    _open_again(draft)
    if owner and present(draft.desk, owner):
        own(draft, owner)
    else:
        draft.change(owner=None, phase="open")
        take_control(draft, Actor("desk"))
    text = draft.word("reopened_by_customer", who=name_of(owner) if owner else "")
    draft.event(text)
    clocks.alarm(draft, text)


def _open_again(draft: Draft) -> None:
    case = draft.case
    draft.change(
        phase="open", reopened=case.reopened + 1, resolved_at=0, confirmed_at=0, asked="", asked_key="", thanked=False,
        cause="", action="", snoozed_until=0,
    )  # fmt: skip
    if not case.test:
        draft.change(resolve_by=clocks.resolution_due(draft.desk, draft.now), reminded=0)


def present(desk: Desk, owner: Actor) -> bool:
    """Whether somebody still works at the desk, as far as the settings know."""
    if not desk.agents:
        return True
    agent = agent_of(desk, owner.id)
    return agent is not None and agent.active
