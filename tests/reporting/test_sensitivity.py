from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mixsuite.reporting.description import Description, Row, Run, read_description
from mixsuite.reporting.results import read_results
from mixsuite.reporting.sensitivity import Sensitivity, measure_sensitivity

PRINTED = {
    "dmixup": (["15.68", "15.35", "15.58", "15.80", "15.07"], "0.28"),
    "dcutmix": (["14.74", "14.18", "13.67", "14.23", "13.86"], "0.40"),
}


@pytest.fixture
def rows(classifier_runs):
    """Supplementary Table 2 of jeong2021, with two seeds."""
    rng, made = np.random.default_rng(0), []
    for method, (errors, deviation) in PRINTED.items():
        ids = [f"{method}/{index}" for index in range(len(errors))]
        made += [
            {
                "id": name,
                "label": f"{method}, {index}",
                "block": method,
                "printed": {"top1_error": {"text": error}},
                "runs": classifier_runs(name, (float(error) + rng.normal(size=2)).round(2).tolist()),
            }
            for index, (name, error) in enumerate(zip(ids, errors, strict=True))
        ]
        printed = {"std_of_row": {"text": deviation}}
        made.append({"id": f"{method}/std", "label": "Std", "block": method, "deviation_of": ids, "printed": printed})
    return made


@pytest.fixture
def measured(describe, rows, tmp_path):
    description = read_description(describe(rows))
    return description, measure_sensitivity(description, read_results(description, tmp_path / "runs"))


@given(
    st.tuples(st.integers(2, 6), st.integers(1, 4)).flatmap(
        lambda n: arrays(np.int64, n, elements=st.integers(0, 9999))
    )
)
def test_the_deviation_is_over_the_settings_and_seed_by_seed(table):
    names = [f"a{index}" for index in range(len(table))]
    settings = [
        Row(id=name, label=name, runs=tuple(Run(seed, f"{name}-{seed}") for seed in range(table.shape[1])))
        for name in names
    ]
    plain = dict.fromkeys(("paper", "title", "where", "scale", "scale_title", "protocol", "stand_in_note"), "")
    rows = (*settings, Row(id="std", label="Std", deviation_of=tuple(names)))
    description = Description(name="t", **plain, stand_in=False, footnotes=(), rows=rows)

    def run(error):
        errors = {"top1_error": float(error) / 100, "top5_error": 0.0}
        return {"best": errors, "last": {"top1_error": 0.0}, "n_parameters": 1}

    results = {
        name: {seed: run(error) for seed, error in enumerate(each)} for name, each in zip(names, table, strict=True)
    }
    found = measure_sensitivity(description, results | {"std": {}})
    found = found[found["metric"] == "std_of_row"].set_index("seed")
    assert found["value"].to_dict() == pytest.approx(
        {seed: np.std(table[:, seed] / 100, ddof=1) for seed in range(table.shape[1])}, abs=1e-9
    )
    assert found["run"][0] == "+".join(f"{name}-0" for name in names)


def test_deviations_with_n_minus_1_and_n(measured):
    description, table = measured
    lines = Sensitivity(description, table).table().blocks[-1].lines
    errors = table[table["metric"] == "best_top1_error"].pivot_table(index="row", columns="seed", values="value")
    for line, (method, (printed, deviation)) in zip(lines, PRINTED.items(), strict=True):
        own = errors.loc[[f"{method}/{index}" for index in range(5)]].to_numpy()
        numbers = [float(each) for each in printed]
        by_seed = {ddof: own.std(0, ddof=ddof) for ddof in (0, 1)}
        assert [cell.text for cell in line[1:]] == [
            deviation,
            *(f"{np.std(numbers, ddof=ddof):.2f}" for ddof in (1, 0)),
            *(f"{by_seed[ddof].mean():.2f} ± {by_seed[ddof].std(ddof=1):.2f}" for ddof in (1, 0)),
            f"{by_seed[1].mean() - float(deviation):+.2f}",
            *(f"{own.mean(1).std(ddof=ddof):.2f}" for ddof in (1, 0)),
            "2",
        ]


def test_what_the_printed_errors_give(measured):
    lines = Sensitivity(*measured).table().blocks[-1].lines
    assert [[cell.text for cell in line[1:4]] for line in lines] == [["0.28", "0.29", "0.26"], ["0.40", "0.41", "0.37"]]


def test_errors_stand_above_without_the_deviations(measured):
    table = Sensitivity(*measured).table()
    assert [block.title for block in table.blocks] == [
        "dmixup",
        "dcutmix",
        "Standard deviation over the settings (points)",
    ]
    assert [len(block.lines) for block in table.blocks] == [5, 5, 2]
    assert [column.title for column in table.columns] == [
        "Method",
        "printed",
        "rebuilt",
        "difference",
        "rebuilt",
        "Seeds",
    ]
    assert any("held against" in text for _, text in table.notes)


def test_stand_ins_have_no_column_of_differences(describe, rows, tmp_path):
    description = read_description(describe([row | {"stand_in": True} for row in rows], stand_in=True))
    table = Sensitivity(description, measure_sensitivity(description, read_results(description, tmp_path / "runs")))
    deviations = table.table().blocks[-1]
    assert [column.title for column in deviations.columns] == [
        "Method", "printed", "n − 1", "n", "n − 1", "n", "n − 1", "n", "Seeds",
    ]  # fmt: skip
    assert {len(line) for line in deviations.lines} == {9}
    assert [line[-1].text for line in deviations.lines] == ["2", "2"]


def test_tidy_file_has_errors_and_deviations(measured):
    tidy = Sensitivity(*measured).tidy().set_index(["row", "metric"])
    line = tidy.loc[("dmixup/std", "std_of_row")]
    assert (line["printed_value"], line["seeds"]) == (0.28, 2)
    assert line["difference"] == pytest.approx(line["rebuilt_mean"] - 0.28)
    assert tidy.loc[("dmixup/0", "best_top1_error")]["printed"] == "15.68"


def test_a_setting_that_was_not_run_leaves_no_deviation(describe, rows, tmp_path):
    why = "a method is missing"
    absent = {"dmixup/4": {"runs": [], "missing": why}, "dmixup/std": {"missing": why}}
    description = read_description(describe([row | absent.get(row["id"], {}) for row in rows]))
    table = measure_sensitivity(description, read_results(description, tmp_path / "runs"))
    assert set(table[table["metric"] == "std_of_row"]["row"]) == {"dcutmix/std"}
    line = Sensitivity(description, table).table().blocks[-1].lines[0]
    assert [cell.text for cell in line[1:]] == ["0.28", "0.29", "0.26", "not run", "", "", "", "", ""]
