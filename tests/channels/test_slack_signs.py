"""Signs on people's messages, and the reactions that people put on ours."""

import pytest

from bot.abilities import Reacting
from bot.emoji import bare
from bot.errors import ChannelError, Misconfigured, Rejected, Throttled
from bot.messages import Address, Reacted
from channels.slack.channel import slack_channel
from channels.slack.emoji import EMOJI, NAMES, spelled
from channels.slack.signs import SIGNS
from sandbox.slack import Fault
from sandbox.telegram.reactions import EMOJI as TELEGRAM
from tests.channels.slack_line import PUBLIC, a_line, config, message

DESK = Address("slack", "C1")


async def at_the_desk(line):
    """A thread with an agent's message: its address and the message's `ref`."""
    root = (await line.room().says("U1", "root")).ts
    said = (await line.room().says("U2", "Hello Ada", root)).ts
    return Address("slack", "C1", thread=root), f"C1:{said}"


def signs(line):
    """The reactions on the agent's message."""
    return line.room().shows()[1]["reactions"]


async def test_the_ability():
    """Every state has a sign of its own."""
    channel = slack_channel("slack", config(), PUBLIC)
    assert isinstance(channel, Reacting)
    await channel.close()
    assert set(SIGNS) == {"pending", "sent", "delivered", "read", "failed", "unknown"}
    assert len(set(SIGNS.values())) == len(SIGNS)


@pytest.mark.parametrize(
    "way",
    [
        ["pending", "sent", "delivered", "read"],
        ["pending", "failed", "pending", "sent"],
        ["pending", "unknown", "delivered"],
        ["pending", "pending", "sent", "sent"],
        ["delivered", "delivered", ""],
        ["", "failed", "", ""],
    ],
    ids="-".join,
)
async def test_one_sign_at_a_time(way):
    """LIVE_FOLLOWUP 4: each sign takes the place of the one before; twice is once, none is none."""
    async with a_line() as line:
        thread, ref = await at_the_desk(line)
        for symbol in way:
            await line.channel.react(thread, ref, symbol)
            assert signs(line) == ({SIGNS[symbol]: ["U1BOT"]} if symbol else {})
        await line.sandbox.settled()
        assert line.bodies(Reacted) == []  # our own signs are no news


async def test_a_restart_forgets_no_sign():
    """What another process has put there is taken away as well."""
    async with a_line() as line:
        thread, ref = await at_the_desk(line)
        await line.channel.react(thread, ref, "pending")
        other = slack_channel("slack", config(api_url=f"{line.url}/api/"), line.url)
        await other.react(thread, ref, "sent")
        await other.close()
        assert signs(line) == {SIGNS["sent"]: ["U1BOT"]}


async def test_peoples_reactions_stay():
    """The same emoji put by others is theirs, and so is the mark that says a thread is done."""
    async with a_line() as line:
        thread, ref = await at_the_desk(line)
        ts = ref.partition(":")[2]
        await line.room().reacts("U1", ts, "eyes")
        await line.room().reacts("U1", ts, "heart")
        await line.channel.react(thread, ref, "pending")
        await line.channel.react(thread, ref, "sent")
        assert signs(line) == {"eyes": ["U1"], "heart": ["U1"], SIGNS["sent"]: ["U1BOT"]}
        await line.channel.close_thread(thread)
        await line.channel.react(thread, ref, "read")
        assert line.room().shows()[0]["reactions"] == {"white_check_mark": ["U1BOT"]}


@pytest.mark.parametrize(("method", "path"), [("GET", "reactions.get"), ("POST", "reactions.remove")])
async def test_cleaning_up_holds_nothing_up(method, path):
    """About 20 removals a minute are allowed: the new sign stands, the old one goes with the next."""
    async with a_line() as line:
        thread, ref = await at_the_desk(line)
        await line.channel.react(thread, ref, "pending")
        line.sandbox.faults.plan(Fault("throttle", after=30, path=path, method=method))
        await line.channel.react(thread, ref, "sent")
        assert set(signs(line)) == {SIGNS["pending"], SIGNS["sent"]}
        await line.channel.react(thread, ref, "delivered")
        assert signs(line) == {SIGNS["delivered"]: ["U1BOT"]}


