import pytest

from mixsuite.reporting.evaluations import attack_words, shared_part


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
