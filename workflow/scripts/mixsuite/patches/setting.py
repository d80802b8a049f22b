"""The numbers that define one synthetic experiment of oh2024."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import MISSING, dataclass, fields

METHODS = ("erm", "cutout", "cutmix")

RHO_SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Data distribution, network and descent of one experiment; symbols as in oh2024 (poster, "Data Distribution").

    Only `patches` and `dimension` of the paper's figure are confirmed; its other values are recalled, unverified.
    `sigma_0` is not known at all; its default is this suite's choice.

    Raises:
        ValueError: names the setting, the value found and what is expected.
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
    sigma_0: float = 0.01  # standard deviation of the initial weights
    test_samples: int = 20_000  # noise draws behind each accuracy

    @classmethod
    def from_mapping(cls, mapping: Mapping) -> "Setting":
        """Build a setting from a plain mapping, such as parsed JSON; unknown and missing names are errors."""
        require_keys(
            "setting",
            mapping,
            required={field.name for field in fields(cls) if field.default is MISSING},
            optional={field.name for field in fields(cls) if field.default is not MISSING},
        )
        values = dict(mapping)
        for name in ("rho", "rarity"):
            if isinstance(values[name], str) or not isinstance(values[name], Sequence):
                raise ValueError(f"{name} is {values[name]!r}: expected a list, one entry per feature")
            values[name] = tuple(values[name])
        return cls(**values)

    def __post_init__(self) -> None:
        """Check every value and how the values fit together."""
        for name in ("patches", "dimension", "samples", "cut_size", "steps", "test_samples"):
            require_positive_integer(name, getattr(self, name))
        for name in ("sigma_d", "sigma_b", "alpha", "beta", "r", "learning_rate"):
            require_positive_number(name, getattr(self, name))
        if self.sigma_0 != 0:
            require_positive_number("sigma_0", self.sigma_0)
        if self.beta > 1:
            raise ValueError(f"beta is {self.beta}: expected 0 < beta <= 1")
        if not 2 * self.cut_size < self.patches:
            raise ValueError(
                f"cut_size is {self.cut_size}: expected 1 <= cut_size < patches / 2, and patches is {self.patches}"
            )
        self._require_features()

    def _require_features(self) -> None:
        if not self.rho:
            raise ValueError("rho is empty: expected one probability per feature")
        for probability in self.rho:
            require_positive_number("rho", probability)
        if abs(math.fsum(self.rho) - 1) > RHO_SUM_TOLERANCE:
            raise ValueError(f"rho is {list(self.rho)}, which sums to {math.fsum(self.rho):.6g}: expected a sum of 1")
        if list(self.rho) != sorted(self.rho, reverse=True):
            raise ValueError(f"rho is {list(self.rho)}: expected the most common feature first")
        if len(self.rarity) != len(self.rho) or not all(isinstance(name, str) and name for name in self.rarity):
            raise ValueError(f"rarity is {list(self.rarity)}: expected one name for each of {len(self.rho)} features")
        if self.dimension <= 2 * self.features:
            raise ValueError(
                f"dimension is {self.dimension}: expected more than {2 * self.features}, "
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


def require_keys(name: str, mapping: object, required: Set[str], optional: Set[str] = frozenset()) -> None:
    """Raise a ValueError that names the keys if `mapping` lacks a required one or has one that is neither."""
    if not isinstance(mapping, Mapping):
        raise ValueError(f"{name} is {mapping!r}: expected a mapping with {sorted(required | optional)}")
    if unknown := sorted(set(mapping) - required - optional):
        raise ValueError(f"{name} has the unknown {', '.join(unknown)}: expected only {sorted(required | optional)}")
    if missing := sorted(required - set(mapping)):
        raise ValueError(f"{name} lacks {', '.join(missing)}")


def require_method(method: object) -> str:
    """Return `method` if it is one of METHODS, else raise ValueError."""
    if method not in METHODS:
        raise ValueError(f"method is {method!r}: expected one of {', '.join(METHODS)}")
    return method


def require_seed(seed: object) -> int:
    """Return `seed` if it is an integer of at least 0, else raise ValueError."""
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed is {seed!r}: expected an integer of at least 0")
    return seed


def require_positive_integer(name: str, value: object) -> None:
    """Raise a ValueError that names the setting unless `value` is an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} is {value!r}: expected an integer of at least 1")


def require_positive_number(name: str, value: object) -> None:
    """Raise a ValueError that names the setting unless `value` is a finite number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value!r}: expected a finite number above 0")
