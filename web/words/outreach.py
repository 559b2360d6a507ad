"""What the pages about asking say: German and English side by side."""

from collections.abc import Mapping

from web.words.planning import ROWS

_ROWS: Mapping[str, tuple[str, str]] = {
    **ROWS,
    "title": ("Befragen", "Outreach"),
    "new": ("Neue Kampagne", "New campaign"),
    "ledger": ("Entscheidungen", "Decisions"),
    "to_list": ("Zu den Kampagnen", "To the campaigns"),
    "none": ("Noch fragt keine Kampagne", "No campaign asks yet"),
    "none_runs": (
        (
            "Planen Sie eine: Sie sehen vorher, wer gefragt würde, wer nicht und warum. Gesendet wird erst, wenn Sie "
            "sie starten. Kontakte kommen aus einer Datei oder über die API."
        ),
        (
            "Plan one: you see beforehand who would be asked, who would not and why. Nothing is sent before you start "
            "it. Contacts come from a file or over the API."
        ),
    ),
    "none_looks": (
        "Sobald jemand, der Echolot verwaltet, eine Kampagne startet, steht sie hier.",
        "As soon as an admin starts a campaign it appears here.",
    ),
    "state_running": ("läuft", "running"),
    "state_paused": ("ruht", "paused"),
    "state_cancelled": ("abgebrochen", "cancelled"),
    "state_done": ("fertig", "done"),
    "state_draft": ("Entwurf", "draft"),
    "wave_planned": ("geplant", "planned"),
    "wave_planning": ("wird zusammengestellt", "being put together"),
    "wave_asking": ("fragt", "asking"),
    "wave_done": ("fertig", "done"),
    "wave_cancelled": ("abgebrochen", "cancelled"),
    "wave": ("Welle {n}", "Wave {n}"),
    "wave_n": ("Welle {n}: ", "Wave {n}: "),
    "wave_of": ("Welle {n} von {of}: ", "Wave {n} of {of}: "),
    "no_wave": ("Es kommt keine Welle mehr.", "No wave is still to come."),
    "told_planned": ("beginnt am {first} und geht bis {last}", "begins on {first} and lasts until {last}"),
    "told_planning": (
        "{members} Menschen bisher, fertig voraussichtlich am {last}",
        "{members} people so far, expected to be through on {last}",
    ),
    "told_asking": (
        "{decided} von {members} entschieden, {asked} gefragt; fertig voraussichtlich am {last}",
        "{decided} of {members} decided, {asked} asked; expected to be through on {last}",
    ),
    "told_done": ("fertig, {members} Menschen, bis {last}", "done, {members} people, until {last}"),
    "told_cancelled": ("abgebrochen", "cancelled"),
    "progress": ("Fortschritt", "Progress"),
    "live": ("Die Seite bleibt von selbst aktuell.", "The page stays up to date by itself."),
    "no_campaign": ("Diese Kampagne gibt es nicht.", "There is no such campaign."),
    "unreadable": ("Diese Kampagne lässt sich nicht mehr lesen", "This campaign cannot be read any more"),
    "wrong_act": (
        "Das geht bei diesem Stand nicht mehr: Jemand war schneller.",
        "That is not possible any more: somebody was faster.",
    ),
    # one campaign
    "plan": ("Der Plan", "The plan"),
    "as_yaml": ("Als YAML", "As YAML"),
    "flow": ("Umfrage", "Survey"),
    "audience": ("Wen", "Whom"),
    "everybody": ("alle Kontakte", "all contacts"),
    "sample": ("Stichprobe", "Sample"),
    "rotate": ("Gruppen", "Groups"),
    "told_rotate": ("{n}, die sich abwechseln", "{n} that take turns"),
    "waves": ("Wann", "When"),
    "told_waves": ("ab {starts}, {days} Tage{every}", "from {starts}, {days} days{every}"),
    "every_": ("", ""),
    "every_week": (", jede Woche", ", every week"),
    "every_month": (", jeden Monat", ", every month"),
    "every_quarter": (", jedes Quartal", ", every quarter"),
    "every_half-year": (", jedes halbe Jahr", ", every half-year"),
    "every_year": (", jedes Jahr", ", every year"),
    "most": ("Höchstens je Welle", "At most in a wave"),
    "daily": ("Höchstens je Tag", "At most a day"),
    "limit": ("Je Zelle", "Of each cell"),
    "told_quota": ("höchstens {most}, Zellen nach {by}", "{most} at most, cells by {by}"),
    "told_precision": (
        "auf ±{within} Punkte genau, Zellen nach {by}, {messages} Nachrichten je Welle",
        "to ±{within} points, cells by {by}, {messages} messages in a wave",
    ),
    "channels": ("Kanäle", "Channels"),
    "changed": ("Zuletzt geändert am {at} von {by}", "Last changed {at} by {by}"),
    "asked": ("gefragt", "asked"),
    "answered": ("geantwortet", "answered"),
    "not_asked": ("nicht gefragt", "not asked"),
    "waiting": ("noch offen", "to come"),
    "until_ready": ("die Letzten sind am {at} an der Reihe", "the last ones' turn is {at}"),
    "decided_of": ("{decided} von {whole} entschieden", "{decided} of {whole} decided"),
    "planned_soon": (
        "Wer dabei ist, wird einen Tag vor Beginn zusammengestellt.",
        "Who is in it is put together a day before it begins.",
    ),
    "planning_now": ("Bisher {looked} Kontakte angesehen.", "{looked} contacts looked at so far."),
    "why": ("Was aus ihnen wurde, und warum", "What became of them, and why"),
    "reason": ("Grund", "Reason"),
    "count": ("Anzahl", "Count"),
    "share": ("Anteil", "Share"),
    "messages": ("Erste Nachrichten", "First messages"),
    "message_queued": ("wartend", "queued"),
    "message_sending": ("unterwegs", "on their way"),
    "message_sent": ("gesendet", "sent"),
    "message_delivered": ("zugestellt", "delivered"),
    "message_read": ("gelesen", "read"),
    "message_failed": ("gescheitert", "failed"),
    "message_cancelled": ("zurückgezogen", "cancelled"),
    "message_expired": ("verfallen", "expired"),
    "message_unknown": ("ungewiss", "unknown"),
    "cells": ("Zellen", "Cells"),
    "cell": ("Zelle", "Cell"),
    "planned": ("dabei", "in it"),
    "quota": ("Quote", "Quota"),
    "score": ("NPS", "NPS"),
    "needs": ("fehlende Nachrichten", "further messages"),
    "cell_precise": ("genau genug", "precise"),
    "cell_open": ("offen", "open"),
    "cell_too_small": ("zu klein", "too small"),
    # acts
    "act_pause": ("Pausieren", "Pause"),
    "act_resume": ("Fortsetzen", "Resume"),
    "act_cancel": ("Abbrechen", "Cancel"),
    "sure_pause": (
        "Bis jemand sie fortsetzt, wird niemand sonst gefragt. Wer schon gefragt ist, kann antworten.",
        "Until somebody resumes it, nobody else is asked. Who was asked can answer.",
    ),
    "sure_resume": (
        "Wer inzwischen an der Reihe war, wird sofort entschieden und vielleicht gefragt.",
        "Those whose turn has come meanwhile are decided about at once, and may be asked.",
    ),
    "sure_cancel": (
        "Das lässt sich nicht zurücknehmen. Wer schon gefragt ist, kann antworten; sonst wird niemand mehr gefragt.",
        "This cannot be undone. Who was asked can answer; nobody else will be asked.",
    ),
    "do_pause": ("Ja, pausieren", "Yes, pause it"),
    "do_resume": ("Ja, fortsetzen", "Yes, resume it"),
    "do_cancel": ("Ja, endgültig abbrechen", "Yes, cancel it for good"),
    "as_template": ("Als Vorlage nehmen", "Use as a template"),
    # the ledger
    "ledger_text": (
        "Wen ein Auslöser oder eine Kampagne meinte, mit dem Grund. Was noch kommt, zeigt „Noch nicht entschieden“.",
        "Whom a trigger or a campaign meant, with the reason. What is still to come is under “Not decided yet”.",
    ),
    "ledger_none": ("Noch ist nichts entschieden", "Nothing is decided yet"),
    "ledger_none_text": (
        (
            "Sobald ein Ereignis einen Auslöser trifft oder eine Kampagne beginnt, steht hier für jede Person, was "
            "entschieden wurde und warum."
        ),
        "As soon as an event meets a trigger, or a campaign begins, every decision is here with its reason.",
    ),
    "ledger_chosen": ("Nichts in dieser Auswahl", "Nothing in this selection"),
    "ledger_chosen_text": ("Wählen Sie weniger Filter oder mehr Tage.", "Choose fewer filters, or more days."),
    "short": (
        "Bis hierher ist nicht mehr zu finden; weiter zurück vielleicht.",
        "There is no more up to here; there may be some further back.",
    ),
    "filter": ("Auswählen", "Filter"),
    "outcome": ("Ergebnis", "Outcome"),
    "all": ("Alle", "All"),
    "outcome_asked": ("Gefragt", "Asked"),
    "outcome_not_asked": ("Nicht gefragt", "Not asked"),
    "outcome_deferred": ("Später", "Later"),
    "outcome_pending": ("Noch nicht entschieden", "Not decided yet"),
    "still_waiting": ("Noch offen", "Still to come"),
    "source": ("Kampagne oder Auslöser", "Campaign or trigger"),
    "from": ("Von", "From"),
    "to": ("Bis", "To"),
    "contact": ("Kontakt", "Contact"),
    "contact_hint": ("Die Nummer des Kontakts", "The contact's id"),
    "show": ("Anzeigen", "Show"),
    "reset": ("Alles zeigen", "Show everything"),
    "more": ("Ältere", "Older"),
    "look_on": ("Weiter zurück suchen", "Look further back"),
    "first": ("Zum Anfang", "Back to the beginning"),
    "at": ("Wann", "When"),
    "about": ("Worum", "About"),
    "somebody": ("jemand, der nicht mehr da ist", "somebody who is not there any more"),
    "not_yet": ("Wird entschieden am {at}.", "Will be decided {at}."),
    "conversation": ("Das Gespräch", "The conversation"),
    "source_trigger": ("Auslöser", "Trigger"),
    "source_campaign": ("Kampagne", "Campaign"),
    "wrong_filter": ("Das ist keine Auswahl", "That is no selection"),
}

