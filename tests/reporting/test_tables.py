from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.reporting.tables import Column, Notes, best_of, change, number, scientific_spread, spread


def test_spread():
    assert spread([], 2) == ""
    assert spread([20.456], 2) == "20.46"
    assert spread([1.0, 2.0, 3.0], 1) == "2.0 ± 1.0"
    assert scientific_spread([1e-6, 3e-6]) == "2.0e-06 ± 1.4e-06"
    assert scientific_spread([1e-6]) == "1.0e-06"


@pytest.mark.parametrize(("value", "text"), [(-0.004, "0.00"), (0.004, "0.00"), (0.126, "+0.13"), (-0.126, "-0.13")])
def test_changes_have_a_sign_and_zero_has_none(value, text):
    assert change(value, 2) == text


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_number_keeps_the_value(value, decimals):
    text = number(value, decimals)
    assert float(text) == pytest.approx(value, abs=0.5 * 10**-decimals * 1.0001)
    assert not text.startswith("-0.0") or float(text) != 0


def test_best_of():
    assert best_of([3.0, None, 1.0, 1.0], lower_is_better=True) == [False, False, True, True]
    assert best_of([3.0, None, 1.0, 1.0], lower_is_better=False) == [True, False, False, False]
    assert best_of([3.0, 1.0], lower_is_better=None) == [False, False]
    assert best_of([3.0, None], lower_is_better=True) == [False, False]


def test_marks_of_notes():
    notes = Notes()
    assert [notes.mark("x"), notes.mark("y"), notes.mark("x")] == ["a", "b", "a"]
    assert [notes.mark("p", "†"), notes.mark("q", "†"), notes.mark("p", "†"), notes.mark("r", "‡")] == [
        "†1",
        "†2",
        "†1",
        "‡1",
    ]
    notes.add("plain")
    notes.add("plain")
    notes.add("")
    assert notes.collected() == (("†1", "p"), ("†2", "q"), ("‡1", "r"), ("a", "x"), ("b", "y"), ("", "plain"))


def test_there_are_more_notes_than_letters():
    notes = Notes()
    marks = [notes.mark(str(index)) for index in range(60)]
    assert len(set(marks)) == 60
    assert marks[25:28] == ["z", "aa", "bb"]


def test_heading_of_a_column():
    assert Column("printed", "Top-1 error (%)").heading == "Top-1 error (%): printed"
    assert Column("Seeds").heading == "Seeds"
