"""Sentences about decisions: every rule has its own, in both languages, true to what the rule looked at."""

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outreach.candidate import Asked, Decision
from bot.outreach.decide import RULES, decide
from bot.outreach.explain import LANGUAGES, explain, reasons, sentences
from bot.outreach.policy import KINDS, Policy, Quarantine
from flows.templates import leftovers, names
from tests.bot.outreach.facts import DAY, NOW, SLACK, SMS, TELEGRAM, at, candidate, known, person

LEGAL = Quarantine(name="legal", attribute={"segment": ("lawsuit",)}, reason="Anwalt")
RESTED = (Asked(NOW - 89 * DAY, "welcome", "transactional"),)

SAID = """
Gefragt über sms (Grundlage: Einwilligung); die Zeit war recht, „Mo-Sa 08:00-20:00; PH off“ in Europe/Berlin (nach
der Telefonnummer).

Asked on sms (basis: consent); the time was right, “Mo-Sa 08:00-20:00; PH off” in Europe/Berlin (by the phone
number).

Nicht gefragt: Auf irgendeinem Kanal ist die Person nicht zu erreichen; bekannt ist nichts.

Not asked: there is no way to reach this person on any channel; known is nothing.

Nicht gefragt: Die Person gehört zur Gruppe „legal“, die in Ruhe gelassen wird (auf Dauer; Grund: Anwalt).

Not asked: this person belongs to the group “legal”, which is left alone (for good; reason: Anwalt).

Verschoben auf den 24.11.2026, 09:00 Uhr: Die letzte Umfrage (welcome) war am 26.08.2026, 09:00 Uhr, und danach sind
90 Tage Ruhe (Uhrzeiten: UTC).

Deferred to 09:00 on 2026-11-24: the last survey (welcome) was at 09:00 on 2026-08-26, and 90 days of rest follow
(times: UTC).

Nicht gefragt: Auf slack ist die Person nicht zu erreichen; bekannt ist sms, telegram.

Not asked: there is no way to reach this person on slack; known is sms, telegram.

Nicht gefragt: Die Person möchte nicht angeschrieben werden, oder es geht nicht mehr (sms: Bot blockiert).

Not asked: this person does not want to be written to, or it is not possible any more (sms: bot blocked).

Verschoben: Ein Fall dieser Person ist noch offen; am 24.11.2026, 09:00 Uhr wird wieder nachgesehen, sinnvoll ist die
Frage bis 26.11.2026, 09:00 Uhr (Uhrzeiten: UTC).

Deferred: a case of this person is still open; it is looked at again at 09:00 on 2026-11-24, and the question makes
sense until 09:00 on 2026-11-26 (times: UTC).

Verschoben auf den 24.11.2026, 08:00 Uhr: Gefragt wird nur „Mo-Sa 08:00-20:00; PH off“ in Europe/Berlin (nach der
Telefonnummer), und der 23.11.2026, 22:00 Uhr liegt nicht darin (Uhrzeiten: Europe/Berlin).

Deferred to 08:00 on 2026-11-24: we ask only “Mo-Sa 08:00-20:00; PH off” in Europe/Berlin (by the phone number), and
22:00 on 2026-11-23 is outside these hours (times: Europe/Berlin).

Verschoben auf den 23.11.2026, 18:00 Uhr: Gefragt wird nur „Mo-Sa 08:00-20:00; PH off“ in America/Adak,
America/Anchorage, America/Boise und 26 weitere (nach dem Land), und der 23.11.2026, 09:00 Uhr liegt nicht darin
(Uhrzeiten: UTC).

Deferred to 18:00 on 2026-11-23: we ask only “Mo-Sa 08:00-20:00; PH off” in America/Adak, America/Anchorage,
America/Boise and 26 more (by the country), and 09:00 on 2026-11-23 is outside these hours (times: UTC).

Gefragt über sms, denn anderswo ging es nicht (telegram: Bot blockiert); Grundlage: Einwilligung; die Zeit war recht,
„Mo-Sa 08:00-20:00; PH off“ in Europe/Berlin (nach der Telefonnummer).

Asked on sms, because it was refused elsewhere (telegram: bot blocked); basis: consent; the time was right, “Mo-Sa
08:00-20:00; PH off” in Europe/Berlin (by the phone number).
"""
CASES = [
    ({}, known(), Policy(), NOW),
    ({}, known(contact=person()), Policy(), NOW),
    ({}, known(contact=person(SMS, segment="lawsuit")), Policy(quarantines=(LEGAL,)), NOW),
    ({}, known(asked=RESTED), Policy(), NOW),
    ({"channels": ("slack",)}, known(SMS, TELEGRAM), Policy(), NOW),
    ({}, known(stopped={SMS: "blocked_bot"}), Policy(), NOW),
    ({}, known(open_case=True), Policy(), NOW),
    ({}, known(), Policy(), at("2026-11-23 22:00")),  # by the clock of the one zone that counts
    ({}, known(contact=person(SLACK, country="US")), Policy(), at("2026-11-23 10:00")),
    ({"refused": {"telegram": "blocked_bot"}}, known(TELEGRAM, SMS), Policy(), NOW),
]  # fmt: skip
TEXTS = [" ".join(text.split()) for text in SAID.split("\n\n")]


