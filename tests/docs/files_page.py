"""The table of docs/reference/files.md, made from what the channels say: `python -m tests.docs.files_page`."""

from collections.abc import Mapping

from bot.attachments import PASSED_ON
from channels.slack.outbound import CARRIES as SLACK
from channels.telegram.outbound import CARRIES as TELEGRAM
from channels.twilio.carried import MMS, WHATSAPP_MEDIA

COLUMNS: Mapping[str, Mapping[str, int]] = {
    "Slack": SLACK,
    "Telegram": TELEGRAM,
    "MMS (from and to +1)": MMS,
    "WhatsApp": WHATSAPP_MEDIA,
    "SMS": {},
}


def table() -> str:
    """Type by channel: the most that goes as it is."""
    lines = [f"| type | {' | '.join(COLUMNS)} |", f"|---{'|---' * len(COLUMNS)}|"]
    for mime in PASSED_ON:
        cells = [_size(limits.get(mime, limits.get("*", 0))) for limits in COLUMNS.values()]
        lines.append(f"| `{mime}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _size(most: int) -> str:
    if not most:
        return "link"
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if most >= unit:
            return f"{most // unit} {name}"
    return f"{most} bytes"


if __name__ == "__main__":
    print(table())
