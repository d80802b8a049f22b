"""The phase picture: which features each method learns, over a grid of noise strengths."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from mixsuite.checks import SettingError, check_count, check_keys, check_list, check_positive
from mixsuite.patches.experiment import Experiment
from mixsuite.patches.setting import Setting
from mixsuite.patches.theory import LEARNED_ACCURACY

COLUMNS = (
    "method",
    "seed",
    "sigma_d",
    "sigma_b",
    "steps",
    "dominant_noise",
    "background_noise",
    "feature",
    "rarity",
    "rho",
    "expected_images",
    "drawn_images",
    "feature_output",
    "class_accuracy",
    "learned",
)


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A grid over sigma_d; everything else is as in `base`, but sigma_b = sigma_ratio * sigma_d."""

    base: Setting
    sigma_d: tuple[float, ...]
    sigma_ratio: float
    seeds: int

    @classmethod
    def from_mapping(cls, mapping: Mapping) -> "Sweep":
        """Build a sweep from a plain mapping {base, sigma_d, sigma_ratio, seeds}.

        Raises:
            SettingError: names the setting, the value found and what is expected.
        """
        check_keys("sweep", mapping, ("base", "sigma_d", "sigma_ratio", "seeds"))
        grid = mapping["sigma_d"]
        check_list("sigma_d", grid, "numbers")
        if not grid:
            raise SettingError("sigma_d: found [], expected at least one number")
        for sigma in grid:
            check_positive("sigma_d", sigma)
        check_positive("sigma_ratio", mapping["sigma_ratio"])
        check_count("seeds", mapping["seeds"], at_least=1)
        return cls(**{**mapping, "base": Setting.from_mapping(mapping["base"]), "sigma_d": tuple(grid)})

    @property
    def points(self) -> int:
        """Descents that the sweep takes."""
        return self.seeds * len(self.sigma_d)

    def settings(self) -> list[Setting]:
        """Return the setting of each grid point."""
        return [replace(self.base, sigma_d=sigma, sigma_b=self.sigma_ratio * sigma) for sigma in self.sigma_d]


def run_sweep(
    sweep: Sweep, method: str, device: torch.device, report: Callable[[int, str], None] = lambda done, note: None
) -> Iterator[dict[str, Any]]:
    """Yield a row per seed, grid point and feature, keys COLUMNS; call `report(done, note)` after each grid point.

    `dominant_noise` is sigma_d^2 d, `background_noise` sigma_b^2 d, `expected_images` n rho_k; `class_accuracy` and
    `feature_output` are means over both labels at the last step.

    Raises:
        DivergedError: a descent left the range of float64.
    """
    done = 0
    for seed in range(sweep.seeds):
        for setting in sweep.settings():
            experiment = Experiment(setting, method, seed, device)
            experiment.descent.advance(setting.steps)
            yield from _rows(experiment)
            done += 1
            report(done, f"sigma_d {setting.sigma_d:g}")


def _rows(experiment: Experiment) -> Iterator[dict[str, Any]]:
    setting, record = experiment.setting, experiment.record()
    drawn = experiment.drawn_images().sum(0).tolist()
    accuracy, outputs = record.accuracies.mean(0).tolist(), record.feature_outputs.mean(0).tolist()
    for k, rho in enumerate(setting.rho):
        values = (
            experiment.method,
            experiment.seed,
            setting.sigma_d,
            setting.sigma_b,
            setting.steps,
            setting.sigma_d**2 * setting.dimension,
            setting.sigma_b**2 * setting.dimension,
            k + 1,
            setting.rarity[k],
            rho,
            setting.samples * rho,
            drawn[k],
            outputs[k],
            accuracy[k],
            accuracy[k] >= LEARNED_ACCURACY,
        )
        yield dict(zip(COLUMNS, values, strict=True))
