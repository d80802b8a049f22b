from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.config.manifest import Claim, Printed
from mixsuite.reporting.statistics import mean, prediction_interval, standard_deviation
from mixsuite.reporting.verdicts import (
    NOT_REPRODUCED,
    NOT_RUN,
    REPRODUCED,
    STAND_IN,
    TOO_FEW_SEEDS,
    Measured,
    half_unit,
    judge_claim,
    judge_printed,
)

values = st.lists(st.floats(0, 100).map(lambda value: round(value, 2)), min_size=3, max_size=7)


def printed(text: str, **more) -> Printed:
    return Printed.model_validate({"text": text, **more})


def measured(*values: float, stand_in: bool = False) -> Measured:
    return Measured(dict(enumerate(values)), stand_in)


def order(kind: str, *pairs: tuple[str, str], stand_in: bool = False) -> Claim:
    test = {"kind": kind, "metric": "top1_error", "pairs": pairs}
    return Claim(id="c", text="...", where="p. 1", test=test, stand_in=stand_in)


def bound(kind: str, value: float, *rows: str) -> Claim:
    return Claim(
        id="c", text="...", where="p. 1", test={"kind": kind, "metric": "accuracy", "value": value, "of": rows}
    )


@pytest.mark.parametrize(
    ("text", "half"),
    [("20.5", 0.05), ("20.50", 0.005), ("17", 0.5), ("-0.7", 0.05), ("−0.70", 0.005), ("1,024", 0.5), ("2e3", 500)],
)
def test_half_a_unit_of_the_last_digit(text, half):
    assert half_unit(text) == pytest.approx(half)


@pytest.mark.parametrize("text", ["learned", "about 0", "NaN", "inf", ""])
def test_a_word_has_no_last_digit(text):
    assert half_unit(text) is None


# 20, 21, 22: one more run is expected in 21 ± 4.3027 · √(4/3) = [16.0317, 25.9683], widened by half a unit.
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("21.0", REPRODUCED),
        ("26.0", REPRODUCED),
        ("26.1", NOT_REPRODUCED),
        ("16.0", REPRODUCED),
        ("15.9", NOT_REPRODUCED),
        ("26.00", NOT_REPRODUCED),
        ("16.03", REPRODUCED),
    ],
)
def test_printed_value_by_hand(text, verdict):
    found = judge_printed(printed(text), measured(20, 21, 22))
    assert found.verdict == verdict
    assert f"printed {text} " in found.reason
    assert "21 ± 1 (3 seeds)" in found.reason


def test_the_reason_gives_the_interval():
    reason = judge_printed(printed("21.0"), measured(20, 21, 22)).reason
    assert "lies in [15.98, 26.02]" in reason


@pytest.mark.parametrize("value", ["1.7", "1.73"])
def test_equal_seeds_leave_only_the_printed_digits_as_room(value):
    assert judge_printed(printed(value), measured(1.7253, 1.7253, 1.7253)).verdict == REPRODUCED
    assert judge_printed(printed("1.8"), measured(1.7253, 1.7253, 1.7253)).verdict == NOT_REPRODUCED


@pytest.mark.parametrize("seeds", [1, 2])
def test_too_few_seeds_for_a_number(seeds):
    found = judge_printed(printed("21.0"), measured(*[21.0] * seeds))
    assert found.verdict == TOO_FEW_SEEDS
    assert f"{seeds} seed" in found.reason


def test_a_property_that_no_seed_changes_needs_one_value():
    assert judge_printed(printed("5.3"), measured(5.271), fewest_seeds=1).verdict == REPRODUCED
    assert judge_printed(printed("586"), measured(571.1), fewest_seeds=1).verdict == NOT_REPRODUCED
    assert judge_printed(printed("5.3"), measured(5.271)).verdict == TOO_FEW_SEEDS


def test_nothing_measured_is_not_run():
    assert judge_printed(printed("21.0"), measured()).verdict == NOT_RUN


def test_a_stand_in_is_never_compared():
    found = judge_printed(printed("21.0"), measured(21, 21, 21, stand_in=True))
    assert found.verdict == STAND_IN
    assert "not compared" in found.reason


def test_text_without_a_number_is_not_compared():
    found = judge_printed(printed("about 0", value=None, note="See the claims."), measured(0, 0, 0))
    assert found.verdict == NOT_RUN
    assert found.reason == "printed 'about 0' is no number to compare with. See the claims."


