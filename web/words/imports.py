"""What the pages of an import say: German and English side by side."""

from collections.abc import Mapping

_ROWS: Mapping[str, tuple[str, str]] = {
    "title": ("Kontakte aus einer Datei", "Contacts from a file"),
    "to_list": ("Zu den Kontakten", "To the contacts"),
    "choose": ("Datei", "File"),
    "choose_hint": (
        "CSV, XLSX oder JSON-Zeilen, bis {mb} MB, {rows} Zeilen und {columns} Spalten. Die erste nennt die Spalten.",
        "CSV, XLSX or JSON lines, up to {mb} MB, {rows} rows and {columns} columns. The first row names the columns.",
    ),
    "larger": (
        "Größere Dateien liest run.py import contacts DATEI auf dem Server.",
        "run.py import contacts FILE on the server takes larger files.",
    ),
    "country": ("Land von Nummern ohne Vorwahl des Landes", "Country of numbers that name none"),
    "country_hint": (
        "Zwei Buchstaben wie DE. Leer: wie in den Einstellungen.",
        "Two letters, like DE. Empty: as in the settings.",
    ),
    "look": ("Datei ansehen", "Look at the file"),
    "nothing_yet": (
        "Zuerst sehen Sie, was daraus würde. Gespeichert wird erst, wenn Sie es bestätigen; die Datei selbst nie.",
        "First you see what would become of it. Nothing is stored before you say so, and the file itself never is.",
    ),
    "basis": (
        (
            "Ein Kontakt allein erlaubt noch nichts: Geschrieben wird nur, wem eine Zeile mit Rechtsgrundlage, Quelle, "
            "Zeitpunkt und Wortlaut es erlaubt (Spalten „Rechtsgrundlage“, „Einwilligungsquelle“, „Einwilligung am“, "
            "„Einwilligungstext“)."
        ),
        (
            "Being a contact allows nothing yet: only those are written to whose row gives a basis, its source, time "
            "and wording (columns “consent.basis”, “consent.source”, “consent.at”, “consent.wording”)."
        ),
    ),
    "file": ("Diese Datei: {name}", "This file: {name}"),
    "none": ("Wählen Sie eine Datei.", "Choose a file."),
    "too_large": (
        (
            "Die Datei hat mehr als {mb} MB. Nichts wurde gespeichert. Teilen Sie sie, oder nehmen Sie auf dem Server "
            "run.py import contacts DATEI."
        ),
        "The file has more than {mb} MB. Nothing was stored. Divide it, or import it with run.py on the server.",
    ),
    "no_country": (
        "Dieses Land gibt es nicht: zwei Buchstaben wie DE.",
        "There is no such country: two letters, like DE.",
    ),
    "unreadable": (
        "Mit dieser Datei geht es nicht, und nichts wurde gespeichert:",
        "This file cannot be imported, and nothing was stored:",
    ),
    "changed": (
        "Was Sie zuletzt gesehen haben, war anders. Nichts wurde gespeichert: So sieht es jetzt aus.",
        "What you saw last was different. Nothing was stored: this is how it looks now.",
    ),
    "nobody": (
        (
            "Keine Spalte sagt, wer jemand ist oder wo man ihn erreicht. Sagen Sie unten, welche Spalte die "
            "Kundennummer oder eine Adresse enthält, und sehen Sie noch einmal nach."
        ),
        (
            "No column says who somebody is, or where they can be reached. Say below which one holds the customer "
            "number or an address, and look again."
        ),
    ),
    "columns": ("Was die Spalten bedeuten", "What the columns are about"),
    "column": ("Spalte", "Column"),
    "becomes": ("Spalte, und was sie bedeutet", "Column, and what it is about"),
    "row": ("Zeile", "Row"),
    "row_n": ("Zeile {n}", "Row {n}"),
    "again": ("Noch einmal ansehen", "Look again"),
    "go": ("Importieren", "Import"),
    "other": ("Andere Datei", "Another file"),
    "would": ("Was daraus würde", "What would become of it"),
    "did": ("Was daraus wurde", "What became of it"),
    "rows": ("Zeilen", "Rows"),
    "new": ("neu", "new"),
    "known_changed": ("bekannt, mit Neuem", "known, with news"),
    "same": ("bekannt, nichts Neues", "known, nothing new"),
    "refused": ("abgelehnt", "refused"),
    "suppressed": ("gesperrt", "suppressed"),
    "doubtful": ("zweifelhaft", "doubtful"),
    "suppressed_text": (
        "Gesperrt ist, wer widersprochen hat oder gelöscht wurde: Davon wird nichts behalten.",
        "Suppressed are those who have objected or were erased: nothing of their rows is kept.",
    ),
    "doubtful_text": (
        "Zweifelhaft ist eine Zeile, die von zwei Personen handelt: Niemand rät, und nichts wird geändert.",
        "Doubtful is a row about two people: nobody guesses, and nothing is changed.",
    ),
    "no_basis": (
        "{n} davon sagen nichts Vollständiges über eine Einwilligung: Ohne Grundlage wird niemandem geschrieben.",
        "{n} of them say nothing complete about consent: nobody is written to without a basis.",
    ),
    "stored": (
        "{n} Kontakte wurden gespeichert. Dass Sie importiert haben, steht im Protokoll.",
        "{n} contacts were stored. That you imported is in the audit trail.",
    ),
    "nothing_stored": (
        "In der Datei war nichts Neues; gespeichert wurde nichts.",
        "The file had nothing new; nothing was stored.",
    ),
    "troubles": ("Was nicht genommen wird", "What is not taken"),
    "no_troubles": ("Jede Zeile ist zu gebrauchen.", "Every row can be used."),
    "what": ("Grund, und was hilft", "Reason, and what to do"),
    "more": (
        "… und {n} weitere. run.py import contacts DATEI --dry-run --report LISTE schreibt alle auf.",
        "… and {n} more. run.py import contacts FILE --dry-run --report LIST writes all of them down.",
    ),
    # targets
    "to_-": ("– weglassen –", "– left out –"),
    "to_external": ("Kundennummer", "Customer number"),
    "to_name": ("Name", "Name"),
    "to_language": ("Sprache", "Language"),
    "to_zone": ("Zeitzone", "Time zone"),
    "to_country": ("Land", "Country"),
    "to_brand": ("Marke", "Brand"),
    "to_region": ("Region", "Region"),
    "to_segment": ("Segment", "Segment"),
    "to_agent": ("Betreut von", "Looked after by"),
    "to_revenue": ("Umsatz im Jahr", "Yearly revenue"),
    "to_address": ("Adresse bei {name}", "Address on {name}"),
    "to_attribute": ("Eigenes Merkmal: {name}", "Attribute: {name}"),
    "to_consent.basis": ("Einwilligung: Rechtsgrundlage", "Consent: basis"),
    "to_consent.source": ("Einwilligung: Quelle", "Consent: source"),
    "to_consent.at": ("Einwilligung: Zeitpunkt", "Consent: time"),
    "to_consent.wording": ("Einwilligung: Wortlaut", "Consent: wording"),
    "to_consent.wording_version": ("Einwilligung: Fassung des Wortlauts", "Consent: version of the wording"),
    "to_consent.locale": ("Einwilligung: Sprache des Wortlauts", "Consent: language of the wording"),
    "to_consent.purpose": ("Einwilligung: Zweck", "Consent: purpose"),
    "to_consent.ref": ("Einwilligung: Beleg", "Consent: reference"),
    "to_consent.collected_at": ("Bestandskunde: Adresse erhalten am", "Existing customer: address collected at"),
    "to_consent.transaction_ref": ("Bestandskunde: Kauf", "Existing customer: purchase"),
    "to_consent.product_group": ("Bestandskunde: Warengruppe", "Existing customer: product group"),
    "to_consent.notice_at": (
        "Bestandskunde: auf Widerspruch hingewiesen am",
        "Existing customer: told of objecting at",
    ),
}

IMPORTS: Mapping[str, Mapping[str, str]] = {
    "de": {key: german for key, (german, _) in _ROWS.items()},
    "en": {key: english for key, (_, english) in _ROWS.items()},
}
