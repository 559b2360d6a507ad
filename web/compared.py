"""Comparisons as tables: headings, rows of words, and a note; the page and the terminal show the same."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from insights.charts.numbers import count, day, month, score, share
from insights.estimates import FEWEST, SIGNIFICANT, Difference, Estimate
from web.comparing import Comparisons
from web.words.compare import COMPARE
from web.words.home import HOME, dimension

MOST = 50_000  # answers that are looked at one by one
MOST_ROWS = 30


class Table(NamedTuple):
    """One comparison. Without rows `said` is all there is; `said` comes before them, `note` behind.

    `cut` says how many rows of how many these are, "" for all of them.
    """

    name: str
    title: str
    said: Sequence[str]
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    note: str = ""
    cut: str = ""


def tables(found: Comparisons, lang: str, *, whole: bool = False) -> list[Table]:
    """All comparisons in the order in which they are read, each with `MOST_ROWS` at most unless it is to be `whole`."""
    every = [
        _month(found, lang),
        _moved(found, lang),
        _waves(found, lang),
        _ranks(found, lang),
        _finds(found, lang),
        *(one(found, lang) for one in (_weighted, _recovered, _repeats, _channels)),
    ]
    return every if whole else [_cut(each, lang) for each in every]


def _cut(table: Table, lang: str) -> Table:
    """The rows that matter most: the first ones, of waves the latest."""
    if len(table.rows) <= MOST_ROWS:
        return table
    rows = table.rows[-MOST_ROWS:] if table.name == "waves" else table.rows[:MOST_ROWS]
    text = COMPARE[lang]["cut"].format(shown=count(MOST_ROWS, lang), all=count(len(table.rows), lang))
    return table._replace(rows=rows, cut=text)


def _month(found: Comparisons, lang: str) -> Table:
    words, this = COMPARE[lang], found.month
    between, before = this.between, date.fromordinal(this.first.toordinal() - 1)
    if between is None:
        said = words["month_few"]
    elif between.p >= SIGNIFICANT:
        said = words["month_same"]
    else:
        points = words["points"].format(n=count(abs(between.value), lang))
        said = words["month_up" if between.value > 0 else "month_down"].format(points=points)
    rows = []
    if between is not None and this.level is not None:
        first = words["month_now"].format(month=month(this.first, lang))
        last = words["month_before"].format(month=month(before, lang))
        score_before = score(100 * this.before.bands.score)
        rows = [
            [first, score(this.level.value), _range(this.level, lang), count(this.now.answered, lang)],
            [last, score_before, "", count(this.before.answered, lang)],
        ]
    header = ["", words["score"], words["sure"], words["n"]]
    return Table("month", words["month"], [said], header if rows else (), rows, words["month_note"])


def _moved(found: Comparisons, lang: str) -> Table:
    words, moved = COMPARE[lang], found.moved
    if moved.usual is None:
        return Table("moved", words["moved"], [words["moved_few"]])
    said = [words["moved_usual"].format(score=score(moved.usual))]
    said += [words["moved_down"].format(day=day(moved.down, lang))] if moved.down else []
    said += [words["moved_up"].format(day=day(moved.up, lang))] if moved.up else []
    if not moved.down and not moved.up:
        said.append(words["moved_same"])
    return Table("moved", words["moved"], said, note=words["moved_note"])


def _waves(found: Comparisons, lang: str) -> Table:
    words = COMPARE[lang]
    header = [words["group"], words["score"], words["sure"], words["n"], words["before"], words["verdict"]]
    rows = [
        [
            row.key if found.by_wave else month(date.fromisoformat(row.key), lang),
            *_scored(row.score, lang),
            count(row.tally.answered, lang),
            _apart(row.against, lang),
            words[row.verdict] if row.against else "–",
        ]
        for row in found.waves
    ]
    title = words["waves" if found.by_wave else "waves_months"]
    return Table("waves", title, () if rows else [words["few"]], header, rows, words["waves_note"])


def _ranks(found: Comparisons, lang: str) -> Table:
    words = COMPARE[lang]
    header = [words["group"], words["drawn"], words["sure"], words["as_answered"], words["n"], words["rank"]]
    rows = [
        [
            line.key or HOME[lang]["none"],
            score(line.drawn.value),
            _range(line.drawn, lang),
            score(line.own.value) if line.own else "–",
            count(line.scores.n, lang),
            f"{line.best}–{line.worst}" if line.best < line.worst else f"{line.best}",
        ]
        for line in found.ranks
    ]
    title = words["ranks"].format(dimension=dimension(found.asked.by, lang))
    return Table("ranks", title, () if rows else [words["few"]], header, rows, words["ranks_note"])


def _finds(found: Comparisons, lang: str) -> Table:
    words = COMPARE[lang]
    rows = [
        [
            f"{dimension(find.attribute, lang)}: {find.key or HOME[lang]['none']}",
            *_scored(find.score, lang),
            count(find.score.n, lang),
            _apart(find.against, lang),
        ]
        for find in found.finds
    ]
    header = [words["group"], words["score"], words["sure"], words["n"], words["others"]]
    return Table("finds", words["finds"], () if rows else [words["finds_none"]], header, rows, words["finds_note"])


def _weighted(found: Comparisons, lang: str) -> Table:
    words, worth, all_of_them = COMPARE[lang], found.worth, found.represented
    rows, said = [], []
    if all_of_them:
        effective = count(all_of_them.effective, lang)
        rows.append([words["plain"], *_scored(all_of_them.unweighted, lang), count(all_of_them.unweighted.n, lang), ""])
        n = count(all_of_them.score.n, lang)
        rows.append([words["represented"], *_scored(all_of_them.score, lang), n, effective])
        if all_of_them.unheard:
            names = ", ".join(each or HOME[lang]["none"] for each in all_of_them.unheard[:MOST_ROWS])
            if (more := len(all_of_them.unheard) - MOST_ROWS) > 0:
                names += words["unheard_more"].format(n=count(more, lang))
            said.append(words["unheard"].format(names=names))
    if worth:
        effective = count(worth.effective, lang)
        rows.append([words["worth_plain"], *_scored(worth.plain, lang), count(worth.plain.n, lang), ""])
        rows.append([words["worth"], *_scored(worth.weighted, lang), count(worth.weighted.n, lang), effective])
    header = [words["way"], words["score"], words["sure"], words["n"], words["counts_as"]]
    said += [] if rows else [_why_not(found, "weighted_none", lang)]
    return Table("weighted", words["weighted"], said, header, rows, words["weighted_note"])


def _recovered(found: Comparisons, lang: str) -> Table:
    words, again = COMPARE[lang], found.recovered
    if again is None:
        return Table("recovered", words["recovered"], [_why_not(found, "recovered_none", lang)])
    header = ["", words["people"], words["recovered_higher"], words["recovered_left"]]
    rows = [
        [words[f"recovered_{name}"], count(each.people, lang), _part(each.higher, lang), _part(each.left, lang)]
        for name, each in (("all", again.next), ("handled", again.handled))
    ]
    between = again.beside
    told = []
    if between and FEWEST <= again.handled.people <= again.next.people - FEWEST:
        low, high = score(between.low), score(between.high)
        told = [words["recovered_beside"].format(n=score(between.value), low=low, high=high)]
    return Table("recovered", words["recovered"], told, header, rows, words["recovered_note"])


def _repeats(found: Comparisons, lang: str) -> Table:
    words, again = COMPARE[lang], found.repeats
    if again is None:
        return Table("repeats", words["repeats"], [_why_not(found, "repeats_none", lang)])
    header = ["", words["score"], words["sure"], words["n"]]
    rows = [
        [words[f"repeats_{name}"], *_scored(each, lang), count(each.n, lang)]
        for name, each in (("all", again.all_answers), ("last", again.last_only))
    ]
    people, often = count(again.people, lang), count(again.again, lang)
    said = [words["repeats_people"].format(again=often, people=people)]
    return Table("repeats", words["repeats"], said, header, rows)


def _channels(found: Comparisons, lang: str) -> Table:
    words = COMPARE[lang]
    if len(found.channels) < 2:
        return Table("channels", words["channels"], [_why_not(found, "channels_none", lang)])
    header = [words["group"], words["score"], words["channels_plain"], words["channels_adjusted"], words["verdict"]]
    rows = [
        [
            each.key or HOME[lang]["none"],
            score(each.score.value) if each.score and each.score.n >= FEWEST else "–",
            _apart(each.plain, lang) if each.p is not None else "–",
            _apart(each.adjusted, lang) if each.p is not None else "–",
            words[each.verdict],
        ]
        for each in found.channels
    ]
    return Table("channels", words["channels"], (), header, rows, words["channels_note"])


def _why_not(found: Comparisons, otherwise: str, lang: str) -> str:
    words = COMPARE[lang]
    return words[otherwise] if found.one_by_one else words["too_many"].format(most=count(MOST, lang))


def _scored(found: Estimate | None, lang: str) -> Iterator[str]:
    """The score and its range; of too few people neither."""
    few = found is None or found.n < FEWEST
    yield "–" if few or found is None else score(found.value)
    yield COMPARE[lang]["too few"] if few or found is None else _range(found, lang)


def _range(found: Estimate, lang: str) -> str:
    return COMPARE[lang]["range"].format(low=score(found.low), high=score(found.high))


def _apart(found: Difference | None, lang: str) -> str:
    if found is None:
        return "–"
    return f"{score(found.value)} ({COMPARE[lang]['range'].format(low=score(found.low), high=score(found.high))})"


def _part(found: Estimate | None, lang: str) -> str:
    if found is None or found.n < FEWEST:
        return COMPARE[lang]["too few"]
    return f"{share(found.value, lang)} ({share(found.low, lang)} – {share(found.high, lang)})"
