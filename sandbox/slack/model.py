"""What the Slack sandbox knows: the app, teams, users, channels, messages, files, and the JSON Slack makes of them."""

from typing import Any, Literal

from msgspec import Struct, field

SCOPES = frozenset({
    *("app_mentions:read", "commands", "channels:history", "channels:join", "channels:read", "chat:write"),
    *("chat:write.customize", "files:read", "files:write", "groups:history", "groups:read", "im:history", "im:read"),
    *("im:write", "mpim:history", "mpim:read", "mpim:write", "reactions:read", "reactions:write", "users:read"),
    "users:read.email",
})  # fmt: skip
SLACKBOT = "USLACKBOT"
GONE = "This message was deleted."
Kind = Literal["channel", "group", "im", "mpim"]


class App(Struct):
    """The app as its pages at api.slack.com/apps show it. URLs may be filled in when they are known.

    Without `actions_url` and `commands_url`, everything goes to `events_url`, as Bolt likes it. With `socket_mode`
    nothing goes to a URL.
    """

    id: str
    client_id: str
    client_secret: str
    signing_secret: str
    app_token: str
    events_url: str = ""
    actions_url: str = ""
    commands_url: str = ""
    socket_mode: bool = False
    messages_tab: bool = True  # App Home: people may write to the bot
    unsubscribed: frozenset[str] = frozenset()  # event types that the app did not ask for


class User(Struct):
    """Somebody in a workspace. `team` is the home of a stranger from Slack Connect."""

    id: str
    name: str
    real_name: str = ""
    email: str = ""
    tz: str = "Europe/Berlin"
    deleted: bool = False
    is_bot: bool = False
    team: str = ""
    visible: bool = True

    def json(self, team: "Team") -> dict[str, Any]:
        """The user object: https://docs.slack.dev/reference/objects/user-object."""
        home = self.team or team.id
        profile = {"real_name": self.real_name, "display_name": self.name, "team": home}
        if self.email and "users:read.email" in team.scopes and home == team.id:
            profile["email"] = self.email
        user = {"id": self.id, "team_id": home, "name": self.name, "deleted": self.deleted, "profile": profile}
        if self.deleted:
            return user | {"is_bot": self.is_bot}
        stranger = {"is_stranger": True} if home != team.id else {}
        return (
            user
            | stranger
            | {"real_name": self.real_name, "tz": self.tz, "tz_offset": 3600, "is_bot": self.is_bot, "updated": 0}
        )


class File(Struct):
    """A file; `shares` maps a channel to the messages that carry it. Before `done`, only its upload exists."""

    id: str
    name: str
    user: str
    size: int
    title: str = ""
    mime: str = "application/octet-stream"
    content: bytes | None = None
    done: bool = False
    shares: dict[str, list[tuple[str, str]]] = {}  # channel → (ts, thread_ts)

    def json(self, team: "Team", url: str) -> dict[str, Any]:
        """The file object: https://docs.slack.dev/reference/objects/file-object."""
        private = f"{url}/files-pri/{team.id}-{self.id}/{self.name}"
        shares: dict[str, dict[str, Any]] = {}
        for channel, places in self.shares.items():
            side = "public" if team.channels[channel].kind == "channel" else "private"
            shares.setdefault(side, {})[channel] = [
                {"ts": ts} | ({"thread_ts": thread} if thread else {}) for ts, thread in places
            ]
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mime,
            "filetype": self.name.rpartition(".")[2],
            "size": self.size,
            "user": self.user,
            "mode": "hosted",
            "is_external": False,
            "url_private": private,
            "url_private_download": private,
            "shares": shares,
        }


