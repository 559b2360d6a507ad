"""Closing the loop: cause and action, "is it solved?", the score after, and the way back if it is not."""

from bot.cases import clocks, life
from bot.cases.draft import Draft, cause_label, name_of
from bot.cases.effects import Alarm, HandBack, OpenNew
from bot.cases.events import Chosen, CustomerSaid, Resolved, Wanted
from bot.cases.state import Actor, Line, Resolving
from flows.answers import Option
from flows.problems import nearest
from flows.reading import read_score, read_yes_no

SKIP = "skip"
YES, NO = "yes", "no"
THANKS = frozenset(
    [
        "danke",
        "dankeschön",
        "dankeschon",
        "vielen",
        "dank",
        "besten",
        "merci",
        "thanks",
        "thank",
        "you",
        "thx",
        "ty",
        "ok",
        "okay",
        "super",
        "prima",
        "top",
        "perfekt",
        "perfect",
        "great",
        "cheers",
        "alles",
        "klar",
        "gut",
        "cool",
        "gracias",
        "grazie",
        "obrigado",
        "bedankt",
        "dziękuję",
        "teşekkürler",
        "all",
        "good",
    ]
)


def resolve(draft: Draft, event: Resolved) -> None:
    """Somebody says it is solved. Without a cause, the desk asks for it and then for what was done."""
    case, by = draft.case, event.by
    if case.closed:
        draft.answer(by, event.ref, draft.word("old_button"))
    elif case.owner and not life.mine(draft, by, event.ref):
        return
    elif event.cause:
        _close_with(draft, by, event.cause, event.action, event.ref)
    else:
        draft.change(resolving=Resolving(by, ref=event.ref))
        draft.answer(by, event.ref, draft.word("which_cause"), (*_causes(draft), _cancel(draft)))


def _causes(draft: Draft) -> tuple[Option, ...]:
    return tuple(Option(f"cause:{cause.id}", cause_label(draft.desk, cause.id)) for cause in draft.desk.causes)


def _cancel(draft: Draft) -> Option:
    return Option("cancel", draft.word("button_cancel"))


def _close_with(draft: Draft, by: Actor, cause: str, action: str, ref: str) -> None:
    found = _cause(draft, cause)
    if found:
        close(draft, by, found, action)
        return
    known = ", ".join(one.id for one in draft.desk.causes)
    hint = nearest(cause, [one.id for one in draft.desk.causes])
    draft.answer(by, ref, draft.word("unknown_cause", word=cause, hint=hint, causes=known))


def _cause(draft: Draft, said: str) -> str:
    """The id of the cause that was named by id or label; any words where the desk has no list."""
    if not draft.desk.causes:
        return said
    wanted = said.casefold()
    for cause in draft.desk.causes:
        if wanted in {cause.id.casefold(), *(label.casefold() for label in cause.labels.values())}:
            return cause.id
    return ""


def choose(draft: Draft, event: Chosen) -> None:
    """A button of the question for the cause, or of the one for what was done."""
    resolving = draft.case.resolving
    if resolving is None or resolving.by.id != event.by.id:
        draft.answer(event.by, event.ref, draft.word("old_button"))
    elif event.what == "cancel":
        draft.change(resolving=None)
        draft.answer(event.by, event.ref, draft.word("cancelled"))
    elif event.what == "skip" and resolving.cause:
        close(draft, event.by, resolving.cause, "")
    elif event.what == "cause":
        _ask_what_was_done(draft, event.by, event.of, event.ref)


def _ask_what_was_done(draft: Draft, by: Actor, cause: str, ref: str) -> None:
    found = _cause(draft, cause)
    if not found:
        draft.answer(by, ref, draft.word("old_button"))
        return
    draft.change(resolving=Resolving(by, found, ref))
    draft.answer(
        by,
        ref,
        draft.word("what_done", cause=cause_label(draft.desk, found)),
        (Option(SKIP, draft.word("button_skip")), _cancel(draft)),
    )


def describe(draft: Draft, by: Actor, text: str, ref: str) -> None:
    """The words that were asked for: the cause, or what was done. They stay at the desk."""
    resolving = draft.case.resolving
    if resolving is None:
        return
    if resolving.cause:
        close(draft, by, resolving.cause, text)
    elif _cause(draft, text):
        _ask_what_was_done(draft, by, text, ref)
    else:
        _close_with(draft, by, text, "", ref)


