"""Addresses on Slack: people and channels by their IDs, with a workspace in front and a thread behind."""

import re

from bot.errors import Rejected
from bot.messages import Address
from channels.slack.config import SlackConfig

_ADDRESS = re.compile(
    r"((?P<account>[TE][A-Z0-9]{1,40})/)?(?P<chat>[UWCGD][A-Z0-9]{1,40})(#(?P<thread>[0-9]{1,16}\.[0-9]{1,10}))?"
)
_MENTION = re.compile(r"<[@#]([A-Z0-9]+)(\|[^>]*)?>")
_MESSAGE = re.compile(r"([A-Z][A-Z0-9]{1,40}):([0-9]{1,16}\.[0-9]{1,10})")
FILE = "file:"
"""Before a file's id: the id of a message that is known by its file, because Slack does not tell its `ts`."""


def is_person(chat: str) -> bool:
    """Whether a chat is somebody's member ID."""
    return chat[:1] in {"U", "W"}


def parsed(name: str, config: SlackConfig, text: str) -> Address:
    """What somebody typed, as an address of the channel `name`. Raises Rejected, which says what to type."""
    found = _ADDRESS.fullmatch(_MENTION.sub(r"\1", text.strip()))
    if not found or (found["thread"] and is_person(found["chat"])):
        raise Rejected(
            f"an address of {name!r} is a member ID such as U012AB3CD (profile → ⋮ → Copy member ID) "
            "or a channel ID such as C012AB3CD, with #ts behind it for a thread"
        )
    account, single = found["account"] or "", bool(config.bot_token.get_secret_value())
    if single and account == config.team:
        account = ""
    if account and not config.installable:
        raise Rejected(f"{name!r} is in one workspace only: leave {account}/ out")
    if not account and not single:
        raise Rejected(f"say which workspace, such as T012AB3CD/{found['chat']}")
    return Address(name, found["chat"], account, found["thread"] or "")


def message_id(place: object, ts: object) -> str:
    """The id of a message: its channel and `ts`, "" if these are none."""
    found = f"{place}:{ts}"
    return found if _MESSAGE.fullmatch(found) else ""


def parted(provider_id: str) -> tuple[str, str]:
    """Channel and `ts` of a message's id. Raises Rejected."""
    found = _MESSAGE.fullmatch(provider_id)
    if not found:
        raise Rejected("this is not the id of a message", "message_not_found")
    return found[1], found[2]