def test_a_word_needs_every_seed():
    learned = printed("learned", value=1.0)
    assert judge_printed(learned, measured(1, 1, 1)).verdict == REPRODUCED
    found = judge_printed(learned, measured(1, 1, 1, 0, 0))
    assert found.verdict == NOT_REPRODUCED
    assert found.reason == "printed 'learned' means 1, found in 3 of 5 seeds"


def test_doubts_about_the_printed_value_are_said():
    reason = judge_printed(printed("0.79", approximate=True, recalled=True), measured(0.7, 0.8, 0.9)).reason
    assert "read off by eye" in reason
    assert "recalled, unverified" in reason


def test_an_inferred_value_says_what_from_and_is_not_called_printed():
    inferred = printed("about 0.9", value=None, inferred=True, source="Theorem 3.1", recalled=True)
    reason = judge_printed(inferred, measured(0.9, 0.9, 0.9)).reason
    assert reason.startswith("'about 0.9' (inferred from Theorem 3.1; recalled, unverified) is")
    with pytest.raises(ValueError, match="source: missing, expected what the value is inferred from"):
        printed("learned", value=1.0, inferred=True)


@given(values, st.floats(0, 100))
def test_printed_rule_against_the_formula(found, value):
    text = f"{value:.1f}"
    # t(0.975, n - 1) from a printed table.
    t = {3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447}[len(found)]
    room = t * standard_deviation(found) * (1 + 1 / len(found)) ** 0.5 + 0.05
    distance = abs(float(text) - mean(found))
    if abs(distance - room) > 1e-3 * (1 + room):
        assert (judge_printed(printed(text), measured(*found)).verdict == REPRODUCED) == (distance < room)


@given(values, st.integers(-50, 50), st.integers(0, 1000))
def test_verdict_does_not_depend_on_a_common_shift(found, shift, tenths):
    value = tenths / 10
    border = prediction_interval(found).widened(0.05)
    if min(abs(value - border.low), abs(value - border.high)) > 1e-6:
        near = judge_printed(printed(f"{value:.1f}"), measured(*found))
        far = judge_printed(printed(f"{value + shift:.1f}"), measured(*[each + shift for each in found]))
        assert near.verdict == far.verdict


# Differences -1, -2, -3: interval -2 ± 4.3027/√3 = [-4.484, 0.484]. Differences -2, -2.1, -1.9: [-2.248, -1.752].
def test_order_by_hand():
    wide = {"a": measured(1, 1, 1), "b": measured(2, 3, 4)}
    narrow = {"a": measured(1, 1, 1), "b": measured(3, 3.1, 2.9)}
    found = judge_claim(order("lower", ("a", "b")), wide)
    assert found.verdict == NOT_REPRODUCED
    assert "a minus b is -2, 95 % [-4.484, 0.4841], 3 seeds, claimed below 0" in found.reason
    found = judge_claim(order("lower", ("a", "b")), narrow)
    assert found.verdict == REPRODUCED
    assert "[-2.248, -1.752]" in found.reason
    assert judge_claim(order("higher", ("a", "b")), narrow).verdict == NOT_REPRODUCED
    assert judge_claim(order("higher", ("b", "a")), narrow).verdict == REPRODUCED


def test_pairing_sees_what_means_do_not():
    # Seeds differ by far more than methods do, but the same way.
    rows = {"a": measured(10, 20, 30), "b": measured(11, 21.1, 30.9)}
    assert judge_claim(order("lower", ("a", "b")), rows).verdict == REPRODUCED


def test_differences_that_cancel_but_for_their_last_bits_are_shown_as_nought():
    rows = {"a": measured(0.1 + 0.2, 2, 4), "b": measured(0.3, 3, 3)}
    assert "a minus b is 0, 95 %" in judge_claim(order("lower", ("a", "b")), rows).reason


def test_every_pair_must_hold():
    rows = {"a": measured(1, 1.1, 0.9), "b": measured(2, 2.1, 2), "c": measured(0, 5, 1)}
    found = judge_claim(order("lower", ("a", "b"), ("a", "c")), rows)
    assert found.verdict == NOT_REPRODUCED
    assert found.reason.startswith("fails in 1 of 2 (0 contrary, 1 undecided): a minus c")


