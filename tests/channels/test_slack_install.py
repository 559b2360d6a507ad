"""Several workspaces: added by OAuth, each with its own token and addresses, forgotten when the app is removed."""

import json
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot.errors import Misconfigured, Rejected, Throttled
from bot.messages import Address, Limit, Said
from channels.slack import workspaces
from channels.slack.scopes import SCOPES
from sandbox.slack import Fault
from tests.channels.slack_line import SECRET, a_line, message

OAUTH = {"bot_token": None, "client_id": "1.1", "client_secret": "client-secret-canary"}


async def authorised(line, team="T1"):
    """What Slack sends the browser back with: (state, code)."""
    url = line.channel.install_url("state-1")
    async with aiohttp.ClientSession() as browser, browser.get(f"{url}&team={team}", allow_redirects=False) as page:
        back = urlsplit(page.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == line.channel.redirect_url
    query = parse_qs(back.query)
    return query["state"][0], query["code"][0]


async def added(line, team="T1"):
    """The workspace adds the app; its name."""
    _, code = await authorised(line, team)
    return await line.channel.installed(code)


async def test_added_by_oauth():
    """The page asks for exactly our scopes; what is kept is enough to act with."""
    async with a_line(**OAUTH) as line:
        asked = parse_qs(urlsplit(line.channel.install_url("a b&c")).query)
        assert asked["scope"] == [",".join(SCOPES)]
        assert asked["state"] == ["a b&c"]
        state, code = await authorised(line)
        assert state == "state-1"
        assert await line.channel.installed(code) == "acme"
        [((channel, account), data)] = line.kept.rows.items()
        kept = json.loads(data)
        assert (channel, account, kept["team"], kept["team_name"]) == ("slack", "T1", "T1", "acme")
        assert kept["bot_token"] == line.sandbox.cloud.teams["T1"].token
        assert {"bot_user", "app_id", "scopes", "installed_at"} <= set(kept)
        with pytest.raises(Rejected):  # a code works once
            await line.channel.installed(code)


async def test_each_workspace_has_its_own_addresses():
    """The same member ID in two workspaces is two people; messages go out with the right token, and are told apart."""
    async with a_line(**OAUTH) as line:
        await added(line, "T1")
        await added(line, "T2")
        for team in ("T1", "T2"):
            await line.channel.send(message(f"to {team}", to=Address("slack", "U1", team)))
            assert line.person("U1", team).heard() == [f"to {team}"]
            await line.person("U1", team).says(f"from {team}")
        assert [event.source.lane for event in line.events] == ["slack:T1/U1", "slack:T2/U1"]
        assert len({event.id for event in line.events}) == 2
        assert line.bodies(Said)[0].text == "from T1"
        assert line.channel.limits(Address("slack", "U1", "T1")) == (Limit("T1/U1", 1.0, 2), Limit("T1/", 4.8, 4))


async def test_a_limit_of_one_workspace_is_not_the_others():
    """Slack throttles by workspace: the error names the scope that limits() knows."""
    async with a_line(**OAUTH) as line:
        await added(line)
        line.sandbox.faults.plan(Fault("throttle", after=3, path="chat.postMessage"))
        with pytest.raises(Throttled) as caught:
            await line.channel.send(message(to=Address("slack", "U1", "T1")))
        assert (caught.value.whole_channel, caught.value.scope) == (False, "T1/")


async def test_s9_a_workspace_that_has_not_added_the_app():
    """S9: its events are refused, and nothing can be sent there."""
    async with a_line(**OAUTH) as line:
        await added(line, "T1")
        outcome = await line.person("U1", "T2").says("10")
        assert outcome.status == 403
        assert line.events == []
        with pytest.raises(Misconfigured, match="not installed in T2"):
            await line.channel.send(message(to=Address("slack", "U1", "T2")))


async def test_the_app_is_removed_and_added_again():
    """app_uninstalled and tokens_revoked forget the installation; a new one is used at once."""
    async with a_line(**OAUTH) as line:
        await added(line)
        to = Address("slack", "U1", "T1")
        await line.channel.send(message(to=to))
        await line.sandbox.workspace("T1").uninstalls()
        await line.sandbox.settled()
        assert line.kept.rows == {}
        assert (line.events, line.forged) == ([], 0)
        with pytest.raises(Misconfigured):
            await line.channel.send(message(to=to))
        await added(line)
        await line.channel.send(message(to=to))


async def test_an_old_removal_does_not_remove_a_new_installation():
    """Slack repeats events for minutes; by then the app may be back."""
    async with a_line(**OAUTH) as line:
        await added(line)
        event = {"type": "tokens_revoked", "tokens": {"bot": ["U1BOT"]}}
        sent = {"type": "event_callback", "team_id": "T1", "event": event, "event_time": 1_600_000_000}
        assert await line.channel._events(sent) == ()
        assert line.kept.rows
        unimportant = {**sent, "event_time": 2_000_000_000, "event": event | {"tokens": {"oauth": ["U1"], "bot": []}}}
        assert await line.channel._events(unimportant) == ()
        assert line.kept.rows
        await line.channel._events({**sent, "event_time": 2_000_000_000})
        assert not line.kept.rows


async def test_a_refused_token_is_read_anew():
    """Another process has added the workspace again: its token is there for whoever looks."""
    async with a_line(**OAUTH) as line:
        await added(line)
        to = Address("slack", "U1", "T1")
        fresh = line.kept.rows["slack", "T1"]
        line.kept.rows["slack", "T1"] = fresh.replace("xoxb-", "xoxb-old-")
        line.channel._workspaces.drop("T1")
        with pytest.raises(Misconfigured):
            await line.channel.send(message(to=to))
        line.kept.rows["slack", "T1"] = fresh
        await line.channel.send(message(to=to))


async def test_both_a_token_and_installations():
    """The settings' own workspace needs no account in its addresses, the others do."""
    own = {"client_id": "1.1", "client_secret": "client-secret-canary", "team": "T1"}
    async with a_line(**own) as line:
        await added(line, "T2")
        await line.person("U1", "T1").says("one")
        await line.person("U1", "T2").says("two")
        assert [event.source.lane for event in line.events] == ["slack:U1", "slack:T2/U1"]
        assert line.channel.address("T1/U1") == Address("slack", "U1")
        assert line.channel.address("T2/U1") == Address("slack", "U1", "T2")
        levels = [each.level for each in await line.channel.diagnose() if "T1" in each.message or "T2" in each.message]
        assert levels == ["ok", "ok", "ok"]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"client_secret": "wrong"}, Misconfigured), ({"client_id": "9.9"}, Misconfigured), ({"app_id": "A2"}, Rejected)],
)
async def test_installations_that_fail(changes, kind):
    """Wrong credentials or another app: nothing is kept, and nothing secret is told."""
    async with a_line(**OAUTH) as good:
        _, code = await authorised(good)
        async with a_line(**(OAUTH | {"api_url": f"{good.url}/api/"} | changes)) as line:
            line.channel._workspaces._redirect = good.channel.redirect_url
            with pytest.raises(kind) as caught:
                await line.channel.installed(code)
            assert line.kept.rows == {}
            assert code not in str(caught.value)
            assert SECRET not in str(caught.value)


