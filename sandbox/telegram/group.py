"""A group from the side of its members: topics, rights, and what becomes of the bot."""

from collections.abc import Iterable

from sandbox.telegram import topics
from sandbox.telegram.model import Bot, Chat, Json, Member, Message, Topic, User
from sandbox.telegram.phone import Person
from sandbox.telegram.world import World


class Group:
    """One group. Its owner does what needs rights. After `migrates` it stands for the supergroup."""

    def __init__(self, chat: Chat, owner: User, world: World) -> None:
        self.chat = chat
        self.owner = owner
        self._world = world
        chat.members[owner.id] = Member("creator")

    @property
    def id(self) -> int:
        """The chat id."""
        return self.chat.id

    @property
    def topics(self) -> dict[int, Topic]:
        """Topics by message_thread_id."""
        return self.chat.topics

    @property
    def messages(self) -> list[Message]:
        """Everything that was said, oldest first."""
        return list(self.chat.messages.values())

    def adds(self, member: Person | Bot, rights: Iterable[str] | None = None) -> None:
        """Somebody becomes a member, or with `rights` (maybe none) an admin."""
        who = member if isinstance(member, Bot) else member.user
        self._place(who, Member("member") if rights is None else Member("administrator", frozenset(rights)))

    def kicks(self, member: Person | Bot) -> None:
        """Somebody is banned."""
        self._place(member if isinstance(member, Bot) else member.user, Member("kicked"))

    def removes(self, member: Person | Bot) -> None:
        """Somebody has left."""
        self._place(member if isinstance(member, Bot) else member.user, Member("left"))

    def says(self, person: Person, text: str, topic: Topic | int = 0, reply_to: Message | int | None = None) -> Message:
        """A member writes. Raises PermissionError in a closed topic, except for those who may close it."""
        return person.says(text, chat=self.chat, topic=_number(topic), reply_to=reply_to)

    def opens(self, person: Person, name: str) -> Topic:
        """A member opens a topic."""
        return topics.open_topic(self._world, self.chat, person.user, name)

    def renames(self, person: Person, topic: Topic | int, name: str) -> None:
        """A member gives a topic another name."""
        one = self.topics[_number(topic)]
        topics.rename(self._world, self.chat, one, person.user, name, one.icon_custom_emoji_id)

    def closes(self, person: Person, topic: Topic | int) -> None:
        """A member closes a topic."""
        topics.toggle(self._world, self.chat, self.topics[_number(topic)], person.user, closed=True)

    def reopens(self, person: Person, topic: Topic | int) -> None:
        """A member reopens a topic."""
        topics.toggle(self._world, self.chat, self.topics[_number(topic)], person.user, closed=False)

    def deletes(self, topic: Topic | int) -> None:
        """A topic is gone with all its messages; bots find out when they write there."""
        topics.remove(self._world, self.chat, self.topics[_number(topic)])

    def becomes_forum(self, *, forum: bool) -> None:
        """Topics are turned on or off. Without them, what names a topic goes to the group."""
        self.chat.forum = forum
        self._world.changed(self.chat)

    def migrates(self) -> int:
        """The group becomes a supergroup with another id, which is returned; both sides say so."""
        old = self.chat
        new = self._world.new_group(old.title, supergroup=True, forum=old.forum)
        new.members = dict(old.members)
        old.migrated_to, self.chat = new.id, new
        self._world.post(old, self.owner, service={"migrate_to_chat_id": new.id})
        self._world.post(new, self.owner, service={"migrate_from_chat_id": old.id})
        return new.id

    def shows(self, topic: Topic | int | None = None) -> list[Json]:
        """Messages as the owner sees them: see Person.shows."""
        return Person(self.owner, self._world).shows(self.chat, None if topic is None else _number(topic))

    def _place(self, who: User | Bot, after: Member) -> None:
        before = self.chat.member(who.id)
        self.chat.members[who.id] = after
        self._world.move(self.chat, who, self.owner, before, after)


def _number(topic: Topic | int) -> int:
    return topic if isinstance(topic, int) else topic.id
