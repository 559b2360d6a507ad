"""Telegram's text rules: what is read from HTML is what was written, in UTF-16 units."""

import contextlib
import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.telegram.model import Refused
from sandbox.telegram.text import formatted, utf16

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20)
TAGS = {"b": "bold", "i": "italic", "s": "strikethrough", "code": "code", "tg-spoiler": "spoiler"}


@given(st.lists(st.tuples(TEXTS, st.sampled_from(sorted(TAGS))), min_size=1, max_size=6))
def test_html_is_read_as_written(parts):
    """Escaped text between tags comes back unchanged, and every entity covers what its tag did (S26)."""
    content = formatted("".join(f"<{tag}>{html.escape(text)}</{tag}>" for text, tag in parts), "HTML", [])
    encoded = content.text.encode("utf-16-le")
    found = [
        (encoded[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"), one["type"])
        for one in content.entities
    ]
    assert found == [(text, TAGS[tag]) for text, tag in parts]


@given(TEXTS)
def test_text_without_markup_is_untouched(text):
    """Neither brackets nor ampersands mean anything without a parse mode (S26)."""
    assert formatted(text, "", []) == (text, [])


@pytest.mark.parametrize(
    ("text", "kept", "entities"),
    [
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ('<a href="https://a.example/?x=1&amp;y=2">x</a>', "x", [("text_link", 0, 1)]),
        ("<a href='javascript:x'>x</a>", "x", []),
        ("<blockquote expandable>👍</blockquote>", "👍", [("expandable_blockquote", 0, 2)]),
        ('<span class="tg-spoiler">x</span> ', "x", [("spoiler", 0, 1)]),
        ("  <b> x </b>", "x", [("bold", 0, 1)]),
        ("<B>x</>", "x", [("bold", 0, 1)]),
        ("&lt;b&gt; &copy; &#38; &#x26;", "<b> &copy; & &", []),
    ],
)
def test_html(text, kept, entities):
    """Nesting, links, quotes, spoilers, trimming and the few references that Telegram knows."""
    content = formatted(text, "html", [])
    assert content.text == kept
    assert [(one["type"], one["offset"], one["length"]) for one in content.entities] == entities


@given(st.text(st.sampled_from("<>/ab&; =\"'👍"), max_size=30))
def test_nonsense_is_refused_or_read(text):
    """No markup, however broken, is anything but text or a refusal; entities lie within the text."""
    with contextlib.suppress(Refused):
        content = formatted(text, "HTML", [])
        assert all(0 < one["length"] <= utf16(content.text) - one["offset"] for one in content.entities)
