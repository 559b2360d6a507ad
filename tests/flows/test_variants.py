"""Variants: whole flows put together from patches, each person always in the same one, problems told once."""

from math import sqrt

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows.library import Library, Source
from flows.loader import check, load, revive
from flows.model import Facts
from flows.variants import BASE, arranged, assigned
from flows.varied import wholes

FLOW = """\
format: 1
id: tiny
kind: transactional
languages: [en]
variables: {company: Acme}
steps:
  - id: score
    ask: {type: nps, text: "{{ company }} here: 0 to 10? STOP to opt out"}
    next:
      - {when: detractor, to: why}
      - {to: thanks}
  - id: why
    ask: {type: text, text: "Why?"}
  - {id: thanks, say: "Thank you!"}
"""
VARIANTS = """\
variants:
  short:
    share: 30
    steps:
      - {id: score, ask: {type: nps, text: "{{ company }}: 0-10? STOP to opt out"}, next: end}
  long:
    share: 20
    steps:
      - {id: why, ask: {type: text, text: "Why is that?"}}
      - {id: more, ask: {type: text, text: "What else?"}}
      - {id: thanks, say: "Thank you very much!"}
"""
LANES = [f"sms:+4915{number:08}" for number in range(4000)]
names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8).filter(lambda name: name != BASE)


@st.composite
def shares(draw: st.DrawFn) -> dict[str, int]:
    """Variants whose shares come to at most 100."""
    left, found = 100, {}
    for name in draw(st.lists(names, max_size=6, unique=True)):
        if left:
            found[name] = draw(st.integers(1, left))
            left -= found[name]
    return found


def test_a_variant_is_a_whole_flow():
    """The same id and revision, its own steps in their places, and everything that a flow can do."""
    flow = load(FLOW + VARIANTS, "x")
    short, long = flow.variant("short"), flow.variant("long")
    assert [flow.name, short.name, long.name] == ["base", "short", "long"]
    assert {(each.id, each.revision) for each in (flow, short, long)} == {("tiny", flow.revision)}
    assert [step.id for step in flow.steps] == ["score", "why", "thanks"]
    assert [step.id for step in long.steps] == ["score", "why", "more", "thanks"]
    assert short.after("score", Facts()) is None
    assert flow.after("score", Facts()).id == "thanks"
    assert (long.questions["why"].text.of("en"), flow.questions["why"].text.of("en")) == ("Why is that?", "Why?")
    assert flow.shares == {"base": 50, "short": 30, "long": 20}
    assert flow.variant("") is flow.variant("base") is flow
    assert short.variant("short") is short
    for wanted, whole in (("nothing", flow), ("base", short), ("long", short), ("", short)):
        with pytest.raises(KeyError):
            whole.variant(wanted)


def test_a_flow_without_variants_has_nothing_of_them():
    """Neither a name nor shares, and nobody is drawn; sessions of a flow that had some once still find it."""
    flow = load(FLOW, "x")
    assert (flow.name, flow.shares, flow.assigned(LANES[0])) == ("", {}, "")
    assert flow.variant("") is flow.variant("base") is flow


@pytest.mark.parametrize(
    ("flow", "variant", "whole"),
    [
        ("abc", "b", "aBc"),
        ("abc", "bx", "aBXc"),
        ("abc", "bxy", "aBXYc"),
        ("abc", "cbx", "aBXC"),
        ("abc", "xb", "aBcX"),
        ("abc", "xy", "abcXY"),
        ("abc", "axc", "AXbC"),
        ("abc", "cax", "AXbC"),
        ("abc", "xx", "abcXX"),
        ("abc", "aa", "AAbc"),
        ("aab", "a", "Aab"),
        ("", "xy", "XY"),
    ],
)
def test_where_steps_stand(flow, variant, whole):
    """Small letters are the flow's steps, capitals the variant's."""
    assert "".join(variant[at].upper() if new else flow[at] for new, at in arranged(flow, variant)) == whole


def test_nobody_moves_while_shares_stay():
    """Another text is another revision and changes nobody's variant; another flow draws anew."""
    before = load(FLOW + VARIANTS, "x")
    after = load((FLOW + VARIANTS).replace("Why is that?", "Why so?"), "x")
    other = load((FLOW + VARIANTS).replace("id: tiny", "id: other"), "x")
    assert before.revision != after.revision
    drawn = [before.assigned(lane) for lane in LANES]
    assert drawn == [after.assigned(lane) for lane in LANES]
    both = sum(before.assigned(lane) == other.assigned(lane) == BASE for lane in LANES) / len(LANES)
    assert abs(both - 0.25) < 5 * sqrt(0.25 * 0.75 / len(LANES))


def test_known_people():
    """People are in a running experiment: who is in which variant must never change."""
    flow = load(FLOW + VARIANTS, "x")
    drawn = [flow.assigned(lane) for lane in ("sms:+4915112345678", "telegram:1", "telegram:2", "slack:T1/U1", "")]
    assert drawn == KNOWN


KNOWN = ["base", "short", "base", "long", "short"]


@given(shares(), st.text(), st.text())
def test_the_same_person_gets_the_same_variant(drawn, flow_id, lane):
    """Whatever the shares are; and only a variant that there is."""
    found = assigned(flow_id, lane, drawn)
    assert found == assigned(flow_id, lane, dict(drawn))
    assert found in {*drawn, BASE}
    if sum(drawn.values()) == 100:
        assert found != BASE


