from __future__ import annotations

import pytest

from mixsuite.reporting.description import read_description
from mixsuite.reporting.results import read_results
from mixsuite.reporting.selection import measure_selection, select
from mixsuite.reporting.selection_table import SelectionTable

ALPHAS = ("1/3", "1")


@pytest.fixture
def rows(classifier_runs):
    """Two numbers of images with two settings each, and what another paper prints beside them."""
    best = {(2, "1/3"): [21.0, 21.2], (2, "1"): [21.5, 21.9], (4, "1/3"): [20.9, 20.7], (4, "1"): [20.1, 20.5]}
    copied = {"block": "CutMix† (Kim)", "origin": "copied", "source": "Kim", "missing": "no run gives this row"}
    made = [
        {"id": "kim/k2", "printed": {"top1_error": {"text": "21.29"}}, **copied},
        {"id": "kim/k4", "printed": {"top1_error": {"text": "-"}}, **copied},
    ]
    for k, printed in ((2, "21.34"), (4, "20.5")):
        candidates = [f"grid/k{k}-a{alpha}" for alpha in ALPHAS]
        made.append(
            {
                "id": f"k{k}",
                "label": f"CutMix, K = {k}",
                "block": "CutMix (ours)",
                "baseline": f"kim/k{k}",
                "best_of": candidates,
                "printed": {"top1_error": {"text": printed}},
            }
        )
        made += [
            {"id": each, "label": f"K = {k}, α = {alpha}", "runs": classifier_runs(each, best[k, alpha])}
            for each, alpha in zip(candidates, ALPHAS, strict=True)
        ]
    return made


@pytest.fixture
def build(describe, tmp_path):
    """Make the table of rows."""

    def make(rows, **changes):
        description = read_description(describe(rows, **changes))
        results = read_results(description, tmp_path / "runs")
        return SelectionTable(description, measure_selection(description, results), select(description, results))

    return make


def texts(block) -> list[list[str]]:
    return [[cell.text for cell in line] for line in block.lines]


def test_what_was_chosen_stands_beside_the_printed(build, rows):
    table = build(rows).table()
    assert [column.heading for column in table.columns] == [
        "Method",
        "CutMix† (Kim) (%): printed",
        "CutMix† (Kim) (%): rebuilt",
        "CutMix (ours): best on the test set, best epoch (%): printed",
        "CutMix (ours): best on the test set, best epoch (%): rebuilt",
        "CutMix (ours): best on the test set, best epoch (%): difference",
        "CutMix (ours): best on the test set, best epoch (%): chosen",
        "Chosen on the other half, last epoch (%): rebuilt",
        "Chosen on the other half, last epoch (%): chosen",
        "Seeds",
    ]
    # Last epochs are 0.5 above the best, even places 0.1 below and odd ones 0.1 above that.
    assert texts(table.blocks[0]) == [
        [
            "CutMix, K = 2", "21.29", "not run", "21.34", "21.10 ± 0.14", "-0.24", "α = 1/3", "21.60 ± 0.14",
            "α = 1/3", "2",
        ],
        ["CutMix, K = 4", "-", "not run", "20.5", "20.30 ± 0.28", "-0.20", "α = 1", "20.80 ± 0.28", "α = 1", "2"],
    ]  # fmt: skip
    assert [cell.best for cell in table.blocks[0].lines[1]] == [
        False, False, False, True, True, False, False, True, False, False,
    ]  # fmt: skip


def test_all_settings_stand_below_with_the_chosen_bold(build, rows):
    settings = build(rows).table().blocks[1]
    assert [column.heading for column in settings.columns] == ["Method", "α = 1/3", "α = 1"]
    assert texts(settings) == [
        ["CutMix, K = 2", "21.10 ± 0.14", "21.70 ± 0.28"],
        ["CutMix, K = 4", "20.80 ± 0.14", "20.30 ± 0.28"],
    ]
    assert [[cell.best for cell in line] for line in settings.lines] == [[False, True, False], [False, False, True]]


def test_choices_that_differ_between_the_halves_are_both_named(describe, rows, tmp_path):
    description = read_description(describe(rows))
    results = read_results(description, tmp_path / "runs")
    for run in results["grid/k4-a1/3"].values():
        run["last"]["top1_error_even"] = 0.0
    table = SelectionTable(description, measure_selection(description, results), select(description, results)).table()
    assert table.blocks[0].lines[1][-2].text == "α = 1/3; α = 1"


def test_tidy_file_has_every_row(build, rows):
    tidy = build(rows).tidy().set_index(["row", "metric"])
    assert tidy.loc[("k4", "best_top1_error")]["difference"] == pytest.approx(20.3 - 20.5)
    assert tidy.loc[("k4", "held_out_top1_error")]["rebuilt_mean"] == pytest.approx(20.8)
    assert tidy.loc[("grid/k2-a1", "top1_error")]["rebuilt_mean"] == pytest.approx(22.2)
    assert tidy.loc[("kim/k2", "best_top1_error")]["printed"] == "21.29"


def test_stand_ins_are_warned_of_and_have_no_difference(build, rows):
    table = build([{**row, "stand_in": True} for row in rows], stand_in=True, stand_in_note="digits").table()
    assert table.warning.startswith("Stand-in")
    assert not any("difference" in column.heading for column in table.columns)
    assert [line[5] for line in texts(table.blocks[0])] == ["α = 1/3", "α = 1"]


def test_a_setting_that_was_not_run_leaves_its_line_without_choice(build, rows):
    why = "a method is missing"
    absent = {"grid/k4-a1": {"runs": [], "missing": why}, "k4": {"missing": why}}
    table = build([row | absent.get(row["id"], {}) for row in rows]).table()
    assert texts(table.blocks[0])[1][4:] == ["not run", "", "", "not run", "", ""]
    assert texts(table.blocks[1])[1] == ["CutMix, K = 4", "20.80 ± 0.14", "not run"]
    assert "Not run: a method is missing." in [text for _, text in table.notes]


def test_without_baselines_nothing_stands_beside(build, rows):
    own = [{**row, "baseline": None} for row in rows if not row["id"].startswith("kim/")]
    table = build(own).table()
    assert [column.title for column in table.columns] == [
        "Method", "printed", "rebuilt", "difference", "chosen", "rebuilt", "chosen", "Seeds",
    ]  # fmt: skip
    assert texts(table.blocks[0])[0][:3] == ["CutMix, K = 2", "21.34", "21.10 ± 0.14"]


def test_a_row_without_a_place_is_refused(build, rows):
    with pytest.raises(ValueError, match="row other: found neither best_of"):
        build([*rows, {"id": "other"}])


def test_a_row_without_the_others_baseline_is_refused(build, rows):
    one = [row | ({"baseline": "kim/k2"} if row["id"] == "k4" else {}) for row in rows if row["id"] != "kim/k4"]
    one = [row | ({"baseline": None} if row["id"] == "k4" else {}) for row in one]
    with pytest.raises(ValueError, match="baseline: found 1 in 2 rows, expected all or none"):
        build(one)


def test_rows_that_choose_among_different_settings_are_refused(build, rows):
    with pytest.raises(ValueError, match="best_of: found rows with 2 different lists of settings"):
        build([row | ({"label": "K = 4, α = 1/7"} if row["id"] == "grid/k4-a1" else {}) for row in rows])
