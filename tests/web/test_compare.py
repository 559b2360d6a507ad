"""The page of comparisons: every table in words, few answers said to be few, nobody sees another brand."""

import pytest

from insights.charts.sentences import headline
from insights.comparisons import Given as Answer
from insights.experiment import Counts, examine
from insights.intervals import careful
from insights.mix import effects
from insights.tally import Tally
from tests.web.figures_made import NOW, Given, Made, year
from tests.web.test_home import EVERYBODY, ONLY_A, front, text
from web import comparing, filters
from web.compared import tables

AGENTS = [Given(1, 10, "", {"brand": "lucky"})] * 3 + [
    Given(1, 10 if n % 10 < 7 else 2, "", {"brand": f"agent {k}"}) for k in range(6) for n in range(100)
]


async def shown(made, lang="en", **query):
    """The tables by name, as somebody reads them."""
    asked = filters.read(query, made.dimensions, NOW)
    return {each.name: each for each in tables(await comparing.compare(made, asked), lang)}


@pytest.mark.parametrize("language", ["en", "de"])
async def test_all_of_it_is_there(language):
    """In both languages, with a heading each, and a way back."""
    page = text(await front(Made(year()), EVERYBODY._replace(language=language)).get("/compare?period=365d&by=region"))
    wanted = {
        "en": ["This month beside the last", "Month by month", "Ranking: Region", "What stands out", "As if everybody"],
        "de": ["Dieser Monat neben dem letzten", "Monat für Monat", "Rangliste: Region", "Was auffällt", "Als hätten"],
    }
    for title in wanted[language]:
        assert title in page


async def test_nobody_is_best_by_three_answers():
    """Three tens are the highest score as answered, and neither first in the list nor surely best."""
    ranks = (await shown(Made(AGENTS), by="brand"))["ranks"].rows
    lucky = next(row for row in ranks if row[0] == "lucky")
    assert lucky[3] == "+100"
    assert int(lucky[1]) < 100
    assert lucky[5].startswith("1–")
    assert lucky[5].endswith("7")


async def test_this_month_beside_the_last_may_be_looked_at_every_day():
    """The month so far and the whole last one, by the interval for every day: wider than that for one look."""
    worse = [Given(ago, 2, "", {}) for ago in range(15) for _ in range(20)]
    better = [Given(ago, 10, "", {}) for ago in range(25, 50) for _ in range(20)]
    found = (await shown(Made(worse + better)))["month"]
    assert "Down by 200 points, which is more than chance." in found.said[0]
    assert [row[0] for row in found.rows] == ["Nov 2026 so far", "All of Oct 2026"]
    same = (await shown(Made([Given(ago, 10 if ago % 2 else 2, "", {}) for ago in range(51) for _ in range(9)])))[
        "month"
    ]
    assert same.said == ["No difference beyond chance."]
    few = (await shown(Made(worse)))["month"]
    assert "30 in each" in few.said[0]
    assert not few.rows


async def test_the_alarm_beside_the_usual_level():
    """A fall and a rise name the day on which they were known; without last year there is no level."""
    last_year = [Given(ago, 10 if ago % 3 else 2, "", {}) for ago in range(330, 600) for _ in range(2)]
    for score, word in ((2, "has fallen"), (10, "has risen")):
        found = (await shown(Made(last_year + [Given(ago, score, "", {}) for ago in range(200) for _ in range(3)])))[
            "moved"
        ]
        assert found.said[0].startswith("Last year: +")
        assert word in found.said[1]
    steady = [Given(ago, 10 if ago % 3 else 2, "", {}) for ago in range(600) for _ in range(2)]
    assert "Nothing says" in (await shown(Made(steady)))["moved"].said[1]
    assert "30 answers" in (await shown(Made([Given(1, 9)])))["moved"].said[0]


async def test_waves_are_those_of_campaigns_where_they_are_counted():
    """Else months; each beside the one before."""
    given = [
        Given(5, 10 if wave == "w2" or n % 2 else 1, "", {"wave": wave}) for wave in ("w1", "w2") for n in range(40)
    ]
    by_wave = (await shown(Made(given, ("wave",))))["waves"]
    assert [(row[0], row[-1]) for row in by_wave.rows] == [("w1", "–"), ("w2", "higher")]
    assert (await shown(Made(year()), period="365d"))["waves"].title == "Month by month"
    assert not (await shown(Made()))["waves"].rows


async def test_what_stands_out_is_searched_for_everywhere():
    """One region is worse, whatever the table groups by."""
    found = (await shown(Made(year()), period="365d", by="brand"))["finds"]
    assert {row[0] for row in found.rows} >= {"Region: Nord", "Region: Süd"}
    assert (await shown(Made([Given(1, 9)] * 40)))["finds"].said == ["No group stands out."]


