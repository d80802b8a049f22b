import json
from dataclasses import replace

import pytest
import torch

from mixsuite.patches.experiment import Experiment
from mixsuite.patches.mixing import Mixing
from mixsuite.patches.summary import summarise
from mixsuite.patches.theory import LEARNED_ACCURACY, uniform_activation


@pytest.fixture
def experiment(setting):
    return Experiment(setting(), "cutout", 0, torch.device("cpu"))


def with_values(record, step, accuracy, output, fit, gradient_norm, augmented_fit=1.0):
    table = torch.ones(2, 3, dtype=torch.float64)
    return replace(
        record,
        step=step,
        accuracies=accuracy * table,
        feature_outputs=output * table,
        training_fit=fit,
        augmented_fit=augmented_fit,
        gradient_norm=gradient_norm,
    )


def test_a_summary_says_since_when_a_statement_holds(experiment):
    some = experiment.record()
    values = [(0, 0.8, 0.0, 1.0, 5.0), (1, 0.7, 0.9, 0.5, 4.0), (2, 0.8, 0.7, 1.0, 1.0), (5, 0.9, 0.8, 1.0, 2.0)]
    summary = summarise([with_values(some, *row) for row in values], experiment)
    assert summary["training_fit_from_step"] == 2
    assert summary["learned_from_step"] == dict.fromkeys(("common", "rare", "extremely_rare"), 2)
    assert summary["learned"]["rare"]
    assert summary["half_uniform_output_from_step"]["rare"] == 1
    assert summary["feature_output_peak"]["common"] == {"value": pytest.approx(0.9), "step": 1}
    assert summary["gradient_norm"] == {"first": 5.0, "last": 2.0, "smallest": 1.0, "smallest_at_step": 2}
    assert summary["test_accuracy"] == pytest.approx(0.9)


def test_the_last_failure_counts_and_each_fit_has_its_own_step(experiment):
    some = experiment.record()
    fits = [(0.5, 0.5), (1.0, 0.5), (0.5, 0.5), (1.0, 1.0), (1.0, 0.5), (1.0, 1.0)]
    records = [
        with_values(some, 10 * at, 1.0, 1.0, fit, 1.0, augmented_fit) for at, (fit, augmented_fit) in enumerate(fits)
    ]
    summary = summarise(records, experiment)
    assert (summary["training_fit_from_step"], summary["augmented_fit_from_step"]) == (30, 50)


def test_what_fails_at_the_last_step_holds_from_no_step(experiment):
    some = experiment.record()
    values = [(0, 0.9, 1.0, 1.0, 1.0), (1, LEARNED_ACCURACY - 0.01, 0.1, 0.99, 1.0)]
    summary = summarise([with_values(some, *row) for row in values], experiment)
    assert summary["training_fit_from_step"] is None
    assert summary["learned_from_step"]["common"] is None
    assert not summary["learned"]["common"]
    assert summary["half_uniform_output_from_step"]["common"] is None


def test_predictions_are_beside_the_measurements(experiment):
    summary = summarise(experiment.run(), experiment)
    theory = summary["theory"]
    assert theory["test_accuracy"] == pytest.approx(0.95)
    assert theory["uniform_activation"] == uniform_activation([0.25] * 4)
    positive = (experiment.data.labels > 0).double().mean().item()
    of_labels = uniform_activation([0.25] * 4, positive**2 + (1 - positive) ** 2)
    assert theory["uniform_activation_of_drawn_labels"] == of_labels
    assert theory["learning_threshold"] == pytest.approx(0.3**2 * 40)
    assert theory["expected_images"] == pytest.approx([3.6, 1.8, 0.6])
    assert torch.tensor(theory["drawn_images"]).sum() == 6
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_images_of_one_label_have_no_uniform_activation(setting):
    experiment = Experiment(setting(samples=1), "cutmix", 0, torch.device("cpu"))
    theory = summarise(experiment.run(), experiment)["theory"]
    assert theory["uniform_activation_of_drawn_labels"] is None
    assert theory["uniform_activation"] == pytest.approx(1.3954, abs=5e-5)


def test_predictions_follow_the_distribution_of_the_mix(setting):
    def theory(mixing):
        experiment = Experiment(setting(), "cutmix", 0, torch.device("cpu"), mixing)
        return summarise([experiment.record()], experiment)["theory"]

    poster, free = theory(None), theory(Mixing(beta=0.5, shape="free", layout=None))
    box = theory(Mixing(beta=1, shape="box", layout=(1, 3)))
    assert poster["feature_output"] == poster["uniform_activation"]
    assert (free["feature_output"], free["uniform_activation"]) == pytest.approx((1.4861, 1.4861), abs=5e-5)
    # Of uniform sizes, as in the poster, but in intervals.
    assert (box["feature_output"], box["uniform_activation"]) == pytest.approx((1.4753, 1.3954), abs=5e-5)
