import json

import pytest

from mixsuite.catalog.runs import identity
from mixsuite.reporting.evaluations import attack_words, read_evaluations, shared_part


@pytest.fixture
def write(tmp_path):
    def make(**content):
        specification = {"run": "abc", **content.pop("specification", {})}
        name = identity(specification)
        (tmp_path / f"{name}.json").write_text(json.dumps({"specification": specification, **content}))
        return name

    return make


def test_evaluations_come_by_row_and_seed(write, tmp_path):
    first, second = write(specification={"run": "1"}), write(specification={"run": "2"})
    both = [{"seed": 0, "identity": first}, {"seed": 1, "identity": second}]
    data = {"rows": [{"id": "a", "evaluations": both}, {"id": "b", "evaluations": both[:1]}, {"id": "c"}]}
    found = read_evaluations(data, tmp_path)
    assert {row: list(by_seed) for row, by_seed in found.items()} == {"a": [0, 1], "b": [0], "c": []}
    assert found["a"][1]["specification"] == {"run": "2"}
    assert found["a"][0] is found["b"][0]


def test_another_evaluation_than_the_named_one_is_refused(write, tmp_path):
    first, second = write(specification={"run": "1"}), write(specification={"run": "2"})
    (tmp_path / f"{first}.json").write_text((tmp_path / f"{second}.json").read_text())
    with pytest.raises(ValueError, match=rf"{first}\.json: found the result of the run {second}, expected that of"):
        read_evaluations({"rows": [{"id": "a", "evaluations": [{"seed": 0, "identity": first}]}]}, tmp_path)


def test_a_missing_evaluation_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"beef\.json: missing"):
        read_evaluations({"rows": [{"id": "a", "evaluations": [{"seed": 0, "identity": "beef"}]}]}, tmp_path)


def test_what_evaluations_share_is_that_of_the_first_that_has_it():
    evaluations = {"a": {0: {"sets": {"x": 1}}, 1: {"sets": {"x": 2, "y": 3}}}, "b": {}}
    assert shared_part(evaluations, "sets") == {"x": 1, "y": 3}
    with pytest.raises(ValueError, match=r"sets/deeper: missing"):
        shared_part({"a": {0: {"sets": {}}}}, "sets/deeper")


@pytest.mark.parametrize(
    ("attack", "words"),
    [
        ({"method": "fgsm", "epsilon": 8, "space": "pixels"}, "FGSM, ε = 8/255 of pixels in [0, 1]"),
        (
            {"method": "pgd", "epsilon": 8, "step_size": 2, "steps": 10, "start": "random", "space": "normalised"},
            "PGD, ε = 8/255 of normalised images, 10 steps of 2/255, start random",
        ),
        (
            {"method": "margin_pgd", "epsilon": 4, "step_size": 0.5, "steps": 3, "restarts": 2, "space": "pixels"},
            "PGD on the margin of the logits, ε = 4/255 of pixels in [0, 1], 3 steps of 0.5/255, restarts 2",
        ),
    ],
)
def test_attacks_in_words(attack, words):
    assert attack_words(attack) == words
