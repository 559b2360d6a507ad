"""What the pages about contacts say: German and English side by side."""

from collections.abc import Mapping

_ROWS: Mapping[str, tuple[str, str]] = {
    "title": ("Kontakte", "Contacts"),
    "search": ("Suchen", "Search"),
    "search_for": ("Name, Adresse oder Kundennummer", "Name, address or customer number"),
    "brand": ("Marke", "Brand"),
    "region": ("Region", "Region"),
    "segment": ("Segment", "Segment"),
    "language": ("Sprache", "Language"),
    "country": ("Land", "Country"),
    "more_filters": ("Genauer auswählen", "More filters"),
    "reset": ("Alle zeigen", "Show all"),
    "person": ("Person", "Person"),
    "reached": ("Erreichbar über", "Reached on"),
    "about": ("Was man weiß", "What is known"),
    "nameless": ("ohne Namen", "no name"),
    "exact": ("Genau diese Angabe", "Exactly this"),
    "next": ("Weitere", "More"),
    "look_on": ("Weitersuchen", "Look on"),
    "first": ("Zum Anfang", "Back to the beginning"),
    "short": (
        "Bis hierher ist niemand mehr zu finden; unter den weiteren vielleicht.",
        "There is nobody else up to here; there may be among the others.",
    ),
    "none": ("Noch kennt Echolot niemanden", "Echolot knows nobody yet"),
    "none_text": (
        "Bringen Sie Kontakte aus einer Datei herein, aus CSV oder Excel, hier oder mit run.py import contacts DATEI.",
        "Bring contacts in from a file, CSV or Excel, here or with run.py import contacts FILE.",
    ),
    "none_text_agent": (
        "Ein Admin kann Kontakte aus einer Datei hereinbringen, aus CSV oder Excel.",
        "An admin can bring contacts in from a file, CSV or Excel.",
    ),
    "import": ("Aus einer Datei", "Import a file"),
    "none_chosen": ("Niemand in dieser Auswahl", "Nobody in this selection"),
    "none_chosen_text": (
        "Namen werden in Teilen gefunden, Adressen und Nummern nur als Ganzes.",
        "Names are found by a part of them, addresses and numbers only as a whole.",
    ),
    # one of them
    "to_list": ("Zu den Kontakten", "To the contacts"),
    "gone": ("Diesen Kontakt gibt es nicht.", "There is no such contact."),
    "id": ("Nummer in Echolot", "Id in Echolot"),
    "external": ("Kundennummer", "Customer number"),
    "zone": ("Zeitzone", "Time zone"),
    "zone_possible": ("{names} (so weit bekannt)", "{names} (as far as is known)"),
    "agent": ("Betreut von", "Looked after by"),
    "revenue": ("Umsatz im Jahr", "Yearly revenue"),
    "reach": ("Adressen und Einwilligung", "Addresses and consent"),
    "no_reach": ("Keine Adresse ist bekannt.", "No address is known."),
    "allowed": ("Darf gefragt werden: {basis}, seit {at}", "May be asked: {basis}, since {at}"),
    "allowed_for": ("Für {purpose} über {channel}", "For {purpose} on {channel}"),
    "not_allowed": ("Keine Grundlage: Hier wird nicht gefragt.", "No basis: nobody is asked here."),
    "stopped": ("Gesperrt: {reason}, seit {at}", "Not written to: {reason}, since {at}"),
    "stopped_on": ("({channel})", "({channel})"),
    "everywhere": ("auf allen Kanälen", "on all channels"),
    "proof": ("Was dazu aufgezeichnet ist ({n})", "What is recorded about it ({n})"),
    "broken": ("Die Kette der Einwilligungen ist unterbrochen.", "The chain of consent is broken."),
    "event_granted": ("eingewilligt", "agreed"),
    "event_confirmed": ("bestätigt", "confirmed"),
    "event_withdrawn": ("zurückgenommen", "taken back"),
    "event_objected": ("widersprochen", "objected"),
    "event_expired": ("abgelaufen", "expired"),
    "event_notice_given": ("auf den Widerspruch hingewiesen", "told that one may object"),
    "surveys": ("Umfragen", "Surveys"),
    "no_surveys": ("Bisher keine.", "None so far."),
    "survey": ("Umfrage", "Survey"),
    "when": ("Wann", "When"),
    "ended": ("Ausgang", "Outcome"),
    "answers": ("Antworten", "Answers"),
    "conversation": ("Das Gespräch", "The conversation"),
    "test": ("Test", "Test"),
    "ended_": ("läuft", "running"),
    "ended_completed": ("beantwortet", "completed"),
    "ended_expired": ("verfallen", "expired"),
    "ended_opted_out": ("abgemeldet", "opted out"),
    "ended_handed_over": ("von einem Menschen übernommen", "taken over by a person"),
    "ended_superseded": ("durch eine neuere ersetzt", "replaced by a newer one"),
    "decisions": ("Gefragt oder nicht, und warum", "Asked or not, and why"),
    "no_decisions": (
        "Noch kein Auslöser und keine Kampagne hat diese Person gemeint.",
        "No trigger and no campaign has meant this person yet.",
    ),
    "all_decisions": ("Alle Entscheidungen zu dieser Person", "All decisions about this person"),
    "merge": ("Mit einem anderen Kontakt zusammenführen", "Make one with another contact"),
    "merge_text": (
        (
            "Dieser Kontakt geht in dem anderen auf, mit Adressen, Entscheidungen und Einwilligungen. Beide Nummern "
            "führen danach zu ihm. Das lässt sich nicht zurücknehmen."
        ),
        (
            "This contact becomes part of the other, with addresses, decisions and consents. Both ids lead there "
            "afterwards. This cannot be undone."
        ),
    ),
    "merge_into": ("Nummer, Kundennummer oder Adresse des anderen", "Id, customer number or address of the other"),
    "merge_look": ("Ansehen", "Have a look"),
    "merge_sure": (
        "{gone} geht in {into} auf. Ist das dieselbe Person?",
        "{gone} becomes part of {into}. Is this one person?",
    ),
    "merge_do": ("Ja, zusammenführen", "Yes, make them one"),
    "merge_nobody": ("So heißt kein anderer Kontakt.", "No other contact is called so."),
    "merged": ("Die beiden sind jetzt ein Kontakt.", "The two are one contact now."),
    "rights": ("Auskunft und Löschung", "Export and erasure"),
    "rights_text": (
        (
            "Auf dem Server: run.py consent proof {id} schreibt auf, was zur Einwilligung aufbewahrt ist, "
            "run.py erase {id} löscht die Person."
        ),
        (
            "On the server: run.py consent proof {id} writes down what is kept about consent, run.py erase {id} erases "
            "the person."
        ),
    ),
    "seen": (
        "Dass Sie diese Seite angesehen haben, steht im Protokoll.",
        "That you have looked at this page is in the audit trail.",
    ),
    "wrong_filter": ("Das ist keine Auswahl", "That is no selection"),
}

CONTACTS: Mapping[str, Mapping[str, str]] = {
    "de": {key: german for key, (german, _) in _ROWS.items()},
    "en": {key: english for key, (_, english) in _ROWS.items()},
}