def test_failing_parts_are_contrary_or_undecided():
    rows = {"a": measured(1, 1.1, 0.9), "b": measured(2, 2.1, 2), "c": measured(0, 5, 1), "d": measured(0, 0, 0.1)}
    pairs = ("a", "b"), ("b", "a"), ("a", "c"), ("a", "d")
    found = judge_claim(order("lower", *pairs), rows)
    assert found.reason.startswith("fails in 3 of 4 (2 contrary, 1 undecided): b minus a")
    found = judge_claim(order("higher", *pairs), rows)
    assert found.reason.startswith("fails in 2 of 4 (1 contrary, 1 undecided): a minus b")
    # 0.9, 1.0, 1.1: mean interval 1 ± 0.2484.
    for kind, undecided, contrary in (("at_least", 1.1, 1.3), ("at_most", 0.9, 0.7)):
        assert "(0 contrary, 1 undecided)" in judge_claim(bound(kind, undecided, "a"), rows).reason
        assert "(1 contrary, 0 undecided)" in judge_claim(bound(kind, contrary, "a"), rows).reason


def test_a_pair_needs_three_common_seeds():
    rows = {"a": measured(1, 1, 1), "b": Measured({0: 2.0, 1: 2.0, 9: 2.0})}
    found = judge_claim(order("lower", ("a", "b")), rows)
    assert found.verdict == TOO_FEW_SEEDS
    assert "2 seeds in common" in found.reason


def test_a_claim_about_rows_that_were_not_run():
    found = judge_claim(order("lower", ("a", "b"), ("a", "z")), {"a": measured(1, 1, 1), "b": measured(2, 2, 2)})
    assert found.verdict == NOT_RUN
    assert found.reason == "not measured here: z"


def test_bound_by_hand():
    # 0.9, 1.0, 1.1: mean interval 1 ± 0.2484.
    rows = {"a": measured(0.9, 1.0, 1.1), "b": measured(1, 1, 1)}
    assert judge_claim(bound("at_least", 0.75, "a", "b"), rows).verdict == REPRODUCED
    assert judge_claim(bound("at_least", 0.76, "a"), rows).verdict == NOT_REPRODUCED
    assert judge_claim(bound("at_most", 1.25, "a"), rows).verdict == REPRODUCED
    assert judge_claim(bound("at_most", 1.24, "a"), rows).verdict == NOT_REPRODUCED


@pytest.mark.parametrize("kind", ["at_least", "at_most"])
def test_equal_seeds_at_the_bound_hold(kind):
    assert judge_claim(bound(kind, 1, "a"), {"a": measured(1, 1, 1)}).verdict == REPRODUCED


def test_bound_needs_three_seeds():
    assert judge_claim(bound("at_least", 1, "a"), {"a": measured(1, 1)}).verdict == TOO_FEW_SEEDS


def test_a_claim_without_a_test_is_not_run():
    assert judge_claim(Claim(id="c", text="...", where="p. 1"), {}).verdict == NOT_RUN


def test_a_stand_in_tests_only_the_claims_that_allow_it():
    rows = {"a": measured(1, 1.1, 0.9, stand_in=True), "b": measured(2, 2.1, 2.0, stand_in=True)}
    assert judge_claim(order("lower", ("a", "b")), rows).verdict == STAND_IN
    found = judge_claim(order("lower", ("a", "b"), stand_in=True), rows)
    assert found.verdict == REPRODUCED
    assert found.reason.startswith("From a stand-in: ")


def test_one_row_of_a_stand_in_is_enough_to_make_a_claim_one():
    rows = {"a": measured(1, 1.1, 0.9, stand_in=True), "b": measured(2, 2.1, 2.0)}
    assert judge_claim(order("lower", ("a", "b")), rows).verdict == STAND_IN
    assert judge_claim(order("lower", ("a", "b"), stand_in=True), rows).reason.startswith("From a stand-in: ")


@given(values, values)
def test_an_order_and_its_opposite_are_never_both_reproduced(first, second):
    rows = {"a": measured(*first), "b": measured(*second)}
    found = {judge_claim(order(kind, ("a", "b")), rows).verdict for kind in ("lower", "higher")}
    assert found != {REPRODUCED}
    assert TOO_FEW_SEEDS not in found
