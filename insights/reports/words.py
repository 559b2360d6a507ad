"""What reports and alerts say, in German and English."""

from collections.abc import Mapping

_ROWS: Mapping[str, tuple[str, str]] = {
    "report": ("NPS-Bericht", "NPS report"),
    "test": ("Probe: {title}", "Test: {title}"),
    "days": ("{first} bis {last}", "{first} to {last}"),
    "score": ("NPS {score}: {text}.", "NPS {score}: {text}."),
    "compared": ("Veränderung: {told}.", "Change: {told}."),
    "few": (
        "In diesem Zeitraum haben nur {n} Kunden eine Note gegeben. Ab {enough} steht hier eine Zahl.",
        "Only {n} customers gave a score in this period. From {enough} on there is a figure here.",
    ),
    "one": (
        "In diesem Zeitraum hat ein Kunde eine Note gegeben. Ab {enough} steht hier eine Zahl.",
        "One customer gave a score in this period. From {enough} on there is a figure here.",
    ),
    "empty": (
        "Niemand wurde gefragt, niemand hat geantwortet. Sobald wieder eine Umfrage läuft, steht hier mehr.",
        "Nobody was asked, and nobody answered. As soon as a survey runs again, there is more to read here.",
    ),
    "silent": (
        "In diesem Zeitraum hat niemand eine Note gegeben. {asked} wurden gefragt; Antworten kommen oft erst später.",
        "Nobody gave a score in this period. {asked} were asked; answers often come later.",
    ),
    "reasons": ("Was Kunden schreiben", "What customers write"),
    "quoted": ("{score} von 10: {text}", "{score} of 10: {text}"),
    "groups": ("Nach {dimension}", "By {dimension}"),
    "more": (
        "{name} liegt höher als die anderen: {score} ({low} bis {high}).",
        "{name} is higher than the others: {score} ({low} to {high}).",
    ),
    "less": (
        "{name} liegt niedriger als die anderen: {score} ({low} bis {high}).",
        "{name} is lower than the others: {score} ({low} to {high}).",
    ),
    "alike": ("Keine Gruppe weicht mehr als zufällig ab.", "No group differs by more than chance."),
    "way": ("Von der Frage zur Antwort", "From the question to the answer"),
    "step": ("{name}: {people} ({share})", "{name}: {people} ({share})"),
    "bare_step": ("{name}: {people}", "{name}: {people}"),
    "rate": ("Antwortquote: {share} der Gefragten.", "Response rate: {share} of those asked."),
    "cases": ("Fälle", "Cases"),
    "no_cases": ("Zurzeit wartet niemand auf eine Antwort.", "Nobody waits for an answer at the moment."),
    "open_cases": ("Jetzt offen: {open}, davon überfällig: {overdue}.", "Open now: {open}, overdue: {overdue}."),
    "all_cases": (
        "Die Fälle sind die aller Kunden, nicht nur die der Auswahl.",
        "Cases are those of all customers, not only of the selection.",
    ),
    "only": ("Nur {filters}", "Only {filters}"),
    "pdf": ("Als PDF, eine Woche lang: {link}", "As a PDF, for a week: {link}"),
    "utc": ("Tage nach UTC. Erstellt von Echolot.", "Days are UTC. Made by Echolot."),
    "fall": ("Der NPS ist gefallen", "The NPS has fallen"),
    "rise": ("Der NPS ist gestiegen", "The NPS has risen"),
    "moved": (
        "{first} bis {last}: {since}, wahrscheinlich zwischen {low} und {high}, aus {n} Antworten.",
        "{first} to {last}: {since}, likely between {low} and {high}, from {n} answers.",
    ),
    "from": (
        "Davor: {before}, wahrscheinlich zwischen {low} und {high}.",
        "Before that: {before}, likely between {low} and {high}.",
    ),
    "false": (
        "Das ist mehr als Zufall: Wo sich nichts ändert, gibt es in höchstens {rate} von 100 Jahren so einen Alarm.",
        "That is more than chance: where nothing changes, at most {rate} of 100 years have an alert like this.",
    ),
    "once": (
        "Diese Bewegung wird nur einmal gemeldet. Beobachtet wird wieder ab dem {again}.",
        "You hear of this move only once. The score is watched again from {again}.",
    ),
}

REPORT: Mapping[str, Mapping[str, str]] = {
    "de": {key: german for key, (german, _) in _ROWS.items()},
    "en": {key: english for key, (_, english) in _ROWS.items()},
}