class Message(Struct):
    """A message of a channel. `viewer` makes it ephemeral, `gone` a tombstone.

    `mentions` are what its text notifies or names, `links` what became a hyperlink: see sandbox.slack.text.
    `unfurls` is whether its author let Slack preview links to pages.
    """

    text: str
    ts: str = ""
    user: str = ""
    bot_id: str = ""
    app_id: str = ""
    subtype: str = ""
    thread_ts: str = ""
    broadcast: bool = False
    blocks: list[dict[str, Any]] = []
    metadata: dict[str, Any] = {}
    username: str = ""
    icons: dict[str, str] = {}
    files: list[File] = []
    reactions: dict[str, list[str]] = {}
    edited: dict[str, str] = {}
    replies: list[str] = []
    repliers: list[str] = []
    mentions: list[str] = []
    links: list[str] = []
    unfurls: bool = True
    viewer: str = ""
    gone: bool = False
    listed_from: float = 0.0

    def json(self, team: "Team", url: str, *, metadata: bool = False) -> dict[str, Any]:
        """The message as history and events show it, without what depends on the place."""
        if self.gone:
            shown: dict[str, Any] = {"type": "message", "subtype": "tombstone", "user": SLACKBOT, "text": GONE}
            return shown | {"hidden": True, "ts": self.ts} | self._thread()
        subtype = self.subtype or ("thread_broadcast" if self.broadcast else "")
        shown = {"type": "message", "text": self.text, "ts": self.ts}
        author = team.users.get(self.user)
        for name, value in (
            ("subtype", subtype),
            ("user", self.user),
            ("team", author.team or team.id if author else ""),
            ("bot_id", self.bot_id),
            ("app_id", self.app_id),
            ("username", self.username),
            ("icons", self.icons),
            ("blocks", self.blocks),
            ("edited", self.edited),
            ("files", [file.json(team, url) for file in self.files]),
            ("metadata", self.metadata if metadata else None),
            ("is_ephemeral", bool(self.viewer)),
        ):
            if value:
                shown[name] = value
        if self.reactions:
            shown["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions.items()
            ]
        return shown | self._thread()

    def _thread(self) -> dict[str, Any]:
        if not self.thread_ts:
            return {}
        if not self.replies:
            return {"thread_ts": self.thread_ts}
        return {
            "thread_ts": self.thread_ts,
            "reply_count": len(self.replies),
            "reply_users": list(self.repliers),
            "reply_users_count": len(self.repliers),
            "latest_reply": self.replies[-1],
        }


class Channel(Struct):
    """A place for messages. `user` is the other side of a DM; `shared` makes it a Slack Connect channel."""

    id: str
    name: str = ""
    kind: Kind = "channel"
    members: list[str] = []
    archived: bool = False
    restricted: bool = False  # only admins may post
    shared: bool = False
    user: str = ""
    messages: dict[str, Message] = {}
    whispers: list[Message] = []  # ephemeral ones: nobody can list them
    last: int = 0  # the latest ts, in µs

    def json(self, team: "Team") -> dict[str, Any]:
        """The conversation object: https://docs.slack.dev/reference/objects/conversation-object."""
        shown = {
            "id": self.id,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "is_archived": self.archived,
            "is_ext_shared": self.shared,
            "is_org_shared": False,
            "context_team_id": team.id,
        }
        if self.kind == "im":
            return shown | {"user": self.user, "is_open": True}
        return shown | {
            "name": self.name,
            "is_member": team.bot_user in self.members,
            "num_members": len(self.members),
            "topic": {"value": ""},
            "purpose": {"value": ""},
        }


class Team(Struct):
    """A workspace: who is in it, and how the app is installed there.

    `dead` holds tokens that once worked, with the error that they get now.
    """

    id: str
    token: str
    name: str = ""
    bot_user: str = ""
    bot_id: str = ""
    scopes: frozenset[str] = SCOPES
    installed: bool = True
    enterprise: str | None = None
    users: dict[str, User] = {}
    channels: dict[str, Channel] = {}
    files: dict[str, File] = {}
    dead: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bot_user = self.bot_user or f"U{self.id[1:]}BOT"
        self.bot_id = self.bot_id or f"B{self.id[1:]}"
        self.add(User(self.bot_user, "echolot", "Echolot", is_bot=True))

    def add(self, *entries: User | Channel) -> "Team":
        """Take these in; returns itself, so that a team is one expression."""
        for entry in entries:
            if isinstance(entry, User):
                self.users[entry.id] = entry
            else:
                self.channels[entry.id] = entry
        return self


class Refused(Exception):
    """Slack says no: `{"ok": false, "error": …}` with whatever else the body has."""

    def __init__(self, error: str, status: int = 200, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.more = more

    def json(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"ok": False, "error": self.error, **self.more}


def invalid(*messages: str, error: str = "invalid_arguments") -> Refused:
    """A refusal that explains itself in `response_metadata`."""
    told = [f"[ERROR] {message}" for message in messages]
    return Refused(error, response_metadata={"messages": told})
