"""In German: what is wrong with a survey or a report, and what changed from one version to the other.

The keys are the sentences of `flows/` and of plans of reports, word for word; `web.phrasebook` says how they are read.
"""

from collections.abc import Callable, Mapping

from web.phrasebook import Phrasebook

_WRONG: Mapping[str, str] = {
    "in the variant '{name}', {rest:sentence}": "in der Variante '{name}': {rest}",
    # the file
    "this is not YAML: {words}": "das ist kein YAML: {words}",
    "this is not UTF-8 text": "das ist kein Text in UTF-8",
    "the file has {size} bytes; {most} are allowed": "die Datei hat {size} Bytes; {most} sind erlaubt",
    "the file is empty": "die Datei ist leer",
    "a file holds one flow": "eine Datei enthält eine Umfrage",
    "aliases such as *{name} are not allowed": "Verweise wie *{name} sind nicht erlaubt",
    "anchors such as &{name} are not allowed": "Anker wie &{name} sind nicht erlaubt",
    "tags such as !!str are not allowed": "Typangaben wie !!str sind nicht erlaubt",
    "merge keys (<<) are not allowed": "der Schlüssel << ist nicht erlaubt",
    "nested more than {most} levels deep": "tiefer als {most} Ebenen verschachtelt",
    "the key '{key}' is there twice": "den Schlüssel '{key}' gibt es zweimal",
    "a key must be a plain word": "ein Schlüssel muss ein einfaches Wort sein",
    # its shape
    "'{key}' is missing": "'{key}' fehlt",
    "unknown key '{key}'": "unbekannter Schlüssel '{key}'",
    "there is no question type '{type}'": "es gibt keine Frageart '{type}'",
    "{value} is not possible here": "{value} ist hier nicht möglich",
    "this must be {wanted:part}, not {kind:part}": "hier gehört {wanted} hin, nicht {kind}",
    "the text is empty": "der Text ist leer",
    "{value} is no name of a variable": "{value} ist kein Name einer Variablen",
    "{value} is no language": "{value} ist keine Sprache",
    "{value} is no calling code": "{value} ist keine Landesvorwahl",
    "{value} is no name": "{value} ist kein Name",
    "this needs at least {least}": "hier braucht es mindestens {least}",
    "at most {most} are allowed here": "hier sind höchstens {most} erlaubt",
    "at most {most} is allowed here": "hier ist höchstens {most} erlaubt",
    "at least {least} is allowed here": "hier ist mindestens {least} nötig",
    "the step does nothing: give it `say`, `ask` or `do`": "der Schritt tut nichts: er braucht `say`, `ask` oder `do`",
    "an empty list never holds; name at least one value": (
        "eine leere Liste trifft nie zu; mindestens ein Wert gehört hinein"
    ),
    "{value} is not a duration; write a number and a unit: 30s, 15m, 1h30m or 3d": (
        "{value} ist keine Dauer; man schreibt Zahl und Einheit: 30s, 15m, 1h30m oder 3d"
    ),
    # what refers to something
    "a step cannot be called '{name}': that is where a conversation ends": (
        "ein Schritt kann nicht '{name}' heißen: dort endet ein Gespräch"
    ),
    "there are {count} steps '{name}'": "es gibt {count} Schritte '{name}'",
    "unknown step '{name}'": "unbekannter Schritt '{name}'",
    "the step '{name}' asks nothing": "der Schritt '{name}' fragt nichts",
    "'{name}' is there {count} times": "'{name}' gibt es {count}-mal",
    "the text is there in one language only": "den Text gibt es nur in einer Sprache",
    "'{language}' is not among the flow's languages": "'{language}' ist keine Sprache der Umfrage",
    "the text is missing in '{language}'": "der Text fehlt in '{language}'",
    "the value of a variable cannot mention variables": "der Wert einer Variablen kann keine Variablen nennen",
    "'{text}' is no placeholder": "'{text}' ist kein Platzhalter",
    "undeclared variable '{name}'": "Variable '{name}' ist nicht angemeldet",
    "there is no phrase '{name}'": "es gibt keine Wendung '{name}'",
    "the variable '{name}' is used nowhere": "die Variable '{name}' wird nirgends gebraucht",
    # what it would do
    "there is no desk '{name}'": "es gibt kein Desk '{name}'",
    "no way leads to the step '{name}'": "kein Weg führt zum Schritt '{name}'",
    "the step '{name}' comes back to itself without asking anything: it would never stop": (
        "der Schritt '{name}' kommt zu sich selbst zurück, ohne etwas zu fragen: er hörte nie auf"
    ),
    "from the step '{name}' no way leads to the end": "vom Schritt '{name}' führt kein Weg zum Ende",
    "this route is always taken: those below it never are": "dieser Weg wird immer genommen, die darunter nie",
    "the condition is empty, so it always holds": "die Bedingung ist leer, sie trifft also immer zu",
    "segments come from an nps question, and there is none": "Segmente kommen von einer nps-Frage, und es gibt keine",
    "'{value}' is not an answer to '{step}'": "'{value}' ist keine Antwort auf '{step}'",
    "reminders must be one later than the other": "Erinnerungen müssen aufeinander folgen",
    "a reminder would come after the question has expired": "eine Erinnerung käme nach dem Ablauf der Frage",
    "the question would expire at once": "die Frage liefe sofort ab",
    "the first message does not say who is writing": "die erste Nachricht sagt nicht, wer schreibt",
    "the first message does not say how to opt out": "die erste Nachricht sagt nicht, wie man sich abmeldet",
    "customers would read these phrases in English instead of '{language}': {names}": (
        "diese Wendungen läsen Kunden auf Englisch statt '{language}': {names}"
    ),
    "the value '{value}' is there twice": "den Wert '{value}' gibt es zweimal",
    "the label '{text}' is there twice": "die Beschriftung '{text}' gibt es zweimal",
    "carriers act on '{text}' themselves (opt-out, help): the answer would never arrive": (
        "auf '{text}' reagieren die Netzbetreiber selbst (Abmeldung, Hilfe): die Antwort käme nie an"
    ),
    "who types '{typed}' means '{value}', and would be taken for '{other}'": (
        "wer '{typed}' tippt, meint '{value}' und würde als '{other}' verstanden"
    ),
    "who types '{typed}' means '{value}', and would not be understood": (
        "wer '{typed}' tippt, meint '{value}' und würde nicht verstanden"
    ),
    "who types '{typed}' means {value}, and would not be understood so": (
        "wer '{typed}' tippt, meint {value} und würde nicht so verstanden"
    ),
    "{number} is not on the scale from 1 to {most}": "{number} liegt nicht auf der Skala von 1 bis {most}",
    # variants
    "the shares come to {total} of 100 with '{name}'": "mit '{name}' kommen die Anteile auf {total} von 100",
    "a variant cannot be called '{name}': that is the flow as written": (
        "eine Variante kann nicht '{name}' heißen: so heißt die Umfrage, wie sie dasteht"
    ),
    "the variant '{name}' is the flow as written": "die Variante '{name}' ist die Umfrage, wie sie dasteht",
    "the step '{name}' has no `next`; the flow's step has": (
        "der Schritt '{name}' hat kein `next`, der Schritt der Umfrage schon"
    ),
}

