"""What people do to an app besides writing: presses, shortcuts, slash commands, forms; and the answers to that.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

import secrets
from typing import Any

import msgspec
from msgspec import Struct

from sandbox.slack import text as texts
from sandbox.slack.blocks import checked
from sandbox.slack.cloud import Cloud
from sandbox.slack.model import Channel, Message, Refused, Team
from sandbox.slack.views import View, Views, filled
from sandbox.slack.webhooks import Outcome

TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS, RESPONSE_USES = 1800.0, 5


class _Trigger(Struct):
    team: str
    user: str
    made: float
    used: bool = False


class ResponseUrl(Struct):
    """A way to answer an interaction; `original` is the message that carried it."""

    team: str
    channel: str
    user: str
    made: float
    original: Message | None = None
    uses: int = 0


class Interactions:
    """Makes the payloads and keeps what they promise: triggers, response URLs, views."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.views = Views()
        self.responses: dict[str, ResponseUrl] = {}
        self._triggers: dict[str, _Trigger] = {}

    async def press(self, team: Team, user: str, channel: Channel, message: Message, action: dict[str, Any]) -> Outcome:
        """Press what `action` describes, on a message."""
        container: dict[str, Any] = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.viewer),
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = self._payload("block_actions", team, user) | {
            "container": container,
            "channel": _place(channel),
            **({} if message.viewer else {"message": message.json(team, self.cloud.url)}),  # what all see
            "state": {"values": {}},
            "response_url": self._response_url(team, channel, user, message),
            "actions": [action | {"action_ts": f"{self.cloud.clock():.6f}"}],
        }
        return await self.cloud.delivery.action(payload)

    async def press_in_view(self, team: Team, user: str, view: View, action: dict[str, Any]) -> Outcome:
        """Press something in a modal or App Home."""
        payload = self._payload("block_actions", team, user) | {
            "container": {"type": "view", "view_id": view.id},
            "view": view.json(team, self.cloud.app.id),
            "actions": [action | {"action_ts": f"{self.cloud.clock():.6f}"}],
        }
        return await self.cloud.delivery.action(payload)

    async def shortcut(self, team: Team, user: str, channel: Channel, message: Message, callback: str) -> Outcome:
        """A shortcut from a message's menu."""
        payload = self._payload("message_action", team, user) | {
            "callback_id": callback,
            "channel": _place(channel),
            "message_ts": message.ts,
            "action_ts": f"{self.cloud.clock():.6f}",
            "message": message.json(team, self.cloud.url),
            "response_url": self._response_url(team, channel, user, None),
        }
        return await self.cloud.delivery.action(payload)

    async def command(self, team: Team, user: str, channel: Channel, command: str, words: str) -> Outcome:
        """A slash command; a text in the answer is shown to whoever typed it, or to all."""
        place = _place(channel)
        form = {
            "token": "verification",
            "team_id": team.id,
            "team_domain": team.name or team.id.lower(),
            "channel_id": channel.id,
            "channel_name": place["name"],
            "user_id": user,
            "user_name": team.users[user].name,
            "command": command,
            "text": words,
            "api_app_id": self.cloud.app.id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(team, channel, user, None),
            "trigger_id": self._trigger(team, user),
        }
        outcome = await self.cloud.delivery.command(form)
        if outcome.taken and outcome.body.strip():
            answer = _object(outcome.body) or {"text": outcome.body}
            self._answer(team, channel, user, None, answer)
        return outcome

    async def submit(self, team: Team, user: str, answers: dict[str, Any]) -> Outcome:
        """Send the form that somebody looks at; the answer may close it, show errors, update or push a view."""
        view = self.views.top(team.id, user)
        if view is None:
            raise KeyError("no modal is open")
        shown = view.json(team, self.cloud.app.id)
        shown["state"] = {"values": filled(view.content, answers)}
        payload = self._payload("view_submission", team, user) | {"view": shown, "response_urls": []}
        outcome = await self.cloud.delivery.action(payload)
        if outcome.taken:
            self._after(view, _object(outcome.body))
        return outcome

    async def dismiss(self, team: Team, user: str) -> Outcome:
        """Close the modal that somebody looks at; the app hears of it if it asked to."""
        view = self.views.top(team.id, user)
        if view is None:
            raise KeyError("no modal is open")
        view.open = False
        if not view.content.get("notify_on_close"):
            return Outcome(0, 0)
        payload = self._payload("view_closed", team, user) | {"view": view.json(team, self.cloud.app.id)}
        return await self.cloud.delivery.action(payload | {"is_cleared": False})

    def pulled(self, team: str, trigger: str) -> str:
        """The user whose trigger this is, used up now. Raises Refused."""
        found = self._triggers.get(trigger)
        if found is None or found.team != team:
            raise Refused("invalid_trigger_id")
        if found.used:
            raise Refused("exchanged_trigger_id")
        if self.cloud.clock() - found.made > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        found.used = True
        return found.user

    def respond(self, key: str, body: dict[str, Any]) -> None:
        """Use a response URL. Raises Refused (404)."""
        url = self.responses.get(key)
        if url is None or self.cloud.clock() - url.made > RESPONSE_SECONDS:
            raise Refused("expired_url", 404)
        if url.uses >= RESPONSE_USES:
            raise Refused("used_url", 404)
        team = self.cloud.teams[url.team]
        self._answer(team, team.channels[url.channel], url.user, url.original, body)
        url.uses += 1

    def _answer(self, team: Team, channel: Channel, user: str, original: Message | None, body: dict[str, Any]) -> None:
        """https://docs.slack.dev/interactivity/handling-user-interaction#message_responses."""
        blocks = checked(body.get("blocks", []))
        text = texts.normal(str(body.get("text", "")))
        kept = original is not None and (original.viewer or original.ts in channel.messages)
        if body.get("delete_original") and original is not None and kept:
            if original.viewer:
                channel.whispers.remove(original)
            else:
                self.cloud.delete(team, channel, original)
        elif body.get("replace_original") and original is not None and kept:
            before = original.json(team, self.cloud.url)
            original.text, original.blocks = text, blocks
            self.cloud.changed(team, channel, original, before)
        elif text or blocks:
            effects = texts.effects(text, blocks, hidden=bool(blocks))
            message = Message(text, blocks=blocks, bot_id=team.bot_id, app_id=self.cloud.app.id, subtype="bot_message")
            message.mentions, message.links = effects
            message.viewer = "" if body.get("response_type") == "in_channel" else user
            message.thread_ts = str(body.get("thread_ts", ""))
            self.cloud.post(team, channel, message)
        else:
            raise Refused("no_text", 400)

    def _after(self, view: View, answer: dict[str, Any]) -> None:
        match answer.get("response_action"):
            case "errors":
                pass  # the form stays, with the errors in it
            case "update":
                self.views.updated(view.team, (view.id, ""), answer["view"], "")
            case "push":
                self.views.pushed(view.team, view.user, answer["view"])
            case "clear":
                self.views.cleared(view.team, view.user)
            case _:
                view.open = False

    def _payload(self, kind: str, team: Team, user: str) -> dict[str, Any]:
        person = team.users[user]
        return {
            "type": kind,
            "token": "verification",
            "api_app_id": self.cloud.app.id,
            "team": {"id": team.id, "domain": team.name or team.id.lower()},
            "user": {"id": user, "username": person.name, "name": person.name, "team_id": person.team or team.id},
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self._trigger(team, user),
        }

    def _trigger(self, team: Team, user: str) -> str:
        trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger] = _Trigger(team.id, user, self.cloud.clock())
        return trigger

    def _response_url(self, team: Team, channel: Channel, user: str, original: Message | None) -> str:
        key = secrets.token_urlsafe(12)
        self.responses[key] = ResponseUrl(team.id, channel.id, user, self.cloud.clock(), original)
        return f"{self.cloud.url}/actions/{team.id}/{key}"


def _place(channel: Channel) -> dict[str, str]:
    hidden = {"im": "directmessage", "group": "privategroup"}
    return {"id": channel.id, "name": hidden.get(channel.kind, channel.name)}


def _object(body: str) -> dict[str, Any]:
    """A JSON object, or an empty one if it is anything else."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
