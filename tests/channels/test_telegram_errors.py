"""Telegram's refusals: what each of its descriptions means."""

import pytest

from bot import errors
from channels.telegram.errors import (
    CaptionOnly,
    Gone,
    HookSet,
    Migrated,
    NoSigns,
    TopicClosed,
    Unchanged,
    refusal,
    scrub,
)  # fmt: skip

TABLE = [
    (401, "Unauthorized", errors.Misconfigured),
    (404, "Not Found", errors.Misconfigured),
    (307, "", errors.Misconfigured),
    (409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
     errors.Misconfigured),
    (409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first",
     HookSet),
    (403, "Forbidden: bot was blocked by the user", errors.Unreachable),
    (403, "Forbidden: user is deactivated", errors.Unreachable),
    (403, "Forbidden: bot can't initiate conversation with a user", errors.Unreachable),
    (403, "Forbidden: bot can't send messages to bots", errors.Unreachable),
    (403, "Forbidden: something new", errors.Unreachable),
    (400, "Bad Request: chat not found", errors.Unreachable),
    (400, "Bad Request: user not found", errors.Unreachable),
    (400, "Bad Request: PEER_ID_INVALID", errors.Unreachable),
    (403, "Forbidden: bot was kicked from the supergroup chat", errors.NotAdmitted),
    (403, "Forbidden: bot is not a member of the supergroup chat", errors.NotAdmitted),
    (400, "Bad Request: not enough rights to send text messages to the chat", errors.NotAdmitted),
    (400, "Bad Request: have no rights to send a message", errors.NotAdmitted),
    (400, "Bad Request: not enough rights to create a topic", errors.NotAdmitted),
    (400, "Bad Request: the chat is not a forum", errors.NotAdmitted),
    (400, "Bad Request: CHAT_ADMIN_REQUIRED", errors.NotAdmitted),
    (400, "Bad Request: message thread not found", errors.ThreadGone),
    (400, "Bad Request: TOPIC_DELETED", errors.ThreadGone),
    (400, "Bad Request: TOPIC_ID_INVALID", errors.ThreadGone),
    (400, "Bad Request: TOPIC_CLOSED", TopicClosed),
    (400, "Bad Request: TOPIC_NOT_MODIFIED", Unchanged),
    (400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
     Unchanged),
    (400, "Bad Request: message to edit not found", Gone),
    (400, "Bad Request: message to delete not found", Gone),
    (400, "Bad Request: message to react not found", Gone),
    (400, "Bad Request: REACTION_INVALID", NoSigns),
    (400, "Bad Request: The reaction isn't available for the message", NoSigns),
    (400, "Bad Request: REACTION_EMPTY", Unchanged),
    (400, "Bad Request: MESSAGE_NOT_MODIFIED", Unchanged),
    (400, "Bad Request: there is no text in the message to edit", CaptionOnly),
    (400, "Bad Request: message can't be edited", errors.Rejected),
    (400, "Bad Request: message is too long", errors.Rejected),
    (400, "Bad Request: message text is empty", errors.Rejected),
    (400, "Bad Request: BUTTON_DATA_INVALID", errors.Rejected),
    (400, "Bad Request: can't parse entities: Unsupported start tag \"canary\" at byte offset 0", errors.Rejected),
    (400, "Bad Request: file is too big", errors.Rejected),
    (400, "Bad Request: something new", errors.Rejected),
    (413, "Request Entity Too Large", errors.Rejected),
    (429, "Too Many Requests: retry after 7", errors.Throttled),
]  # fmt: skip


@pytest.mark.parametrize(("status", "description", "kind"), TABLE)
@pytest.mark.parametrize("change", [str, str.lower, str.capitalize], ids=["", "lower", "capitalised"])
def test_refusal(status, description, kind, change):
    """Each refusal has its class, however it is written; an unknown one is refused for good, and shown."""
    error = refusal(status, change(description))
    assert type(error) is kind
    assert error.code == ("413" if "too big" in description.lower() else str(status))
    assert error.retry is (kind is errors.Throttled)
    assert "canary" not in str(error)
    if kind is errors.Unreachable:
        assert error.opted_out is ("blocked" in description)
    if "something new" in description:
        assert "omething new" in str(error)


@pytest.mark.parametrize(
    ("parameters", "after"),
    [({"retry_after": 7}, 7.0), ({"retry_after": 0}, 1.0), ({}, 1.0), (None, 1.0), ({"retry_after": "x"}, 1.0),
     ({"retry_after": 10**12}, 86_400.0), ([], 1.0)],
)  # fmt: skip
def test_t4_retry_after(parameters, after):
    """T4: `retry_after` is honoured, and nonsense is a second, or a day at most."""
    assert refusal(429, "Too Many Requests", parameters).after == after


def test_migration_names_the_new_chat():
    """A basic group that became a supergroup has another id from then on."""
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    error = refusal(400, said, {"migrate_to_chat_id": -1005})
    assert (type(error), error.chat) == (Migrated, "-1005")
    assert "-1005" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "chat 123456789 x",
        "it isn't 'canary' it can't",
        "-1001234567",
        'tag "canary"',
        "https://api/bot1:canary/x",
        "hi @canary",
        "a\r\n\tb",
    ],
)
def test_s34_scrub(text):
    """S34: no ids, quotations, links or names in an error, and no second line."""
    kept = scrub(text)
    assert "canary" not in kept
    assert not any(len(run) > 3 and run.lstrip("-").isdigit() for run in kept.split())
    assert kept.isprintable()
    assert len(scrub("x y " * 999)) == 200
