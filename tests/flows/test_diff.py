"""What changed between two flows: every change has a sentence, and no sentence comes without a change."""

import re

import pytest

from flows.diff import Change, changes
from flows.diff_words import arrow, shown
from flows.loader import revive
from flows.model import Flow

FLOW = """\
format: 1
id: tiny
kind: transactional
languages: [en, de]
patience: {reminders: [1d]}
variables: {company: Acme}
steps:
  - id: score
    ask: {type: nps, text: {en: "{{ company }}: 0 to 10?", de: "{{ company }}: 0 bis 10?"}}
    next: [{when: detractor, to: end}, {when: passive, to: thanks}]
  - id: why
    do: [{escalate: {desk: support}}]
    ask: {type: text, text: {en: "Why?", de: "Warum?"}}
  - id: topic
    ask:
      type: choice
      text: {en: "About what?", de: "Worum ging es?"}
      options: [{value: price, label: {en: Price, de: Preis}}, {value: food, label: {en: Food, de: Essen}}]
  - {id: thanks, say: {en: "Thank you!", de: "Danke!"}}
"""
PRICE, FOOD = "{value: price, label: {en: Price, de: Preis}}", "{value: food, label: {en: Food, de: Essen}}"
TIME = "{value: time, label: {en: Time, de: Zeit}}"
STEPS = FLOW[FLOW.index("  - id: score") :]
TOPIC = FLOW[FLOW.index("  - id: topic") : FLOW.index("  - {id: thanks")]
WAYS = "{when: detractor, to: end}", "{when: passive, to: thanks}"
WHY = FLOW[FLOW.index("  - id: why") : FLOW.index("  - id: topic")]
THANKS = FLOW[FLOW.index("  - {id: thanks") :]