class Rotating:
    """An API whose tokens expire: answers oauth.v2.access only."""

    def __init__(self) -> None:
        self.exchanged = 0

    async def call(self, _token, _call, **_how):
        self.exchanged += 1
        data = {
            "access_token": f"xoxe.xoxb-{self.exchanged}",
            "token_type": "bot",
            "refresh_token": f"xoxe-1-{self.exchanged}",
            "expires_in": 43_200,
            "team": {"id": "T1", "name": "acme"},
            "app_id": "A1",
        }
        return type("Answer", (), {"data": data})


async def test_rotating_tokens_are_refreshed():
    """A token is exchanged before it expires, once, and the new pair is kept."""
    async with a_line(**OAUTH) as line:
        now, api = [1_000_000], Rotating()
        one = workspaces.Workspaces("slack", line.channel._config, "https://x", lambda: now[0])
        one.keep_in(line.kept)
        await one.install("code", api)
        assert await one.token("T1", api) == "xoxe.xoxb-1"
        now[0] += 43_200_000 - workspaces.REFRESH_BEFORE + 1
        assert await one.token("T1", api) == "xoxe.xoxb-2"
        assert await one.token("T1", api) == "xoxe.xoxb-2"
        assert api.exchanged == 2
        assert json.loads(line.kept.rows["slack", "T1"])["refresh_token"] == "xoxe-1-2"


async def test_an_organisation_adds_the_app():
    """With Enterprise Grid the account is the organisation, whichever of its workspaces an event is from."""
    async with a_line(**OAUTH) as line:
        one = line.channel._workspaces
        granted = {
            "access_token": "xoxb-org",
            "token_type": "bot",
            "app_id": "A1",
            "team": None,
            "enterprise": {"id": "E1", "name": "Acme Group"},
            "is_enterprise_install": True,
        }
        account, kept = one._parsed(granted)
        await one._save(account, kept)
        authorization = {"enterprise_id": "E1", "team_id": "T7", "is_enterprise_install": True, "is_bot": True}
        event = {"type": "message", "channel": "D1", "user": "U1", "text": "10", "ts": "1795000000.000100"}
        sent = {"type": "event_callback", "team_id": "T7", "authorizations": [authorization], "event": event}
        [inbound] = await line.channel._events(sent)
        assert inbound.source == Address("slack", "U1", "E1")
