"""What the home page says: German and English side by side."""

from collections.abc import Mapping

_ROWS: Mapping[str, tuple[str, str]] = {
    "title": ("Übersicht", "Home"),
    "compare": ("Vergleiche", "Comparisons"),
    "score": ("Net Promoter Score", "Net Promoter Score"),
    "filter": ("Auswählen", "Filter"),
    "show": ("Anzeigen", "Show"),
    "reset": ("Alles zeigen", "Show everything"),
    "period": ("Zeitraum", "Period"),
    "period_7d": ("7 Tage", "7 days"),
    "period_30d": ("30 Tage", "30 days"),
    "period_90d": ("90 Tage", "90 days"),
    "period_365d": ("Ein Jahr", "One year"),
    "period_own": ("Eigener Zeitraum", "Other period"),
    "from": ("Von", "From"),
    "to": ("Bis", "To"),
    "all": ("Alle", "All"),
    "none": ("nicht bekannt", "not known"),
    "by": ("Vergleichen nach", "Compare by"),
    "dim_flow": ("Umfrage", "Survey"),
    "dim_channel": ("Kanal", "Channel"),
    "dim_language": ("Sprache", "Language"),
    "dim_brand": ("Marke", "Brand"),
    "dim_region": ("Region", "Region"),
    "dim_touchpoint": ("Kontaktpunkt", "Touchpoint"),
    "dim_agent": ("Mitarbeiter", "Agent"),
    "dim_segment": ("Kundengruppe", "Segment"),
    "dim_variant": ("Variante", "Variant"),
    "table": ("Als Tabelle", "As a table"),
    "download": ("Herunterladen", "Download"),
    "no_picture": ("Das Bild kann gerade nicht gezeichnet werden.", "The picture cannot be drawn at the moment."),
    "comments": ("Was Kunden schreiben", "What customers write"),
    "no_comments": ("Noch keine Kommentare in dieser Auswahl.", "No comments in this selection yet."),
    "talk": ("Gespräch ansehen", "See the conversation"),
    "older": ("Ältere Kommentare", "Older comments"),
    "cases": ("Offene Fälle", "Open cases"),
    "cases_none": ("Niemand wartet auf eine Antwort.", "Nobody waits for an answer."),
    "cases_some": ("Kunden warten auf einen Menschen.", "Customers wait for a person."),
    "case": ("Fall", "Case"),
    "cases_link": ("Zu den Fällen", "Go to the inbox"),
    "up": ("gestiegen", "up"),
    "down": ("gesunken", "down"),
    "empty_title": ("Noch keine Antworten", "No answers yet"),
    "empty_text": (
        "Verschicken Sie Ihre erste Umfrage. Die Note erscheint hier, sobald jemand antwortet:",
        "Send your first survey. The score appears here as soon as somebody answers:",
    ),
    "nothing_title": ("Nichts in dieser Auswahl", "Nothing in this selection"),
    "nothing_text": (
        "In diesem Zeitraum wurde mit diesen Filtern niemand gefragt. Wählen Sie mehr Tage oder weniger Filter.",
        "Nobody was asked in this period with these filters. Choose a longer period or fewer filters.",
    ),
    "live": ("Die Seite bleibt von selbst aktuell.", "The page stays up to date by itself."),
    "sample": (
        "Beispieldaten: Ein Jahr erfundener Antworten, dazu die von den Geräten der Vorführung.",
        "Sample data: a year of made-up answers, and those from the demo's devices.",
    ),
    "demo": ("Zurück zur Vorführung", "Back to the demo"),
    "points": ("Punkte", "points"),
    "promoter": ("Fürsprecher", "Promoter"),
    "passive": ("passiv", "Passive"),
    "detractor": ("Kritiker", "Detractor"),
    "answer_title": ("Antwort", "Answer"),
    "answer_gone": ("Diese Antwort gibt es nicht oder nicht mehr.", "This answer does not exist, or not any more."),
    "customer": ("Kunde", "Customer"),
    "bot": ("Echolot", "Echolot"),
    "agent": ("Mitarbeiter", "Agent"),
    "back": ("Zurück zur Übersicht", "Back to the home page"),
    "case_link": ("Der Fall dazu", "Its case"),
}

HOME: Mapping[str, Mapping[str, str]] = {
    "de": {key: german for key, (german, _) in _ROWS.items()},
    "en": {key: english for key, (_, english) in _ROWS.items()},
}


def dimension(name: str, language: str) -> str:
    """What readers call a dimension; one of the settings' own by its name."""
    return HOME[language].get(f"dim_{name}", name.replace("_", " ").capitalize())
