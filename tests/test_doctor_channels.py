"""The doctor and the channels' accounts: asking providers, keys at rest, refusals at start. Real processes, fakes."""

import asyncio
import sqlite3

import httpx
import pytest
from pydantic import SecretStr

from bot import secret_keys
from bot.abilities import Finding
from bot.errors import BotError, Misconfigured
from bot.messages import Capabilities
from commands import assemble, inspection
from commands.assemble import NoSecretKey, parts
from sandbox.slack import App, SlackSandbox
from settings import Settings
from storage.opening import open_store
from storage.vault import Vault
from tests.channels.slack_line import teams
from tests.channels_world import BASE, SLACK, a_provider, lines, written
from tests.test_cli import SENDER, run, run_async, started
from web.server import Site


@pytest.fixture
async def world(tmp_path):
    """A provider whose number calls nobody, and settings that lead there."""
    async with a_provider(tmp_path) as given:
        yield given


async def test_the_doctor_asks_the_provider_and_changes_nothing(world):
    hooks, environment = world
    shown = await run_async("doctor", **environment)
    assert shown.returncode == 1
    assert (
        "✗ channel sms: the number calls nobody when a customer writes\n    → `run.py channels connect sms`"
        in shown.stdout
    )
    assert "✓ channel sms: the token is valid and the account is active" in shown.stdout
    assert f"nothing answers at {BASE} from here" in shown.stdout
    hooks[SENDER] = f"{BASE}/hooks/sms#rc=3&rp=all"
    found = lines(await run_async("doctor", "--json", **environment))
    assert {each["level"] for each in found} == {"good", "note"}
    assert all(set(each) == {"level", "about", "text", "hint"} for each in found)
    hooks[SENDER] = ""
    offline = await run_async("doctor", "--offline", **environment)
    assert offline.returncode == 0
    assert "calls nobody" not in offline.stdout
    assert f"give the provider this webhook: {BASE}/hooks/sms" in offline.stdout


def test_who_fetches_events_needs_no_address(tmp_path):
    text = "{channels: {bot: {kind: telegram, token: '1:a'}}, database_url: 'sqlite:///e.db'}"
    shown = run("doctor", "--offline", **written(tmp_path, text))
    assert (shown.returncode, "telegram; fetches its events itself" in shown.stdout) == (0, True), shown.stdout


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://nps.example.com", "not https"),
        ("https://localhost", "only this network"),
        ("https://192.168.1.2", "only this network"),
        ("https://nps.internal", "only this network"),
        ("https://nps.example.com", ""),
        ("https://93.184.216.34", ""),
    ],
)
def test_an_address_that_nobody_reaches_is_noticed(url, told):
    found = inspection.sane(url)
    assert (len(found), all(told in each.text for each in found)) == (bool(told), True)


async def test_whether_the_server_answers_at_its_public_address():
    async def app(scope, _receive, send):
        body = b"ok\n" if scope["path"] == "/livez" else b"?"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    site = Site("127.0.0.1", 0)
    await site.start(app)
    assert (await inspection.reachable(site.url)).level == "good"
    assert "not as this server would" in (await inspection.reachable(f"{site.url}/elsewhere")).text
    await site.stop()
    assert "nothing answers" in (await inspection.reachable(site.url)).text


class Fake:
    """A channel that can be looked at, and that accounts can be added to."""

    kind, hookable, installable = "fake", True, True
    capabilities = Capabilities(1_600)

    def __init__(self, name, config, _public_url, _clock=None) -> None:
        self.name, self.outcome, self.closed, self.kept = name, config.outcome, False, None
        FAKES.append(self)

    async def diagnose(self):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        if self.outcome == "hangs":
            await asyncio.sleep(60)
        accounts = await self.kept.accounts(self.name) if self.kept else []
        return [Finding("ok", f"{self.outcome} with {accounts}")]

    connect = diagnose

    def keep_in(self, installations):
        self.kept = installations

    def install_url(self, state):
        return f"https://fake.example/{state}"

    async def installed(self, code):
        return code

    async def close(self):
        self.closed = True


FAKES: list[Fake] = []


class FakeConfig:
    """Its settings."""

    kind = "fake"

    def __init__(self, outcome) -> None:
        self.outcome = outcome


@pytest.fixture
def fakes(monkeypatch, sqlite_url):
    """Settings with fake channels that these outcomes are asked of."""
    monkeypatch.setattr(assemble, "adapter", lambda _kind: Fake)
    FAKES.clear()

    def make(keys=(), **outcomes) -> Settings:
        channels = {name: FakeConfig(outcome) for name, outcome in outcomes.items()}
        return Settings.model_construct(database_url=sqlite_url, public_url=BASE, channels=channels, secret_keys=keys)

    return make


async def test_one_channel_that_hangs_or_falls_over_hides_no_other(fakes, monkeypatch):
    monkeypatch.setattr(inspection, "PATIENCE", 0.2)
    found = await inspection.diagnosed(fakes(a="well", b="hangs", c=Misconfigured("no key"), d=ValueError("canary")))
    told = {name: (each[0].level, each[0].text) for name, each in found.items()}
    assert told == {
        "a": ("good", "well with []"),
        "b": ("bad", "no answer within 0.2 s"),
        "c": ("bad", "no key"),
        "d": ("bad", "looking fell over (ValueError)"),
    }
    assert all(fake.closed for fake in FAKES)


# --- keys ---


OLD, NEW = SecretStr(secret_keys.make()), SecretStr(secret_keys.make())


async def sealed(url: str, *accounts: str, by: SecretStr) -> None:
    store = await open_store(url)
    for account in accounts:
        await Vault(store, [secret_keys.decoded(by)]).save_installation("a", account, "{}", 1)
    await store.close()


