"""What the pages about reports say: German and English side by side."""

from collections.abc import Mapping

_ROWS: Mapping[str, tuple[str, str]] = {
    "title": ("Berichte", "Reports"),
    "to_list": ("Zu den Berichten", "To the reports"),
    "none": ("Noch geht kein Bericht von selbst hinaus", "No report goes out by itself yet"),
    "none_runs": (
        (
            "Legen Sie diese Datei in den Ordner, den die Einstellung reports_dir nennt, etwa als reports/weekly.yaml. "
            "Sobald sie gespeichert ist, steht der Bericht hier, und Sie sehen vorher, was er sagen würde."
        ),
        (
            "Put this file into the folder that the setting reports_dir names, such as reports/weekly.yaml. As soon as "
            "it is saved the report is here, and you see beforehand what it would say."
        ),
    ),
    "none_looks": (
        "Sobald jemand, der Echolot verwaltet, einen Bericht einrichtet, steht er hier.",
        "As soon as an admin sets up a report it appears here.",
    ),
    "problems": ("Was an den Dateien nicht stimmt", "What is wrong with the files"),
    "problems_text": (
        "Ein Bericht mit Fehlern geht so weiter wie davor; ein neuer beginnt erst ohne sie.",
        "A report with errors goes on as it was before; a new one begins once there are none.",
    ),
    "next": ("Nächster", "Next"),
    "next_none": ("noch nicht bekannt", "not known yet"),
    "last": ("Letzter", "Last"),
    "last_none": ("noch keiner", "none yet"),
    "to": ("Geht an", "Goes to"),
    "email": ("E-Mail an {to}", "e-mail to {to}"),
    "folder": ("Ordner {to}", "folder {to}"),
    "chat": ("{to} ({channel})", "{to} ({channel})"),
    "about": ("Worüber", "About"),
    "about_all": ("alle Antworten", "all answers"),
    "when": ("Wann", "When"),
    "spoken": ("Sprache", "Language"),
    "lang_de": ("Deutsch", "German"),
    "lang_en": ("Englisch", "English"),
    "every_day": ("Jeden Tag um {at}, über den Tag davor", "Every day at {at}, about the day before"),
    "every_week": ("Jeden {on} um {at}, über die Woche davor", "Every {on} at {at}, about the week before"),
    "every_month": (
        "Am {on}. jedes Monats um {at}, über den Monat davor",
        "On day {on} of every month at {at}, about the month before",
    ),
    "every_wave": (
        "Um {at} am Tag nach jeder Welle der Kampagne {campaign}, über diese Welle",
        "At {at} on the day after each wave of the campaign {campaign}, about that wave",
    ),
    "clocks": ("Uhrzeit von {zone}", "on the clocks of {zone}"),
    "monday": ("Montag", "Monday"),
    "tuesday": ("Dienstag", "Tuesday"),
    "wednesday": ("Mittwoch", "Wednesday"),
    "thursday": ("Donnerstag", "Thursday"),
    "friday": ("Freitag", "Friday"),
    "saturday": ("Samstag", "Saturday"),
    "sunday": ("Sonntag", "Sunday"),
    "days": ("{first} bis {last}", "{first} to {last}"),
    "look_now": ("Vorschau", "Preview"),
    "look_last": ("Den letzten ansehen", "Look at the last one"),
    "as_pdf": ("Als PDF", "As PDF"),
    "preview": (
        "Vorschau: So ginge er jetzt hinaus. Gesendet wurde nichts.",
        "Preview: this is how it would go out now. Nothing was sent.",
    ),
    "was_sent": (
        (
            "So wurde er am {at} verschickt. Die Zahlen sind von jetzt: Antworten, die seither kamen, zählen mit, und "
            "wer gelöscht wurde, fehlt."
        ),
        (
            "This went out on {at}. The figures are those of now: answers that came since count, and whoever was "
            "erased is missing."
        ),
    ),
    "never_sent": ("Dieser Bericht ging noch nie hinaus.", "This report has never gone out."),
    "no_report": ("Diesen Bericht gibt es nicht.", "There is no such report."),
    "no_pdf": ("Das PDF lässt sich gerade nicht zeichnen", "The PDF cannot be drawn right now"),
    "by_hand": ("Von Hand", "By hand"),
    "act_test": ("Mir zur Probe senden", "Send me a test"),
    "sure_test": (
        "Er geht per E-Mail nur an {email}, so wie er jetzt hinausginge.",
        "It goes by e-mail to {email} alone, as it would go out now.",
    ),
    "do_test": ("Ja, an mich senden", "Yes, send it to me"),
    "no_mail": (
        "Eine Probe an Sie ginge per E-Mail; dafür fehlt `mail` in den Einstellungen.",
        "A test to you would go by e-mail; for that `mail` is missing from the settings.",
    ),
    "act_send": ("Jetzt senden", "Send now"),
    "sure_send": (
        (
            "Der letzte Zeitraum geht an alle Empfänger, die ihn noch nicht haben; wer ihn hat, bekommt ihn nicht noch "
            "einmal."
        ),
        "The latest period goes to every receiver who has not got it; whoever has it does not get it twice.",
    ),
    "do_send": ("Ja, jetzt senden", "Yes, send it now"),
    "act_again": ("Allen noch einmal senden", "Send again to all"),
    "sure_again": (
        "Der letzte Zeitraum geht noch einmal an alle Empfänger, auch an die, die ihn haben.",
        "The latest period goes to every receiver once more, also to those who have it.",
    ),
    "do_again": ("Ja, noch einmal an alle", "Yes, once more to all"),
    "done_begun": (
        "Auf dem Weg zu {begun}; {known} hatten ihn schon. Unten steht, was daraus wird.",
        "On its way to {begun}; {known} had it before. What becomes of it stands below.",
    ),
    "wrong_act": ("Das gibt es nicht.", "There is no such thing."),
    "alerts": ("Alarme", "Alerts"),
    "no_alerts": (
        "Dieser Bericht meldet keine Bewegung. Mit `alerts: [{on: fall}]` in der Datei täte er es.",
        "This report tells of no moves. With `alerts: [{on: fall}]` in its file it would.",
    ),
    "alert_fall": ("Wenn der NPS fällt", "When the NPS falls"),
    "alert_rise": ("Wenn der NPS steigt", "When the NPS rises"),
    "alert_rate": (
        "Fehlalarme: in höchstens {rate} von 100 Jahren, in denen sich nichts ändert.",
        "False alarms: in at most {rate} of 100 years in which nothing changes.",
    ),
    "moves": ("Letzte Bewegungen", "Last moves"),
    "no_moves": ("Bisher keine.", "None so far."),
    "sent": ("Was gesendet wurde", "What was sent"),
    "nothing_sent": ("Noch nichts.", "Nothing yet."),
    "what": ("Was", "What"),
    "period": ("Zeitraum", "Days"),
    "receiver": ("An", "To"),
    "state": ("Stand", "State"),
    "at": ("Wann", "When"),
    "kind_report": ("Bericht", "report"),
    "kind_test": ("Probe", "test"),
    "kind_fall": ("gefallen", "fall"),
    "kind_rise": ("gestiegen", "rise"),
    "state_queued": ("unterwegs", "on its way"),
    "state_leased": ("unterwegs", "on its way"),
    "state_sending": ("unterwegs", "on its way"),
    "state_sent": ("gesendet", "sent"),
    "state_delivered": ("angekommen", "delivered"),
    "state_read": ("gelesen", "read"),
    "state_failed": ("gescheitert", "failed"),
    "state_expired": ("zu spät", "too late"),
    "state_cancelled": ("zurückgezogen", "withdrawn"),
    "state_reconciling": ("wird nachgefragt", "being asked about"),
    "state_unknown": ("ungewiss, nicht wiederholt", "not certain, not repeated"),
}

REPORTS: Mapping[str, Mapping[str, str]] = {
    "de": {key: german for key, (german, _) in _ROWS.items()},
    "en": {key: english for key, (_, english) in _ROWS.items()},
}

EXAMPLE = """\
format: 1
report:
  id: weekly
  title: Our week
  every: week
  on: monday
  at: "08:00"
  zone: Europe/Berlin
  to:
    - {channel: slack, chat: C0123}
    - {email: anna@example.com}
  alerts:
    - {on: fall}
"""
