"""A desk in a Telegram group against the sandbox: cards, signs, reactions, whispers, and groups that change."""

import pytest

from bot.abilities import Pacing, Reacting, Rooted, Threading, Whispering
from bot.emoji import bare
from bot.errors import NotAdmitted, Rejected, ThreadGone, Throttled, Unavailable
from bot.messages import Card, Fact, File, Option, Pressed, Prompt, Reacted
from bot.runtime.pace import Turnstiles
from channels.telegram.emoji import SIGNS
from sandbox.faults import Fault
from sandbox.telegram.reactions import EMOJI
from tests.channels.telegram_line import a_line, channel, plain

CASE = "kabcdefghijklmnopqrstuvwx"
CARD = Card("K7Q2 · 2 von 10", "red", (Fact("Kanal", "SMS 📱"),), "Der @service <b>fehlt</b> /stop", "Frist 14:05")
BUTTONS = (
    Option("claim", "Übernehmen"),
    Option("cause:lieferung-kam-nie-an", "Lieferung"),
    Option(f"retry:{CASE}.12.0", "Noch einmal senden"),
)


def card(to, drawn=CARD, options=BUTTONS, **changes):
    more = {"key": f"{CASE}.card.p0", "kind": "card", "card": drawn, "prompt": Prompt("K7Q2: 2 von 10", options)}
    return plain("", to, **(more | changes))


async def opened(line, group, title="K7Q2"):
    """A topic of ours, as `chat#topic`."""
    topic = await line.channel.open_thread(line.channel.address(str(group.id)), title)
    return f"{group.id}#{topic.thread}"


async def test_a_group_that_telegram_does_not_know():
    """The bot was never there, or the group was deleted: nobody has blocked anything, and an operator has to act."""
    async with a_line() as line:
        to = line.channel.address("-1009999999999")
        for hand_over in (
            lambda: line.channel.send(plain("hello", to.chat)),
            lambda: line.channel.open_thread(to, "x"),
        ):
            with pytest.raises(NotAdmitted, match="add it, or give the desk another"):
                await hand_over()


def said(group, where):
    """What stands in a topic besides service messages."""
    return [one for one in group.shows(int(where.partition("#")[2])) if not one["service"]]


def test_the_ports():
    """Telegram shows signs and has topics that are opened by themselves; it cannot whisper."""
    for ability in (Reacting, Threading, Pacing):
        assert isinstance(channel(), ability)
    assert not isinstance(channel(), Rooted | Whispering)


async def test_a_card_in_a_topic():
    """A card is drawn with marks and buttons, pressed by an agent, changed in place, and changed again without harm."""
    async with a_line() as line:
        bob = line.sandbox.person("Bob", last_name="Olsen")
        group = line.sandbox.group("Desk", members=[bob])
        where = await opened(line, group)
        sent = await line.channel.send(card(where))
        [shown] = said(group, where)
        assert shown["text"] == (
            "🔴 K7Q2 · 2 von 10\n\nKanal: SMS 📱\n\nDer @\u2060service <b>fehlt</b> /\u2060stop\n\nFrist 14:05"
        )
        assert [(one["type"], one["offset"]) for one in shown["entities"]] == [
            ("bold", 3), ("bold", 20), ("blockquote", 35), ("italic", 70),
        ]  # fmt: skip
        assert shown["effects"] == []
        assert shown["buttons"] == [["Übernehmen", "Lieferung"], ["Noch einmal senden"]]
        seat = line.sandbox.seat(group, bob)
        for label in ("Übernehmen", "Lieferung", "Noch einmal senden"):
            seat.presses(label, shown["id"])
        await line.sandbox.settled()
        assert line.bodies(Pressed) == [Pressed(f"{CASE}.card.p0", one.value, sent.provider_id) for one in BUTTONS]
        assert {(one.source.lane, one.author, one.author_name) for one in line.events} == {
            (f"tg:{where}", str(bob.id), "Bob Olsen")
        }
        later = card(
            where,
            Card("K7Q2 · 2 von 10", "amber", owner=str(bob.id)),
            BUTTONS[:1],
            key=f"{CASE}.card.p0.3",
            edits=f"{CASE}.card.p0",
        )
        for _ in range(2):
            await line.channel.edit(later, sent.provider_id)
        [shown] = said(group, where)
        assert (shown["text"], shown["buttons"]) == ("🟠 K7Q2 · 2 von 10 👤", [["Übernehmen"]])
        assert shown["entities"][1] == {
            "type": "text_link", "offset": 19, "length": 2, "url": f"tg://user?id={bob.id}",
        }  # fmt: skip
        seat.presses("Übernehmen", shown["id"])
        await line.sandbox.settled()
        assert line.bodies(Pressed)[-1] == Pressed(f"{CASE}.card.p0", "claim", sent.provider_id)


