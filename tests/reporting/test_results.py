from __future__ import annotations

import json

import pytest

from mixsuite.catalog.runs import identity
from mixsuite.reporting.description import Run, read_description
from mixsuite.reporting.results import environment_note, read_results, read_run

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
    write(json.dumps({"specification": SPECIFICATION, "best": 1}))
    assert read_run(tmp_path, RUN)["best"] == 1


def test_a_missing_run_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"run\.json: missing"):
        read_run(tmp_path, RUN)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "found no JSON"),
        ("[]", "found no specification"),
        ("{}", "found no specification"),
        (
            json.dumps({"specification": {"model": "b", "seed": 3}}),
            f"found the result of the run {identity({'model': 'b', 'seed': 3})}, expected that of {RUN.identity}",
        ),
    ],
)
def test_what_is_not_the_result_of_the_run_is_refused(write, tmp_path, content, message):
    write(content)
    with pytest.raises(ValueError, match=message):
        read_run(tmp_path, RUN)


def test_a_row_that_names_another_seed_is_refused(write, tmp_path):
    write(json.dumps({"specification": SPECIFICATION}))
    with pytest.raises(ValueError, match="found the seed 3, expected 4"):
        read_run(tmp_path, Run(seed=4, identity=RUN.identity))


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
