"""The demo's desk over HTTP: the same case in the web inbox, in Slack, in a Telegram group and on a phone."""

import httpx
import pytest

from commands.demo import own_language, own_zone, running
from tests.web.acting import Demo
from web.server import Site


@pytest.fixture
async def desk(tmp_path, monkeypatch):
    """A running demo with a page on it."""
    monkeypatch.setattr("commands.demo.PACE", 0.01)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    site = Site("127.0.0.1", 0)
    async with running(tmp_path, site) as stage, httpx.AsyncClient(base_url=site.url, timeout=20) as page:
        yield Desk(stage, page)


class Desk(Demo):
    """What agents do, too."""

    async def opens(self, device="sms"):
        """A low score on a device; the case that it opens."""
        await self.asks(device, "after-support")
        await self.hears(device, 1)
        await self.does("text", device=device, text="2")
        await self.hears(device, 2)  # a claim would keep the survey from asking why
        now = await self.until(lambda now: now["cases"])
        return now["cases"][0].case.id

    async def replies(self, case, text, login="anna", at="web"):
        await self.does("reply", case=case, login=login, text=text, at=at)

    async def decides(self, case, press, login="anna"):
        await self.does("decide", case=case, login=login, press=press)

    async def shows(self, fits):
        """The first case, once it fits."""
        return (await self.until(lambda now: now["cases"] and fits(now["cases"][0])))["cases"][0]

    async def sits(self, at, fits, login="anna"):
        """What somebody sees of the first case elsewhere, once it fits."""

        def seen(now):
            return now["seats"][at][login][now["cases"][0].case.id]

        return seen(await self.until(lambda now: fits(seen(now))))


def kinds(case):
    return [(entry.kind, entry.text) for entry in case.entries]


async def test_a_case_from_the_score_to_the_score_after(desk):
    """Claim, talk, note, resolve with a cause and what was done, solved, and better than before."""
    case = await desk.opens()
    await desk.decides(case, "claim")
    await desk.shows(lambda shown: shown.case.owner == "anna")
    await desk.replies(case, "Hello, this is Anna")
    await desk.hears("sms", 3)
    shown = await desk.shows(lambda shown: [e.delivery for e in shown.entries if e.kind == "agent"] == ["delivered"])
    assert (shown.owner_name, shown.case.phase, shown.case.due_at) == ("Anna", "waiting", None)
    await desk.replies(case, "// lost in Hanover")
    await desk.shows(lambda shown: ("note", "lost in Hanover") in kinds(shown))
    await desk.decides(case, "resolve")
    shown = await desk.shows(lambda shown: shown.prompts)
    choices = [choice.value for choice in shown.prompts[0].choices]
    assert (shown.prompts[0].kind, shown.prompts[0].agent, choices[0], choices[-1]) == (
        "cause", "anna", "cause:delivery", "cancel",
    )  # fmt: skip
    await desk.decides(case, "cause:delivery")
    [prompt] = (await desk.shows(lambda shown: [prompt.kind for prompt in shown.prompts] == ["action"])).prompts
    assert "Delivery" in prompt.why
    await desk.replies(case, "sent again")
    texts = await desk.hears("sms", 4)
    assert not [text for text in texts if "Hanover" in text or "sent again" in text]
    await desk.does("text", device="sms", text="yes")
    await desk.hears("sms", 5)
    await desk.does("text", device="sms", text="9")
    shown = await desk.shows(lambda shown: shown.case.score_after == 9)
    assert (shown.case.phase, shown.case.cause, shown.card.colour, shown.prompts) == (
        "confirmed",
        "delivery",
        "green",
        [],
    )
    assert [choice.value for choice in shown.card.choices] == ["reopen"]


