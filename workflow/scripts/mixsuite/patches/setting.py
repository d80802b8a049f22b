"""The numbers that define one synthetic experiment of oh2024."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

from mixsuite.checks import (
    SettingError,
    check_choice,
    check_count,
    check_keys,
    check_list,
    check_not_negative,
    check_positive,
)

METHODS = ("erm", "cutout", "cutmix")

RHO_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Data distribution, network and descent of one experiment; symbols as in oh2024 (poster, "Data Distribution").

    Only `patches` and `dimension` of the paper's figure are confirmed; its other values are recalled, unverified.
    `sigma_0` is not known at all; its value is this suite's choice.

    Raises:
        SettingError: names the setting, the value found and what is expected.
    """

    patches: int  # P
    dimension: int  # d
    samples: int  # n
    sigma_d: float  # standard deviation of the dominant noise
    sigma_b: float  # standard deviation of the background noise
    alpha: float  # strength of the feature noise
    rho: tuple[float, ...]  # P(feature k | label), most common first
    rarity: tuple[str, ...]  # the class that each feature belongs to
    beta: float  # slope of the activation below 0
    r: float  # where the activation reaches slope 1
    learning_rate: float  # eta
    cut_size: int  # C, patches that Cutout removes
    steps: int  # T
    sigma_0: float  # standard deviation of the initial weights
    test_samples: int  # noise draws behind each accuracy

    @classmethod
    def from_mapping(cls, mapping: Mapping) -> "Setting":
        """Build a setting from a plain mapping, such as parsed JSON; unknown and missing names are errors."""
        check_keys("setting", mapping, [field.name for field in fields(cls)])
        values = dict(mapping)
        for name, entries in (("rho", "probabilities"), ("rarity", "names")):
            check_list(name, values[name], f"{entries}, one per feature")
            values[name] = tuple(values[name])
        return cls(**values)

    def __post_init__(self) -> None:
        """Check every value and how the values fit together."""
        for name in ("patches", "dimension", "samples", "cut_size", "steps", "test_samples"):
            check_count(name, getattr(self, name), at_least=1)
        for name in ("sigma_d", "sigma_b", "alpha", "beta", "r", "learning_rate"):
            check_positive(name, getattr(self, name))
        check_not_negative("sigma_0", self.sigma_0)
        if self.beta > 1:
            raise SettingError(f"beta: found {self.beta}, expected 0 < beta <= 1")
        if not 2 * self.cut_size < self.patches:
            raise SettingError(
                f"cut_size: found {self.cut_size}, expected 1 <= cut_size < patches / 2 with {self.patches} patches"
            )
        self._check_features()

    def _check_features(self) -> None:
        for probability in self.rho:
            check_positive("rho", probability)
        total = math.fsum(self.rho)
        if abs(total - 1) > RHO_SUM_TOLERANCE:
            raise SettingError(f"rho: found {list(self.rho)} with the sum {total:.6g}, expected a sum of 1")
        if list(self.rho) != sorted(self.rho, reverse=True):
            raise SettingError(f"rho: found {list(self.rho)}, expected the most common feature first")
        if len(self.rarity) != len(self.rho) or not all(isinstance(name, str) and name for name in self.rarity):
            raise SettingError(
                f"rarity: found {list(self.rarity)}, expected a name for each of {self.features} features"
            )
        if self.dimension <= 2 * self.features:
            raise SettingError(
                f"dimension: found {self.dimension}, expected more than {2 * self.features}, "
                f"the {self.features} orthonormal features of both labels"
            )

    @property
    def features(self) -> int:
        """Features per label, K."""
        return len(self.rho)

    @property
    def rarity_classes(self) -> tuple[str, ...]:
        """The distinct rarity names, most common first."""
        return tuple(dict.fromkeys(self.rarity))

    def features_of(self, rarity: str) -> list[int]:
        """Positions in `rho` of the features of one rarity class."""
        return [k for k, name in enumerate(self.rarity) if name == rarity]


def check_method(method: object) -> None:
    """Raise SettingError unless `method` is one of METHODS."""
    check_choice("method", method, METHODS)
