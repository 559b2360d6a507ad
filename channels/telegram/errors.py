"""What Telegram's refusals mean for us: whose fault, and whether to try again.

The Bot API has HTTP statuses and English descriptions, no codes (https://core.telegram.org/bots/api#making-requests),
and words them one way or another over the years: so by what they contain, in lower case. An unknown one is a refusal
that a person sees, and nothing is repeated on its account.
"""

import re
from typing import Any

from bot.errors import ChannelError, Misconfigured, NotAdmitted, Rejected, ThreadGone, Throttled, Unreachable

MAX_AFTER = 86_400.0


class Migrated(Rejected):
    """The group has become a supergroup and goes on under the id `chat`."""

    def __init__(self, chat: str) -> None:
        super().__init__("the group goes on under another id", "400")
        self.chat = chat


class TopicClosed(Rejected):
    """The topic is closed; it may be opened again."""


class Unchanged(Rejected):
    """It looks like that already."""


class Gone(Rejected):
    """The message is not there any more."""


class CaptionOnly(Rejected):
    """The message is a picture or file: what can be edited is its caption."""


class NoSigns(Rejected):
    """The chat does not take this reaction."""


class HookSet(Misconfigured):
    """Updates go to a webhook, so they cannot be fetched."""


_ADMINISTRATOR = "make the bot an administrator of the group who may manage topics"
_MEANINGS: dict[type[ChannelError], dict[str, str]] = {
    Unreachable: {
        "bot was blocked by the user": "the person has blocked the bot",
        "user_is_blocked": "the person has blocked the bot",
        "user is deactivated": "the person's Telegram account does not exist any more",
        "input_user_deactivated": "the person's Telegram account does not exist any more",
        "can't initiate conversation": "the person has never pressed Start; hand out the bot's link",
        "chat not found": "Telegram does not know this chat; the person has to press Start first: hand out the link",
        "peer_id_invalid": "Telegram does not know this chat",
        "user not found": "Telegram does not know this person",
        "can't send messages to bots": "that is a bot",
        "can't send messages to the bot": "that is a bot",
    },
    NotAdmitted: {
        "bot was kicked": "the bot was removed from the group; add it again",
        "bot is not a member": "the bot is not in the group; add it",
        "not a forum": "the group has no topics; turn on Topics in its settings",
        "not enough rights": f"the bot lacks a right in the group; {_ADMINISTRATOR}",
        "have no rights": f"the bot may not write in the group; {_ADMINISTRATOR}",
        "chat_write_forbidden": f"the bot may not write in the group; {_ADMINISTRATOR}",
        "chat_restricted": f"the bot may not write in the group; {_ADMINISTRATOR}",
        "need administrator rights": _ADMINISTRATOR,
        "chat_admin_required": _ADMINISTRATOR,
    },
    ThreadGone: dict.fromkeys(
        ("message thread not found", "topic_deleted", "topic_id_invalid", "topic not found"),
        "the topic does not exist any more",
    ),
    TopicClosed: {"topic_closed": "the topic is closed"},
    Unchanged: dict.fromkeys(
        ("message is not modified", "message_not_modified", "topic_not_modified", "reaction_empty"),
        "it looks like that already",
    ),
    NoSigns: dict.fromkeys(
        ("reaction_invalid", "reactions_too_many", "reaction isn't available", "reactions are not available"),
        "the chat does not take this reaction",
    ),
    Gone: dict.fromkeys(
        (
            "message to edit not found",
            "message to delete not found",
            "message to react not found",
            "message_id_invalid",
        ),
        "the message is not there any more",
    ),
    CaptionOnly: {"there is no text in the message": "the message is a picture or file"},
    Rejected: {
        "message can't be": "Telegram does not let the bot change this message, or not any more",
        "message text is empty": "the text is empty",
        "message is too long": "the text is longer than 4096 characters",
        "caption is too long": "the text beside a file is longer than 1024 characters",
        "button_data_invalid": "a button's value does not fit into 64 bytes",
        "file is too big": "the file is larger than the 20 MB that Telegram lets bots download",
        "request entity too large": "the file is larger than the 50 MB that Telegram takes from bots",
        "query is too old": "the press was answered too late",
    },
}
TOO_LARGE = "413"
_OPTED_OUT = ("bot was blocked by the user", "user_is_blocked")
_PRIVATE = re.compile(r"""-?\d{4,}|"[^"]*"|“[^”]*”|(?<!\w)'[^']*'(?!\w)|\S*://\S*|@\w+""")


def refusal(status: int, description: str, parameters: Any = None) -> ChannelError:
    """The error for an answer that says no: its HTTP status, description and ResponseParameters."""
    code, said = str(status), description.lower()
    more = parameters if isinstance(parameters, dict) else {}
    if status == 429:
        return Throttled("Telegram asks us to slow down", _seconds(more.get("retry_after")), code)
    if isinstance(moved := more.get("migrate_to_chat_id"), int):
        return Migrated(str(moved))
    if status == 409:
        return _conflict(said, code)
    if status in (401, 404):
        return Misconfigured("Telegram does not accept the token; copy it again from @BotFather", code)
    if 300 <= status < 400:
        return Misconfigured("`api_url` answers with a redirect", code)
    return _by_words(said, code) or _unknown(status, description, code)


def no_group(error: Unreachable) -> NotAdmitted:
    """What it means for a group that Telegram does not reach it: nobody has stopped anything there."""
    return NotAdmitted(
        "the bot is not in the group, or the group is gone; add it, or give the desk another", error.code
    )


def scrub(text: str) -> str:
    """A provider's text without ids, quotations, links and names, on one line, short enough for a log."""
    return " ".join(_PRIVATE.sub("…", text).split())[:200]


def _by_words(said: str, code: str) -> ChannelError | None:
    for kind, meanings in _MEANINGS.items():
        for words, meaning in meanings.items():
            if words in said:
                if words in _OPTED_OUT:
                    return Unreachable(meaning, code, opted_out=True)
                return kind(meaning, TOO_LARGE if meaning.startswith("the file is larger") else code)
    return None


def _conflict(said: str, code: str) -> ChannelError:
    if "webhook is active" in said:
        return HookSet("a webhook is set for this bot: set `webhook_secret` too, or remove the webhook", code)
    return Misconfigured("another program fetches this bot's updates with the same token; stop one of the two", code)


def _unknown(status: int, description: str, code: str) -> ChannelError:
    if status == 403:
        return Unreachable(f"Telegram refuses: {scrub(description)}", code)
    return Rejected(f"Telegram refuses: {scrub(description)}", code)


def _seconds(retry_after: Any) -> float:
    """The seconds to wait, 1 if Telegram does not say."""
    known = isinstance(retry_after, int | float) and retry_after > 0
    return min(float(retry_after), MAX_AFTER) if known else 1.0
