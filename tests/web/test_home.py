"""The home page: the score in words, filters in the address, charts as pictures and tables, files, what is live."""

import csv
import io
import re
from html.parser import HTMLParser

import httpx
import pytest
from starlette.routing import Router

from tests.browser.acting import XSS
from tests.web.figures_made import NOW, Given, Made, year
from web import compare, home, pages
from web.guard import Guard
from web.home import Home
from web.pictures import Pictures, Undrawable
from web.visitors import Grant, Visitor

EVERYBODY = Visitor("1", "a@example.com", "Ada", "en", (Grant("admin"),))
ONLY_A = Visitor("2", "b@example.com", "Bo", "en", (Grant("viewer", "A"),))


def front(made, who=EVERYBODY, pictures=None, **more):
    """A client of the page for this visitor."""
    numbers = Home(made, pictures or Pictures(), lambda: NOW, **more)
    router = Router([*home.routes(numbers), *compare.routes(numbers), *pages.routes()])

    async def app(scope, receive, send):
        scope.setdefault("state", {}).update(visitor=who, request_id="r")
        await router(scope, receive, send)

    guard = Guard(app, [], lambda *_: None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="http://localhost")


@pytest.fixture
def made():
    return Made(year(), cases=3)


@pytest.fixture(scope="module")
def pictures():
    drawing = Pictures()
    yield drawing
    drawing.close()


def text(answer):
    """What a reader reads."""
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


async def test_the_score_in_words(made):
    """How high, how sure, from how many, and beside the time before."""
    page = text(await front(made).get("/"))
    assert re.search(r"Net Promoter Score [+−]\d+ likely between [+−]\d+ and [+−]\d+, from \d+ answers", page)
    assert "not different from the 30 days before" in page
    assert "Open cases 3" in page
    assert "the delivery was late" in page


async def test_in_german(made):
    """The person's language wins over the browser's."""
    page = text(await front(made, EVERYBODY._replace(language="de")).get("/", headers={"accept-language": "en"}))
    assert "wahrscheinlich zwischen" in page
    assert "NPS nach Marke" in page
    assert "Fürsprecher" in page


async def test_filters_are_in_the_address(made):
    """And the form shows what is chosen; links keep it."""
    answer = await front(made).get("/?period=365d&region=Nord&by=region")
    assert '<option value="365d" selected>' in answer.text
    assert '<option value="Nord" selected>' in answer.text
    assert "region=Nord&amp;by=channel" in answer.text
    windows = [window for window, by in made.asked if by == "region"]
    assert windows[0].filters == {"region": ("Nord",)}
    assert windows[0].days == 365


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("?from=2026-01-01&to=2026-03-31", 200),
        ("?from=2026-11-01", 200),
        ("?to=2026-11-01", 200),
        ("?region=-", 200),
        ("?region=nowhere", 200),
        ("?period=5y", 422),
        ("?from=yesterday", 422),
        ("?from=2026-03-01&to=2026-01-01", 422),
        ("?from=2001-01-01&to=2026-01-01", 422),
        ("?from=0001-01-01", 422),
        ("?by=score", 422),
        ("?region=" + "x" * 201, 422),
    ],
)
async def test_addresses_that_somebody_has_typed(made, query, status):
    """What cannot be is refused and not guessed."""
    assert (await front(made).get("/" + query)).status_code == status


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([], "No answers yet Send your first survey"),
        ([Given(300, 9)], "Nothing in this selection"),
        ([Given(1, 9)] * 9, "Too few answers to say: 9 so far, 10 are needed."),
        ([Given(1, None)], "No answers in this period."),
        ([Given(1, 9)] * 12, "too few answers to compare with the 30 days before"),
    ],
)
async def test_where_there_is_little_the_page_says_so(given, wanted):
    """And what to do about it; a score of nine people is not shown."""
    assert wanted in text(await front(Made(given)).get("/"))


@pytest.mark.parametrize(
    ("query", "a_day", "wanted"),
    [
        ("7d", 20, "Day"),
        ("30d", 20, "Day"),
        ("30d", 2, "Week from"),
        ("90d", 20, "Week from"),
        ("90d", 1, "Month"),
        ("365d", 20, "Month"),
    ],
)
async def test_a_trend_is_as_fine_as_there_are_answers_for(query, a_day, wanted):
    """A day with two answers would only show chance."""
    made = Made([Given(ago, 9) for ago in range(400) for _ in range(a_day)])
    table = (await front(made).get(f"/charts/trend.csv?period={query}")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert rows[0][0] == wanted
    assert sum(int(row[4]) for row in rows[1:]) == a_day * int(query[:-1])


async def test_every_chart_is_a_picture_a_table_and_files(made, pictures):
    """Pictures for light and dark, wide and narrow; they are kept by what they show."""
    client = front(made, pictures=pictures)
    page = (await client.get("/?period=90d&region=Nord")).text
    images = [each.replace("&amp;", "&") for each in re.findall(r'(?:src|srcset)="(/charts/[^"]+)"', page)]
    assert len(images) == 4 * 6
    assert page.count("<table>") == 4
    for address in images:
        answer = await client.get(address)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["cache-control"] == "private, max-age=86400, immutable"
        assert "sandbox" in answer.headers["content-security-policy"]
        stale = await client.get(address.replace("v=", "v=0"))
        assert stale.headers["cache-control"] == "no-store"
    files = [each.replace("&amp;", "&") for each in re.findall(r'href="(/charts/[^"]+)" download', page)]
    assert len(files) == 16
    begins = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "csv": "\ufeff".encode()}
    for address in files:
        answer = await client.get(address)
        name = address.partition("?")[0].rpartition("/")[2]
        assert answer.content.startswith(begins[name[-3:]])
        assert answer.headers["content-disposition"] == f'attachment; filename="nps-{name}"'


