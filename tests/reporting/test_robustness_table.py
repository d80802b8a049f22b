from __future__ import annotations

import pytest

from mixsuite.reporting.description import read_description
from mixsuite.reporting.robustness_table import (
    evaluated_description,
    measure_robustness,
    robustness_table,
    robustness_tidy,
)
from mixsuite.reporting.table_markdown import markdown

FGSM = {"method": "fgsm", "epsilon": 8, "space": "pixels"}
MARGIN = {"method": "margin_pgd", "epsilon": 8, "step_size": 2, "steps": 10, "restarts": 2, "space": "pixels"}
SETS = {
    "gray_box_pgd": {
        "source": "adversarial images of digits",
        "specification": {"run": "s", "seed": 0, "attack": {**MARGIN, "method": "pgd"}},
        "substitute": {"model": {"family": "demo_cnn", "width": 9}, "recipe": {"method": "vanilla"}, "seed": 77},
    },
    "imagenet_a": {"source": "digits turned by 20° either way, with noise"},
}
NAMES = {"white_box_fgsm": "White-box", "gray_box_pgd": "Gray-box", "imagenet_a": "ImageNet-A"}
# Accuracies by network and seed; each attack takes its own share away.
CLEAN = {"vanilla": [90.0, 92.0, 91.0], "cutmix": [95.0, 95.5, 97.0]}
LOSS = {"clean": 0, "white_box_fgsm": 50, "white_box_margin_pgd": 60, "gray_box_pgd": 40, "imagenet_a": 80}


@pytest.fixture
def built(describe):
    """Build the table from made-up evaluations."""

    def build(stand_in=True, without=()):
        rows, evaluations = [], {}
        for name, title in NAMES.items():
            metric = "accuracy" if name == "imagenet_a" else "robust_accuracy"
            for method in CLEAN:
                printed = {metric: {"text": "40.89"}}
                printed |= {"accuracy_change": {"text": "+26.55"}} if method == "cutmix" else {}
                row = {"id": f"{name}/{method}", "label": f"+ {method}", "block": title, "method": method}
                row |= {"printed": printed, "stand_in": stand_in}
                row["baseline"] = f"{name}/vanilla" if method == "cutmix" else None
                row["runs"] = [{"seed": seed, "identity": f"{method}{seed}"} for seed in range(3)]
                rows.append(row)
                evaluations[row["id"]] = {seed: _evaluation(clean, without) for seed, clean in enumerate(CLEAN[method])}
        changes = {"stand_in": stand_in, "stand_in_note": "digits for ImageNet" if stand_in else ""}
        description = evaluated_description(read_description(describe(rows, **changes)), evaluations)
        return description, measure_robustness(description, evaluations), evaluations

    return build


def _evaluation(clean, without):
    accuracy = {name: {"accuracy": clean - loss, "n": 9} for name, loss in LOSS.items() if name not in without}
    white_box = {"white_box_fgsm": FGSM, "white_box_margin_pgd": MARGIN}
    return {"specification": {"run": "x", "white_box": white_box}, "accuracy": accuracy, "sets": SETS}


def test_measurements(built):
    _, measurements, _ = built()
    values = measurements.set_index(["row", "metric", "seed"])["value"].sort_index()
    assert values["white_box_fgsm/cutmix", "robust_accuracy", 2] == 47.0
    assert values["gray_box_pgd/vanilla", "robust_accuracy", 1] == 52.0
    assert values["imagenet_a/cutmix", "accuracy", 0] == 15.0
    # Paired by seed.
    assert values["white_box_fgsm/cutmix", "accuracy_change"].tolist() == [5.0, 3.5, 6.0]
    assert values["clean/cutmix", "accuracy", 1] == 95.5
    assert values["clean/cutmix", "accuracy_change", 1] == 3.5
    assert values["white_box_margin_pgd/vanilla", "robust_accuracy", 0] == 30.0
    assert ("white_box_fgsm/vanilla", "accuracy_change", 0) not in values
    runs = measurements.set_index(["row", "seed"])["run"]
    assert set(runs["gray_box_pgd/cutmix", 2]) == {"cutmix2"}
    assert measurements["stand_in"].all()


def test_the_table_has_the_papers_blocks_and_then_its_own(built):
    description, measurements, evaluations = built()
    table = robustness_table(description, measurements, evaluations)
    assert [block.title for block in table.blocks] == [
        *NAMES.values(),
        "Clean test images (not in the paper's table)",
        "White-box PGD on the margin of the logits, ε = 8/255 of pixels in [0, 1], 10 steps of 2/255, restarts 2 "
        "(not in the paper's table)",
    ]
    fgsm = [[cell.text for cell in line] for line in table.blocks[0].lines]
    assert fgsm == [
        ["+ vanilla", "40.89", "41.00 ± 1.00", "", "", "3"],
        ["+ cutmix", "40.89", "45.83 ± 1.04", "+26.55", "4.83 ± 1.26", "3"],
    ]
    clean = [[cell.text for cell in line] for line in table.blocks[3].lines]
    assert clean[1] == ["+ cutmix", "95.83 ± 1.04", "4.83 ± 1.26", "3"]
    assert [len(block.columns) for block in table.blocks] == [6, 6, 6, 4, 4]


def test_what_was_shown_and_how_it_was_attacked_stands_below(built):
    text = markdown(robustness_table(*built()))
    assert "White-box: FGSM, ε = 8/255 of pixels in [0, 1]." in text
    assert "substitute: demo_cnn (width 9) trained with vanilla, seed 77." in text
    assert "ImageNet-A: digits turned by 20° either way, with noise." in text
    assert "Stand-in, not the paper's experiment: digits for ImageNet." in text
    assert "Rows with the same stand-in" not in text


def test_differences_are_shown_of_the_papers_own_experiment_alone(built):
    description, measurements, _ = built(stand_in=False)
    tidy = robustness_tidy(description, measurements).set_index(["row", "metric"])
    assert tidy.loc[("white_box_fgsm/cutmix", "accuracy_change"), "difference"] == pytest.approx(29 / 6 - 26.55)
    assert tidy.loc[("imagenet_a/vanilla", "accuracy"), "difference"] == pytest.approx(11 - 40.89)
    stand_in = robustness_tidy(*built(stand_in=True)[:2])
    assert stand_in["difference"].isna().all()


def test_an_evaluation_without_what_a_row_shows_is_one_message(built):
    with pytest.raises(ValueError, match="row gray_box_pgd/vanilla: gray_box_pgd: missing, expected its accuracy"):
        built(without=["gray_box_pgd"])


def test_rows_without_runs_say_why(describe):
    row = {"id": "white_box_fgsm/vanilla", "label": "V", "block": "White-box", "missing": "no ImageNet"}
    description = read_description(describe([{**row, "printed": {"robust_accuracy": {"text": "14.34"}}}]))
    evaluations = {row["id"]: {}}
    description = evaluated_description(description, evaluations)
    measurements = measure_robustness(description, evaluations)
    assert measurements.empty
    text = markdown(robustness_table(description, measurements, evaluations))
    assert "not run" in text
    assert "Not run: no ImageNet." in text