class One(Made):
    """With answers of its own one by one; None for too many."""

    def __init__(self, each):
        super().__init__(year())
        self.rows = each

    async def each(self, window):  # noqa: ARG002  # every one
        return self.rows


async def test_where_answers_are_too_many_the_page_says_so():
    """And which figures are missing."""
    found = await shown(One(None))
    for name in ("weighted", "recovered", "repeats", "channels"):
        assert "more than 50,000" in found[name].said[0], name
        assert not found[name].rows


async def test_where_nothing_is_known_the_page_says_so():
    """No revenue, nobody twice, one channel."""
    found = await shown(One([Answer(str(n), 9, {"channel": "sms"}) for n in range(20)]))
    assert "Neither revenue" in found["weighted"].said[0]
    assert found["recovered"].said == ["Nobody in this selection so far."]
    assert found["repeats"].said == ["Nobody in this selection."]
    assert found["channels"].said == ["There is one channel only."]


async def test_detractors_who_came_back():
    """With a solved case and without, and what that hints at."""
    rows = [Answer(str(n), 2, {}, None, n % 2 == 0) for n in range(40)]
    rows += [Answer(str(n), 9 if n % 2 == 0 else 1, {}) for n in range(40)]
    found = (await shown(One(rows)))["recovered"]
    assert [row[:2] for row in found.rows] == [["All", "40"], ["With a solved case", "20"]]
    assert found.rows[0][2].startswith("50%")
    assert found.said[0].startswith("A higher score with a solved case, beside without: +100 of 100")
    few = (await shown(One(rows[:5] + rows[40:45])))["recovered"]
    assert few.rows[0][2] == "too few"
    assert not few.said


@pytest.mark.parametrize("query", ["?period=5y", "?by=score", "?from=x"])
async def test_what_cannot_be_is_refused(query):
    """As on the home page."""
    assert (await front(Made(year())).get("/compare" + query)).status_code == 422


async def test_t25_somebody_for_one_brand_sees_that_one_only():
    """Every read is within it; another brand is refused."""
    made = Made(year())
    windows, each = [], made.each

    async def noted(window):
        windows.append(window)
        return await each(window)

    made.each = noted
    answer = await front(made, ONLY_A).get("/compare?period=365d")
    assert answer.status_code == 200
    assert all(window.filters["brand"] == ("A",) for window, _ in made.asked)
    assert [window.filters["brand"] for window in windows] == [("A",)]
    assert (await front(made, ONLY_A).get("/compare?brand=B")).status_code == 403


async def test_the_same_score_has_the_same_interval_everywhere():
    """Home page, experiment and channels say `insights.intervals.careful`."""
    tally = Tally((3, 0, 0, 0, 0, 0, 0, 5, 0, 0, 12), 30)
    counts = Counts(30, 20, 0, 3, 5, 12)
    found = careful(tally.bands)
    assert headline(tally, Tally(), 30, "en").estimate == found
    assert examine({"base": counts}, "base")["base"].measures["nps"] == found
    assert effects({("sms", ""): tally.bands})[0].score == found


MANY = [Given(1, 9 if (n + k) % 3 else 3, "", {"brand": f"b{k:02}"}) for k in range(42) for n in range(40)]


@pytest.mark.parametrize(("language", "said"), [("en", "30 of 42"), ("de", "30 von 42")])
async def test_a_long_table_says_that_it_goes_on(language, said):
    """And shows all of it at the address beside, where nothing is said any more."""
    ranks = (await shown(Made(MANY), language, by="brand"))["ranks"]
    assert (len(ranks.rows), ranks.cut) == (30, said)
    client = front(Made(MANY), EVERYBODY._replace(language=language))
    page = (await client.get("/compare?by=brand")).text
    assert said in page
    assert 'href="/compare?by=brand&amp;limit=all#ranks"' in page
    whole = (await client.get("/compare?by=brand&limit=all")).text
    assert said not in whole
    assert len({name for name in (f"b{k:02}" for k in range(42)) if f">{name}<" in whole}) == 42


async def test_a_table_that_is_whole_says_nothing():
    """Up to thirty rows; of many waves the latest are shown."""
    few = [each for each in MANY if each.facts["brand"] < "b30"]
    ranks = (await shown(Made(few), by="brand"))["ranks"]
    assert (len(ranks.rows), ranks.cut) == (30, "")
    waves = [Given(ago, 9, "", {"wave": f"w{60 - ago:02}"}) for ago in range(1, 41) for _ in range(9)]
    found = (await shown(Made(waves, ("wave",)), period="365d"))["waves"]
    assert [found.rows[0][0], found.rows[-1][0], found.cut] == ["w30", "w59", "30 of 40"]
