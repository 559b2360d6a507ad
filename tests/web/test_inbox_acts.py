"""One case in the inbox: what agents do about it, what they are told, and that no typed word is lost."""

import re

import pytest

from bot.cases.events import DeliveryChanged, OptedOut
from tests.web.inbox_made import BEN, URL, Kept, field, looks, presses, shown
from web import inbox_acts


@pytest.fixture
def kept(monkeypatch):
    monkeypatch.setattr(inbox_acts, "PATIENCE", 0.05)
    return Kept()


async def test_a_case_from_the_claim_to_the_end(kept):
    """Claim, answer, note, resolve with a cause, reopen: each is there on the next page."""
    case_id = kept.opens(said="Where is my parcel?")
    async with looks(kept) as page:
        assert presses(await page.get(f"/inbox/{case_id}")) == ["claim"]
        answer = await page.does(case_id, press="claim")
        assert answer.status_code == 303
        there = await page.get(answer.headers["location"])
        assert presses(there) == ["release", "snooze"]
        assert "Anna K. has claimed this case." in shown(there)
        await page.does(case_id, text="Hello,\r\nI look into it", as_="answer")
        await page.does(case_id, text="lost in Hanover", as_="note")
        text = shown(await page.get(f"/inbox/{case_id}"))
        for each in ("Where is my parcel?", "Anna K. to the customer", "Hello, I look into it", "lost in Hanover",
                     "Note by Anna K.", "Customer", "waiting for the customer"):  # fmt: skip
            assert each in text, each
        assert kept.cases[case_id].lines[-1].text == "Hello,\nI look into it"
        await page.does(case_id, as_="resolve", cause="shipping", done="sent a new one")
        case = kept.cases[case_id]
        assert (case.phase, case.cause, case.action) == ("resolved", "shipping", "sent a new one")
        assert presses(await page.get(f"/inbox/{case_id}")) == ["reopen"]
        await page.does(case_id, press="reopen")
        assert kept.cases[case_id].phase == "claimed"


async def test_whoever_comes_second_is_told_kindly_and_keeps_their_words(kept):
    """Ben is told who has it; his buttons are gone, and what he writes is held until he decides."""
    case_id = kept.opens()
    async with looks(kept) as anna, looks(kept, BEN) as ben:
        await anna.does(case_id, press="claim")
        answer = await ben.does(case_id, press="claim")
        told = await ben.get(answer.headers["location"])
        assert "Anna K. was faster and has this case already." in shown(told)
        assert presses(told) == []
        assert kept.cases[case_id].owner.id == "anna"
        answer = await ben.does(case_id, text="Hello from Ben", as_="answer")
        there = await ben.get(answer.headers["location"])
        assert [each.partition(":")[0] for each in presses(there)] == ["take", "send", "note"]
        assert "Hello from Ben" in shown(there)
        assert "Waits for your decision" not in shown(await anna.get(f"/inbox/{case_id}"))
        assert "is being asked" in shown(await anna.get(f"/inbox/{case_id}"))
        await ben.does(case_id, press=presses(there)[0])
        assert kept.cases[case_id].owner.id == "ben"
        assert kept.cases[case_id].lines[-1].text == "Hello from Ben"


@pytest.mark.parametrize(
    ("before", "form", "reason"),
    [
        ([], {"text": "Hello", "as_": "answer"}, "The customer wrote STOP"),
        (["resolve"], {"text": "Hello", "as_": "answer"}, "this case is resolved"),
        (["claim"], {"text": "x" * 1601, "as_": "answer"}, "and 1600 fit at the customer's"),
        ([], {"text": "!clam", "as_": "answer"}, "Did you mean !claim?"),
        ([], {"text": " \n", "as_": "answer"}, "Write something first."),
        ([], {"text": "x" * 5_001, "as_": "answer"}, "5000 characters at most"),
        ([], {"text": "x" * 4_999, "as_": "note"}, "5000 characters at most"),
        ([], {"as_": "resolve", "done": "sent a new one"}, "Choose a cause."),
        ([], {"as_": "resolve", "cause": "rain", "done": "sent a new one"}, "rain"),
        ([], {"as_": "assign", "text": "kept"}, "Choose who gets the case."),
        ([], {"as_": "explode", "text": "kept"}, "This button is gone."),
        ([], {"press": "explode", "text": "kept"}, "This button is gone."),
    ],
)
async def test_what_cannot_be_done_is_told_and_what_was_typed_stands_there_again(kept, before, form, reason):
    """With the reason, and as something that a screen reader says at once."""
    case_id = kept.opens()
    async with looks(kept) as page:
        for act in before:
            fields = {"as_": "resolve", "cause": "price"} if act == "resolve" else {"press": act}
            assert (await page.does(case_id, **fields)).status_code == 303
        if "STOP" in reason:
            kept.happens(case_id, OptedOut())
        answer = await page.does(case_id, **form)
        assert answer.status_code in (409, 422), shown(answer)
        assert reason in shown(answer)
        assert 'role="alert"' in answer.text
        assert field(answer) == form.get("text", "").replace("\r\n", "\n")
        if "done" in form:
            assert 'name="done" maxlength="1000" value="sent a new one"' in answer.text