@pytest.mark.parametrize(
    ("owner", "login", "choices"),
    [("", "anna", ["take", "note"]), ("anna", "ben", ["take", "send", "note"]), ("anna", "anna", ["send", "note"])],
)
async def test_a_held_message_says_why_and_what_can_be_done(desk, owner, login, choices):
    """Nobody owns the case; somebody else does; it would cost many text messages."""
    case = await desk.opens()
    if owner:
        await desk.decides(case, "claim", owner)
        await desk.shows(lambda shown: shown.case.owner)
    text = "word " * (200 if owner == login else 2)
    await desk.replies(case, text, login)
    [held] = (await desk.shows(lambda shown: shown.prompts)).prompts
    assert (held.kind, held.agent, held.text.strip()) == ("held", login, text.strip())
    assert [choice.value.partition(":")[0] for choice in held.choices] == choices
    assert held.why.startswith("Not sent yet")
    await desk.decides(case, held.choices[-1].value, login)
    await desk.shows(lambda shown: not shown.prompts and "note" in [kind for kind, _ in kinds(shown)])
    assert len(await desk.hears("sms", 2)) == 2


async def test_a_case_can_be_looked_after_from_slack(desk):
    """Claim by button in the channel, reply in the thread, with a sign on the reply; the web inbox shows the same."""
    case = await desk.opens("telegram")
    card = (await desk.sits("slack", lambda seen: seen and seen[0].buttons))[0]
    await desk.does("tap", at="slack", login="ben", message=card.id, button=card.buttons[0].index("Claim"))
    await desk.shows(lambda shown: shown.case.owner == "ben")
    await desk.replies(case, "Hello from Slack", "ben", "slack")
    assert "Hello from Slack" in (await desk.hears("telegram", 3))[-1]
    await desk.sits("slack", lambda seen: any(one.mine and one.signs for one in seen), "ben")
    await desk.shows(lambda shown: ("agent", "Hello from Slack") in kinds(shown))


async def test_a_case_can_be_looked_after_from_telegram(desk):
    """In the topic of the case."""
    case = await desk.opens()
    card = (await desk.sits("telegram", lambda seen: seen and seen[0].buttons))[0]
    await desk.does("tap", at="telegram", login="anna", message=card.id, button=0)
    await desk.shows(lambda shown: shown.case.owner == "anna")
    await desk.replies(case, "Hello from Telegram", at="telegram")
    assert "Hello from Telegram" in (await desk.hears("sms", 3))[-1]
    assert [seen.mine for seen in await desk.sits("telegram", lambda seen: seen[-1].mine)][-1]


async def test_a_case_can_be_looked_after_from_a_phone(desk):
    """With the code of the case before each text; only Anna has a phone."""
    case = await desk.opens()
    code = (await desk.shows(bool)).case.code
    assert (await desk.sits("sms", bool))[0].text.startswith(f"{code}: ")
    assert list((await desk.stage.snapshot())["seats"]["sms"]) == ["anna"]
    await desk.replies(case, f"{code} !claim", at="sms")
    await desk.shows(lambda shown: shown.case.owner == "anna")
    await desk.replies(case, f"{code} Hello from my phone", at="sms")
    assert "Hello from my phone" in (await desk.hears("sms", 3))[-1]


async def test_a_message_that_did_not_arrive_can_be_sent_again(desk):
    """Telegram cannot be asked: in doubt stays in doubt until somebody decides."""
    case = await desk.opens("telegram")
    await desk.decides(case, "claim")
    await desk.shows(lambda shown: shown.case.owner)
    await desk.sits("telegram", lambda seen: any("claimed" in one.text for one in seen))  # nothing else waits there
    await desk.does("fault", device="telegram", name="timeout")
    await desk.replies(case, "Did this arrive?")
    [prompt] = (await desk.shows(lambda shown: shown.prompts)).prompts
    assert (prompt.kind, prompt.text) == ("failed", "Did this arrive?")
    assert "May not have been delivered" in prompt.why
    await desk.does("fault", device="telegram", name="none")
    await desk.decides(case, prompt.choices[0].value)
    await desk.shows(lambda shown: not shown.prompts)
    assert len([text for text in await desk.hears("telegram", 4) if "Did this arrive?" in text]) == 2


