"""Telegram itself: who there is, who may write where, and which bot hears of what."""

import itertools
import secrets
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from sandbox.telegram.call import Call
from sandbox.telegram.delivery import Delivery
from sandbox.telegram.limits import Limits
from sandbox.telegram.model import Bot, Chat, File, Json, Member, Message, Refused, User, bad
from sandbox.telegram.reactions import holder
from sandbox.telegram.updates import PRESS_SECONDS, Updates


class Press(Struct):
    """A press on a button. `answer` is what the app then shows, None until the bot answers."""

    id: str
    bot: int
    user: int
    at: float
    data: str
    answer: Json | None = None


class World:
    """Everything on one Telegram. `changed` is called with each chat in which something has happened."""

    def __init__(self, bots: Iterable[Bot], clock: Callable[[], float], first_update: int, *, limits: bool) -> None:
        self.bots = {bot.token: bot for bot in bots}
        self.clock = clock
        self.users: dict[int, User] = {}
        self.groups: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.presses: dict[str, Press] = {}
        self.settings: dict[tuple[int, str, str], Json] = {}  # (bot, what, scope and language)
        self.updates = {bot.id: Updates(clock, first_update) for bot in self.bots.values()}
        self.limits = {bot.id: Limits(clock, enforced=limits) for bot in self.bots.values()}
        self.deliveries: dict[int, Delivery] = {}  # bot → how it is called, filled by the API
        self.changed: Callable[[Chat], None] = lambda _chat: None
        self._private: dict[tuple[int, int], Chat] = {}
        self._group_ids = itertools.count(1)

    def private(self, bot: int, user: User) -> Chat:
        """The chat of a person with a bot."""
        return self._private.setdefault((bot, user.id), Chat(user.id, "private", user=user, bot=bot))

    def chats(self, user: int) -> Iterator[Chat]:
        """The private chats of a person."""
        return (chat for (_, owner), chat in self._private.items() if owner == user)

    def new_group(self, title: str, *, supergroup: bool, forum: bool) -> Chat:
        """A group whose first message, that it was made, has been said. Ids of supergroups begin with -100."""
        number = next(self._group_ids)
        kind, group_id = ("supergroup", -1_000_000_000_000 - number) if supergroup else ("group", -1000 - number)
        self.groups[group_id] = group = Chat(group_id, kind, title, forum=forum, last_id=1)
        return group

    def person(self, user: int) -> User | Bot | None:
        """A person or bot with this id."""
        bots: dict[int, User | Bot] = {bot.id: bot for bot in self.bots.values()}
        return self.users.get(user) or bots.get(user)

    def chat(self, call: Call, name: str = "chat_id", *, write: bool = True) -> Chat:
        """The chat that a call is about, if the bot may write (or at least read) there. Raises Refused."""
        given = call.text(name)
        if not given:
            raise bad(f"{name} is empty")
        number = call.number(name)
        user = self.users.get(number)
        if user:
            chat = self.private(call.bot.id, user)
            _reach(chat, write=write)
            return chat
        group = self.groups.get(number)
        if group is None or call.bot.id not in group.members:
            raise bad("chat not found")
        _enter(group, call.bot.id, write=write)
        return group

    def message(self, call: Call, chat: Chat, what: str) -> Message:
        """The message that a call is about. Raises Refused, naming it `what`."""
        number = call.number("message_id")
        if number <= 0:
            raise bad("message identifier is not specified")
        message = chat.messages.get(number)
        if message is None:
            raise bad(f"{what} not found")
        return message

    def file(self, call: Call, file_id: str) -> File | None:
        """An uploaded file by this bot's id for it."""
        _, _, rest = file_id.partition("-")
        unique, _, viewer = rest.partition("-")
        file = self.files.get(unique)
        return file if file and viewer == str(call.bot.id) and file.id_for(call.bot.id) == file_id else None

    def post(self, chat: Chat, sender: User | Bot, **content: object) -> Message:
        """Put a message into a chat; bots that may see it get an update. `content` are fields of Message."""
        chat.last_id += 1
        message = Message(chat.last_id, chat, sender, self.clock(), **content)  # type: ignore[arg-type]  # its fields
        if message.keyboard:
            message.keyboards.append(message.keyboard)
        if message.file:
            self.files[message.file.unique] = message.file
        chat.messages[message.id] = message
        self.tell("message", message)
        self.changed(chat)
        return message

    def tell(self, kind: str, message: Message) -> None:
        """An update (message, edited_message) for every bot that sees this message; none for a bot's own."""
        if message.mine:
            return
        for bot in self._audience(message):
            self.updates[bot.id].add(kind, message.json(bot.id), message.chat.id)

    def press(self, user: User, message: Message, data: str) -> Press:
        """Somebody presses a button with this data."""
        press = Press(str(secrets.randbits(62)), message.sender.id, user.id, self.clock(), data)
        self.presses[press.id] = press
        query = {
            "id": press.id,
            "from": user.json(),
            "message": message.json(press.bot),
            "chat_instance": str(message.chat.id * 31 + press.bot),
            "data": data,
        }
        self.updates[press.bot].add("callback_query", query, user.id)
        return press

    def answer(self, call: Call) -> Press:
        """The press that a call answers. Raises Refused."""
        press = self.presses.get(call.text("callback_query_id"))
        if press is None or press.bot != call.bot.id or self.clock() - press.at > PRESS_SECONDS:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        return press

    def move(self, chat: Chat, whom: User | Bot, by: User | Bot, before: Member, after: Member) -> None:
        """Tell bots of a change of somebody's place: the bot itself of its own, admins of others'."""
        body = {
            "chat": chat.json(),
            "from": by.json(),
            "date": int(self.clock()),
            "old_chat_member": member_json(whom, before),
            "new_chat_member": member_json(whom, after),
        }
        if isinstance(whom, Bot):
            self.updates[whom.id].add("my_chat_member", body, chat.id)
        for bot in self.bots.values():
            if bot is not whom and chat.member(bot.id).status == "administrator":
                self.updates[bot.id].add("chat_member", body, whom.id)
        self.changed(chat)

    def react(self, user: User, message: Message, reaction: list[Json]) -> None:
        """Somebody's reaction changes; bots in private chats and admins in groups may hear of it."""
        message = holder(message)
        if message.reactions.get(user.id, []) == reaction:
            return
        body = {
            "chat": message.chat.json(),
            "message_id": message.id,
            "user": user.json(),
            "date": int(self.clock()),
            "old_reaction": message.reactions.get(user.id, []),
            "new_reaction": reaction,
        }
        message.reactions[user.id] = reaction
        for bot in self.bots.values():
            if message.chat.bot == bot.id or message.chat.member(bot.id).status == "administrator":
                self.updates[bot.id].add("message_reaction", body, message.chat.id)
        self.changed(message.chat)

    def _audience(self, message: Message) -> Iterator[Bot]:
        chat = message.chat
        for bot in self.bots.values():
            if chat.bot == bot.id or (chat.member(bot.id).present and _sees(bot, message)):
                yield bot


