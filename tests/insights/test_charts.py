"""Charts: what they say in words and tables, what they draw, in both languages."""

import re
from datetime import date

import pytest
import vl_convert

from insights.charts.chart import BANDS, DARK, LIGHT, Look, domain
from insights.charts.distribution import distribution
from insights.charts.funnel import funnel
from insights.charts.numbers import count, day, month, score, share
from insights.charts.segments import MOST, segments
from insights.charts.sentences import headline
from insights.charts.trend import trend
from insights.charts.words import WORDS
from insights.tally import Tally

ANSWERS = Tally(
    (5, 1, 2, 2, 3, 5, 12, 30, 60, 80, 100), asked=1234, delivered=1200, completed=250, commented=90, opted_out=3
)
FEW = Tally((0,) * 8 + (3, 2, 2), asked=30, delivered=30, completed=7)
LOOKS = [
    Look(*each) for language in WORDS for each in ((language,), (language, True, "wide"), (language, False, "narrow"))
]


def each_chart(look: Look, tally: Tally = ANSWERS):
    """One of every kind."""
    return [
        trend([(date(2026, 1, 1), tally), (date(2026, 2, 1), Tally()), (date(2026, 3, 1), FEW)], "month", look),
        trend([(date(2026, 1, each), tally) for each in range(1, 20)], "day", look),
        distribution(tally, look),
        segments([("Nord", tally), ("", FEW)], "Region", look),
        funnel(tally, tally.answered, look),
    ]


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (score(31.6), "+32"),
        (score(-5.4), "\u22125"),
        (score(-0.4), "0"),
        (count(1234, "de"), "1.234"),
        (count(1234567, "en"), "1,234,567"),
        (share(0.424, "de"), "42\u202f%"),
        (share(0.424, "en"), "42%"),
        (share(0.001, "en"), "< 1%"),
        (share(0.999, "en"), "> 99%"),
        (share(0, "en"), "0%"),
        (share(1, "en"), "100%"),
        (day(date(2026, 3, 5), "de"), "5. März 2026"),
        (day(date(2026, 3, 5), "en"), "5 Mar 2026"),
        (month(date(2026, 9, 1), "de"), "Sept. 2026"),
    ],
)
def test_figures_are_written_as_the_language_does(written, wanted):
    """Signs, separators, months."""
    assert written == wanted


def test_words_are_the_same_in_every_language():
    """Nothing is left untranslated, and every placeholder has its place."""
    german, english = WORDS["de"], WORDS["en"]
    assert german.keys() == english.keys()
    names = lambda text: {part.partition("}")[0] for part in text.split("{")[1:]}  # noqa: E731 - one use
    assert {key for key in english if names(german[key]) != names(english[key])} == set()


def test_a_trend_tells_gaps_and_too_few():
    """A month without answers has no figures; one with seven answers is marked."""
    chart = each_chart(Look("de"))[0]
    assert chart.header == ("Monat", "NPS", "Wahrscheinlich von", "Wahrscheinlich bis", "Antworten", "Hinweis")
    assert [row[0] for row in chart.rows] == ["Jan. 2026", "Feb. 2026", "März 2026"]
    assert chart.rows[0][1:] == (50, 42, 57, 300, "")
    assert chart.rows[1][1:] == (None, None, None, 0, "zu wenige Antworten")
    assert chart.rows[2][4:] == (7, "zu wenige Antworten")
    assert "Jan. 2026 +50 (+42 bis +57)" in chart.alt
    assert "Feb." not in chart.alt


def test_a_distribution_tells_its_bands():
    """In the table, in words, and in the drawing beside the colours."""
    chart = distribution(ANSWERS, Look("en"))
    assert chart.rows[6] == (6, "Detractors", 12, 0.04)
    assert chart.rows[10] == (10, "Promoters", 100, 0.3333)
    assert chart.alt == "Scores from 0 to 10, from 300 answers: 60% promoters, 30% passives, 10% detractors."
    drawn = vl_convert.vegalite_to_svg(chart.spec, vl_version="6.4")
    assert all(text in drawn for text in ("Detractors 10%", "Passives 30%", "Promoters 60%"))


def test_segments_are_ordered_and_few_answers_come_last():
    """However high a score of seven people is."""
    found = [("Süd", FEW), ("Nord", ANSWERS), ("West", Tally((40,) + (0,) * 9 + (20,)))]
    chart = segments(found, "Region", Look("de"))
    assert [(row[0], row[5]) for row in chart.rows] == [
        ("Nord", "höher"),
        ("West", "niedriger"),
        ("Süd", "zu wenige Antworten"),
    ]
    assert chart.title == "NPS nach Region"
    assert "zu wenige (7)" in vl_convert.vegalite_to_svg(chart.spec, vl_version="6.4")


