"""What is wrong with files of contacts, on German pages: every sentence that their readers can say."""

import ast
import re
from pathlib import Path

import pytest

from bot.people import DOUBTFUL, Saved
from bot.phones import _NO_COUNTRY, _WHY
from tests.integrations.test_hostile_files import HOSTILE
from tests.web.inbox_made import shown
from tests.web.outreach_made import world
from tests.web.test_import_pages import LOOK
from web.words.import_sentences import PARTS, SAYS, SENTENCES

ROOT = Path(__file__).parents[2]
READERS = {"_Unclear": 0, "NoNumber": 0, "Unreadable": 0, "Rejected": 0, "Wrong": 2, "Line": 2}
"""What a sentence is given to, and which argument is the first one."""

FILES = (
    "bot/fields.py", "bot/phones.py", "commands/import_pages.py", "commands/importing.py",
    "integrations/imports/columns.py", "integrations/imports/lines.py", "integrations/imports/sheets.py",
    "integrations/imports/source.py", "integrations/imports/text.py", "channels/slack/addresses.py",
)  # fmt: skip
ELSEWHERE = {"mapping", "parted"}
"""Functions whose sentences are about files of the command line's, or of messages."""

german = SAYS["de"]


def said(path):
    """The sentences of a file; what is filled in is a 7."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    for part in tree.body:
        if getattr(part, "name", "") in ELSEWHERE:
            continue
        for node in ast.walk(part):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in READERS:
                for given in node.args[READERS[node.func.id] :]:
                    yield from written(given)
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("problem", "note"):
                yield from written(node.value)
            elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
                yield from (each for given in node.value.elts for each in written(given) if " " in each)


def written(node):
    """The texts of an expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > 2:
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp | ast.BoolOp):
        for each in (node.body, node.orelse) if isinstance(node, ast.IfExp) else node.values:
            yield from written(each)


@pytest.mark.parametrize("path", FILES)
def test_every_sentence_of_the_readers_has_its_german(path):
    """Who writes a new one writes its German beside it."""
    found = set(said(path)) - {"7: 7"}  # the words of the operating system
    assert found
    assert {each for each in found if german(each) is None} == set()


def test_numbers_and_doubts_are_said_in_german():
    """Those that are looked up in a table, and those of rows about two people."""
    doubts = [Saved(DOUBTFUL, "a", "b").advice, Saved(DOUBTFUL, "a").advice]
    told = [*_WHY.values(), _NO_COUNTRY, *(part for each in doubts for part in each.partition(": ")[::2])]
    assert {each for each in told if german(each) is None} == set()


@pytest.mark.parametrize(("english", "other"), [*SENTENCES.items(), *PARTS.items()])
def test_nothing_is_filled_in_that_is_not_there(english, other):
    named = re.compile(r"\{(\w+)(?::\w+)?\}")
    assert set(named.findall(other)) <= set(named.findall(english))
    assert other != english


@pytest.fixture
async def here(sqlite_url):
    async with world(sqlite_url) as world_:
        yield world_


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_german_page_says_in_german_why_it_is_no_file_of_people(here, case):
    """Without a word of the reader's own."""
    async with here.looks(language="de") as page:
        answer = await page.send(LOOK, HOSTILE[case][0], "k.jsonl" if case == "one JSON list" else "k.csv")
    assert answer.status_code == 422
    assert 'lang="en"' not in answer.text.partition("<main")[2]


async def test_a_german_page_says_in_german_what_is_wrong_with_rows(here):
    """Numbers, countries, languages, columns and addresses; what stood in a cell stays as it stood."""
    await here.knows("Ada", external="k1", number="+4915112345678")
    content = (
        "Kundennr;Mobil;Telegram-ID;Land;Sprache;Zeitzone;Umsatz;Tarif;Kundennummer\n"
        "1;12;@ada;Mond;klingonisch;Berlin;viel;gold;\n2;0151 1234;-100;;;Mars;1,2,3;;\n3;1.5E+11;;;;;;;\n"
        "4;+4915112345678;;;;;;;\n5;1;2;3;4;5;6;7;8;9\n;;;;;;;nur ein Tarif;\n"
    )
    async with here.looks(language="de") as page:
        answer = await page.send(LOOK, content.encode(), country="DE")
    assert answer.status_code == 200
    assert 'lang="en"' not in answer.text.partition("<main")[2]
    for each in ("das ist kein Land", "meinten Sie &#39;Europe/Berlin&#39;?", "eine Tabelle hat sie gerundet",
                 "die Adresse gehört", "mehr Zellen, als es Spalten gibt", "so ist niemand zu finden",
                 "die Kundennummer steht schon in Kundennr", "Spalten getrennt durch Semikolons"):  # fmt: skip
        assert each in answer.text, shown(answer)