async def test_signs():
    """Each state has a sign that Telegram knows; a new one stands instead of the old one, none takes it away."""
    async with a_line() as line:
        bob = line.sandbox.person("Bob")
        group = line.sandbox.group("Desk", members=[bob])
        where = await opened(line, group)
        to = line.channel.address(where)
        words = group.says(bob, "komme", int(to.thread))
        seen = []
        for symbol in ("pending", "pending", "sent", "delivered", "read", "failed", "unknown", "", ""):
            await line.channel.react(to, str(words.id), symbol)
            seen.append("".join(said(group, where)[0]["reactions"]))
        assert seen == ["👀", "👀", "👌", "👍", "👍", "💔", "🤔", "", ""]
        assert set(filter(None, SIGNS.values())) <= EMOJI
        await line.sandbox.settled()
        assert line.bodies(Reacted) == []  # our own signs do not come back


async def test_an_agents_emoji_on_what_a_customer_wrote():
    """Every one that Telegram has, in its own spelling; the latest stands, and can be taken away. Ours is no news."""
    async with a_line() as line:
        ada = line.sandbox.person("Ada")
        ada.start()
        words, to = ada.says("Danke"), line.channel.address(str(ada.id))
        assert set(line.channel.capabilities.emoji) == {bare(one) for one in EMOJI}
        for emoji in (*sorted(line.channel.capabilities.emoji), ""):
            await line.channel.react(to, str(words.id), emoji)
            shown = next(one["reactions"] for one in ada.shows() if one["id"] == words.id)
            assert [bare(one) for one in shown] == ([emoji] if emoji else [])
        await line.sandbox.settled()
        assert line.bodies(Reacted) == []


async def test_an_emoji_that_cannot_be_put_is_told():
    """Unlike a sign: somebody put it there on purpose. One that Telegram does not have is not tried."""
    async with a_line() as line:
        ada = line.sandbox.person("Ada")
        ada.start()
        words, to = ada.says("Danke"), line.channel.address(str(ada.id))
        with pytest.raises(Rejected):
            await line.channel.react(to, str(words.id), "🐌")
        ada.deletes(words)
        with pytest.raises(Rejected):
            await line.channel.react(to, str(words.id), "👍")


async def test_signs_that_cannot_be_shown():
    """A group without reactions, a message that is gone: nobody waits for a sign. Nonsense is refused."""
    async with a_line() as line:
        bob = line.sandbox.person("Bob")
        group = line.sandbox.group("Desk", members=[bob])
        to, words = line.channel.address(str(group.id)), group.says(bob, "x")
        group.chat.signs = frozenset("👍")
        await line.channel.react(to, str(words.id), "pending")
        await line.channel.react(to, str(words.id), "delivered")
        assert group.shows()[-1]["reactions"] == ["👍"]
        bob.deletes(words)
        await line.channel.react(to, str(words.id), "sent")
        for ref, symbol in ((str(words.id), "👀"), ("C1:17.5", "sent"), ("", "sent")):
            with pytest.raises(Rejected):
                await line.channel.react(to, ref, symbol)
        line.sandbox.faults.plan(Fault("reset_after", path="setMessageReaction"))
        with pytest.raises(Unavailable):  # never in doubt: to show it again is harmless
            await line.channel.react(to, "1", "sent")
        group.kicks(line.sandbox.bot)
        with pytest.raises(NotAdmitted):
            await line.channel.react(to, "1", "sent")


async def test_too_many_signs_hold_nothing_else_up():
    """A 429 for signs is theirs alone, however many chats have it: what people write goes on."""
    async with a_line() as line:
        for chat in (-1, -2, -3, -4):
            line.sandbox.faults.plan(Fault("throttle", after=7.0, path="setMessageReaction"))
            with pytest.raises(Throttled) as caught:
                await line.channel.react(line.channel.address(str(chat)), "5", "sent")
            assert (caught.value.whole_channel, caught.value.scope, caught.value.after) == (False, f"{chat}:signs", 7.0)
            assert caught.value.scope not in {limit.scope for limit in line.channel.limits(plain("x", chat).to)}


