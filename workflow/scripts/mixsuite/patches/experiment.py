"""One synthetic experiment: a setting, a method and a seed, from the draw of the data to the last step."""

import math
from collections.abc import Callable, Mapping
from importlib import import_module

import torch
from torch import Tensor

from mixsuite.checks import SettingError, check_count, check_keys
from mixsuite.patches.descent import GramDescent
from mixsuite.patches.distribution import draw_patch_set, draw_weights
from mixsuite.patches.evaluation import NoiseDraws, feature_outputs
from mixsuite.patches.masked_risk import MaskedRisk, cut_masks
from mixsuite.patches.mixing import Mixing
from mixsuite.patches.network import SmoothedLeakyReLU
from mixsuite.patches.record import Record
from mixsuite.patches.setting import Setting, check_method
from mixsuite.randomness import stream

RECORDS = 120


class Experiment:
    """Data, test noise and initial weights drawn from `seed` alone, so that the methods of a seed are paired."""

    def __init__(
        self, setting: Setting, method: str, seed: int, device: torch.device, mixing: Mixing | None = None
    ) -> None:
        """Draw everything and stand at step 0. `mixing` None: CutMix mixes as in the poster, by D_S.

        Raises:
            SettingError: an unknown method, a bad seed, or a mixing that the method or the setting cannot have.
        """
        check_method(method)
        check_count("seed", seed, at_least=0)
        if mixing and method != "cutmix":
            raise SettingError(f"mixing: found one for {method}, expected none: of the methods only cutmix mixes")
        self.setting = setting
        self.method = method
        self.seed = seed
        self.mixing = mixing
        self.data = draw_patch_set(setting, stream(seed, "training data")).to(device)
        self.activation = SmoothedLeakyReLU(setting.beta, setting.r)
        self.originals = MaskedRisk(self.data.labels, cut_masks(setting.patches, 0))
        self.cut_outs = MaskedRisk(self.data.labels, cut_masks(setting.patches, setting.cut_size))
        # Loaded by name, so that one method's code is no part of another's provenance.
        objective = import_module(f"mixsuite.patches.{method}").objective
        self.objective = objective(self.data.labels, setting, *([mixing] if mixing else []))
        weights = draw_weights(setting, stream(seed, "initial weights")).to(device)
        self.descent = GramDescent(self.data, weights, self.objective, self.activation, setting.learning_rate)
        self.noise = NoiseDraws(setting, stream(seed, "test noise"), device)

    def run(self, report: Callable[[int, float], None] = lambda step, loss: None) -> list[Record]:
        """Descend to the setting's last step; return the records, after each of which `report(step, loss)` is called.

        Raises:
            DivergedError: the activations left the range of float64; the message names the step.
        """
        records = []
        for step in record_steps(self.setting.steps):
            self.descent.advance(step - self.descent.step)
            records.append(self.record())
            report(step, records[-1].loss)
        return records

    def record(self) -> Record:
        """Measure everything at the present step."""
        descent, activations = self.descent, self.descent.activations()
        signed = self.data.labels[:, None] * activations
        return Record(
            step=descent.step,
            gradient_norm=descent.gradient_norm().item(),
            loss=self.objective.loss(activations).item(),
            training_fit=self.originals.fit(activations).item(),
            augmented_fit=self.cut_outs.fit(activations).item(),
            activation_mean=signed.mean().item(),
            activation_spread=signed.std(correction=0).item(),
            feature_outputs=feature_outputs(descent.projections, self.setting, self.activation).cpu(),
            accuracies=self.noise.accuracy(descent.projections, descent.weight_products(), self.activation).cpu(),
        )

    def drawn_images(self) -> Tensor:
        """Return how many training images carry each feature, (2, K) int64, first row label +1."""
        features, labels = self.data.features.cpu(), self.data.labels.cpu()
        return torch.stack([torch.bincount(features[labels == s], minlength=self.setting.features) for s in (1, -1)])


def parse_run(specification: Mapping) -> tuple[Setting, str, int, Mixing | None]:
    """Return setting, method, seed and mixing of a plain mapping {setting, method, seed}, with or without mixing.

    Raises:
        SettingError: names the setting, the value found and what is expected.
    """
    check_keys("run", specification, ("setting", "method", "seed"), ("mixing",))
    setting = Setting.from_mapping(specification["setting"])
    check_method(specification["method"])
    check_count("seed", specification["seed"], at_least=0)
    mixing = Mixing.from_mapping(specification["mixing"]) if "mixing" in specification else None
    return setting, specification["method"], specification["seed"], mixing


def record_steps(steps: int, records: int = RECORDS) -> list[int]:
    """Return at most `records` steps to measure at: 0, then evenly spaced on a log scale up to `steps`."""
    spaced = torch.logspace(0, math.log10(steps), records - 1, dtype=torch.float64)
    return sorted({0, *spaced.round().long().tolist(), steps})