async def test_s35_without_a_key_nothing_starts_where_accounts_can_be_added(fakes, tmp_path):
    """S35: the server refuses with advice, before it touches the database; the doctor says so, too."""
    with pytest.raises(NoSecretKey, match="user secret-key"):
        async with parts(fakes(a="x")):
            pass
    environment = written(tmp_path, f"{{channels: {{{SLACK}}}, database_url: 'sqlite:///e.db'}}")
    shown = run("serve", "--port", "0", **environment)
    assert (shown.returncode, "accounts can be added to team" in shown.stderr) == (1, True)
    assert not (tmp_path / "e.db").exists()
    assert "no secret_keys, so the server does not start: team" in run("doctor", "--offline", **environment).stdout


async def test_s35_keys_change_at_a_start_and_the_doctor_says_when_the_old_one_can_go(fakes, sqlite_url):
    """S35: rotation from the settings down."""
    await sealed(sqlite_url, "T1", "T2", by=OLD)
    before = await inspection.accounts(fakes([NEW, OLD], a="x"))
    assert [(each.level, each.text[:2]) for each in before] == [("good", "2 "), ("note", "2 ")]
    async with parts(fakes([NEW, OLD], a="x")) as assembled:
        assert await assembled.channels["a"].kept.installation("a", "T2") == "{}"
    after = await inspection.accounts(fakes([NEW], a="x"))
    assert [(each.level, each.text) for each in after] == [("good", "2 can be opened")]
    told = (await inspection.diagnosed(fakes([NEW], a="well")))["a"]
    assert told[0].text == "well with ['T1', 'T2']"


async def test_s35_a_lost_key_stops_its_accounts_and_nothing_else(fakes, sqlite_url):
    """S35: the server starts, the doctor names the account and the setting."""
    await sealed(sqlite_url, "T1", by=OLD)
    await sealed(sqlite_url, "T2", by=NEW)
    async with parts(fakes([NEW], a="x")) as assembled:
        kept = assembled.channels["a"].kept
        assert await kept.installation("a", "T2") == "{}"
        with pytest.raises(BotError, match="secret_keys"):
            await kept.installation("a", "T1")
    good, bad = await inspection.accounts(fakes([NEW], a="x"))
    assert (good.text, bad.level) == ("1 can be opened", "bad")
    assert "'T1'" in bad.text


def test_s35_a_key_is_made_and_shown_once(tmp_path):
    """S35: it fits into the settings as it is printed; a wrong one is refused without being quoted."""
    shown = run("user", "secret-key").stdout
    made = next(word for word in shown.split() if len(word) == 44 and word.endswith("="))
    assert shown.count(made) == 1
    environment = written(tmp_path, "secret_keys: [${SECRET_KEY}]\n")
    assert run("channels", "list", SECRET_KEY=made, **environment).returncode == 0
    wrong = run("channels", "list", SECRET_KEY="canary" + made, **environment)
    assert (wrong.returncode, "run.py user secret-key" in wrong.stderr, "canary" in wrong.stderr) == (1, True, False)
    assert "secret_keys.0" in wrong.stderr


async def test_the_server_has_the_page_where_accounts_are_added(tmp_path):
    """S22: the real server with Slack's channel: the page, the way to Slack, the way back without having set out."""
    key = f"secret_keys: [{NEW.get_secret_value()}]"
    text = f"{{public_url: '{BASE}', company: Muster, {key}, channels: {{{SLACK}}}, database_url: 'sqlite:///e.db'}}"
    process, url = await started(written(tmp_path, text), "serve", "--port", "0")
    async with httpx.AsyncClient(base_url=url) as client:
        assert "Muster" in (await client.get("/install/team")).text
        answer = await client.post("/install/team")
        assert answer.headers["location"].startswith("https://slack.com/oauth/v2/authorize?")
        assert "Secure" in answer.headers["set-cookie"]
        assert (await client.get("/install/team/done?code=c&state=s")).status_code == 400
    process.terminate()
    assert await process.wait() == 0


async def test_s35_a_workspace_goes_from_the_page_into_the_vault(tmp_path):
    """S22, S35: the whole way with the real server and Slack's sandbox; the doctor, beside it, opens what it sealed."""
    sandbox, slack = SlackSandbox(App("A1", "1.1", "secret-canary", "signs-canary", ""), teams()), Site("127.0.0.1", 0)
    await slack.start(sandbox)
    team = f"team: {{kind: slack, client_id: '1.1', client_secret: secret-canary, api_url: '{slack.url}/api/'}}"
    key = f"secret_keys: [{NEW.get_secret_value()}]"
    on = written(tmp_path, f"{{{key}, channels: {{{team}}}, database_url: 'sqlite:///e.db'}}")
    process, url = await started(on, "serve", "--port", "0")
    async with httpx.AsyncClient(base_url=url, follow_redirects=True) as client:
        answer = await client.post("/install/team?lang=en")
        assert (answer.status_code, 'data-page="done"' in answer.text, "acme" in answer.text) == (200, True, True)
    with sqlite3.connect(tmp_path / "e.db") as database:
        ((account, sealed),) = database.execute("SELECT account, sealed FROM installation").fetchall()
    assert (account, sealed[:3], "xoxb" in sealed) == ("T1", "v1.", False)
    found = lines(await run_async("doctor", "--json", **on))
    told = [each["text"] for each in found if each["about"] == "channel team"]
    assert any("T1: connected to T1" in text for text in told), told
    assert [each["text"] for each in found if each["about"] == "accounts of team"] == ["1 can be opened"]
    assert "canary" not in str(found)
    process.terminate()
    assert await process.wait() == 0
    await sandbox.close()
    await slack.stop()