@pytest.mark.parametrize("path", ["/charts/trend.gif", "/charts/sales.svg", "/charts/trend", "/charts/.svg"])
async def test_other_charts_do_not_exist(made, path):
    """Neither other names nor other forms."""
    assert (await front(made).get(path)).status_code == 404


async def test_without_pictures_the_page_has_its_tables(made):
    """Who asks for one is told to come back."""

    class Broken:
        async def draw(self, *_):
            raise Undrawable("no")

    client = front(made, pictures=Broken())
    assert (await client.get("/")).text.count("<table>") == 4
    answer = await client.get("/charts/trend.svg")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await client.get("/charts/trend.csv")).status_code == 200


async def test_s24_a_csv_runs_nothing():
    """Names of groups are text; scores stay numbers, minus and all."""
    names = ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1", "＝1", 'a "b", c', " =1"]
    made = Made([Given(1, 0, "", {"region": name}) for name in names for _ in range(12)])
    answer = await front(made).get("/charts/segments.csv?by=region")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert {row[0] for row in rows[1:]} == {"'" + name if name != names[6] else name for name in names}
    assert {row[1] for row in rows[1:]} == {"-100"}
    assert answer.content.count(b"\r\n") == len(rows)


async def test_s23_what_customers_write_stays_text():
    """In comments, names of groups, filters and conversations."""
    made = Made([Given(1, 3, each, {"region": each}) for each in XSS])
    client = front(made)
    pages_ = [(await client.get("/?by=region")).text, (await client.get("/comments")).text]
    pages_ += [(await client.get(f"/answers/s{number}")).text for number in range(len(XSS))]
    pages_.append((await client.get("/", params={"region": XSS[0]})).text)
    known = elements((await front(Made([Given(1, 3, "late", {"region": "Nord"})])).get("/?by=region")).text)
    known |= elements((await front(Made([Given(1, 3, "late")])).get("/answers/s0")).text)
    for page in pages_:
        assert elements(page) <= known


def elements(page):
    """What a page is made of: elements with the names of their attributes."""
    found = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.update({(tag, name) for name, _ in [*attributes, ("", "")]})
    parser.feed(page)
    return found


async def test_t25_a_role_for_one_brand_sees_that_brand(made):
    """In figures, files, filters, comments and conversations; whoever asks for another is refused."""
    made.given += [Given(1, 0, "a secret of B", {"brand": "B"}), Given(1, 10, "a word about A", {"brand": "A"})]
    client = front(made, ONLY_A)
    page = (await client.get("/")).text
    assert "a word about A" in page
    assert "a secret of B" not in page
    assert '<option value="B">' not in page
    assert '<option value="B">' not in (await client.get("/?brand=A")).text
    assert "secret" not in (await client.get("/comments")).text
    assert {window.filters["brand"] for window, _ in made.asked} == {("A",)}
    for path in ("/", "/charts/trend.csv", "/comments", "/live"):
        assert (await client.get(path + "?brand=B")).status_code == 403, path
    numbers = {each.comment: number for number, each in enumerate(made.given)}
    assert (await client.get(f"/answers/s{numbers['a secret of B']}")).status_code == 404
    assert (await client.get(f"/answers/s{numbers['a word about A']}")).status_code == 200


async def test_a_role_for_one_brand_where_nobody_counts_brands():
    """Nothing is better than everything."""
    assert (await front(Made(year(), ("region",)), ONLY_A).get("/")).status_code == 403


async def test_older_comments_go_on_where_the_last_page_ended():
    """Page by page, each once."""
    client = front(Made([Given(1, 7, f"no. {number}") for number in range(120)]))
    address, seen = (await client.get("/")).text, []
    address = re.search(r'href="(/comments[^"]+)"', address)[1].replace("&amp;", "&")
    while address:
        page = (await client.get(address)).text
        seen += re.findall(r"<blockquote>(.+?)</blockquote>", page)
        found = re.search(r'href="(/comments[^"]+)"', page)
        address = found and found[1].replace("&amp;", "&")
    assert seen == [f"no. {number}" for number in range(8, 120)]


async def test_a_conversation(made):
    """What was said, by whom; a wrong address says so."""
    page = text(await front(made).get("/answers/s8"))
    assert "How likely …?" in page
    assert (await front(made).get("/answers/nobody")).status_code == 404


async def test_sample_data_is_called_so(made):
    """On the page itself."""
    assert "Sample data" in text(await front(made, sample=True).get("/"))
    assert "Sample data" not in text(await front(made).get("/"))
