"""Names that Slack gives to emoji, and the characters they stand for; what people answer with, not all of them.

Names: https://github.com/iamcal/emoji-data, the list that Slack uses.
"""

import re

from bot.emoji import bare

_KEYCAP = "\ufe0f\u20e3"
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
EMOJI = {name: f"{digit}{_KEYCAP}" for digit, name in enumerate(_DIGITS)} | {
    "keycap_ten": "🔟", "100": "💯", "hash": f"#{_KEYCAP}", "1234": "🔢",
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "ok_hand": "👌", "clap": "👏", "wave": "👋",
    "raised_hands": "🙌", "pray": "🙏", "muscle": "💪", "point_up": "☝️", "point_down": "👇", "point_right": "👉",
    "point_left": "👈", "fist": "✊", "v": "✌️", "crossed_fingers": "🤞", "handshake": "🤝", "writing_hand": "✍️",
    "middle_finger": "🖕", "facepalm": "🤦", "face_palm": "🤦", "shrug": "🤷", "eyes": "👀", "brain": "🧠",
    "smile": "😄", "smiley": "😃", "grinning": "😀", "grin": "😁", "laughing": "😆", "satisfied": "😆",
    "sweat_smile": "😅", "joy": "😂", "rolling_on_the_floor_laughing": "🤣", "slightly_smiling_face": "🙂",
    "upside_down_face": "🙃", "wink": "😉", "blush": "😊", "innocent": "😇", "heart_eyes": "😍", "star-struck": "🤩",
    "kissing_heart": "😘", "relaxed": "☺️", "yum": "😋", "stuck_out_tongue": "😛", "hugging_face": "🤗",
    "thinking_face": "🤔", "neutral_face": "😐", "expressionless": "😑", "no_mouth": "😶", "smirk": "😏",
    "unamused": "😒", "face_with_rolling_eyes": "🙄", "grimacing": "😬", "relieved": "😌", "pensive": "😔",
    "sleeping": "😴", "mask": "😷", "sunglasses": "😎", "confused": "😕", "worried": "😟",
    "slightly_frowning_face": "🙁",
    "white_frowning_face": "☹️", "open_mouth": "😮", "hushed": "😯", "astonished": "😲", "flushed": "😳",
    "pleading_face": "🥺", "fearful": "😨", "cold_sweat": "😰", "cry": "😢", "sob": "😭", "scream": "😱",
    "disappointed": "😞", "sweat": "😓", "weary": "😩", "tired_face": "😫", "triumph": "😤", "rage": "😡",
    "angry": "😠",
    "face_with_symbols_on_mouth": "🤬", "partying_face": "🥳", "nauseated_face": "🤢", "face_vomiting": "🤮",
    "skull": "💀", "hankey": "💩", "poop": "💩", "shit": "💩", "clown_face": "🤡", "robot_face": "🤖",
    "see_no_evil": "🙈",
    "heart": "❤️", "orange_heart": "🧡", "yellow_heart": "💛", "green_heart": "💚", "blue_heart": "💙",
    "purple_heart": "💜", "black_heart": "🖤", "broken_heart": "💔", "two_hearts": "💕", "sparkling_heart": "💖",
    "star": "⭐", "star2": "🌟", "sparkles": "✨", "tada": "🎉", "fire": "🔥", "rocket": "🚀", "zap": "⚡",
    "boom": "💥",
    "trophy": "🏆", "gift": "🎁", "bulb": "💡", "bell": "🔔", "email": "✉️", "phone": "☎️", "telephone_receiver": "📞",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "ballot_box_with_check": "☑️", "x": "❌", "no_entry": "⛔",
    "negative_squared_cross_mark": "❎", "heavy_multiplication_x": "✖️", "warning": "⚠️", "question": "❓",
    "grey_question": "❔", "exclamation": "❗", "heavy_exclamation_mark": "❗", "bangbang": "‼️", "interrobang": "⁉️",
    "stop_sign": "🛑", "octagonal_sign": "🛑", "no_entry_sign": "🚫", "sos": "🆘", "ok": "🆗", "cool": "🆒",
    "new": "🆕",
    "red_circle": "🔴", "large_orange_circle": "🟠", "large_yellow_circle": "🟡", "large_green_circle": "🟢",
    "large_blue_circle": "🔵", "white_circle": "⚪", "black_circle": "⚫", "sunny": "☀️", "cloud": "☁️", "rainbow": "🌈",
    "arrow_up": "⬆️", "arrow_down": "⬇️", "arrow_right": "➡️", "arrow_left": "⬅️", "chart_with_upwards_trend": "📈",
    "chart_with_downwards_trend": "📉", "hourglass": "⌛", "alarm_clock": "⏰", "calendar": "📆", "moneybag": "💰",
    "smiling_face_with_3_hearts": "🥰", "exploding_head": "🤯", "dove_of_peace": "🕊️", "yawning_face": "🥱",
    "woozy_face": "🥴", "whale": "🐳", "heart_on_fire": "❤️\u200d🔥", "new_moon_with_face": "🌚", "hotdog": "🌭",
    "banana": "🍌", "face_with_raised_eyebrow": "🤨", "strawberry": "🍓", "champagne": "🍾", "kiss": "💋",
    "smiling_imp": "😈", "nerd_face": "🤓", "ghost": "👻", "male-technologist": "👨\u200d💻", "jack_o_lantern": "🎃",
    "saluting_face": "🫡", "santa": "🎅", "christmas_tree": "🎄", "snowman": "☃️", "nail_care": "💅", "zany_face": "🤪",
    "moyai": "🗿", "cupid": "💘", "hear_no_evil": "🙉", "unicorn_face": "🦄", "pill": "💊", "speak_no_evil": "🙊",
    "space_invader": "👾", "man-shrugging": "🤷\u200d♂️", "woman-shrugging": "🤷\u200d♀️",
    "euro": "💶", "dollar": "💵", "coffee": "☕", "beer": "🍺", "cake": "🍰", "pizza": "🍕", "snail": "🐌", "bug": "🐛",
}  # fmt: skip
_TONES = {f"skin-tone-{number}": chr(0x1F3FB + number - 2) for number in range(2, 7)}
_ALL = EMOJI | _TONES
NAMES = {bare(emoji): name for name, emoji in reversed(EMOJI.items())}
"""By emoji without variants, the first name that there is for it."""
_CODE = re.compile(r":([a-z0-9_+'-]{1,60}):", re.ASCII)


def spelled(text: str) -> str:
    """The text with `:+1:` and its like as characters; names that we do not know stay as they are."""
    return _CODE.sub(lambda code: _ALL.get(code[1], code[0]), text)