# what is replaced, by what, and all that is said about it
CHANGES = [
    ("id: tiny", "id: small", ["id: tiny → small"]),
    ("kind: trans", "title: Ours\nkind: trans", ["title: none → Ours"]),
    ("transactional", "relationship", ["kind: transactional → relationship"]),
    ("[en, de]", "[de, en]", ["languages in another order: en, de → de, en (the first is used where none fits)"]),
    ("[en, de]", "[en, de, fr]", ["language fr added"]),
    (', de: "Danke!"', ', de: "Danke!", fr: "Merci !"', ["thanks: words said added (fr): “Merci !”"]),
    ("[1d]", "[2d, 3d]", ["reminders: 1d → 2d, 3d"]),
    ("[1d]", "[]", ["reminders: 1d → none"]),
    ("[1d]}", "[1d], expires: 5d, reask: 0}", ["expires: 3d → 5d", "reask: 2 → 0"]),
    ("[1d]}", "[1d], correct: 1h, late: 0s}", ["correct: 30m → 1h", "late: 7d → 0s"]),
    ("company: Acme", "company: Acme Ltd", ["variable company: default changed: “Acme” → “Acme Ltd”"]),
    ("{company: Acme}", "{company: {about: Who asks}}", [
        "variable company: default removed: “Acme”",
        "variable company: about: none → Who asks",
    ]),
    ("{company: Acme}", "{company: Acme, name: {optional: true}}", [
        "variable name added",
        "variable name: optional: no → yes",
    ]),
    ("variables: {company: Acme}", "variables: {}", ["variable company removed"]),
    ("variables:", "phrases: {thanks: {en: Ta, de: Danke}}\nvariables:", [
        "phrase thanks added (en): “Ta”",
        "phrase thanks added (de): “Danke”",
    ]),
    ("bis 10?", "bis 10, bitte?", [
        "score: text changed (de): “{{ company }}: 0 bis 10?” → “{{ company }}: 0 bis 10, bitte?”"
    ]),
    ("0 to 10?", "0\\nto 10?", ["score: text changed (en): “{{ company }}: 0 to 10?” → “{{ company }}: 0⏎to 10?”"]),
    ("0 to 10?", "0\u00a0to 10?", [
        "score: text changed (en): “{{ company }}: 0 to 10?” → “{{ company }}: 0\\u00a0to 10?”"
    ]),
    ('{en: "Thank you!", de: "Danke!"}', "Merci!", [
        "thanks: words said changed (en): “Thank you!” → “Merci!”",
        "thanks: words said changed (de): “Danke!” → “Merci!”",
    ]),
    ("type: nps", "type: rating", ["score: type of the question: nps → rating"]),
    ("type: nps,", "type: rating, scale: 7,", [
        "score: type of the question: nps → rating",
        "score: scale: 5 → 7",
    ]),
    ("type: nps,", "type: nps, labels: {promoter: {en: great, de: toll}},", [
        "score: label of promoter added (en): “great”",
        "score: label of promoter added (de): “toll”",
    ]),
    ("type: nps,", "type: nps, reask: {en: Hm?, de: Ja?}, reminder: {en: You?, de: Sie?},", [
        "score: reask added (en): “Hm?”",
        "score: reask added (de): “Ja?”",
        "score: reminder added (en): “You?”",
        "score: reminder added (de): “Sie?”",
    ]),
    ("type: text,", "type: contact, accept: [email], country_code: 49,", [
        "why: type of the question: text → contact",
        "why: accept: phone, email → email",
        "why: country code: none → 49",
    ]),
    ("detractor, to: end", "detractor, to: why", ["score: detractors now go to why instead of the end"]),
    (", {when: passive, to: thanks}", "", ["score: passives have no way of their own any more (they went to thanks)"]),
    (", to: thanks}]", ", to: thanks}, {to: topic}]", ["score: all others now go to topic instead of the next step"]),
    ("when: passive", "when: {segment: [passive]}", ["written down otherwise; it means the same"]),
    ("[en, de]", "[en]", ["language de removed"]),
    ("when: passive", "when: {segment: [passive, promoter], channel: sms, language: de}", [
        "score: passives have no way of their own any more (they went to thanks)",
        "score: passives and promoters with language de on sms now go to thanks",
    ]),
    ("next: [", "next: [{when: {answer: {score: [0, 1]}, attribute: {plan: [a, b]}}, to: end}, ", [
        "score: customers who answered 0 or 1 to score with plan a or b now go to the end"
    ]),
    (", ".join(WAYS), ", ".join(reversed(WAYS)), [
        "score: ways are tried in another order: detractors; passives; all others → passives; detractors; all others"
    ]),
    (THANKS, THANKS.replace("}}", "}, next: end}"), ["thanks: all now go to the end instead of the next step"]),
    ("desk: support", "desk: sales", ["why: desk of the case: support → sales"]),
    ("desk: support", "desk: support, priority: high, respond_within: 2h", [
        "why: priority of the case: normal → high",
        "why: time to respond of the case: as the desk has it → 2h",
    ]),
    ("    do: [{escalate: {desk: support}}]\n", "", ["why: opens no case any more at desk support (priority normal)"]),
    ("{desk: support}}]", "{desk: support}}, {escalate: {desk: b, respond_within: 1h}}]", [
        "why: now opens a case at desk b (priority normal, respond within 1h)"
    ]),
    (FOOD, f"{FOOD}, {TIME}", ["topic: option “Time” / “Zeit” (time) added"]),
    (FOOD, TIME, [
        "topic: option “Food” / “Essen” (food) removed",
        "topic: option “Time” / “Zeit” (time) added",
    ]),
    ("value: food", "value: meal", ["topic: option “Food” / “Essen” is now stored as meal instead of food"]),
    ("de: Essen", "de: Speisen", ["topic: label of food changed (de): “Essen” → “Speisen”"]),
    (f"{PRICE}, {FOOD}", f"{FOOD}, {PRICE}", ["topic: options in another order: price, food → food, price"]),
    (WHY, "", ["step why removed"]),
    (THANKS, THANKS + "  - {id: bye, say: {en: Bye, de: Ade}, next: end}\n", [
        "new step bye after thanks",
        "bye: words said added (en): “Bye”",
        "bye: words said added (de): “Ade”",
        "bye: all now go to the end instead of the next step",
    ]),
    ("steps:\n", "steps:\n  - {id: hi, do: [{escalate: {desk: a}}]}\n", [
        "new step hi at the beginning",
        "hi: now opens a case at desk a (priority normal)",
    ]),
    ("id: why", "id: reason", ["step why is now called reason"]),
    (STEPS, STEPS.replace("thanks", "bye"), ["step thanks is now called bye"]),
    (WHY + TOPIC, TOPIC + WHY, ["step topic moved: now after score, before after why"]),
    ('    ask: {type: text, text: {en: "Why?", de: "Warum?"}}\n', "", [
        "why: asks nothing any more (text)",
        "why: text removed (en): “Why?”",
        "why: text removed (de): “Warum?”",
    ]),
    ("company: Acme", "company: {default: {en: Acme, de: Acme}}", [
        "variable company: default: the same words, written down otherwise"
    ]),
    ('{en: "Why?", de: "Warum?"}', "Why?", ["why: text changed (de): “Warum?” → “Why?”"]),
    ("patience: {reminders: [1d]}", "patience: {reminders: [24h]}", ["written down otherwise; it means the same"]),
    ("desk: support", "desk: support, priority: normal", ["written down otherwise; it means the same"]),
]  # fmt: skip

