"""Opt-outs put together from classes of words: any verb with any noun, and what turns a demand off."""

from itertools import product

import msgspec
import pytest

from flows.reading import read_score, wish
from flows.reading.lexicon import entries, files, word_lists
from flows.reading.optwords import BIT, opt_words
from tests.flows.reading.test_properties import MOST_CALLS, calls

LANGUAGES = sorted(word_lists())
FRAMES = {
    "en": ("please don't {verb} me again", "stop {noun}", "no more {noun}", "I don't want any more {noun}"),
    "de": ("{verb} mir bitte nicht mehr", "hört auf mit {noun}", "keine {noun} mehr", "ich will keine {noun} mehr"),
    "fr": ("ne me {verb} plus", "arrêtez les {noun}", "plus de {noun} svp", "je ne veux plus de {noun}"),
    "es": ("no me {verb} más", "basta de {noun}", "no más {noun}", "no quiero más {noun}"),
    "nl": ("{verb} mij niet meer", "stop met die {noun}", "geen {noun} meer", "ik wil geen {noun} meer"),
    "sv": ("{verb} mig inte igen", "sluta med {noun}", "inga fler {noun}", "jag vill inte ha fler {noun}"),
}
SAID = {
    "en": (
        ("text", "message", "contact", "email", "bother", "spam"),
        ("texts", "surveys", "SMS", "messages", "emails"),
    ),
    "de": (("schreibt", "schickt", "sendet", "mailt"), ("Nachrichten", "Umfragen", "SMS", "Mails", "Mitteilungen")),
    "fr": (("écrivez", "contactez", "dérangez", "harcelez"), ("messages", "sms", "sondages", "mails", "textos")),
    "es": (("escriban", "contacten", "molesten", "manden"), ("mensajes", "SMS", "encuestas", "correos")),
    "nl": (("schrijf", "sms", "benader", "app"), ("berichten", "sms'jes", "enquêtes", "mails")),
    "sv": (("kontakta", "sms:a", "stör", "skriv till"), ("meddelanden", "sms", "enkäter", "utskick")),
}
ROWS = [
    (language, frame.format(verb=verb, noun=noun))
    for language, frames in FRAMES.items()
    for frame in frames
    for verb, noun in product(*SAID[language])
]
AROUND = {"en": "The delivery was quick.", "de": "Die Lieferung war schnell.", "fr": "La livraison était rapide."}


@pytest.mark.parametrize("language", FRAMES)
def test_c7_every_verb_goes_with_every_noun(language: str):
    """C7: nobody listed these sentences; they are put together as people put them together."""
    said = sorted({text for owner, text in ROWS if owner == language})
    assert [text for text in said if wish(text, language) != "stop"] == []


@pytest.mark.parametrize("language", AROUND)
@pytest.mark.parametrize("shape", ["{around} {said}.", "{said}. {around}", "9. {said}! {around}", "0 {said}"])
def test_c7_other_sentences_beside_a_demand_do_not_hide_it(language: str, shape: str):
    """C7: a demand counts before and behind a comment and beside a score."""
    for text in sorted({text for owner, text in ROWS if owner == language}):
        whole = shape.format(around=AROUND[language], said=text)
        assert wish(whole, language) == "stop", whole
        assert read_score(whole, language).action == "stop", whole


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("9, stop sending the parcels late", "en"),
        ("stop raising the prices", "en"),
        ("don't send it by courier any more", "en"),
        ("they never text me back", "en"),
        ("I got no message", "en"),
        ("please don't stop sending these, I love them", "en"),
        ("I unsubscribed from the premium plan last year", "en"),
        ("I could not unsubscribe from the gym", "en"),
        ("too many texts from you, 4", "en"),
        ("the bus stopped twice", "en"),
        ("schickt keinen Praktikanten mehr", "de"),
        ("ich habe keine Nachricht bekommen", "de"),
        ("der Fahrer meldet sich nicht mehr", "de"),
        ("hört auf, die Preise zu erhöhen", "de"),
        ("zu viele SMS, 4", "de"),
        ("je n'ai reçu aucun message", "fr"),
        ("n'arrêtez pas vos croissants", "fr"),
        ("no me llegó ningún mensaje", "es"),
        ("больше не присылайте этого сантехника", "ru"),
        ("bana bir daha aynı ustayı göndermeyin", "tr"),
        ("لا ترسلوا لي نفس السائق", "ar"),
        ("toho instalatéra už mi neposílejte", "cs"),
    ],
)
def test_c7_another_object_is_no_demand(text: str, language: str):
    """C7: a verb of sending or ending with something else for its object, a report, a denied stop, a grumble."""
    assert wish(text, language) != "stop"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("plaese stop mesaging me", "en"),
        ("unsubscirbe me", "en"),
        ("bitte keine Nachrichetn mehr", "de"),
        ("loescht meine Nummer", "de"),
        ("udalite moy nomer", "ru"),
        ("bolshe ne pishite mne", "ru"),
        ("no me escribais mas", "es"),
        ("nao me mandem mais mensagens", "pt"),
        ("ne menvoyez plus de messages", "fr"),
        ("wrong number, stop texting", "en"),
    ],
)
def test_c7_slips_and_other_alphabets(text: str, language: str):
    """C7: one slip in a long word, no accents, Russian in Latin letters, a missing apostrophe."""
    assert wish(text, language) == "stop"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_classes_that_demands_are_made_of(language: str):
    """No file forgets a class, and none has one that the grammar does not know."""
    lists = msgspec.toml.decode(
        files("flows.words").joinpath(f"optout/{language}.toml").read_bytes(), type=dict[str, str]
    )
    assert BIT.keys() - lists.keys() == set()
    assert lists.keys() - BIT.keys() <= {"clitics", "them", "prefixes", "denying"}
    assert opt_words(language) is not None


@pytest.mark.parametrize("language", ["de", "en", "fr", "ru"])
@pytest.mark.parametrize("between", [" ", ", "])
def test_words_of_demands_again_and_again_cost_no_more_than_other_texts(language: str, between: str):
    """4,000 characters of every class: the work on a clause does not grow with its square."""
    lists = msgspec.toml.decode(
        files("flows.words").joinpath(f"optout/{language}.toml").read_bytes(), type=dict[str, str]
    )
    costs = {}
    for name, words in lists.items():
        said = [word.rstrip("*") for word in entries(words)]
        text = (between.join(said) + between) * 4000
        read_score(text[:4000], language)  # look-ups cached
        costs[name] = calls(text[:4000], language)
    assert {name: cost for name, cost in costs.items() if cost > MOST_CALLS} == {}
