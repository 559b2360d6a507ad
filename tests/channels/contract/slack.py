"""Slack, as the contract sees it: people in a workspace, signed events with a time, buttons, threads."""

import json
import time
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from bot import errors
from bot.messages import Address, Prompt, WebRequest
from bot.ports import Channel
from sandbox.faults import Fault
from sandbox.slack import App, SlackSandbox, Team, User
from sandbox.slack import Channel as Room
from sandbox.slack.person import Person
from tests.channels.contract.provider import Bench, Provider, Refusal, with_headers
from tests.channels.slack_line import BOT, SECRET, XAPP, signature

CLIENT_SECRET = "client-secret-canary"
STAMP = "x-slack-request-timestamp"


class Customer:
    """Somebody with Slack, in the direct messages with the app."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.address = Address("slack", person.user.id)
        self._seen: dict[str, dict[str, Any]] = {}

    async def says(self, text: str) -> None:
        await self.person.says(text)

    async def presses(self, label: str, message: int = -1) -> None:
        await self.person.presses(label, self._told()[message])

    def heard(self) -> list[str]:
        return [shown["text"] for shown in self._told(now=True)]

    def buttons(self) -> list[list[str]]:
        return [shown["buttons"] for shown in self._told(now=True)]

    async def hears(self, count: int) -> list[str]:
        await self.person.room.hears(count, 20)
        return self.heard()

    def _told(self, *, now: bool = False) -> list[dict[str, Any]]:
        """The app's messages, as they are or with the buttons that they had at first: a view that is not fresh."""
        told = [shown for shown in self.person.shows() if shown["bot"]]
        for shown in told:
            if shown["buttons"]:
                self._seen.setdefault(shown["ts"], shown)
        return told if now else [self._seen.get(shown["ts"], shown) for shown in told]


class Slack(Provider):
    """See Provider."""

    kind, name = "slack", "slack"
    sends = "/chat.postMessage"
    proof, signs_body = "x-slack-signature", True
    secrets = (BOT, SECRET, CLIENT_SECRET)
    no_secret: ClassVar = {"signing_secret": None}

    def __init__(self) -> None:
        self.slack_app = App("A1", "1.1", CLIENT_SECRET, SECRET, XAPP)
        self.team = Team("T1", BOT, "acme").add(
            *(User(f"U77{number:03}", f"ada{number}") for number in range(20)),
            User("U88001", "gone", deleted=True),
            User("U88002", "shy", visible=False),
            Room("C1", "support", members=["U77000", "U1BOT"]),
            Room("C2", "random", members=["U77000"]),
        )
        self.app = self.sandbox = SlackSandbox(self.slack_app, [self.team], retry_base=0.02)
        self.faults = self.sandbox.faults
        self._customers: dict[int, Customer] = {}

    def written(self, api: str) -> dict[str, Any]:
        written = {"bot_token": BOT, "signing_secret": SECRET, "team": "T1", "app_id": "A1"}
        return written | {"api_url": f"{api}/api/", "settle": "300ms"}

    async def connect(self, _channel: Channel, hook: str) -> None:
        self.slack_app.events_url = hook

    def customer(self, number: int) -> Customer:
        person = self.sandbox.workspace("T1").person(f"U77{number:03}")
        return self._customers.setdefault(number, Customer(person))

    def signed(self, call: WebRequest, secret: str = "", stamp: str = "") -> WebRequest:
        stamp = stamp or str(int(time.time()))
        proof = signature(secret or SECRET, stamp, call.body)
        return replace(call, headers=call.headers | {STAMP: stamp, self.proof: proof})

    def again(self, call: WebRequest) -> WebRequest:
        if call.body.startswith(b"payload="):
            pairs = dict(parse_qsl(call.body.decode()))
            changed = json.loads(pairs["payload"]) | {"trigger_id": "9.9.other"}
            body = urlencode({"payload": json.dumps(changed)}).encode()
        else:
            sent = json.loads(call.body)
            other = {"event_id": f"Ev{time.monotonic_ns()}", "event_time": int(time.time()) + 60}
            body = json.dumps(sent | other).encode()
        retried = with_headers(replace(call, body=body), x_slack_retry_num="1", x_slack_retry_reason="http_timeout")
        return self.signed(retried)

    def forgeries(self, call: WebRequest) -> dict[str, WebRequest]:
        now = int(time.time())
        foreign = json.dumps(json.loads(call.body) | {"team_id": "T9", "authorizations": []}).encode()
        other = json.dumps(json.loads(call.body) | {"api_app_id": "A9"}).encode()
        return {
            "too old, S4": self.signed(call, stamp=str(now - 302)),
            "from the future, S4": self.signed(call, stamp=str(now + 302)),
            "a time that is no number": self.signed(call, stamp="now"),
            "a time that is not ASCII": with_headers(call, **{STAMP: "\xb2" * 10}),
            "without a time": replace(call, headers={k: v for k, v in call.headers.items() if k != STAMP}),
            "a newer time": with_headers(call, **{STAMP: str(now + 1)}),
            "another workspace's, S9": self.signed(replace(call, body=foreign)),
            "another app's, S9": self.signed(replace(call, body=other)),
            "a challenge without signature, S9": replace(
                with_headers(call, **{self.proof: "v0=0"}), body=b'{"type":"url_verification","challenge":"x"}'
            ),
            "another route": replace(call, route="status"),
        }

    def refusals(self) -> dict[str, Refusal]:
        def sending(chat: str = "U77000", thread: str = "", fault: Fault | None = None, **changes: Any) -> Any:
            async def provoke(bench: Bench) -> None:
                if fault:
                    self.faults.plan(fault)
                await bench.make(**changes).send(self.message(to=Address("slack", chat, thread=thread)))

            return provoke

        async def not_ours(bench: Bench) -> None:
            room = self.sandbox.workspace("T1").channel("C1")
            said = await room.says("U77000", "mine")
            message = self.message(to=Address("slack", "C1"), edits="session.1.0", prompt=Prompt("yours"))
            await bench.make().edit(message, f"C1:{said.ts}")  # type: ignore[attr-defined]  # Editing

        async def no_thread(bench: Bench) -> None:
            channel: Any = bench.make()
            thread = await channel.open_thread(Address("slack", "C1"), "case")
            await channel.remove(thread, f"C1:{thread.thread}")
            await channel.reopen_thread(thread)

        slow = Fault("throttle", after=7, path=self.sends)
        busy = Fault("error", status=200, code="request_timeout", path=self.sends)
        return {
            "deactivated": Refusal(errors.Unreachable, sending("U88001"), {"opted_out": False}),
            "not to be seen": Refusal(errors.Unreachable, sending("U88002"), {"opted_out": False}),
            "nobody": Refusal(errors.Unreachable, sending("U99999"), {"code": "user_not_found"}),
            "a wrong token": Refusal(errors.Misconfigured, sending(bot_token="xoxb-wrong"), {"code": "invalid_auth"}),
            "not invited": Refusal(errors.NotAdmitted, sending("C2"), {"code": "not_in_channel"}),
            "a deleted thread": Refusal(errors.ThreadGone, no_thread, {"retry": False}),
            "slow down": Refusal(errors.Throttled, sending(fault=slow), {"after": 7.0, "whole_channel": True}),
            "not acted upon": Refusal(errors.Unavailable, sending(fault=busy), {"code": "request_timeout"}),
            "another's message": Refusal(errors.Rejected, not_ours, {"code": "cant_update_message"}),
        }

    async def close(self) -> None:
        await self.sandbox.close()


PROVIDER = Slack
