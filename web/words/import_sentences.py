"""In German: what is wrong with a file of contacts, with a row or a cell of it, and what to do about it.

The keys are the sentences of `bot/` and of `integrations/imports/`, word for word; `web.phrasebook` says how they are
read.
"""

from collections.abc import Callable, Mapping

from web.phrasebook import Phrasebook

_FILES: Mapping[str, str] = {
    "{file} is empty": "{file} ist leer",
    "{file} is in Excel's old format: save it as .xlsx or CSV": (
        "{file} hat das alte Format von Excel: als .xlsx oder CSV speichern"
    ),
    "{file} is no table: give a .csv, .xlsx or .jsonl file": (
        "{file} ist keine Tabelle: möglich sind .csv, .xlsx und .jsonl"
    ),
    "{file}: the first row has to name the columns, and it is empty": (
        "{file}: die erste Zeile muss die Spalten nennen, und sie ist leer"
    ),
    "{file} has more than {most} columns: keep those about people": (
        "{file} hat mehr als {most} Spalten: nur die behalten, in denen es um Menschen geht"
    ),
    "{file} has more than {most} rows: divide it, or use run.py import contacts": (
        "{file} hat mehr als {most} Zeilen: teilen, oder auf dem Server run.py import contacts nehmen"
    ),
    "{file} has more than {most} rows, or one that says so: delete empty ones, or divide it": (
        "{file} hat mehr als {most} Zeilen, oder eine, die das behauptet: leere löschen, oder teilen"
    ),
    "{file} is neither in UTF-8 nor in Windows-1252: save it as UTF-8": (
        "{file} ist weder in UTF-8 noch in Windows-1252: als UTF-8 speichern"
    ),
    "{file}, line {line} is longer than {most} characters: this is no table of people": (
        "{file}, Zeile {line} ist länger als {most} Zeichen: das ist keine Tabelle von Menschen"
    ),
    "{file}, line {line} is longer than {most} bytes: this is no row about a person": (
        "{file}, Zeile {line} ist länger als {most} Bytes: das ist keine Zeile über einen Menschen"
    ),
    "{file}, behind line {line}: {error}; save the file as UTF-8": (
        "{file}, hinter Zeile {line}: {error}; die Datei als UTF-8 speichern"
    ),
    "{file}, near line {line}: {error}": "{file}, bei Zeile {line}: {error}",
    "{file}, near line {line}: {error}; is a quotation mark left open?": (
        "{file}, bei Zeile {line}: {error}; fehlt ein Anführungszeichen am Ende?"
    ),
    "{file} is one JSON list: write one object per line (jq -c '.[]')": (
        "{file} ist eine einzige JSON-Liste: ein Objekt je Zeile schreiben (jq -c '.[]')"
    ),
    "{file} shows no sheet": "{file} zeigt kein Tabellenblatt",
    "{file} cannot be read as a spreadsheet ({error}): save it anew, or as CSV": (
        "{file} lässt sich nicht als Tabelle lesen ({error}): neu speichern, oder als CSV"
    ),
    "{file} cannot be opened as a spreadsheet: {error}": "{file} lässt sich nicht als Tabelle öffnen: {error}",
    "{file} is too large for a spreadsheet: save it as CSV": "{file} ist zu groß für eine Tabelle: als CSV speichern",
    "{file} is an archive, not a spreadsheet: unpack it first": (
        "{file} ist ein Archiv, keine Tabelle: zuerst auspacken"
    ),
    "{file} is damaged ({error}): save it anew, or as CSV": (
        "{file} ist beschädigt ({error}): neu speichern, oder als CSV"
    ),
    "column {name} cannot be {target}; {hint:sentence}": "die Spalte {name} kann nicht {target} sein; {hint}",
    "a field, a channel, attributes.NAME, consent.NAME or - is": (
        "möglich sind ein Feld, ein Kanal, attributes.NAME, consent.NAME oder -"
    ),
    "the file has no column {name}": "die Datei hat keine Spalte {name}",
    "the file has no column {name}; {hint:sentence}": "die Datei hat keine Spalte {name}; {hint}",
    # what is told of a file that can be read
    "{coding} text, columns divided by {delimiter:part}": "Text in {coding}, Spalten getrennt durch {delimiter}",
    "sheet {name}": "Blatt {name}",
    "sheet {name}; not read: {others}": "Blatt {name}; nicht gelesen: {others}",
    "JSON lines": "JSON-Zeilen",
    # why a column is left out
    "{column} is {target:part} already": "{target} steht schon in {column}",
    "it could be {channels:part}: say which with --channel": "es könnte {channels} sein: bitte auswählen",
    "there is no channel for phone numbers in the settings": (
        "in den Einstellungen gibt es keinen Kanal für Telefonnummern"
    ),
    "not known; attributes.NAME in a mapping keeps it": "unbekannt; als eigenes Merkmal bleibt sie erhalten",
}

