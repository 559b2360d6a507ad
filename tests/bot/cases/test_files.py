"""LIVE_FOLLOWUP 13, the case's part: whoever sent a file that is not passed on hears so, in the right place."""

import pytest

from bot.cases.effects import Note, Tell
from bot.cases.events import AgentSaid, FilesNotSent, OptedIn, OptedOut
from bot.cases.files import ONCE_IN
from bot.messages import LeftOut
from tests.bot.cases.people import ANNA, claimed

LOGO = LeftOut("logo.svg", "type_refused")
FILES = (LOGO, LeftOut("film.mp4", "too_large"), LeftOut("old.jpg", "gone"))


def test_an_agent_reads_which_files_and_why_under_the_message():
    """In one note; the customer hears nothing of it."""
    story = claimed().does(AgentSaid(ANNA, "hello", "r1"))
    story.does(FilesNotSent(story.of(Tell)[0].key, FILES, by_agent=True))
    (note,) = story.of(Note)
    assert (note.place, note.reply_to, len(note.text.splitlines())) == (ANNA.place, "r1", 3)
    assert all(each.name in note.text for each in FILES)
    assert "10 MB" in note.text
    assert story.told == []


def test_about_a_message_long_forgotten_the_desk_is_told():
    """Not the customer, who has sent nothing."""
    story = claimed().does(FilesNotSent("kgone.1.0", (LOGO,), by_agent=True))
    (note,) = story.of(Note)
    assert (note.place, note.reply_to) == ("", "")
    assert story.told == []


@pytest.mark.parametrize(("later", "again"), [(ONCE_IN // 2, []), (ONCE_IN, [1])])
def test_a_customer_is_asked_once_a_minute(later, again):
    """However many pictures an album has."""
    event = FilesNotSent("k.1.0", (LOGO,), by_agent=False)
    story = claimed().does(event)
    (first,) = story.told
    story.does(event)
    assert story.told == []
    story.now += later
    story.does(event)
    assert story.told == [first] * len(again)


def test_p8_who_has_opted_out_is_not_asked():
    """Until they are back."""
    event = FilesNotSent("k.1.0", (LOGO,), by_agent=False)
    story = claimed().does(OptedOut()).does(event)
    assert story.told == []
    story.does(OptedIn()).does(event)
    assert len(story.told) == 1