async def test_each_page_reads_its_own_language(desk):
    """Card, history and prompts at the same time in both; what agents have elsewhere stays in the desk's."""
    case = await desk.opens()
    for press in ("claim", "resolve", "cause:delivery"):
        await desk.decides(case, press)
    await desk.replies(case, "!claim", "ben")
    await desk.shows(
        lambda shown: "action" in [prompt.kind for prompt in shown.prompts] and "answer" in dict(kinds(shown))
    )
    [english], [german] = [(await desk.stage.snapshot(lang))["cases"] for lang in ("en", "de")]
    assert [each.card.choices[0].label for each in (english, german)] == ["Release", "Freigeben"]
    assert [each.card.title.split()[0] for each in (english, german)] == ["Case", "Fall"]
    assert ("event", "Anna has claimed this case.") in kinds(english)
    assert ("event", "Anna hat den Fall übernommen.") in kinds(german)
    pairs = list(zip(kinds(english), kinds(german), strict=True))
    assert {one[0] for one, other in pairs if one != other} == {"event", "answer"}
    assert all(one[0] == "bot" or one != other for one, other in pairs), "something was not told in German"
    for each in (english, german):
        [prompt] = each.prompts
        assert ("answer", prompt.why) in kinds(each)
    assert [each.prompts[0].choices[0].label for each in (english, german)] == ["Skip", "Auslassen"]
    await desk.sits("slack", lambda seen: any("has claimed" in one.text for one in seen))


@pytest.mark.parametrize(
    ("action", "facts"),
    [
        ("reply", {"case": "nix", "login": "anna", "text": "x"}),
        ("reply", {"case": "nix", "login": "eve", "text": "x"}),
        ("reply", {"case": "nix", "login": "anna", "text": " "}),
        ("reply", {"case": "nix", "login": "anna", "text": "x", "at": "slack"}),
        ("reply", {"case": "nix", "login": "anna", "text": "x", "at": "telegram"}),
        ("reply", {"case": "nix", "login": "ben", "text": "x", "at": "sms"}),
        ("reply", {"case": "nix", "login": "anna", "text": "x" * 2001, "at": "slack"}),
        ("decide", {"case": "nix", "login": "anna", "press": "explode"}),
        ("tap", {"at": "slack", "login": "anna", "message": "1.2", "button": 0}),
        ("tap", {"at": "telegram", "login": "anna", "message": "x", "button": 0}),
        ("tap", {"at": "sms", "login": "anna", "message": "x", "button": 0}),
        ("tap", {"at": "web", "login": "anna", "message": "x", "button": 0}),
    ],
)
async def test_what_cannot_be_done_at_the_desk_is_refused_with_a_reason(desk, action, facts):
    """Nothing has happened then."""
    answer = await desk.tries(action, **facts)
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("named", "spoken"), [("de_AT.UTF-8", "de"), ("de", "de"), ("C.UTF-8", "en"), ("fr_FR", "en"), ("", "en")]
)
def test_the_desk_s_language_is_the_machine_s(monkeypatch, named, spoken):
    """The first variable that says something counts, as everywhere else on this machine."""
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", named)
    assert own_language() == spoken
    monkeypatch.setenv("LC_ALL", "C")
    assert own_language() == "en"


@pytest.mark.parametrize(
    ("named", "zone"), [("Europe/Berlin", "Europe/Berlin"), (":Asia/Tokyo", "Asia/Tokyo"), ("EST5EDT4,x", "UTC")]
)
def test_the_desk_s_clocks_are_the_machine_s(monkeypatch, named, zone):
    """Deadlines on the card read as the page's other clocks do; a zone that cannot be told is UTC."""
    monkeypatch.setenv("TZ", named)
    assert own_zone() == zone