@pytest.mark.parametrize(("case", "de", "en"), list(zip(CASES, TEXTS[::2], TEXTS[1::2], strict=True)))
def test_a_sentence_says_what_the_rule_looked_at(case, de, en):
    """As a person reads it, also when it has been written down as JSON meanwhile."""
    fields, facts, policy, now = case
    made = decide(candidate(**fields), facts, policy, now)
    kept = msgspec.json.decode(msgspec.json.encode(made), type=Decision)
    assert [explain(kept, language) for language in ("de-AT", "en")] == [de, en]
    assert explain(kept, "fr") == en


def test_moments_are_by_the_clocks_that_are_asked_for():
    """The operator's, where the customer's are not one."""
    made = decide(candidate(), known(open_case=True), Policy(), NOW)
    assert "at 18:00 on 2026-11-24" in explain(made, "en", "Asia/Tokyo")
    assert explain(made, "en", "Asia/Tokyo").endswith("(times: Asia/Tokyo).")


def test_every_rule_has_its_sentence_in_every_language():
    """Also those that others than the decision itself write down, and each with names that mean something."""
    rules = {name.removesuffix("_deferred").removesuffix("_not_asked") for name in sentences()}
    assert rules >= {*RULES, "asked", "no_contact", "survey_unfit", "campaign_paused", "campaign_cancelled"}
    for name, texts in reasons().items():
        assert set(texts) == set(LANGUAGES), name
        assert len({frozenset(names(text)) for text in texts.values()}) == 1, name
        assert [left for text in texts.values() for left in leftovers(text)] == [], name
        assert name not in sentences() or not any(text.endswith(".") for text in texts.values()), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", ["asked", "deferred", "not_asked"])
def test_a_rule_that_is_not_known_any_more_still_has_a_sentence(outcome, language):
    """What was decided years ago is still told."""
    said = explain(Decision(outcome=outcome, rule="moon", inputs={"phase": 3}), language)
    assert re.fullmatch(r"(Gefragt|Verschoben|Nicht gefragt|Asked|Deferred|Not asked): (Regel|rule) moon\.", said)


values = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3)) | st.dictionaries(
    st.text(max_size=3), st.text(max_size=3)
)  # fmt: skip
inputs_of = st.dictionaries(
    st.sampled_from(sorted({name for texts in reasons().values() for name in names(texts["en"])})), values
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted({*RULES, *sentences()})), st.sampled_from(["asked", "deferred", "not_asked"]),
    st.sampled_from(LANGUAGES), inputs_of,
)  # fmt: skip
def test_no_inputs_make_it_fail(rule, outcome, language, inputs):
    """Whatever an older release or a changed rule has written down."""
    said = explain(Decision(outcome=outcome, rule=rule, inputs=inputs), language)
    assert said.endswith(".")


def test_words_of_ours_cover_what_the_settings_know():
    """Kinds, bases and the ways in which a zone is known."""
    words = reasons()
    kinds = [f"kind_{kind}" for kind in KINDS]
    bases = [f"basis_{basis}" for each in Policy().bases.values() for basis in each]
    ways = [f"known_by_{way}" for way in ("given", "number", "country", "operator")]
    assert [name for name in (*kinds, *bases, *ways) if name not in words] == []