def member_json(whom: User | Bot, member: Member) -> Json:
    """The ChatMember object."""
    data: Json = {"user": whom.json(), "status": member.status}
    if member.status == "creator":
        data["is_anonymous"] = False
    if member.status == "kicked":
        data["until_date"] = 0
    if member.status == "administrator":
        data |= {"can_be_edited": False, "is_anonymous": False, "can_manage_chat": True}
        data |= {right: right in member.rights for right in RIGHTS}
    return data


RIGHTS = (
    "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
    "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories", "can_pin_messages",
    "can_manage_topics",
)  # fmt: skip


def _sees(bot: Bot, message: Message) -> bool:
    """https://core.telegram.org/bots/features#privacy-mode."""
    if bot.reads_all or message.service or message.chat.member(bot.id).status == "administrator":
        return True
    replied = message.reply_to is not None and message.reply_to.sender.id == bot.id
    return replied or message.text.startswith("/") or f"@{bot.username}" in message.text


def _reach(chat: Chat, *, write: bool) -> None:
    user = chat.user
    if user and user.deactivated and write:
        raise Refused(403, "user is deactivated")
    if not chat.started:
        raise Refused(403, "bot can't initiate conversation with a user") if write else bad("chat not found")
    if chat.blocked and write:
        raise Refused(403, "bot was blocked by the user")


def _enter(group: Chat, bot: int, *, write: bool) -> None:
    if group.migrated_to and write:
        raise Refused(400, "group chat was upgraded to a supergroup chat", migrate_to_chat_id=group.migrated_to)
    member = group.member(bot)
    if member.status == "kicked":
        raise Refused(403, f"bot was kicked from the {group.type} chat")
    if not member.present:
        raise Refused(403, f"bot is not a member of the {group.type} chat")