@given(shares(), st.integers(0, 2**32))
def test_shares_are_met(drawn, seed):
    """Within five standard deviations of what is drawn by chance."""
    count = 2000
    found = [assigned(f"flow-{seed}", lane, drawn) for lane in LANES[:count]]
    for name, share in {**drawn, BASE: 100 - sum(drawn.values())}.items():
        part = share / 100
        assert abs(found.count(name) / count - part) <= 5 * sqrt(part * (1 - part) / count)


@given(shares(), st.integers(1, 100), st.text())
def test_one_more_variant_takes_people_from_the_base_only(drawn, share, lane):
    """Who was in a variant stays in it; who was in the base stays there or is in the new one."""
    share = min(share, 100 - sum(drawn.values()))
    if share < 1:
        return
    before = assigned("f", lane, drawn)
    after = assigned("f", lane, {**drawn, "a new one": share})
    assert after == before or (before, after) == (BASE, "a new one")


def test_the_order_of_variants_is_content():
    """It decides who gets which, so that it must not change within a revision."""
    data = yaml.safe_load(FLOW + VARIANTS)
    turned = {**data, "variants": dict(reversed(data["variants"].items()))}
    written = [yaml.safe_dump(each, sort_keys=False) for each in (data, turned)]
    assert len({revive(each, "x").revision for each in written}) == 2
    assert revive(written[0], "x").revision == load(FLOW + VARIANTS, "x").revision


def test_the_library_keeps_variants():
    """By id and by revision, and as an older revision out of the database."""
    library = Library([Source("x", FLOW + VARIANTS)])
    revision = library.get("tiny").revision
    assert library.revision(revision).variant("long").name == "long"
    assert Library().add_source(library.source(revision)).variant("short").name == "short"


@pytest.mark.parametrize(
    ("spoilt", "place", "words"),
    [
        (("0-10? STOP to opt out", "0-10?"), (19, 38), "in the variant 'short', the first message does not say how"),
        (("{{ company }}: 0-10", "Acme: 0-10"), (19, 38), "in the variant 'short', the first message does not say who"),
        (("What else?", "What else, {{ nme }}?"), (24, 44), "in the variant 'long', undeclared variable 'nme'"),
        (("share: 20", "share: 71"), (21, 12), "the shares come to 101 of 100 with 'long'"),
    ],
)
def test_problems_are_where_the_variant_has_them(spoilt, place, words):
    """Said once, with the variant's name."""
    [problem] = check((FLOW + VARIANTS).replace(*spoilt), "x").problems
    assert (problem.line, problem.column) == place
    assert problem.message.startswith(words)
    assert problem.message.count("variant") <= 1


def test_a_problem_of_the_flow_is_not_told_again_for_each_variant():
    """Neither as an error nor as a warning."""
    spoilt = (('"Why?"', '"Why, {{ x }}?"'), ("to: why", "to: whyy"), ("here: 0 to 10? STOP to opt out", "here?"))
    for old, new in spoilt:
        assert old in FLOW
        alone = check(FLOW.replace(old, new), "x").problems
        together = check(FLOW.replace(old, new) + VARIANTS, "x").problems
        assert together == alone
        assert len(alone) == 1


def test_phrases_that_only_a_variant_needs():
    """As long as the flow lacks some its own list stands for both; then the variant's are told at its name."""
    variants = VARIANTS.replace("{id: more, ask: {type: text,", "{id: more, ask: {type: yes_no,")
    lacking = FLOW.replace("[en]", "[ca]") + variants
    [before] = check(lacking, "x").problems
    assert (before.code, before.line) == ("missing-phrase", 4)
    assert "variant" not in before.message
    names = before.message.rpartition(": ")[2].split(", ")
    own = "phrases: {" + ", ".join(f"{name}: 'sí {number}'" for number, name in enumerate(names)) + "}\n"
    [after] = check(own + lacking, "x").problems
    assert (after.code, after.line, after.column) == ("missing-phrase", 21, 3)
    assert after.message.startswith("in the variant 'long', customers would read these phrases in English")
    assert after.message.endswith(": reask_yes_no, no")


def test_what_a_variant_goes_past_is_no_mistake():
    """The short one never asks why; that step is in the flow for the others."""
    assert check(FLOW + VARIANTS, "x").problems == ()
    alone = check(FLOW.replace("{when: detractor, to: why}", "{when: detractor, to: thanks}"), "x").problems
    assert [problem.code for problem in alone] == ["unreachable-step"]


def test_desks_of_variants_are_known_ones():
    """A desk that only a variant names."""
    text = FLOW + VARIANTS.replace('"What else?"}', '"What else?"}, do: [{escalate: {desk: suport}}]')
    [problem] = check(text, "x", {"support"}).problems
    assert (problem.code, problem.line) == ("unknown-desk", 24)
    assert "in the variant 'long'" in problem.message


@pytest.mark.parametrize(
    "variants", [None, 5, "x", [], {}, {"a": None}, {"a": 5}, {"a": {"steps": 5}}, {"a": {"steps": [5, None, []]}}]
)
def test_anything_in_place_of_variants(variants):
    """Told as what it is, and never an accident."""
    data = yaml.safe_load(FLOW)
    found = check(yaml.safe_dump({**data, "variants": variants}), "x")
    assert bool(found.problems) == (variants != {})
    assert len(wholes({"steps": 5, "variants": variants})) == 0
