"""Records of Twilio's REST API in our words."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.messages import Sent
from channels.twilio.receipts import STATES


def milliseconds(moment: datetime | None) -> int:
    """A record's time in epoch ms, 0 if it has none. Twilio's times have whole seconds."""
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000) if moment else 0


def sent(record: Any) -> Sent:
    """What a message record says about our send."""
    return Sent(
        provider_id=record.sid,
        state=STATES.get(str(record.status or ""), "sent"),
        sender=record.from_ or "",
        parts=int(record.num_segments or 1),
    )


def webhook_form(record: Any, media: Sequence[Any], account_sid: str, api_url: str) -> dict[str, str]:
    """The fields that the webhook of an inbound message record would have had."""
    resources = f"{api_url}/2010-04-01/Accounts/{account_sid}/Messages/{record.sid}/Media"
    form = {
        "MessageSid": record.sid,
        "AccountSid": account_sid,
        "From": record.from_ or "",
        "To": record.to or "",
        "Body": record.body or "",
        "NumMedia": str(len(media)),
    }
    for index, one in enumerate(media):
        form[f"MediaContentType{index}"] = one.content_type or ""
        form[f"MediaUrl{index}"] = f"{resources}/{one.sid}"
    return form
