"""docs/reference/files.md says what the channels say."""

from pathlib import Path

from bot.attachments import MOST_BYTES
from bot.runtime.hosting import LIFE
from channels.slack.outbound import CAPABILITIES
from channels.slack.outbound import CARRIES as SLACK
from tests.channels.telegram_line import a_line as telegram_line
from tests.channels.twilio_line import a_line as twilio_line
from tests.docs.files_page import COLUMNS, table

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "files.md"


def test_the_table_is_up_to_date():
    """`python -m tests.docs.files_page` prints it."""
    text = PAGE.read_text(encoding="utf-8")
    assert table() in text
    assert f"Up to {MOST_BYTES // 1_000_000} MB" in text
    assert LIFE == 7 * 24 * 3600_000


async def test_the_table_is_what_is_looked_at():
    """The columns are the channels' own."""
    async with telegram_line() as telegram, twilio_line() as sms:
        assert telegram.channel.capabilities.files == COLUMNS["Telegram"]
        assert sms.channel.capabilities.files == COLUMNS["MMS (from and to +1)"]
    assert CAPABILITIES.files == SLACK