async def test_reactions_of_people():
    """An agent's emoji comes from the group, with its author; a customer's from their chat."""
    async with a_line() as line:
        bob, ada = line.sandbox.person("Bob"), line.sandbox.person("Ada")
        ada.start()
        group = line.sandbox.group("Desk", members=[bob])
        sent = await line.channel.send(plain("Kunde: hallo", await opened(line, group)))
        asked = await line.channel.send(plain("hallo", ada.id))
        seat = line.sandbox.seat(group, bob)
        for emoji in ("🔥", "🎉", ""):
            seat.reacts(emoji, int(sent.provider_id))
        ada.reacts("❤", int(asked.provider_id))
        await line.sandbox.settled()
        told = [(one.source.lane, one.author, one.body) for one in line.events if isinstance(one.body, Reacted)]
        assert [one for one in told if one[1]] == [
            (f"tg:{group.id}", str(bob.id), Reacted(sent.provider_id, emoji)) for emoji in ("🔥", "🎉", "")
        ]
        assert [one for one in told if not one[1]] == [(f"tg:{ada.id}", "", Reacted(asked.provider_id, "❤"))]


async def test_a_whisper_is_an_answer():
    """Telegram shows nothing to one member alone: whom it is for sees it as an answer to their message."""
    async with a_line() as line:
        bob = line.sandbox.person("Bob")
        group = line.sandbox.group("Desk", members=[bob])
        where = await opened(line, group)
        words = group.says(bob, "hi", int(where.partition("#")[2]))
        held = plain("Noch nicht gesendet.", where, kind="desk", whisper=str(bob.id), reply_to=str(words.id))
        await line.channel.send(held)
        assert [(one["text"], one["reply_to"]) for one in said(group, where)[1:]] == [
            ("Noch nicht gesendet.", words.id)
        ]


@pytest.mark.parametrize("count", [1, 3])
async def test_t10_files_do_not_stay_in_the_main_chat(count):
    """T10: in a group that has no topics any more every part of an album is taken back, and the topic is gone."""
    async with a_line() as line:
        group = line.sandbox.group("Desk")
        where = await opened(line, group)
        group.becomes_forum(forum=False)
        files = [File(f"{number}.png", "image/png", b"p") for number in range(count)]
        with pytest.raises(ThreadGone):
            await line.channel.send_files(plain("vertraulich", where), files)
        assert [one for one in group.shows() if not one["service"]] == []


async def test_t10_a_card_in_a_group_that_changed():
    """T10: a card for a deleted topic, a group without topics, or one that threw us out: each its own error."""
    async with a_line() as line:
        group = line.sandbox.group("Desk")
        where = await opened(line, group)
        sent = await line.channel.send(card(where))
        group.becomes_forum(forum=False)
        with pytest.raises(ThreadGone):
            await line.channel.send(card(where))
        with pytest.raises(NotAdmitted):
            await opened(line, group)
        group.becomes_forum(forum=True)
        group.deletes(int(where.partition("#")[2]))
        with pytest.raises(ThreadGone):
            await line.channel.send(card(where))
        with pytest.raises(Rejected, match="not there any more"):
            await line.channel.edit(card(where, edits=f"{CASE}.card.p0"), sent.provider_id)
        group.kicks(line.sandbox.bot)
        for call in (line.channel.send(card(where)), line.channel.edit(card(where), sent.provider_id)):
            with pytest.raises(NotAdmitted):
                await call


async def test_t4_messages_edits_and_topics_share_what_a_group_may_have():
    """T4: 20 in any minute, whatever they are; signs cost nothing that we know of."""
    now = [1_795_000_000_000]
    world = {"limits": True, "clock": lambda: now[0] / 1000}
    async with a_line(clock=lambda: now[0], sandbox=world) as line:
        group = line.sandbox.group("Desk")
        home, turnstiles = line.channel.address(str(group.id)), Turnstiles()
        where, shown = "", ""
        for number in range(60):
            while wait := turnstiles.wait(number, line.channel.limits(home), now[0]):
                now[0] += wait
            if number % 6 == 0:
                where = await opened(line, group, f"Fall {number}")
                shown = ""
            elif not shown:
                shown = (await line.channel.send(card(where))).provider_id
            else:
                changed = card(where, Card(f"Fall {number}", "amber"), edits=f"{CASE}.card.p0")
                await line.channel.edit(changed, shown)
                await line.channel.react(home, shown, "sent")
        limits = line.sandbox.limits()
        assert limits.violations == []
        spent = [one.at for one in limits.accepted]
        assert len(spent) == 60
        assert max(sum(at - 60 < other <= at for other in spent) for at in spent) in (19, 20)
        methods = {one.method for one in limits.accepted}
        assert methods == {"createForumTopic", "sendMessage", "editMessageText"}
