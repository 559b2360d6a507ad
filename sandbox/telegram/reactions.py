"""Which emoji there are to react with, who may use them where, and which message holds them."""

from sandbox.telegram.model import Chat, Message

# https://core.telegram.org/bots/api#reactiontypeemoji
EMOJI = frozenset((
    "👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🤮", "💩", "🙏", "👌", "🕊",
    "🤡", "🥱", "🥴", "😍", "🐳", "❤️‍🔥", "🌚", "🌭", "💯", "🤣", "⚡", "🍌", "🏆", "💔", "🤨", "😐", "🍓", "🍾", "💋",
    "🖕", "😈", "😴", "😭", "🤓", "👻", "👨‍💻", "👀", "🎃", "🙈", "😇", "😨", "🤝", "✍", "🤗", "🫡", "🎅", "🎄", "☃",
    "💅", "🤪", "🗿", "🆒", "💘", "🙉", "🦄", "😘", "💊", "🙊", "😎", "👾", "🤷‍♂️", "🤷", "🤷‍♀️", "😡",
))  # fmt: skip


def may_react(chat: Chat, emoji: str) -> bool:
    """Whether this chat takes the emoji as a reaction."""
    return emoji in EMOJI and (chat.signs is None or emoji in chat.signs)


def holder(message: Message) -> Message:
    """The message that shows the reactions to this one: of an album the first that is left."""
    if not message.album:
        return message
    return next(one for one in message.chat.messages.values() if one.album == message.album)