async def test_while_the_store_is_away_nothing_is_lost_and_nothing_happens_twice(kept):
    """The form that stands there again has the same key."""
    case_id = kept.opens()
    async with looks(kept) as page:
        await page.does(case_id, press="claim")
        kept.down = True
        failed = await page.does(case_id, text="Hello", as_="answer", key="0" * 32)
        assert (failed.status_code, field(failed)) == (503, "Hello")
        assert f'name="key" value="{"0" * 32}"' in failed.text
        kept.down = False
        for _ in range(2):
            assert (await page.does(case_id, text="Hello", as_="answer", key="0" * 32)).status_code in (202, 303)
        assert [line.text for line in kept.cases[case_id].lines if line.side == "agent"] == ["Hello"]
        await page.does(case_id, text="Hello again", as_="answer", key="0" * 32)
        assert kept.cases[case_id].lines[-1].text == "Hello again"


async def test_an_act_that_takes_its_time_is_said_to_be_on_its_way(kept):
    """With the words, for they are not in the conversation yet."""
    case_id, kept.slow = kept.opens(), True
    async with looks(kept) as page:
        answer = await page.does(case_id, text="Are you there?", as_="answer")
        assert answer.status_code == 202
        assert "Stored." in shown(answer)
        assert "Are you there?" in shown(answer)
        assert field(answer) == ""


async def test_saved_replies_come_into_the_field_beside_what_is_there(kept):
    """A voucher by its command, for its code is known only when it goes out; nothing is sent."""
    case_id = kept.opens()
    async with looks(kept) as page:
        for name, text, expected in (
            ("sorry", "", "We are sorry."),
            ("sorry", "Hello!", "Hello!\n\nWe are sorry."),
            ("goodwill", "Hello!", "!voucher goodwill\nHello!"),
            ("nothing", "Hello!", "Hello!"),
        ):
            answer = await page.does(case_id, reply=name, text=text)
            assert (answer.status_code, field(answer)) == (200, expected)
        assert not kept.taken
        await page.does(case_id, press="claim")
        await page.does(case_id, text="!voucher goodwill\nHello!", as_="answer")
        line = kept.cases[case_id].lines[-1]
        assert (line.voucher, line.text) == ("goodwill", "For you: {{ code }}\n\nHello!")


async def test_a_case_can_be_given_to_a_colleague_and_to_another_desk(kept):
    """Only those are offered who do not have it."""
    case_id = kept.opens()
    async with looks(kept) as page:
        await page.does(case_id, as_="assign", to="ben")
        assert kept.cases[case_id].owner.id == "ben"
        answer = await page.get(f"/inbox/{case_id}")
        assert re.findall(r'<option value="(\w+)">', answer.text.partition('id="to-agent"')[2]) == [
            "anna", "caro", "second",
        ]  # fmt: skip
        await page.does(case_id, as_="handover", to="second")
        assert (kept.cases[case_id].desk, kept.cases[case_id].owner) == ("second", None)
    async with looks(kept, "anna/agent:*:second") as page:
        answer = await page.does(case_id, as_="handover", to="support")
        assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
        assert (await page.get(f"/inbox/{case_id}")).status_code == 404


@pytest.mark.parametrize(
    ("state", "words", "trouble"),
    [
        ("queued", "on its way", False),
        ("sent", "sent", False),
        ("delivered", "delivered", False),
        ("unknown", "may not have been delivered", True),
        ("reconciling", "may not have been delivered", True),
        ("undelivered", "not delivered", True),
        ("cancelled", "not sent", True),
    ],
)
async def test_what_became_of_a_message_is_told_in_words(kept, state, words, trouble):
    """Trouble has an icon, too."""
    case_id = kept.opens()
    async with looks(kept) as page:
        await page.does(case_id, press="claim")
        await page.does(case_id, text="Hello", as_="answer")
        kept.delivered[kept.cases[case_id].lines[-1].key] = state
        answer = await page.get(f"/inbox/{case_id}")
        [found] = re.findall(r'<p class="state[^"]*">(.*?)</p>', answer.text)
        assert re.sub(r"<[^>]+>", "", found).strip("⚠ ") == words
        assert ("⚠" in found) == trouble


async def test_a_message_in_doubt_waits_for_a_person(kept):
    """It is sent again by a button, and never by itself."""
    case_id = kept.opens()
    async with looks(kept) as page:
        await page.does(case_id, press="claim")
        await page.does(case_id, text="Did this arrive?", as_="answer")
        line = kept.cases[case_id].lines[-1]
        kept.happens(case_id, DeliveryChanged(line.key, "unknown"))
        answer = await page.get(f"/inbox/{case_id}")
        assert f"retry:{line.key}" in presses(answer)
        assert "I do not repeat it by myself" in shown(answer)
        await page.does(case_id, press=f"retry:{line.key}")
        lines = [each.state for each in kept.cases[case_id].lines if each.side == "agent"]
        assert lines == ["removed", "queued"]


async def test_forms_from_elsewhere_are_refused(kept):
    """Without the page's token, or from another site, nothing happens."""
    case_id = kept.opens()
    async with looks(kept) as page:
        for data, origin in (
            ({"press": "claim"}, URL),
            ({"press": "claim", "_csrf": page.csrf}, "https://evil.example"),
        ):
            answer = await page.client.post(f"/inbox/{case_id}", data=data, headers={"origin": origin})
            assert answer.status_code == 403
    assert kept.cases[case_id].owner is None


async def test_a_case_that_a_newer_one_has_taken_the_place_of_can_only_be_read(kept):
    """The page leads to the newer one; what it would not take, it does not offer."""
    case_id, newer = kept.opens(), kept.opens(2)
    kept.latest[kept.cases[case_id].lane] = newer
    async with looks(kept) as page:
        answer = await page.get(f"/inbox/{case_id}")
        assert f'href="/inbox/{newer}"' in answer.text
        assert "<textarea" not in answer.text
        assert presses(answer) == []
        assert presses(await page.get(f"/inbox/{newer}")) == ["claim"]
