"""Opt-outs in ways that strangers had and the lists had not: for whom, mistyped, by what a number is for."""

import pytest

from flows.reading import wish


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("please take my dad off your list, he is 85", "en"),
        ("no more txtttts please", "en"),
        ("assez de questions maintenant merci", "fr"),
        ("could you take my wife off these texts", "en"),
        ("switch the surveys off for me could you", "en"),
        ("turn those off for me will you", "en"),
        ("arrêtez les messages, je vous en conjure", "fr"),
        ("plus aucun sms, j'vous en supplie", "fr"),
        ("denme de vaja por favor", "es"),
        ("è il numero dell'ufficio, non usarlo per i sondaggi", "it"),
        ("non utilizzate questo numero per i messaggi", "it"),
        ("nao kero receber mais mensagens", "pt"),
        ("retirem-me dos próximos inquéritos", "pt"),
        ("numaramı kaydınızdan çıkarın", "tr"),
        ("bu anketleri nasıl durdurabilirim", "tr"),
        ("mesajları nasıl kapatabilirim", "tr"),
        ("hur avregistrerar jag mig", "sv"),
        ("Fråga aldrig mer.", "sv"),
        ("Det räcker nu, inga fler utskick", "sv"),
        ("spar os for spørgsmålene", "da"),
        ("haal mij hier uit aub", "nl"),
        ("wil je mij hier af halen", "nl"),
        ("nie hce wiecej wiadomosci", "pl"),
        ("nie kcem żadnych ankiet", "pl"),
        ("هذا رقم العمل لا تستخدموه للرسائل", "ar"),
        ("Spørg ikke igen", "da"),
        ("Nog nu, skicka inga, inga fler", "sv"),
        ("please take my gran off, she is 90", "en"),
    ],
)
def test_c7_for_somebody_else_mistyped_or_by_what_the_number_is_for(text: str, language: str):
    """C7: none of these stands in a set."""
    assert wish(text, language) == "stop"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my mum loved the flowers, please keep it up", "en"),
        ("take my dad's advice, the soup is great", "en"),
        ("they switched the oven off for me", "en"),
        ("I was out when the text came", "en"),
        ("I opted out of the breakfast", "en"),
        ("leave it with my husband when I'm out", "en"),
        ("my wife said don't call a taxi, walk", "en"),
        ("je vous en supplie, ne changez rien", "fr"),
        ("me dieron de baja el contrato sin avisar", "es"),
        ("vaja servicio más lento", "es"),
        ("non usate più la plastica", "it"),
        ("usatelo come esempio, ottimo lavoro", "it"),
        ("qero voltar sempre", "pt"),
        ("retiraram o prato do cardápio", "pt"),
        ("kapıyı kapatmak zor oldu", "tr"),
        ("kaydınız eksikti, tekrar yazdırdılar", "tr"),
        ("mağazayı erken kapatıyorlar mesaj da yok", "tr"),
        ("jag tänker inte på priset", "sv"),
        ("Det räcker nu, inga fler höjningar", "sv"),
        ("man känner sig välkommen, inga fler ord", "sv"),
        ("spørgsmålene var gode, ingen kritik", "da"),
        ("hier af en toe koffie gehaald", "nl"),
        ("mijn jas hing hieruit, schat", "nl"),
        ("nie kce podwyżek", "pl"),
        ("لا تستخدموا البصل مرة أخرى", "ar"),
        ("det var sidste gang jeg køber her", "da"),
        ("Please ask when I'm out of stock", "en"),
    ],
)
def test_c7_their_words_about_other_things_are_no_demand(text: str, language: str):
    """C7: whoever is taken off, switched off, used or asked here, it is not the customer."""
    assert wish(text, language) != "stop"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I left your newsletter in 2019, unsubscribed in a minute", "en"),
        ("my uncle unsubscribed from your newsletter", "en"),
        ("letzten Monat vom Newsletter abgemeldet, ging sofort", "de"),
        ("hace dos años me di de baja del boletín", "es"),
        ("mij heeft niemand gestoord", "nl"),
        ("nessuno ci disturbava mai", "it"),
        ("никто меня не беспокоил", "ru"),
        ("streicht mich bitte von der Gästeliste", "de"),
        ("take us off the guest list please", "en"),
        ("rappelez-moi le plus vite possible", "fr"),
        ("nach 2 Mails noch immer nichts", "de"),
        ("meant to write 9 not 3", "en"),
        ("why don't you text me the code any more", "en"),
        ("let me be blunt, it was dull", "en"),
        ("my landlord leaves me alone", "en"),
        ("please stop by and call me", "en"),
        ("le plus vite serait de m'appeler", "fr"),
    ],
)
def test_c7_another_time_another_person_another_list(text: str, language: str):
    """C7: what was left last year or by somebody else, whom nobody disturbed, who waits, who wants a call soon."""
    assert wish(text, language) != "stop"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I unsubscribed last year and still get these", "en"),
        ("stop texting me as soon as possible", "en"),
        ("désinscrivez-moi au plus vite", "fr"),
        ("arrêtez les sms au plus vite", "fr"),
        ("my sister says stop texting her", "en"),
        ("why don't you stop texting me", "en"),
        ("reichts aber langsam mit den Nachrichten", "de"),
        ("nun reicht es aber wirklich mit den SMS", "de"),
        ("keine SMS mehr aber dalli", "de"),
        ("het is welletjes met die berichten", "nl"),
        ("nu er det godt med de sms'er", "da"),
        ("give the surveys a rest", "en"),
        ("es ist jetzt gut mit den Umfragen", "de"),
        ("tá bom de mensagem", "pt"),
    ],
)
def test_c7_their_words_in_a_demand_hide_nothing(text: str, language: str):
    """C7: the year, the sister, the hurry and the question do not hide a demand beside them."""
    assert wish(text, language) == "stop"
