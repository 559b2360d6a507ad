"""What the form for a campaign and its dry run say: German and English side by side."""

from collections.abc import Mapping

ROWS: Mapping[str, tuple[str, str]] = {
    "form_text": (
        "Füllen Sie aus, wen Sie was und wann fragen möchten. „Durchrechnen“ sendet nichts und schreibt nichts auf.",
        "Fill in whom you want to ask what, and when. “See what it comes to” sends nothing and writes nothing down.",
    ),
    "field_title": ("Titel", "Title"),
    "field_id": ("Kurzname", "Short name"),
    "id_hint": (
        "Kleine Buchstaben, Ziffern, - und _; leer: aus dem Titel. Der einer Kampagne, die es gibt, ändert diese.",
        "Small letters, digits, - and _; empty: from the title. With that of a campaign that exists you change it.",
    ),
    "whom": ("Wen", "Whom"),
    "commas": ("Mehrere mit Komma trennen; leer: alle.", "Several with commas between them; empty: all."),
    "brand": ("Marke", "Brand"),
    "region": ("Region", "Region"),
    "segment": ("Segment", "Segment"),
    "language": ("Sprache", "Language"),
    "country": ("Land", "Country"),
    "revenue_from": ("Umsatz im Jahr ab", "Yearly revenue from"),
    "sample_percent": ("Stichprobe in Prozent", "Sample in percent"),
    "rotate_in": ("In so vielen Gruppen abwechselnd", "In so many groups that take turns"),
    "when": ("Wann", "When"),
    "starts": ("Erster Tag", "First day"),
    "days": ("Tage je Welle", "Days of a wave"),
    "again": ("Wiederholen", "Repeat"),
    "once": ("nur einmal", "only once"),
    "repeat_week": ("jede Woche", "every week"),
    "repeat_month": ("jeden Monat", "every month"),
    "repeat_quarter": ("jedes Quartal", "every quarter"),
    "repeat_half-year": ("jedes halbe Jahr", "every half-year"),
    "repeat_year": ("jedes Jahr", "every year"),
    "how_often": ("Wie viele Wellen", "How many waves"),
    "many": ("Wie viele, wo", "How many, where"),
    "limit_": ("ohne Grenze", "no limit"),
    "limit_quota": ("höchstens so viele (Quote)", "at most so many (quota)"),
    "limit_precision": ("bis es genau genug ist", "until it is precise enough"),
    "cells_by": ("Zellen nach", "Cells by"),
    "most_each": ("Quote je Zelle", "Quota of each cell"),
    "within": ("Genau auf ± Punkte", "Precise to ± points"),
    "in_all": ("Nachrichten je Welle", "Messages in a wave"),
    "channels_hint": (
        "Der Reihe nach; leer: wie bei jedem Kontakt. Es gibt: {names}.",
        "In order; empty: each contact's own. There are: {names}.",
    ),
    "press_plan": ("Durchrechnen", "See what it comes to"),
    "press_start": ("Kampagne starten", "Start the campaign"),
    "press_change": ("Mit dem neuen Stand weiterführen", "Let it go on with this"),
    "yaml_instead": ("Als YAML schreiben", "Write it as YAML"),
    "yaml_label": ("Die Kampagne als YAML", "The campaign as YAML"),
    "yaml_hint": (
        "Alles, was docs/howto/campaigns.md zeigt. Was hier steht, gilt statt des Formulars.",
        "Everything that docs/howto/campaigns.md shows. What is written here counts instead of the form.",
    ),
    "line": ("Zeile", "Line"),
    "wrong": ("So geht es noch nicht", "Not quite yet"),
    "too_long": ("Höchstens {most} Zeichen.", "{most} characters at most."),
    "result": ("Was herauskäme", "What it would come to"),
    "result_wave": ("Welle {n}, {first} bis {last}", "Wave {n}, {first} to {last}"),
    "looked_at": ("Kontakte angesehen", "contacts looked at"),
    "members": ("wären dabei", "would be in it"),
    "would_ask": ("würden gefragt", "would be asked"),
    "would_wait": ("müssten noch warten", "would have to wait"),
    "would_not": ("würden nicht gefragt", "would not be asked"),
    "cost": ("Kosten", "Cost"),
    "parts": ("SMS-Teile der ersten Nachrichten", "SMS parts of the first messages"),
    "drawn": (
        "Entschieden über {decided} von {members}, durch Zufall gezogen; die Zahlen gelten für alle.",
        "Decided about {decided} of {members}, drawn by chance; the figures are for all.",
    ),
    "why_not": ("Warum nicht", "Why not"),
    "why_wait": ("Warum warten", "Why wait"),
    "by_channel": ("Nach Kanal", "By channel"),
    "by_day": ("Nach Tag", "By day"),
    "by_cell": ("Nach Zelle", "By cell"),
    "precision": ("Bis jede Zelle genau genug ist", "Until every cell is precise"),
    "precision_text": (
        "{planned} Nachrichten; fragte man alle gleich, {uniform}.",
        "{planned} messages; {uniform} by asking everybody with the same chance.",
    ),
    "start_text": (
        "Noch ist nichts gesendet. Nach dem Start fragt Echolot zur rechten Zeit; Sie können jederzeit pausieren.",
        "Nothing is sent yet. Once it is started, Echolot asks at the right time; you can pause it whenever you want.",
    ),
    "change_text": (
        (
            "Diese Kampagne gibt es schon. Wellen, die begonnen haben, bleiben; die anderen folgen dem Neuen. "
            "Ruht sie, läuft sie danach wieder."
        ),
        (
            "This campaign exists. Waves that have begun stay as they are; the others follow what is new. "
            "If it is paused, it runs again afterwards."
        ),
    ),
    "nobody": ("Niemand würde gefragt. Sehen Sie nach, warum.", "Nobody would be asked. See why."),
}