_REASONS: Mapping[str, tuple[str, str]] = {
    "asked": ("Gefragt", "Asked"),
    "asked_instead": ("Auf einem anderen Kanal gefragt", "Asked on another channel"),
    "no_address": ("Keine passende Adresse", "No address that fits"),
    "suppressed": ("Möchte nicht oder geht nicht mehr", "Does not want to, or cannot be reached"),
    "no_basis": ("Keine Einwilligung oder andere Grundlage", "No consent or other basis"),
    "quarantine": ("Gruppe wird in Ruhe gelassen", "Belongs to a group that is left alone"),
    "too_late": ("Zu spät für diese Frage", "Too late for the question"),
    "too_early": ("Noch zu früh", "Too early"),
    "open_case": ("Ein Fall ist offen", "A case is open"),
    "survey_running": ("Eine andere Umfrage läuft", "Another survey is running"),
    "cool_down": ("Vor Kurzem gefragt", "Asked a short time ago"),
    "quiet_hours": ("Außerhalb der erlaubten Zeit", "Outside the hours of asking"),
    "no_contact": ("Kein Kontakt mehr", "No contact any more"),
    "survey_unfit": ("Die Umfrage passt nicht", "The survey cannot be asked"),
    "campaign_paused": ("Die Kampagne ruht", "The campaign is paused"),
    "campaign_cancelled": ("Die Kampagne wurde abgebrochen", "The campaign was cancelled"),
    "wave_full": ("Die Welle ist voll", "The wave is full"),
    "quota_full": ("Die Quote der Zelle ist erfüllt", "The cell's quota is full"),
    "precise_enough": ("Anderswo bringt eine Antwort mehr", "An answer is worth more elsewhere"),
}
REASONS = tuple(_REASONS)
"""Every rule that can decide, by its name in the ledger."""

OUTREACH: Mapping[str, Mapping[str, str]] = {
    "de": {key: german for key, (german, _) in _ROWS.items()},
    "en": {key: english for key, (_, english) in _ROWS.items()},
}


def reason(rule: str, lang: str) -> str:
    """A rule in a few words."""
    german, english = _REASONS.get(rule, (rule, rule))
    return german if lang == "de" else english
