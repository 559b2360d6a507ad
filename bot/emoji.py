"""Emoji as they are the same everywhere: without skin tones, and variants that one app writes and another does not."""

_VARIANTS = dict.fromkeys((0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)))


def bare(emoji: str) -> str:
    """The emoji without its skin tone and without saying how it is to be drawn."""
    return emoji.translate(_VARIANTS) or emoji
