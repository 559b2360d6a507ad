"""The shipped surveys and phrases: complete, polite to the wallet, and honest about who writes."""

import pytest

from flows import phrases, templates
from flows.library import load
from flows.model import Facts, Flow

# GSM 03.38 basic set: one character outside it halves what fits into an SMS (3GPP TS 23.038 §6.2.1)
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
SEGMENT = 160
TYPICAL = {"company": "Stadtwerke Ulm", "first_name": "Alexandra"}
FLOWS = load().flows


def texts(flow: Flow):
    for step in flow.steps:
        parts = [step.say, *((step.ask.text, step.ask.reask, step.ask.reminder) if step.ask else ())]
        for part in parts:
            for language in flow.languages if part else ():
                yield step.id, language, part.of(language)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.id)
def test_one_sms_segment_each(flow):
    for step, language, text in texts(flow):
        for values in (flow.values(language), flow.values(language, TYPICAL)):
            filled = templates.fill(text, values)
            assert set(filled) <= GSM7, (step, set(filled) - GSM7)
            assert len(filled) <= SEGMENT, (step, language, len(filled), filled)
            assert "{{" not in filled
            assert "  " not in filled
            assert " ," not in filled


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.id)
def test_runs_without_any_value_from_outside(flow):
    assert flow.languages == ("de", "en")
    for language in flow.languages:
        assert all(isinstance(value, str) for value in flow.values(language).values())


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.id)
def test_first_message_names_the_sender_and_the_way_out(flow):
    """RELIABILITY C10."""
    for language in flow.languages:
        text = templates.fill(flow.first.ask.text.of(language), flow.values(language, TYPICAL))
        assert "Stadtwerke Ulm" in text
        assert "STOP" in text


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.id)
@pytest.mark.parametrize(
    ("score", "step"),
    [(0, "why-unhappy"), (6, "why-unhappy"), (7, "what-better"), (8, "what-better"), (9, "why-happy")],
)
def test_ways(flow, score, step):
    answer = flow.first.ask.read(str(score), "en")
    follow_up = flow.after("score", Facts({"score": answer}))
    assert follow_up.id == step
    assert bool(follow_up.do) == (score < 7)
    last = flow.after(follow_up.id, Facts({"score": answer}))
    assert last.say
    assert flow.after(last.id, Facts()) is None


@pytest.mark.parametrize("name", phrases.shipped())
def test_phrases(name):
    shipped = phrases.shipped()[name]
    assert set(shipped) >= {"de", "en"}
    for text in shipped.values():
        assert set(text) - set("{}") <= GSM7, name
        assert len(text) <= SEGMENT
        assert set(templates.names(text)) == phrases.placeholders(name)
        assert list(templates.leftovers(text)) == []


def test_a_language_without_phrases_reads_english():
    assert phrases.phrase("yes", "fi") == "Yes"
    with pytest.raises(KeyError):
        phrases.phrase("nothing", "de")
