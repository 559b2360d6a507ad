"""Opt-outs put together from classes of words: any verb with any noun, and what turns a demand off."""

from itertools import product

import pytest

from flows.reading import read_score, wish
from flows.reading.lexicon import word_lists

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
        ("nine full stop thank you", "en"),
        ("the driver refused to stop at the request stop", "en"),
        ("find somebody else to run the kitchen", "en"),
        ("if the noise carries on like this I'll complain to the landlord", "en"),
        ("wie werde ich den Kalkfleck wieder los", "de"),
        ("sucht euch einen anderen Koch", "de"),
        ("no message ever reached me, and then they sent it back", "en"),
        ("Don't ask me how but they fixed it", "en"),
        ("They had no record of my booking and told me to go away", "en"),
        ("eso me deja trabajar tranquila", "es"),
        ("mandé cuatro correos y silencio total", "es"),
        ("di de baja el seguro y me siguen cobrando, llámenme por favor", "es"),
        ("nessuno mi ha disturbato per tutto il soggiorno, pace assoluta", "it"),
        ("dajcie spokój z tą muzyką na siłowni", "pl"),
        ("odpiszę wieczorem, teraz prowadzę", "pl"),
        ("had geen sms'je nodig gehad, de telefoniste belde zelf al", "nl"),
        ("9 листів без відповіді", "uk"),
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
        ("stoppppp texting meeee", "en"),
        ("stop texing me", "en"),
        ("ai sensi dell'art. 21 mi oppongo a ulteriori comunicazioni", "it"),
        ("agradecia que deixassem de me enviar estes inquéritos", "pt"),
        ("le agradecería que no me mandara más SMS", "es"),
        ("verpisst euch aus meinem Handy", "de"),
        ("spadajcie z tymi pytaniami", "pl"),
        ("to nie jest numer pani Kowalskiej, proszę go usunąć", "pl"),
        ("My son is 8 and this is his phone. Remove it", "en"),
        ("istemiyorum bunları, mesaj atmayı bırakın", "tr"),
        ("esemesky mě nebaví, nechci to", "cs"),
    ],
)
def test_c7_slips_and_other_alphabets(text: str, language: str):
    """C7: one slip in a long word, stretched ones, no accents, Russian in Latin letters, "art. 21" in one sentence."""
    assert wish(text, language) == "stop"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("that's the final text I ever want to see from your company", "en"),
        ("would appreciate not hearing from you in this way", "en"),
        ("how many times must I ask you people to stop", "en"),
        ("kindly discontinue these immediately", "en"),
        ("das war jetzt hoffentlich die letzte SMS von euch", "de"),
        ("Ich wäre Ihnen verbunden, wenn Sie von weiteren Anfragen absehen", "de"),
        ("betrachten Sie dies als Widerruf meiner Einwilligung", "de"),
        ("Wie oft muss ich noch schreiben, dass ich das nicht will", "de"),
        ("c'est le dernier sms que je veux voir de chez vous", "fr"),
        ("merci d'arrêter", "fr"),
        ("je vous saurais gré de ne plus me relancer", "fr"),
        ("veuillez considérer ce message comme une opposition à vos sollicitations", "fr"),
        ("que sea la última encuesta que me mandan", "es"),
        ("agradecería no recibir más de esto", "es"),
        ("cuántas veces tengo que decir que no quiero encuestas", "es"),
        ("favor de no molestar", "es"),
        ("che sia l'ultima volta che mi scrivete", "it"),
        ("apprezzerei non essere più disturbato", "it"),
        ("quante volte devo dirvi di smetterla", "it"),
        ("cancellate il mio numero grazie", "it"),
        ("que esta seja a última mensagem", "pt"),
        ("agradecia que não me voltassem a contactar", "pt"),
        ("quantas vezes tenho que pedir pra parar", "pt"),
        ("apaguem o meu contacto por favor", "pt"),
        ("dit is het laatste bericht dat ik wil krijgen", "nl"),
        ("ik zou het waarderen als jullie me met rust laten", "nl"),
        ("hoe vaak moet ik nog zeggen dat ik dit niet wil", "nl"),
        ("gooi mijn nummer weg", "nl"),
        ("det här var sista gången ni messar mig", "sv"),
        ("jag skulle uppskatta att slippa fler enkäter", "sv"),
        ("hur många gånger ska jag säga nej till era sms", "sv"),
        ("ta bort numret tack", "sv"),
        ("det her er sidste gang I skriver til mig", "da"),
        ("jeg ville sætte pris på ikke at høre mere", "da"),
        ("hvor mange gange skal jeg sige nej", "da"),
        ("slet venligst mine oplysninger", "da"),
        ("dette er siste gang dere tekster meg", "no"),
        ("jeg hadde satt pris på å slippe flere undersøkelser", "no"),
        ("hvor mange ganger må jeg be dere slutte", "no"),
        ("slett nummeret takk", "no"),
        ("to ma być ostatni sms od was", "pl"),
        ("będę wdzięczna za niekontaktowanie się ze mną", "pl"),
        ("ile razy mam mówić że nie chcę ankiet", "pl"),
        ("usuńcie mój numer i tyle", "pl"),
        ("пусть это будет последнее смс от вас", "ru"),
        ("буду благодарна, если меня больше не будут беспокоить", "ru"),
        ("сколько раз повторять, не нужны мне ваши опросы", "ru"),
        ("номер мой сотрите", "ru"),
        ("хай це буде останнє смс від вас", "uk"),
        ("буду вдячна, якщо мене більше не турбуватимуть", "uk"),
        ("скільки разів казати, не треба мені ваших опитувань", "uk"),
        ("мій номер зітріть", "uk"),
        ("ať je to poslední zpráva od vás", "cs"),
        ("kolikrát mám opakovat, že o průzkumy nestojím", "cs"),
        ("číslo mi vymažte", "cs"),
        ("skončete s těmi smskami", "cs"),
        ("bu son mesajınız olsun", "tr"),
        ("beni rahatsız etmezseniz sevinirim", "tr"),
        ("kaç kere söyleyeceğim mesaj atmayın diye", "tr"),
        ("numaramı silin lütfen", "tr"),
        ("لتكن هذه آخر رسالة منكم", "ar"),
        ("أكون ممتنا لو توقفتم عن مراسلتي", "ar"),
        ("كم مرة لازم أقول لكم لا ترسلوا", "ar"),
        ("امسحوا رقمي لو سمحتم", "ar"),
    ],
)
def test_c7_ways_of_being_indirect(text: str, language: str):
    """C7: the last one, how often to say it, would be glad not to, nouns for verbs, consent ended, split verbs."""
    assert wish(text, language) == "stop"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("stop by anytime, great service", "en"),
        ("they removed my tooth without pain", "en"),
        ("the last message said 10am but nobody came", "en"),
        ("please don't change the menu", "en"),
        ("die letzte Rechnung war falsch", "de"),
        ("bitte den Lärm abstellen", "de"),
        ("Mein Konto wurde ohne Grund gesperrt, bitte entsperren", "de"),
        ("ihr habt meine Nummer vertauscht, bitte korrigieren", "de"),
        ("la dernière facture est fausse", "fr"),
        ("merci d'arrêter les travaux le dimanche", "fr"),
        ("on m'a retiré de la liste d'attente", "fr"),
        ("n'arrêtez jamais cette pâtisserie", "fr"),
        ("la última factura vino mal", "es"),
        ("dejen de subir los precios", "es"),
        ("me quitaron la muela sin dolor", "es"),
        ("no quiero otro banco", "es"),
        ("l'ultima bolletta era sbagliata", "it"),
        ("smettete di alzare i prezzi", "it"),
        ("non ho ricevuto nessun messaggio di conferma", "it"),
        ("mi hanno tolto il dente senza dolore", "it"),
        ("a última fatura veio errada", "pt"),
        ("parem de subir os preços", "pt"),
        ("ninguém respondeu ao meu email", "pt"),
        ("tiraram o meu prato favorito da ementa", "pt"),
        ("de laatste rekening klopte niet", "nl"),
        ("stop met die prijsverhogingen", "nl"),
        ("niemand heeft mij teruggebeld", "nl"),
        ("haal dat gerecht niet van de kaart", "nl"),
        ("sista fakturan var fel", "sv"),
        ("sluta höja priserna", "sv"),
        ("ingen svarade på mitt mejl", "sv"),
        ("ta inte bort laxen från menyn", "sv"),
        ("sidste regning var forkert", "da"),
        ("hold op med at hæve priserne", "da"),
        ("ingen svarede på min mail", "da"),
        ("tag ikke laksen af menuen", "da"),
        ("siste regning var feil", "no"),
        ("slutt å heve prisene", "no"),
        ("ingen svarte på e-posten min", "no"),
        ("ikke ta laksen av menyen", "no"),
        ("ostatni rachunek był błędny", "pl"),
        ("przestańcie podnosić ceny", "pl"),
        ("nikt nie odpisał na maila", "pl"),
        ("nie chcę innego fryzjera", "pl"),
        ("последний счёт был неправильный", "ru"),
        ("перестаньте повышать цены", "ru"),
        ("никто не ответил на письмо", "ru"),
        ("не хочу другого мастера", "ru"),
        ("останній рахунок був неправильний", "uk"),
        ("перестаньте піднімати ціни", "uk"),
        ("ніхто не відповів на лист", "uk"),
        ("не хочу іншого майстра", "uk"),
        ("poslední účet byl špatně", "cs"),
        ("přestaňte zdražovat", "cs"),
        ("nikdo mi neodpověděl na mail", "cs"),
        ("nechci jiného kadeřníka", "cs"),
        ("son fatura yanlıştı", "tr"),
        ("fiyatları artırmayı bırakın", "tr"),
        ("kimse mailime cevap vermedi", "tr"),
        ("başka kuaför istemiyorum", "tr"),
        ("آخر فاتورة كانت غلط", "ar"),
        ("توقفوا عن رفع الأسعار", "ar"),
        ("لم يرد أحد على رسالتي", "ar"),
        ("لا أريد حلاقا آخر", "ar"),
    ],
)
def test_c7_the_same_words_about_other_things(text: str, language: str):
    """C7: the last bill, prices to stop, teeth taken out, somebody who did not answer."""
    assert wish(text, language) != "stop"
