"""A survey that somebody only tries out: the first message says so, and nothing else differs."""

import pytest

from bot.engine import advance, begin
from bot.engine.replay import replay
from bot.engine.state import Began, Replied, Reply, Say
from bot.segments import segments
from flows.loader import load
from flows.phrases import mark_of_tests

NOW = 1_772_442_000_000
FLOW = """\
format: 1
id: tiny
kind: transactional
languages: [en, es, ru]
phrases: {thanks: {en: Thanks, es: Gracias, ru: Спасибо}}
steps:
  - {id: hello, say: {en: "Acme here. STOP to opt out", es: "Somos Acme. STOP = baja", ru: "Мы Acme. STOP = стоп"}}
  - {id: score, ask: {type: nps, text: {en: "0-10?", es: "¿0-10?", ru: "0-10?"}}}
"""


@pytest.fixture(scope="module")
def flow():
    return load(FLOW, "tiny.yaml")


def said(turn):
    return [effect.text for effect in turn.effects if isinstance(effect, Say)]


@pytest.mark.parametrize(("language", "mark"), [("en", "[Test] "), ("es", "[Prueba] "), ("ru", "[Тест] ")])
def test_only_the_first_message_says_that_it_is_a_test(flow, language, mark):
    """In the customer's language; whatever follows reads as it will for customers."""
    real, test = (begin(flow, "s", language, NOW, test=test) for test in (False, True))
    assert said(test) == [mark + said(real)[0], *said(real)[1:]]
    after = [advance(flow, turn.session, Replied((Reply("what?"),)), NOW + 1) for turn in (real, test)]
    assert said(after[0]) == said(after[1])


def test_a_region_reads_its_language_and_all_others_read_test():
    """Portuguese of Brazil is Portuguese; a language without a word of its own reads one that most people know."""
    assert (mark_of_tests("pt-BR"), mark_of_tests("fi")) == ("[Teste]", "[Test]")


def test_the_mark_needs_no_other_alphabet(flow):
    """Two GSM characters more for each bracket, and never an SMS in Unicode because of it."""
    for language in ("en", "de", "fr", "es", "it", "pt", "nl", "da", "no", "sv", "pl", "cs", "tr"):
        marked = segments(f"{mark_of_tests(language)} Hello")
        assert (marked.encoding, len(marked.parts)) == (segments("Hello").encoding, 1)


def test_a_journal_plays_the_same_test_again(flow):
    """A test stays one for its whole life."""
    turn = begin(flow, "s", "en", NOW, test=True)
    after = advance(flow, turn.session, Replied((Reply("3"),)), NOW + 1)
    assert after.session.test
    journal = [(NOW, Began("en", test=True)), (NOW + 1, Replied((Reply("3"),)))]
    assert replay(flow, "s", journal) == after.session