_ADVICE: Mapping[str, str] = {
    "did you mean '{name}'?": "meinten Sie '{name}'?",
    "there is {names}": "es gibt {names}",
    "put it in quotes": "in Anführungszeichen setzen",
    "put texts in quotes": "Texte in Anführungszeichen setzen",
    "put texts that contain a colon in quotes": "Texte mit Doppelpunkt in Anführungszeichen setzen",
    "put texts that begin with * in quotes": "Texte, die mit * beginnen, in Anführungszeichen setzen",
    "indent with spaces, and put texts that begin with a special character in quotes": (
        "mit Leerzeichen einrücken; Texte, die mit einem Sonderzeichen beginnen, in Anführungszeichen setzen"
    ),
    "save the file as UTF-8": "die Datei als UTF-8 speichern",
    "remove the `---` and what follows": "das `---` und alles danach entfernen",
    "remove the `?` or the brackets": "das `?` oder die Klammern entfernen",
    "repeat the text": "den Text wiederholen",
    "repeat the keys": "die Schlüssel wiederholen",
    "keep one of them": "einen davon behalten",
    "'{wrong}' should be 'type'": "'{wrong}' soll wohl 'type' heißen",
    "write a text or remove the key": "einen Text schreiben oder den Schlüssel entfernen",
    "use lower-case letters, digits and _": "möglich sind kleine Buchstaben, Ziffern und _",
    "use lower-case letters, digits, - and _": "möglich sind kleine Buchstaben, Ziffern, - und _",
    "use lower-case letters, digits and -": "möglich sind kleine Buchstaben, Ziffern und -",
    "write two letters, such as de or en": "zwei Buchstaben, etwa de oder en",
    "write digits only, such as 49": "nur Ziffern, etwa 49",
    "give it another name": "einen anderen Namen wählen",
    "write {example}": "zum Beispiel {example}",
    "only {{ name }} is possible: lower-case letters, digits and _": (
        "möglich ist nur {{ name }}: kleine Buchstaben, Ziffern und _"
    ),
    "declare it under `variables:`": "sie unter `variables:` anmelden",
    "add it under `desks:` in the settings": "es unter `desks:` in die Einstellungen schreiben",
    "move it to the end": "ihn ans Ende setzen",
    "leave out `when` or name what must hold": "`when` weglassen, oder nennen, was zutreffen muss",
    "remind earlier or let it expire later": "früher erinnern, oder die Frage später ablaufen lassen",
    "mention {{ company }}": "{{ company }} nennen",
    "add for example: Reply STOP to opt out": "zum Beispiel anfügen: Abmelden mit STOPP",
    "add them under `phrases:`": "sie unter `phrases:` eintragen",
    "choose another word": "ein anderes Wort wählen",
    "let the answers differ in a word": "die Antworten sollten sich in einem Wort unterscheiden",
    "{left} are left": "{left} sind übrig",
    "copy it, or write where to go": "es übernehmen, oder schreiben, wohin es geht",
    "change a step or remove it": "einen Schritt ändern, oder sie entfernen",
}