def close(draft: Draft, by: Actor, cause: str, action: str) -> None:
    """Solved, as far as the desk is concerned; the customer has the last word if the desk wants to know."""
    clocks.drop_held(draft)
    case, desk = draft.case, draft.desk
    draft.change(
        phase="resolved", cause=cause, action=action, resolved_at=draft.now, resolved_by=name_of(by), resolving=None,
        due_at=0, resolve_by=0, silent_since=0, snoozed_until=0, owner=case.owner or by,
    )  # fmt: skip
    draft.event(draft.word("resolved", who=name_of(by), cause=cause_label(desk, cause), action=action), by)
    if any(one.id == cause and one.strategic for one in desk.causes) and draft.desks.management:
        text = draft.word("strategic", cause=cause_label(desk, cause), action=action, text=case.comment)
        draft.effects.append(Alarm(draft.key(), f"{case.code}: {text}", draft.desks.management))
    if not desk.confirm or case.opted_out_at or case.blocked or case.control == "bot":
        life.hand_back(draft)
        return
    options = (Option(YES, draft.customer_word("yes")), Option(NO, draft.customer_word("no")))
    sent = draft.say("is_it_solved", options)
    draft.change(asked="solved", asked_at=draft.now, asked_key=sent)


def answered(draft: Draft, event: CustomerSaid) -> None:
    """The customer wrote after the case was resolved."""
    case = draft.case
    if case.asked == "solved":
        _solved(draft, event)
    elif case.asked == "score":
        _score_after(draft, event)
    elif _is_thanks(event):
        if not case.thanked:
            draft.change(thanked=True)
    elif draft.now - case.resolved_at <= draft.desk.reopen_within:
        life.reopen_by_customer(draft)
    else:
        draft.effects.append(OpenNew(Wanted(case.desk, case.priority, "request")))


def _solved(draft: Draft, event: CustomerSaid) -> None:
    pressed = event.value if event.pressed == draft.case.asked_key else ""
    yes, _, _ = read_yes_no(event.text, draft.case.language)
    if pressed == YES or (not pressed and (yes or _is_thanks(event))):
        _confirmed(draft)
    elif event.pressed and not pressed:
        return  # a button of something else
    else:  # no, or more about what is wrong: somebody should read it
        draft.say("sorry_reopened")
        life.reopen_by_customer(draft)


def _confirmed(draft: Draft) -> None:
    draft.change(phase="confirmed", confirmed_at=draft.now, asked="", asked_key="", thanked=True)
    draft.event(draft.word("confirmed"))
    if draft.desk.ask_again:
        sent = draft.say("new_score", tuple(Option(str(n), str(n)) for n in range(11)))
        draft.change(asked="score", asked_at=draft.now, asked_key=sent)
        return
    if not draft.desk.resume:  # else the survey's question is the one message of the hand-back
        draft.say("thanks_solved")
    life.hand_back(draft)


def _score_after(draft: Draft, event: CustomerSaid) -> None:
    """The score after: what cannot be read as one ends the question without another word."""
    case = draft.case
    words = event.value if event.pressed == case.asked_key else event.text
    read = read_score(words, case.language)
    draft.change(asked="", asked_key="")
    if read.action == "accept" and read.value is not None:
        draft.change(score_after=read.value)
        draft.event(draft.word("recovery", before="-" if case.score is None else case.score, after=read.value))
        draft.say("thanks_score")
    life.hand_back(draft)


def expire(draft: Draft) -> None:
    """Nobody answered: silence is no confirmation, and the bot may talk again."""
    case = draft.case
    if case.asked and draft.now >= case.asked_at + clocks.ANSWER_WITHIN:
        draft.change(asked="", asked_key="")
        draft.entry("event", draft.word("no_answer"))
        life.hand_back(draft)


def overtaken(draft: Draft) -> None:
    """A case that only tried something out makes way, without a word to the customer; real ones stay as they are."""
    if not draft.case.test or draft.case.phase == "confirmed":
        return
    clocks.drop_held(draft)
    draft.change(
        phase="confirmed", owner=None, resolving=None, asked="", asked_key="", confirmed_at=draft.now, silent_since=0,
        snoozed_until=0,
    )  # fmt: skip
    if draft.case.control == "human":
        draft.change(control="bot")
        draft.effects.append(HandBack(silent=True))
    draft.event(draft.word("test_over"))


def _is_thanks(event: CustomerSaid) -> bool:
    """Whether the words only thank, or are only emoji: nothing that anybody has to answer."""
    words = "".join(letter if letter.isalnum() else " " for letter in event.text.casefold()).split()
    return not event.media and not event.pressed and len(words) <= 4 and all(word in THANKS for word in words)


def heard_from(draft: Draft, event: CustomerSaid) -> Line:
    """What the customer said, as the case remembers it."""
    return Line("customer", event.text, draft.now, event.ref, draft.case.lane, media=event.media)
