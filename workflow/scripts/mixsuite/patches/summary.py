"""What an experiment was predicted to do and what it did, clause by clause of oh2024's theorems."""

from collections.abc import Callable, Sequence
from typing import Any

from mixsuite.patches.experiment import Experiment
from mixsuite.patches.minimiser import predicted_feature_output
from mixsuite.patches.mixing import subset_probabilities
from mixsuite.patches.record import Record
from mixsuite.patches.subsets import size_probabilities
from mixsuite.patches.theory import LEARNED_ACCURACY, learning_thresholds, predicted_accuracy, uniform_activation


def summarise(records: Sequence[Record], experiment: Experiment) -> dict[str, Any]:
    """Return the predictions and the measurements of an experiment that was run, as plain values for JSON.

    All that the theorems speak of, whether or not a table shows it; values per feature are in the trajectory.
    The theorems say that a statement holds from some step on; `*_from_step` is the first record from which on it holds
    in all records, None if it fails in the last.
    """
    setting, last = experiment.setting, records[-1]
    theory = predictions(experiment)
    smallest = min(records, key=lambda record: record.gradient_norm)
    outputs = [record.output_of_class(setting) for record in records]
    accuracies = [record.accuracy_of_class(setting) for record in records]

    def from_step(holds: Callable[[int], bool]) -> int | None:
        failing = [at for at in range(len(records)) if not holds(at)]
        first = failing[-1] + 1 if failing else 0
        return records[first].step if first < len(records) else None

    def peak(rarity: str) -> dict[str, float]:
        at = max(range(len(records)), key=lambda at: outputs[at][rarity])
        return {"value": outputs[at][rarity], "step": records[at].step}

    return {
        "theory": theory,
        "loss": {"first": records[0].loss, "last": last.loss},
        "gradient_norm": {
            "first": records[0].gradient_norm,
            "last": last.gradient_norm,
            "smallest": smallest.gradient_norm,
            "smallest_at_step": smallest.step,
        },
        "training_fit": last.training_fit,
        "training_fit_from_step": from_step(lambda at: records[at].training_fit == 1),
        "augmented_fit": last.augmented_fit,
        "augmented_fit_from_step": from_step(lambda at: records[at].augmented_fit == 1),
        "activation_mean": last.activation_mean,
        "activation_spread": last.activation_spread,
        "test_accuracy": last.test_accuracy(setting),
        "class_accuracy": accuracies[-1],
        "feature_output": outputs[-1],
        "feature_output_peak": {rarity: peak(rarity) for rarity in setting.rarity_classes},
        "half_uniform_output_from_step": {
            rarity: from_step(lambda at, rarity=rarity: outputs[at][rarity] >= theory["uniform_activation"] / 2)
            for rarity in setting.rarity_classes
        },
        "learned": {rarity: accuracies[-1][rarity] >= LEARNED_ACCURACY for rarity in setting.rarity_classes},
        "learned_from_step": {
            rarity: from_step(lambda at, rarity=rarity: accuracies[at][rarity] >= LEARNED_ACCURACY)
            for rarity in setting.rarity_classes
        },
    }


def predictions(experiment: Experiment) -> dict[str, Any]:
    """Return what theory says about an experiment before it is run."""
    setting = experiment.setting
    probabilities = subset_probabilities(setting.patches, experiment.mixing)
    sizes = size_probabilities(probabilities).tolist()
    positive = (experiment.data.labels > 0).double().mean().item()
    # With images of one label alone, the loss falls for ever: there is no c*.
    has_both = 0 < positive < 1
    of_drawn = uniform_activation(sizes, positive**2 + (1 - positive) ** 2) if has_both else None
    # Under D_S and with free sets all places are alike, and a feature is as active as all else.
    in_boxes = experiment.mixing and experiment.mixing.shape == "box"
    return {
        "test_accuracy": predicted_accuracy(setting, experiment.method),
        "uniform_activation": uniform_activation(sizes),
        "uniform_activation_of_drawn_labels": of_drawn,
        "feature_output": predicted_feature_output(probabilities) if in_boxes else uniform_activation(sizes),
        "learning_threshold": learning_thresholds(setting)[experiment.method],
        "expected_images": [setting.samples * rho for rho in setting.rho],
        "drawn_images": experiment.drawn_images().tolist(),
    }
