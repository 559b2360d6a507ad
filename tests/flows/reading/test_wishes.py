"""Opt-out, help and human: keywords of every language, phrases, and what only looks like one."""

import pytest

from flows.reading import keyword, read_score, wish
from flows.reading.lexicon import entries, keywords
from tests.flows.reading.corpus import rows

C7 = """STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT OPT_OUT REMOVE STOPP ABMELDEN ABBESTELLEN ENDE AUSTRAGEN
ARRET ARRÊT DESABONNER ALTO BAJA PARAR CANCELAR FERMA DISISCRIVI CANCELLA SAIR STOPPEN AFMELDEN REZYGNUJE WYPISZ DUR
IPTAL"""
SAME_ELSEWHERE = {"DUR": "tr", "ALTO": "es", "BAJA": "es", "FERMA": "it", "PARAR": "es", "SAIR": "pt", "ENDE": "de"}


@pytest.mark.parametrize("word", C7.split())
@pytest.mark.parametrize("dressing", ["{}", "{}.", " {} ", '"{}"!', "🛑 {}", "«{}»", "{}\n"])
def test_c7_keywords(word: str, dressing: str):
    """C7: the whole message, whatever its case, accents, punctuation and emoji."""
    language = SAME_ELSEWHERE.get(word, "en")
    for cased in (word, word.lower(), word.capitalize()):
        assert keyword(dressing.format(cased.replace("_", " ")), language) == "stop"
    assert read_score(word, language).action == "stop"


@pytest.mark.parametrize("word", [w for text in keywords().stop.values() for w in entries(text)])
def test_c7_every_listed_stop_word_stops_somewhere(word: str):
    """C7: each listed word stops in the language that lists it."""
    owners = [language for language, text in keywords().stop.items() if word in entries(text)]
    assert all(keyword(word, language) == "stop" for language in owners)


def test_c7_ordinary_words_of_the_conversation_are_not_keywords():
    """C7: "dur" is French for hard and "alto" Italian for tall."""
    assert keyword("dur", "fr") == ""
    assert keyword("alto", "it") == ""
    assert keyword("dur", "tr") == "stop"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("HELP", "de", "help"),
        ("Hilfe!", "de", "help"),
        ("info", "en", "help"),
        ("aide", "fr", "help"),
        ("START", "de", "start"),
        ("unstop", "en", "start"),
        ("stop the car", "en", ""),
        ("", "en", ""),
        ("STOP " * 50, "en", ""),
    ],
)
def test_c7_other_keywords(text: str, language: str, expected: str):
    """C7: help and start words; a longer message is no keyword."""
    assert keyword(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("please don't text me again", "en", "stop"),
        ("lasst mich in Ruhe", "de", "stop"),
        ("rufen Sie mich an", "de", "human"),
        ("ruf mich bitte mal an", "de", "human"),
        ("call me back please", "en", "human"),
        ("operator", "en", "human"),
        ("Mitarbeiter", "de", "human"),
        ("please don't text me again", "de", "stop"),
        ("laissez-moi tranquille", "fr", "stop"),
        ("déjenme en paz", "es", "stop"),
        ("lasciatemi in pace", "it", "stop"),
        ("laat me met rust", "nl", "stop"),
        ("me deixem em paz", "pt", "stop"),
        ("dajcie mi spokój", "pl", "stop"),
        ("beni rahatsız etmeyin", "tr", "stop"),
        ("help", "en", "help"),
        ("stopp", "de", "stop"),
        ("niemand hat mich zurückgerufen", "de", ""),
        ("your staff never called me", "en", ""),
        ("", "de", ""),
        ("the rain would not stop", "en", ""),
        ("Der Fahrer meldet sich nicht mehr", "de", ""),
        ("keine Nachricht bekommen, wann geliefert wird", "de", ""),
        ("8, the music never stopped", "en", ""),
    ],
)
def test_c7_phrases(text: str, language: str, expected: str):
    """C7: longer demands count, complaints that sound alike do not."""
    assert wish(text, language) == expected


def test_c7_no_labelled_comment_reads_as_a_wish():
    """C7: not one comment of the labelled replies is taken for an opt-out."""
    comments = [row for name in ("sample.jsonl", "rules.tsv", "trial.tsv") for row in rows(name) if row.comment]
    assert len(comments) > 140
    assert [row.comment for row in comments if wish(row.comment, row.language) == "stop"] == []


def test_c7_the_quoted_prompt_does_not_opt_out():
    """C7: "Reply STOP to end" in the quoted question is ours, not the customer's."""
    read = read_score("> How likely …? Reply STOP to end, please stop texting me\n9", "en")
    assert (read.action, read.value) == ("accept", 9)