X = "x" * 200
LONG = "Dear customer, you have been with us for a while now and " * 3
# two texts, and how they are shown beside each other
SHORTENED = [
    ("a", "b", "“a” → “b”"),
    (LONG + "like it", LONG + "love it", "“…us for a while now and like it” → “…us for a while now and love it”"),
    ("Hello! " + LONG, "Hi! " + LONG, "“Hello! Dear customer, you have…” → “Hi! Dear customer, you have…”"),
    (LONG, LONG + "X", "“…with us for a while now and ” → “…with us for a while now and X”"),
    (X + "a" + X, X + "b" + X, f"“…{X[:24]}a{X[:24]}…” → “…{X[:24]}b{X[:24]}…”"),
    ("a" * 300, "", f"“{'a' * 72} … {'a' * 24}”"),
    ("a" * 300, "b" * 300, f"“{'a' * 84} … {'a' * 24}” → “{'b' * 84} … {'b' * 24}”"),
    ("a\u200bb", "ab", "“a\\u200bb” → “ab”"),
    ("👩\u200d👧", "x", "“👩\u200d👧” → “x”"),
]  # fmt: skip


def flow(text: str) -> Flow:
    return revive(text, "x.yaml")


def sentences(old: str, new: str) -> list[str]:
    return [change.sentence for change in changes(flow(old), flow(new))]


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_what_is_said(old, new, expected):
    """Exactly these sentences, in this order."""
    assert FLOW.count(old) >= 1
    assert sentences(FLOW, FLOW.replace(old, new, 1)) == expected


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_the_way_back_is_as_long_as_the_way_there(old, new, expected):
    """Nothing that is told in one direction is missing in the other."""
    back = changes(flow(FLOW.replace(old, new, 1)), flow(FLOW))
    assert back
    assert all(change.sentence for change in back)


def test_a_language_goes_with_its_texts():
    """Seven lost texts are counted, not listed."""
    assert sentences(FLOW, re.sub(r', de(: (".*?"|\w+))?(?=[]}])', "", FLOW)) == ["language de removed, with 6 texts"]


def test_a_change_has_its_parts():
    """Whoever shows changes elsewhere finds the texts whole."""
    new = FLOW.replace("0 bis 10?", LONG)
    assert changes(flow(FLOW), flow(new)) == (
        Change(
            "text",
            f"score: text changed (de): {arrow('{{ company }}: 0 bis 10?', '{{ company }}: ' + LONG)}",
            "score",
            "de",
            "{{ company }}: 0 bis 10?",
            "{{ company }}: " + LONG,
        ),
    )


VARIED = (
    FLOW
    + """\
variants:
  short:
    share: 30
    steps: [{id: why, say: {en: Sorry!, de: Schade!}}]
  kind: {share: 20, steps: [{id: thanks, say: {en: Thanks!, de: "Danke sehr!"}}]}
"""
)
# what is replaced in a flow with variants, by what, and all that is said about it
OF_VARIANTS = [
    ("share: 30", "share: 40", ["variant short: share: 30 % → 40 %"]),
    ("en: Sorry!", "en: Oh!", ["variant short, why: words said changed (en): “Sorry!” → “Oh!”"]),
    ("steps: [{id: why,", "steps: [{id: topic,", [
        "variant short: step why is as the flow has it again",
        "variant short: own step topic",
        "variant short, topic: words said added (en): “Sorry!”",
        "variant short, topic: words said added (de): “Schade!”",
    ]),
    (", de: Schade!}}]", ", de: Schade!}}, {id: x, do: [{escalate: {desk: a}}], next: end}]", [
        "variant short: own step x",
        "variant short, x: now opens a case at desk a (priority normal)",
        "variant short, x: all now go to the end instead of the next step",
    ]),
    (VARIED[VARIED.index("  kind: {") :], "", ["variant kind removed"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), OF_VARIANTS)
def test_what_is_said_of_variants(old, new, expected):
    """A variant is named, and its steps are told like those of the flow."""
    assert sentences(VARIED, VARIED.replace(old, new, 1)) == expected
    assert sentences(VARIED.replace(old, new, 1), VARIED)


def test_new_variants_and_their_order():
    """Who gets which depends on the order; a new one tells its share and all that differs in it."""
    start, head, short, kind = (
        VARIED.partition("variants:\n")[0],
        "variants:\n",
        *VARIED.split("variants:\n")[1].split("  kind"),
    )
    turned = start + head + "  kind" + kind + short
    assert sentences(VARIED, turned) == ["variants in another order: short, kind → kind, short"]
    assert sentences(FLOW, VARIED)[:3] == [
        "variant short added, for 30 %",
        "variant short: own step why",
        "variant short, why: words said added (en): “Sorry!”",
    ]
    both = VARIED.replace(", de: Schade!}}]", ", de: Schade!}}, {id: x, say: {en: X, de: X}}]")
    other = VARIED.replace("[{id: why,", "[{id: x, say: {en: X, de: X}}, {id: why,")
    assert sentences(both, other) == ["variant short: steps in another order: why, x → x, why"]


@pytest.mark.parametrize(("before", "after", "expected"), SHORTENED)
def test_long_texts_are_shortened_around_what_differs(before, after, expected):
    """What differs is always in sight."""
    assert arrow(before, after) == expected


def test_durations_are_written_as_authors_do():
    """Milliseconds are for machines."""
    assert shown((86_400_000, 5_400_000), "reminders") == "1d, 1h30m"
    assert shown(7, "scale") == "7"