_REPORTS: Mapping[str, str] = {
    "a weekly report comes on a weekday": "ein wöchentlicher Bericht kommt an einem Wochentag",
    "write it like `on: monday`": "so schreiben: `on: monday`",
    "a monthly report comes on a day of the month": "ein monatlicher Bericht kommt an einem Tag des Monats",
    "write it like `on: 1`": "so schreiben: `on: 1`",
    "with `every: {every}` there is no `on`": "mit `every: {every}` gibt es kein `on`",
    "leave it out": "es weglassen",
    "leave one out": "einen davon weglassen",
    "whose waves?": "wessen Wellen?",
    "add `campaign: ID`": "`campaign: ID` eintragen",
    "only a report of waves has a campaign": "nur ein Bericht von Wellen hat eine Kampagne",
    "write `every: wave`, or filter by campaign": "`every: wave` schreiben, oder nach der Kampagne filtern",
    "{value} is no time of day; write it like '08:00'": "{value} ist keine Uhrzeit; man schreibt sie wie '08:00'",
    "say where to send it: `channel` and `chat`, or `email`, or `folder`": (
        "es fehlt, wohin: `channel` und `chat`, oder `email`, oder `folder`"
    ),
    "there is no campaign '{name}'": "es gibt keine Kampagne '{name}'",
    "answers are not counted by '{name}'": "Antworten werden nicht nach '{name}' gezählt",
    "there are {names}": "es gibt {names}",
    "the settings have no channel '{name}'": "die Einstellungen haben keinen Kanal '{name}'",
    "the settings do not say how e-mail is sent": "die Einstellungen sagen nicht, wie E-Mail verschickt wird",
    "add `mail` to the settings": "`mail` in die Einstellungen schreiben",
    "this receiver is there twice": "diesen Empfänger gibt es zweimal",
    "'{name}' is there twice": "'{name}' gibt es zweimal",
}

