"""What the page of comparisons says: German and English side by side."""

from collections.abc import Mapping

_ROWS: Mapping[str, tuple[str, str]] = {
    "title": ("Vergleiche", "Comparisons"),
    "back": ("Zur Übersicht", "Back to the home page"),
    "few": ("zu wenige, um etwas zu sagen", "too few to say"),
    "points": ("{n} Punkte", "{n} points"),
    "month": ("Dieser Monat neben dem letzten", "This month beside the last"),
    "month_now": ("Bisher im {month}", "{month} so far"),
    "month_before": ("Im ganzen {month}", "All of {month}"),
    "month_up": ("Gestiegen um {points}, und das ist mehr als Zufall.", "Up by {points}, which is more than chance."),
    "month_down": (
        "Gesunken um {points}, und das ist mehr als Zufall.",
        "Down by {points}, which is more than chance.",
    ),
    "month_same": ("Kein Unterschied, der mehr als Zufall ist.", "No difference beyond chance."),
    "month_few": (
        "Noch zu wenige Antworten, um die Monate zu vergleichen: je 30 sind nötig.",
        "Too few answers to compare the months yet: 30 in each are needed.",
    ),
    "month_note": (
        "Sie dürfen jeden Tag nachsehen: Wann immer hier ein Unterschied steht, gilt er mit 95 % Sicherheit.",
        "You may look every day: whenever this says there is a difference, it is right with 95% confidence.",
    ),
    "moved": ("Neben dem üblichen Stand", "Beside the usual level"),
    "moved_usual": ("Letztes Jahr: {score}", "Last year: {score}"),
    "moved_down": ("Seit dem {day} steht fest: Der Wert ist gesunken.", "Known since {day}: the score has fallen."),
    "moved_up": ("Seit dem {day} steht fest: Der Wert ist gestiegen.", "Known since {day}: the score has risen."),
    "moved_same": ("Nichts spricht dafür, dass er sich verändert hat.", "Nothing says that it has changed."),
    "moved_few": (
        "Dafür braucht es 30 Antworten aus dem letzten Kalenderjahr.",
        "This takes 30 answers from the last calendar year.",
    ),
    "moved_note": (
        "Von 100 Jahren, in denen sich nichts ändert, schlagen höchstens 5 falschen Alarm.",
        "Of 100 years in which nothing changes at most 5 have a false alarm.",
    ),
    "waves": ("Wellen", "Waves"),
    "waves_months": ("Monat für Monat", "Month by month"),
    "waves_note": ("Jede neben der davor.", "Each beside the one before."),
    "ranks": ("Rangliste: {dimension}", "Ranking: {dimension}"),
    "ranks_note": (
        (
            "Wenige Antworten sind Glückssache. Deshalb steht jeder Wert um so näher bei der Mitte, je weniger"
            " Antworten es sind, und der Rang ist ein Bereich: Nur was sich nicht überschneidet, ist wirklich anders."
        ),
        (
            "A few answers are mostly luck. So each score is drawn towards the middle, the more so the fewer answers"
            " there are, and the rank is a range: only ranges that do not overlap are really different."
        ),
    ),
    "finds": ("Was auffällt", "What stands out"),
    "finds_none": ("Keine Gruppe fällt aus dem Rahmen.", "No group stands out."),
    "finds_note": (
        "Aus allen Gruppen herausgesucht. Höchstens jede zwanzigste davon ist im Mittel Zufall.",
        "Picked from all groups. On average at most one in twenty of these is chance.",
    ),
    "weighted": ("Gewichtet", "Weighted"),
    "weighted_none": (
        "Umsatz oder Merkmale sind nicht bekannt, oder es sind zu wenige Antworten.",
        "Neither revenue nor attributes are known, or there are too few answers.",
    ),
    "plain": ("Jede Antwort zählt gleich", "Each answer counts the same"),
    "worth": ("Nach Umsatz", "By revenue"),
    "worth_plain": ("Dieselben, jede gleich", "The same answers, each alike"),
    "represented": ("Als hätten alle geantwortet", "As if everybody had answered"),
    "weighted_note": (
        (
            "„Als hätten alle geantwortet“ gleicht aus, dass manche Gruppen seltener antworten, soweit Ihre Merkmale"
            " sie unterscheiden."
        ),
        (
            "“As if everybody had answered” makes up for groups that answer less often, as far as your attributes tell"
            " them apart."
        ),
    ),
    "sure": ("Wahrscheinlich", "Likely"),
    "counts_as": ("Zählen wie", "Count as"),
    "unheard": ("Niemand geantwortet: {names}", "Nobody answered: {names}"),
    "recovered": ("Kritiker, die später wieder gefragt wurden", "Detractors who were asked again"),
    "recovered_none": ("Bisher niemand in dieser Auswahl.", "Nobody in this selection so far."),
    "recovered_higher": ("Gaben eine höhere Note", "Gave a higher score"),
    "recovered_left": ("Sind keine Kritiker mehr", "Are no detractors any more"),
    "recovered_all": ("Alle", "All"),
    "recovered_handled": ("Mit gelöstem Fall", "With a solved case"),
    "recovered_beside": (
        "Höhere Note mit gelöstem Fall neben ohne: {n} von 100 (wahrscheinlich {low} bis {high}).",
        "A higher score with a solved case, beside without: {n} of 100 (likely {low} to {high}).",
    ),
    "recovered_note": (
        (
            "Ein Hinweis, kein Beweis: Wessen Fall gelöst wird, entscheidet nicht das Los. Und wer eine 0 gab, kann nur"
            " höher."
        ),
        "A hint, not a proof: whose case gets solved is not drawn by lot. And who gave a 0 can only go up.",
    ),
    "repeats": ("Wer mehrmals geantwortet hat", "Who answered more than once"),
    "repeats_none": ("Niemand in dieser Auswahl.", "Nobody in this selection."),
    "repeats_people": ("{again} von {people} Kunden.", "{again} of {people} customers."),
    "repeats_all": ("Alle Antworten", "All answers"),
    "repeats_last": ("Eine Stimme je Kunde: die letzte", "One vote per customer: the last"),
    "channels": ("Kanäle unter Gleichen", "Channels among the like"),
    "channels_none": ("Es gibt nur einen Kanal.", "There is one channel only."),
    "channels_plain": ("Wie geantwortet", "As answered"),
    "channels_adjusted": ("Unter Gleichen", "Among the like"),
    "channels_note": (
        "Neben allen anderen Kanälen; „unter Gleichen“ nur innerhalb derselben Marke, Region und Kundengruppe.",
        "Beside all other channels; “among the like” within the same brand, region and segment only.",
    ),
    "too_many": (
        (
            "Für diese Zahlen werden Antworten einzeln angesehen, und in dieser Auswahl sind es mehr als {most}. Wählen"
            " Sie weniger Tage."
        ),
        "These figures look at answers one by one, and this selection has more than {most}. Choose fewer days.",
    ),
    "group": ("Gruppe", "Group"),
    "score": ("NPS", "NPS"),
    "drawn": ("Gezogen", "Drawn"),
    "as_answered": ("Wie geantwortet", "As answered"),
    "rank": ("Rang", "Rank"),
    "n": ("Antworten", "Answers"),
    "before": ("Neben davor", "Beside before"),
    "others": ("Neben den anderen", "Beside the others"),
    "verdict": ("Urteil", "Verdict"),
    "more": ("höher", "higher"),
    "less": ("niedriger", "lower"),
    "chance": ("kann Zufall sein", "may be chance"),
    "too few": ("zu wenige", "too few"),
    "way": ("Gewicht", "Weight"),
    "people": ("Kunden", "Customers"),
    "cut": ("{shown} von {all}", "{shown} of {all}"),
    "see_all": ("Alle zeigen", "Show all"),
    "unheard_more": (" und {n} weitere", " and {n} more"),
    "range": ("{low} bis {high}", "{low} to {high}"),
}

COMPARE: Mapping[str, Mapping[str, str]] = {
    "de": {key: german for key, (german, _) in _ROWS.items()},
    "en": {key: english for key, (_, english) in _ROWS.items()},
}
