"""The demo's Slack, open at the direct messages with our app, and Slack's stand-in behind it."""

import secrets

from channels.slack.channel import SlackChannel, slack_channel
from channels.slack.config import SlackConfig
from commands.devices.device import PATIENCE, Bubble, Clock, Device, NotOnStage, Screen, taken
from sandbox.slack import App, SlackSandbox, Team, User

TEAM, APP, MEMBER = "T0DEMO", "A0DEMO", "U0AYLIN"
BOT = "echolot"  # what the sandbox calls the app where it speaks under no other name
RETRY = 1.0  # s, Slack's own minute between repetitions


class SlackDm(Device):
    """Somebody's Slack in a workspace that our app is in."""

    name = "slack"
    loads = ("channels.slack.client", "slack_sdk.signature")
    most = 4000
    sends = "/chat.postMessage"

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.chat = MEMBER
        self._token, secret = f"xoxb-{secrets.token_hex(16)}", secrets.token_hex(16)
        self._app = App(APP, "1.1", secrets.token_hex(16), secret, f"xapp-{secrets.token_hex(16)}")
        team = Team(TEAM, self._token, "acme").add(User(MEMBER, "Aylin Kaya", "Aylin Kaya"))
        # Slack lives in the demo's time: its `ts` and our clock are compared with each other when a send is in doubt.
        self.sandbox: SlackSandbox = SlackSandbox(self._app, [team], clock=clock.seconds, retry_base=RETRY)
        self.faults = self.sandbox.faults
        self.person = self.sandbox.workspace(TEAM).person(MEMBER)
        self._clock = clock

    def channel(self, public_url: str, api_url: str) -> SlackChannel:
        """See Device."""
        self.sandbox.cloud.url = api_url
        self.config = SlackConfig.model_validate(
            {"kind": "slack", "bot_token": self._token, "signing_secret": self._app.signing_secret, "settle": "3s"}
            | {"team": TEAM, "app_id": APP, "api_url": f"{api_url}/api/", "timeout": PATIENCE, "gather": "500ms"}
        )
        return slack_channel(self.name, self.config, public_url, self._clock)

    async def connect(self, hook: str) -> None:
        """See Device."""
        self._app.events_url = hook

    def skip(self, ms: int) -> None:
        """Calls are signed with the demo's time, or they would be of another day."""
        self.sandbox.delivery.caller.skew = ms / 1000

    def screen(self) -> Screen:
        """See Device."""
        bubbles = [
            Bubble(
                id=shown["ts"],
                mine=shown["side"] == "me",
                name="Echolot" if shown["name"] == BOT else shown["name"],
                text=shown["text"],
                at=shown["at"],
                edited=shown["edited"] and shown["side"] == "me",
                editable=shown["side"] == "me",
                buttons=[shown["buttons"]] if shown["buttons"] else [],
            )
            for shown in self.person.shows()
        ]
        return Screen(self.person.user.name, "Echolot", self.person.team.name, bubbles)

    async def news(self, seconds: float) -> None:
        """See Device."""
        await self.person.news(self.person.version, seconds)

    async def _write(self, text: str) -> None:
        taken((await self.person.says(text)).status)

    async def press(self, message: str, button: int) -> None:
        """See Device."""
        try:
            outcome = await self.person.presses(button, message)
        except LookupError as error:
            raise NotOnStage("This button is gone.") from error
        taken(outcome.status)

    async def rewrite(self, message: str, text: str) -> None:
        """See Device."""
        text = text.strip()
        if not 1 <= len(text) <= self.most:
            raise NotOnStage(f"A message here has 1 to {self.most} characters.")
        try:
            outcome = await self.person.edits(message, text)
        except LookupError as error:
            raise NotOnStage("Only own messages can be changed.") from error
        taken(outcome.status)

    async def close(self) -> None:
        """See Device."""
        await self.sandbox.close()