_CHANGED: Mapping[str, str] = {
    "written down otherwise; it means the same": "anders aufgeschrieben, es bedeutet dasselbe",
    "{what:part}: the same words, written down otherwise": "{what}: dieselben Worte, anders aufgeschrieben",
    "{what:part} changed: {texts}": "{what} geändert: {texts}",
    "{what:part} added: {texts}": "{what} neu: {texts}",
    "{what:part} removed: {texts}": "{what} entfernt: {texts}",
    "{what:part} changed ({language}): {texts}": "{what} geändert ({language}): {texts}",
    "{what:part} added ({language}): {texts}": "{what} neu ({language}): {texts}",
    "{what:part} removed ({language}): {texts}": "{what} entfernt ({language}): {texts}",
    "{what:part}: {before:part} → {after:part}": "{what}: {before} → {after}",
    "language {language} added": "Sprache {language} neu",
    "language {language} removed": "Sprache {language} entfernt",
    "language {language} removed, with {count} text": "Sprache {language} entfernt, mit {count} Text",
    "language {language} removed, with {count} texts": "Sprache {language} entfernt, mit {count} Texten",
    "languages in another order: {before} → {after} (the first is used where none fits)": (
        "Sprachen in anderer Reihenfolge: {before} → {after} (die erste gilt, wo keine passt)"
    ),
    "variable {name} added": "Variable {name} neu",
    "variable {name} removed": "Variable {name} entfernt",
    "step {before} is now called {after}": "Schritt {before} heißt jetzt {after}",
    "step {name} removed": "Schritt {name} entfernt",
    "new step {name} at the beginning": "neuer Schritt {name} am Anfang",
    "new step {name} after {other}": "neuer Schritt {name} nach {other}",
    "step {name} moved: now {after:part}, before {before:part}": (
        "Schritt {name} verschoben: jetzt {after}, vorher {before}"
    ),
    "{step:part}: now asks for an answer ({type})": "{step}: fragt jetzt nach einer Antwort ({type})",
    "{step:part}: asks nothing any more ({type})": "{step}: fragt nichts mehr ({type})",
    "{step:part}: option {label} is now stored as {after} instead of {before}": (
        "{step}: Auswahl {label} wird jetzt als {after} gespeichert statt als {before}"
    ),
    "{step:part}: option {label} ({value}) removed": "{step}: Auswahl {label} ({value}) entfernt",
    "{step:part}: option {label} ({value}) added": "{step}: Auswahl {label} ({value}) neu",
    "{step:part}: options in another order: {before} → {after}": (
        "{step}: Auswahl in anderer Reihenfolge: {before} → {after}"
    ),
    "{step:part}: now opens a case at {case:part}": "{step}: eröffnet jetzt einen Fall: {case}",
    "{step:part}: opens no case any more at {case:part}": "{step}: eröffnet keinen Fall mehr: {case}",
    "{step:part}: ways are tried in another order: {before:part} → {after:part}": (
        "{step}: Wege werden in anderer Reihenfolge versucht: {before} → {after}"
    ),
    "{step:part}: {people:part} have no way of their own any more (they went to {before:part})": (
        "{step}: kein eigener Weg mehr für {people} (vorher: {before})"
    ),
    "{step:part}: {people:part} now go to {after:part}": "{step}: neuer Weg für {people}: {after}",
    "{step:part}: {people:part} now go to {after:part} instead of {before:part}": (
        "{step}: neuer Weg für {people}: {after} (statt {before})"
    ),
    "variant {name} removed": "Variante {name} entfernt",
    "variant {name} added, for {share} %": "Variante {name} neu, für {share} %",
    "{variant:part}: step {step} is as the flow has it again": "{variant}: Schritt {step} ist wieder der der Umfrage",
    "{variant:part}: own step {step}": "{variant}: eigener Schritt {step}",
    "variants in another order: {before} → {after}": "Varianten in anderer Reihenfolge: {before} → {after}",
    "{variant:part}: steps in another order: {before} → {after}": (
        "{variant}: Schritte in anderer Reihenfolge: {before} → {after}"
    ),
}