def test_of_many_segments_the_best_known_are_drawn():
    """All are in the table, and the chart says how many it leaves out."""
    chart = segments([(f"Shop {number:02}", ANSWERS) for number in range(MOST + 4)], "Shop", Look())
    assert len(chart.rows) == MOST + 4
    assert "4 more are in the table." in chart.note
    assert str(chart.spec).count("'name': 'Shop") == MOST


@pytest.mark.parametrize("size", ["narrow", "usual"])
def test_long_names_of_segments_are_drawn_in_lines(size):
    """Every word of them, also where two begin with the same ones."""
    names = ["Nordrhein-Westfalen und Umgebung, Montage", "Nordrhein-Westfalen und Umgebung, Verkauf"]
    drawn = vl_convert.vegalite_to_svg(
        segments([(name, ANSWERS) for name in names], "Region", Look(size=size)).spec, vl_version="6.4"
    )
    written = "".join(re.findall(r">([^<>]+)</tspan>", drawn))
    assert all(name.replace(" ", "") in written.replace(" ", "") for name in names), written


def test_where_nobody_tells_what_was_delivered_everybody_asked_counts_as_delivered():
    """The chart draws the steps of insights.funnel, and no others."""
    chart = funnel(Tally(scores=(*[0] * 9, 4, 0), asked=10, completed=3), 4, Look("en"))
    assert [row[1:] for row in chart.rows] == [(10, 1.0), (10, 1.0), (4, 0.4), (3, 0.3), (0, 0.0), (0, 0.0)]


def test_a_funnel_tells_parts_of_those_who_were_asked():
    """Comments and opt-outs too."""
    chart = funnel(ANSWERS, 290, Look("de"))
    assert chart.rows[2] == ("Note gegeben", 290, 0.235)
    assert chart.rows[-1] == ("Abgemeldet", 3, 0.0024)
    assert "Von 1.234 Gefragten" in chart.alt


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("tally", [ANSWERS, FEW, Tally()], ids=["many", "few", "none"])
def test_every_chart_can_be_drawn(look, tally):
    """Without anything from elsewhere; a phone's is as wide as a phone."""
    for chart in each_chart(look, tally):
        drawn = vl_convert.vegalite_to_svg(chart.spec, vl_version="6.4", allowed_base_urls=[])
        assert drawn.startswith("<svg")
        width = float(drawn.partition('width="')[2].partition('"')[0])
        assert width <= look.width + 1
        assert chart.alt
        assert all(len(row) == len(chart.header) for row in chart.rows)


@pytest.mark.parametrize(("language", "wanted"), [("de", "Dez. 25"), ("en", "Dec 25")])
def test_axes_speak_the_language(language, wanted):
    """Months on the axis of time."""
    points = [(date(2025, 12, 1), ANSWERS), (date(2026, 1, 1), ANSWERS), (date(2026, 2, 1), ANSWERS)]
    assert wanted in vl_convert.vegalite_to_svg(trend(points, "month", Look(language)).spec, vl_version="6.4")


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stand_out(colours):
    """WCAG 2.2: 4.5:1 for everything that is written, bands included."""
    for name in ("ink", "dim", "accent", *BANDS):
        assert _contrast(getattr(colours, name), colours.ground) >= 4.5, name


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("lows", "highs", "wanted"),
    [
        ([12.0], [38.0], [0, 40]),
        ([-7.0], [3.0], [-10, 10]),
        ([-100.0], [100.0], [-100, 100]),
        ([-40.0], [-20], [-40, 0]),
    ],
)
def test_an_axis_holds_everything_and_0(lows, highs, wanted):
    """In whole tens."""
    assert domain(lows, highs) == wanted


@pytest.mark.parametrize(
    ("now", "before", "change", "told"),
    [
        (ANSWERS, ANSWERS, "same", "not different from the 30 days before"),
        (ANSWERS, FEW, "few", "too few answers to compare with the 30 days before"),
        (
            ANSWERS,
            Tally((100,) + (0,) * 9 + (100,)),
            "up",
            "50 points above the 30 days before, which is more than chance",
        ),
        (Tally((100,) + (0,) * 10), ANSWERS, "down", "150 points below the 30 days before, which is more than chance"),
    ],
)
def test_a_headline_tells_signal_from_noise(now, before, change, told):
    """Higher and lower are said only where chance alone hardly does it."""
    found = headline(now, before, 30, "en")
    assert (found.change, found.compared) == (change, told)


def test_a_headline_in_words():
    """The score, where it likely lies, from how many; nothing of it below 10 answers."""
    found = headline(ANSWERS, FEW, 7, "de")
    assert (found.score, found.text) == ("+50", "wahrscheinlich zwischen +42 und +57, aus 300 Antworten")
    few = headline(FEW, ANSWERS, 7, "en")
    assert (few.enough, few.score, few.between) == (False, "–", None)
    assert few.text == "Too few answers to say: 7 so far, 10 are needed."
    assert headline(Tally(), ANSWERS, 7, "en").text == "No answers in this period."
