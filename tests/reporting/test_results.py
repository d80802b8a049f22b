from __future__ import annotations

import json

import pytest

from mixsuite.catalog.runs import identity
from mixsuite.reporting.description import Run, read_description
from mixsuite.reporting.results import environment_note, read_measured, read_results, read_run

SPECIFICATION = {"model": "a", "seed": 3}
RUN = Run(seed=3, identity=identity(SPECIFICATION))


@pytest.fixture
def write(tmp_path):
    """Write the run.json of RUN."""

    def write(content):
        (tmp_path / RUN.identity).mkdir(exist_ok=True)
        (tmp_path / RUN.identity / "run.json").write_text(content)

    return write


def test_a_run_is_read(write, tmp_path):
    write(json.dumps({"provenance": {}, "specification": SPECIFICATION, "best": 1}))
    assert read_run(tmp_path, RUN)["best"] == 1


def test_a_missing_run_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"run\.json: missing"):
        read_run(tmp_path, RUN)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "lacks a specification"),
        ("{}", "lacks a specification"),
        (
            json.dumps({"provenance": {}, "specification": {"model": "b", "seed": 3}}),
            f"found the result of the run {identity({'model': 'b', 'seed': 3})}, expected that of {RUN.identity}",
        ),
    ],
)
def test_what_is_not_the_result_of_the_run_is_refused(write, tmp_path, content, message):
    write(content)
    with pytest.raises(ValueError, match=message):
        read_run(tmp_path, RUN)


def test_a_row_that_names_another_seed_is_refused(write, tmp_path):
    write(json.dumps({"provenance": {}, "specification": SPECIFICATION}))
    with pytest.raises(ValueError, match="found the seed 3, expected 4"):
        read_run(tmp_path, Run(seed=4, identity=RUN.identity))


@pytest.fixture
def measure(describe, tmp_path):
    """Write measurements of a kind; return an artefact whose rows show the first, the second, both and none."""

    def make():
        named = []
        for seed in range(2):
            specification = {"run": f"run {seed}"}
            named.append({"seed": seed, "identity": identity(specification)})
            (tmp_path / f"{named[-1]['identity']}.json").write_text(
                json.dumps({"provenance": {}, "specification": specification})
            )
        shown = {"a": named[:1], "b": named[1:], "c": named, "d": []}
        rows = [{"id": row, "measured": {"evaluation": runs}} for row, runs in shown.items()]
        return read_description(describe([*rows, {"id": "e"}]))

    return make


def test_measurements_come_by_row_and_seed(measure, tmp_path):
    found = read_measured(measure(), "evaluation", tmp_path)
    assert {row: list(by_seed) for row, by_seed in found.items()} == {"a": [0], "b": [1], "c": [0, 1], "d": [], "e": []}
    assert found["c"][1]["specification"] == {"run": "run 1"}
    assert found["a"][0] is found["c"][0], "what several rows show is read once"


def test_another_measurement_than_the_named_one_is_refused(measure, tmp_path):
    description = measure()
    (first,), (second,) = (row.measured["evaluation"] for row in description.rows[:2])
    (tmp_path / f"{first.identity}.json").write_text((tmp_path / f"{second.identity}.json").read_text())
    with pytest.raises(ValueError, match=rf"{first.identity}\.json: found the result of the run {second.identity}"):
        read_measured(description, "evaluation", tmp_path)


@pytest.fixture
def results(describe, classifier_runs, tmp_path):
    """Two rows of two seeds; what is returned may be changed."""
    rows = [{"id": name, "runs": classifier_runs(name, [5.0, 6.0])} for name in ("a", "b")]
    # A row that shows the same runs as another does not count them twice.
    return read_results(read_description(describe([*rows, {**rows[0], "id": "c"}])), tmp_path / "runs")


def test_runs_computed_alike_need_no_note(results):
    assert environment_note(results) == ""


def test_runs_computed_otherwise_are_told(results):
    results["b"][1]["device"] = "NVIDIA X"
    results["a"][0]["provenance"]["libraries"]["torch"] = "2.1"
    assert environment_note(results) == (
        "The runs differ in what they were computed with: torch 2.0 on NVIDIA X (1 run), "
        "torch 2.0 on cpu (x86_64) (2 runs), torch 2.1 on cpu (x86_64) (1 run)."
    )


def test_a_run_that_does_not_say_is_named(results):
    del results["b"][1]["device"]
    with pytest.raises(ValueError, match=r"run \w+: device: missing"):
        environment_note(results)