_UNDERSTOOD: Mapping[str, str] = {
    "record {step} = {value}": "gespeichert: {step} = {value}",
    "record {step} = {value}, corrected {before}": "gespeichert: {step} = {value}, berichtigt, vorher {before}",
    "case {desk}, {priority}, {reason}": "Fall: {desk}, {priority}, {reason}",
    "suppress, {source}": "wird nie wieder gefragt ({source})",
    "finish {outcome:part}": "Ende: {outcome}",
}

SENTENCES: Mapping[str, str] = {**_WRONG, **_ADVICE, **_REPORTS, **_CHANGED, **_UNDERSTOOD}

PARTS: Mapping[str, str] = {
    "a text": "ein Text",
    "a whole number": "eine ganze Zahl",
    "true or false": "true oder false",
    "a mapping (key: value)": "eine Zuordnung (Schlüssel: Wert)",
    "a mapping": "eine Zuordnung",
    "a list": "eine Liste",
    "a number": "eine Zahl",
    "nothing": "nichts",
    "this": "dies",
    "none": "nichts",
    "yes": "ja",
    "no": "nein",
    "as the desk has it": "wie beim Desk",
    "the end": "Ende",
    "the next step": "nächster Schritt",
    "at the beginning": "am Anfang",
    "after {step}": "nach {step}",
    "phrase {name}": "Wendung {name}",
    "variable {name}: {field:part}": "Variable {name}: {field}",
    "default": "Vorgabe",
    "variant {name}": "Variante {name}",
    "variant {name}, {rest:part}": "Variante {name}, {rest}",
    "variant {name}: share": "Variante {name}: Anteil",
    "{step}: words said": "{step}: Worte",
    "{step}: label of {value}": "{step}: Beschriftung von {value}",
    "{step}: type of the question": "{step}: Art der Frage",
    "{step}: text": "{step}: Text",
    "{step}: desk of the case": "{step}: Desk des Falls",
    "{step}: priority of the case": "{step}: Dringlichkeit des Falls",
    "{step}: time to respond of the case": "{step}: Frist für die Antwort im Fall",
    "desk {desk} (priority {priority})": "Desk {desk} (Dringlichkeit {priority})",
    "desk {desk} (priority {priority}, respond within {time})": (
        "Desk {desk} (Dringlichkeit {priority}, Antwort binnen {time})"
    ),
    "all": "alle",
    "all others": "alle anderen",
    "customers": "Kunden",
    "detractors": "Kritiker",
    "passives": "Passive",
    "promoters": "Promotoren",
    "{one:part}; {rest:part}": "{one}; {rest}",
    "{who:part} who answered {answers:part}": "{who}, die {answers}",
    "{values:part} to {step:word}": "auf {step} {values} geantwortet haben",
    "{values:part} to {step:word} who answered {answers:part}": "auf {step} {values} und {answers}",
    "{who:part} with language {languages:part}": "{who} mit Sprache {languages}",
    "{who:part} with {name:word} {values:part}": "{who} mit {name} {values}",
    "{who:part} on {channels:part}": "{who} über {channels}",
    "{one:word} or {rest:part}": "{one} oder {rest}",
    "{one:part} and {rest:part}": "{one} und {rest}",
    "completed": "vollständig",
    "expired": "abgelaufen",
    "opted_out": "abgemeldet",
}

SAYS: Mapping[str, Callable[[str], str | None]] = {"en": str, "de": Phrasebook(SENTENCES, PARTS).say}
