"""The emoji that Telegram lets bots put on messages: https://core.telegram.org/bots/api#reactiontypeemoji."""

from bot.emoji import bare

SIGNS = {"": None, "pending": "👀", "sent": "👌", "delivered": "👍", "read": "👍", "failed": "💔", "unknown": "🤔"}
"""By what they say of a message."""

EMOJI = {
    bare(emoji): emoji
    for emoji in (
        "👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🤮", "💩", "🙏", "👌", "🕊",
        "🤡", "🥱", "🥴", "😍", "🐳", "❤️\u200d🔥", "🌚", "🌭", "💯", "🤣", "⚡", "🍌", "🏆", "💔", "🤨", "😐", "🍓",
        "🍾", "💋", "🖕", "😈", "😴", "😭", "🤓", "👻", "👨\u200d💻", "👀", "🎃", "🙈", "😇", "😨", "🤝", "✍", "🤗",
        "🫡", "🎅", "🎄", "☃", "💅", "🤪", "🗿", "🆒", "💘", "🙉", "🦄", "😘", "💊", "🙊", "😎", "👾", "🤷\u200d♂️",
        "🤷", "🤷\u200d♀️", "😡",
    )
}  # fmt: skip
"""Each as Telegram writes it."""