_ROWS: Mapping[str, str] = {
    "it has more cells than there are columns: a delimiter in a cell needs quotation marks": (
        "sie hat mehr Zellen, als es Spalten gibt: um ein Trennzeichen in einer Zelle gehören Anführungszeichen"
    ),
    "it has a cell where no column has a name": "sie hat eine Zelle, über der keine Spalte einen Namen hat",
    "it is no JSON object": "sie ist kein JSON-Objekt",
    "it is no row: {error}": "sie ist keine Zeile: {error}",
    "correct the row": "die Zeile berichtigen",
    "nobody can be found by it": "so ist niemand zu finden",
    "give an external id or an address": "eine Kundennummer oder eine Adresse angeben",
    "more than {most} attributes": "mehr als {most} Merkmale",
    "leave some out": "einige weglassen",
    "this is both {one} and {other}": "das sind sowohl {one} als auch {other}",
    "if they are one person, {command} makes them one; else correct the row": (
        "sind sie dieselbe Person, macht {command} sie zu einer; sonst die Zeile berichtigen"
    ),
    "the address belongs to {contact}, who has another external id": (
        "die Adresse gehört {contact} mit einer anderen Kundennummer"
    ),
    "give this person an address of their own, or if they are one person, correct the external id": (
        "dieser Person eine eigene Adresse geben; sind sie dieselbe Person, die Kundennummer berichtigen"
    ),
}

_CELLS: Mapping[str, str] = {
    "it has more than {most} characters": "mehr als {most} Zeichen",
    "shorten it": "kürzen",
    "shorten it, or map the column to another field": "kürzen, oder der Spalte eine andere Bedeutung geben",
    "it is no language": "das ist keine Sprache",
    "write it like de, en or pt-BR": "zum Beispiel de, en oder pt-BR",
    "it is no country": "das ist kein Land",
    "write its two letters, like DE": "zwei Buchstaben, etwa DE",
    "it is no time zone": "das ist keine Zeitzone",
    "write it like Europe/Berlin": "zum Beispiel Europe/Berlin",
    "it is no amount": "das ist kein Betrag",
    "write it like 1234 or 1.234,50": "zum Beispiel 1234 oder 1.234,50",
    "did you mean {name}?": "meinten Sie {name}?",
    "there is {names}": "es gibt {names}",
    "there is no such channel": "diesen Kanal gibt es nicht",
    "the settings have no channels": "in den Einstellungen gibt es keine Kanäle",
    "it is no address of this channel": "das ist keine Adresse dieses Kanals",
    "it is a group, not a person": "das ist eine Gruppe, keine Person",
    "give the person's own id": "die Kennung der Person selbst angeben",
    "an address of {channel} is a chat's number; a @name cannot be written to: the person has to open the bot's link "
    "and press Start": (
        "eine Adresse bei {channel} ist die Nummer eines Chats; an einen @Namen kann niemand schreiben: Die Person "
        "öffnet den Link des Bots und drückt auf Start"
    ),
    "an address of {channel} is a number with its country, such as {number}": (
        "eine Adresse bei {channel} ist eine Nummer mit ihrem Land, etwa {number}"
    ),
    "an address of {channel} is a member ID such as {member} (profile → ⋮ → Copy member ID) or a channel ID such as "
    "{group}, with #ts behind it for a thread": (
        "eine Adresse bei {channel} ist die Kennung eines Mitglieds, etwa {member} (Profil → ⋮ → Mitglieds-ID kopieren)"
    ),
    "{channel} is in one workspace only: leave {account}/ out": (
        "{channel} gehört zu nur einem Workspace: {account}/ weglassen"
    ),
    "say which workspace, such as {example}": "den Workspace nennen, etwa {example}",
    # phone numbers
    "no country has this calling code": "kein Land hat diese Vorwahl",
    "it is too short": "sie ist zu kurz",
    "it is too long": "sie ist zu lang",
    "it lacks its area code": "die Ortsvorwahl fehlt",
    "no number there has this length": "dort ist keine Nummer so lang",
    "it has no country in front, like +49": "die Vorwahl des Landes fehlt, etwa +49",
    "it is none": "das ist keine Nummer",
    "a spreadsheet has rounded it; format the column as text and enter it anew": (
        "eine Tabelle hat sie gerundet; die Spalte als Text formatieren und neu eingeben"
    ),
    "an extension, or a second number in the cell, cannot be written to": (
        "eine Durchwahl, oder eine zweite Nummer in der Zelle: dahin kann niemand schreiben"
    ),
    "correct the number; write it with its country, like +49 151 23456789": (
        "die Nummer berichtigen; mit ihrem Land, etwa +49 151 23456789"
    ),
}

SENTENCES: Mapping[str, str] = {**_FILES, **_ROWS, **_CELLS}

PARTS: Mapping[str, str] = {
    "semicolons": "Semikolons",
    "commas": "Kommas",
    "tabs": "Tabulatoren",
    "bars": "senkrechte Striche",
    "external": "die Kundennummer",
    "language": "die Sprache",
    "zone": "die Zeitzone",
    "country": "das Land",
    "brand": "die Marke",
    "region": "die Region",
    "segment": "das Segment",
    "agent": "die Betreuung",
    "revenue": "der Umsatz",
    "addresses.{channel:word}": "die Adresse bei {channel}",
    "{one} or {rest:part}": "{one} oder {rest}",
}

SAYS: Mapping[str, Callable[[str], str | None]] = {"en": str, "de": Phrasebook(SENTENCES, PARTS).say}