async def test_an_installation_from_before_signs():
    """Without reactions:read a sign is put, and the doctor names what lacks."""
    async with a_line() as line:
        thread, ref = await at_the_desk(line)
        team = line.sandbox.cloud.teams["T1"]
        team.scopes = team.scopes - {"reactions:read"}
        await line.channel.react(thread, ref, "pending")
        await line.channel.react(thread, ref, "sent")
        assert SIGNS["sent"] in signs(line)
        found = await line.channel.diagnose()
        assert any("reactions:read (to see reactions" in each.message for each in found if each.level == "error")
        team.scopes = team.scopes - {"reactions:write"}
        with pytest.raises(Misconfigured, match="reactions:write"):
            await line.channel.react(thread, ref, "delivered")


async def test_t4_a_limit_of_signs_is_theirs_alone():
    """T4: Slack limits each method by itself; messages go on."""
    async with a_line() as line:
        thread, ref = await at_the_desk(line)
        line.sandbox.faults.plan(Fault("throttle", after=30, path="reactions.add"))
        with pytest.raises(Throttled) as caught:
            await line.channel.react(thread, ref, "pending")
        assert (caught.value.after, caught.value.whole_channel, caught.value.scope) == (30, False, "")
        sent = await line.channel.send(message(to=thread))
        line.sandbox.faults.plan(Fault("throttle", after=30, path="chat.update"))
        with pytest.raises(Throttled) as caught:
            await line.channel.edit(message("x", to=thread), sent.provider_id)
        assert not caught.value.whole_channel


async def test_messages_that_cannot_have_a_sign():
    """One that was deleted, one in an archived channel, a file's id, a state that we do not know."""
    async with a_line() as line:
        thread, ref = await at_the_desk(line)
        for wrong, symbol in (("file:F1", "sent"), (ref, "eaten"), ("SM1", ""), ("C1:1.1", "sent")):
            with pytest.raises(Rejected):
                await line.channel.react(thread, wrong, symbol)
        await line.channel.react(thread, "C1:1.1", "")  # none is there
        line.room().archives()
        with pytest.raises(ChannelError) as caught:
            await line.channel.react(thread, ref, "sent")
        assert caught.value.code == "is_archived"


async def test_an_agents_emoji_on_what_a_customer_wrote():
    """In the direct messages: one of ours at a time, whichever it is; what people put there stays; ours is no news."""
    async with a_line() as line:
        ada = Address("slack", "U1")
        said = await line.person().says("It works")
        place = line.events[-1].body.ref
        await line.person().reacts(said.ts, "heart")
        told = len(line.events)

        def there():
            [shown] = [one for one in line.person().shows() if one["ts"] == said.ts]
            return {name: users for name, users in shown["reactions"].items() if "U1BOT" in users}

        for emoji, name in (("👍", "+1"), ("👍", "+1"), ("❤", "heart"), ("🕊", "dove_of_peace"), ("", "")):
            await line.channel.react(ada, place, emoji)
            assert set(there()) == ({name} if name else set())
        [shown] = [one for one in line.person().shows() if one["ts"] == said.ts]
        assert shown["reactions"] == {"heart": ["U1"]}
        with pytest.raises(Rejected):
            await line.channel.react(ada, place, ":party_parrot:")
        await line.sandbox.settled()
        assert len(line.events) == told


def test_every_emoji_that_slack_can_show_has_its_name():
    """In both spellings; the ones that Telegram has are among them, so that they pass between the two."""
    can = slack_channel("slack", config(), PUBLIC).capabilities.emoji
    assert {bare(emoji) for emoji in EMOJI.values()} == can == set(NAMES)
    assert {bare(emoji) for emoji in TELEGRAM} <= can
    assert all(bare(spelled(f":{name}:")) == emoji for emoji, name in NAMES.items())
    assert NAMES["👍"] == "+1"


async def test_people_react():
    """On a card at the desk, in the conversation with the app; twice told is once; taken back is told as well."""
    async with a_line() as line:
        sent = await line.channel.send(message(to=DESK))
        ts = sent.provider_id.partition(":")[2]
        await line.room().reacts("U2", ts, "+1")
        await line.sandbox.workspace("T1").redeliver(times=2)
        await line.sandbox.workspace("T1").repeat()
        await line.room().reacts("U2", ts, "+1", add=False)
        assert len({event.id for event in line.events}) == 2
        put, taken = line.events[0], line.events[-1]
        assert (put.source, put.author, put.body) == (DESK, "U2", Reacted(sent.provider_id, "👍"))
        assert (taken.source, taken.body) == (DESK, Reacted(sent.provider_id, "", "👍"))
        to_ada = await line.channel.send(message())
        await line.person().reacts(to_ada.provider_id.partition(":")[2], "heart")
        assert (line.events[-1].source, line.events[-1].author) == (Address("slack", "U1"), "")
        assert line.events[-1].body == Reacted(to_ada.provider_id, "❤️")
