from __future__ import annotations

from mixsuite.reporting.description import Row, Run
from mixsuite.reporting.measurements import measure, measurement_table
from mixsuite.reporting.quantities import Quantity, as_printed, comparable


def table(**values: float):
    return measurement_table(measure("t", Row(id="a", label="A"), Run(0, "x"), values))


def test_printed_errors_are_those_of_the_best_epoch():
    assert comparable(table(top1_error=5, best_top1_error=4), "top1_error")["a"].values == [4]


def test_the_last_epoch_never_stands_in_for_the_best():
    assert comparable(table(top1_error=5), "top1_error") == {}


def test_what_was_measured_once_is_compared_as_it_is():
    assert comparable(table(aupr=16), "aupr")["a"].values == [16]
    assert comparable(table(aupr=16), "accuracy") == {}


def test_heading_has_the_unit():
    assert as_printed("top1_error").heading == "Top-1 error of the best epoch (%)"
    assert Quantity("test_accuracy", None, "Accuracy").heading == "Accuracy"


def test_times_are_repeated_and_not_of_seeds():
    assert not as_printed("relative_time").of_seeds
    assert as_printed("top1_error").of_seeds


def test_cells():
    assert as_printed("top1_error").text([20.0, 21.0, 22.0]) == "21.00 ± 1.00"
    assert as_printed("parameters").text([1.7253] * 3) == "1.7"
    # One decimal of a million would say 0.0.
    assert as_printed("parameters").text([0.01234] * 3) == "0.012"
    assert as_printed("parameters").text([]) == ""
