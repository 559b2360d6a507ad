"""The phone beside the editor, which plays a draft, and the difference between two texts in lines."""

import asyncio

import pytest

from commands import flow_pages, flow_preview
from commands.flow_pages import lines
from tests.web.flows_made import hidden, looks, running, screen, source
from tests.web.inbox_made import shown
from tests.web.test_flow_pages import small  # noqa: F401 - fixtures


async def test_the_phone_speaks_every_language_and_waits(small, monkeypatch):  # noqa: F811 - a fixture
    """Buttons in a chat, a day that passes, from the beginning; what no longer fits is what the customer types."""
    async with looks(small) as page:
        first = await page.edits(source(), "check", language="en", channel="chat")
        assert 'value="say:[7]"' in first.text
        pressed = await page.edits(source(), "say:[7]", language="en", channel="chat")
        assert ("customer", "[7]") in screen(pressed)
        assert ("echolot", "record score = 7, passive") in screen(pressed)
        assert hidden(pressed, "said") == "> [7]"
        assert "The conversation is over." in shown(pressed)
        waited = await page.edits(source(), "day", language="de", said="> hm")
        assert hidden(waited, "said") == "> hm\n… +1d"
        assert [by for by, _ in screen(waited)].count("bot") >= 2
        assert hidden(await page.edits(source(), "again", said="> 7"), "said") == ""
        gone = await page.edits(source(), "check", said="> [seven]\n! evil\n* taken over")
        assert screen(gone)[1] == ("customer", "[seven]")
        assert hidden(gone, "said") == "> [seven]"
        entered = await page.edits(source(), "check", reply=" 9 \n x ")
        assert hidden(entered, "said") == "> 9 x"
        full = await page.edits(source(), "play", said="\n".join(["> hm"] * 80), reply="9")
        assert "Start over." in shown(full)
        assert hidden(full, "said").count("\n") == flow_preview.MOST_SAID - 1


async def test_the_phone_plays_variants_and_what_the_settings_say(sqlite_url, tmp_path):
    """A value that does not fit is left out; a name that an invitation would bring is Anna."""
    more = "variants:\n  short:\n    share: 50\n    steps:\n      - {id: thanks, say: {de: Ciao, en: Bye}}\n"
    text = source().replace("company: Acme", "company: Acme, first_name: {about: Who}") + more
    text = text.replace('say: {de: "Danke!", en', 'say: {de: "Danke, {{ first_name }}!", en')
    async with running(sqlite_url, tmp_path / "flows", company="Setting") as house, looks(house) as page:
        played = await page.edits(text, "play", reply="9", language="de")
        assert screen(played)[0] == ("bot", "Setting: How likely, 0-10? STOP = abmelden")
        assert screen(played)[-1] == ("bot", "Danke, Anna!")
        assert screen(await page.edits(text, "play", reply="9", variant="short"))[-1] == ("bot", "Ciao")
    async with running(sqlite_url, tmp_path / "flows", company="x" * 2000) as house, looks(house) as page:
        assert screen(await page.edits(text))[0][1].startswith("Acme:")


async def test_checks_do_not_run_for_everybody_at_once(small, monkeypatch):  # noqa: F811 - a fixture
    """Two at a time, so that the server stays free for customers."""
    at_once, most = 0, 0
    real = asyncio.to_thread

    async def counted(work, *given):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        try:
            return await real(work, *given)
        finally:
            at_once -= 1

    pages = flow_pages.StoredFlows(None, None, None, None, {}, None)
    monkeypatch.setattr(flow_pages.asyncio, "to_thread", counted)
    await asyncio.gather(*(pages._apart(lambda: None) for _ in range(9)))
    assert most == flow_pages.AT_ONCE


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a\nb\n", "a\nb\n", []),
        ("a\nb\nc", "a\nx\nc", ["@-1,3 +1,3", " a", "-b", "+x", " c"]),
        ("", "a", ["@-1,0 +1,1", "+a"]),
        ("\n".join("abcdefgh"), "\n".join("abcdeXgh"), ["@-3,6 +3,6", " c", " d", " e", "-f", "+X", " g", " h"]),
        ("a\na", "a\na\na", ["@-1,2 +1,3", " a", " a", "+a"]),
    ],
)  # fmt: skip
def test_the_difference_in_lines(old, new, expected):
    """Beside a few lines that are the same."""
    assert [sign + text for sign, text in lines(old, new)] == expected


def test_a_difference_that_would_take_long_is_shown_as_a_whole():
    """Hostile drafts have thousands of lines that all but equal one another."""
    old, new = "\n".join("ab" * 3000), "\n".join("ba" * 3000)
    found = list(lines("x\n" + old, "y\n" + new))
    assert [sign for sign, _ in found].count("-") == len(old.split("\n")) + 1
