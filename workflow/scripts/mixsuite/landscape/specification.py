"""What a measurement of the landscape is made of, checked key by key.

    {
        "run": the identity of the training, kept with the result,
        "parameters": "all" | "without_normalisation",
        "hessian": {"engine", "order", "split", "images", "batch_size", "tolerance", "iterations"},
        "spectrum": {"probes", "steps", "trace_probes"},
        "surface": {"images", "radius", "points", "scaling"},
        "gaussian": {"images", "sigmas", "draws", "scaling"},
        "seed": 0
    }

`images` are a number, drawn from the split, or null for all of it. Surfaces and curves are of the test split.
"""

from __future__ import annotations

from typing import Any

from mixsuite.checks import SettingError, check_choice, check_count, check_keys, check_list, check_positive
from mixsuite.landscape.eigenpairs import ENGINES, ORDERS
from mixsuite.landscape.gaussian import SCALINGS as GAUSSIAN_SCALINGS
from mixsuite.landscape.surface import SCALINGS as SURFACE_SCALINGS
from mixsuite.landscape.weights import PARAMETERS

_PARTS = {
    "hessian": ("engine", "order", "split", "images", "batch_size", "tolerance", "iterations"),
    "spectrum": ("probes", "steps", "trace_probes"),
    "surface": ("images", "radius", "points", "scaling"),
    "gaussian": ("images", "sigmas", "draws", "scaling"),
}
_COUNTS = {
    "hessian": ("batch_size", "iterations"),
    "spectrum": ("probes", "steps", "trace_probes"),
    "surface": (),
    "gaussian": ("draws",),
}
_CHOICES = {
    ("hessian", "engine"): ENGINES,
    ("hessian", "order"): ORDERS,
    ("hessian", "split"): ("train", "test"),
    ("surface", "scaling"): SURFACE_SCALINGS,
    ("gaussian", "scaling"): GAUSSIAN_SCALINGS,
}


def check_landscape(landscape: Any) -> None:
    """Raise SettingError, naming the setting, unless `landscape` has all keys, no others, and values in range."""
    check_keys("landscape", landscape, ("run", "parameters", *_PARTS, "seed"))
    check_choice("parameters", landscape["parameters"], PARAMETERS)
    check_count("seed", landscape["seed"], at_least=0)
    for part, keys in _PARTS.items():
        check_keys(part, landscape[part], keys)
        for key in _COUNTS[part]:
            check_count(f"{part}: {key}", landscape[part][key], at_least=1)
        if "images" in keys and landscape[part]["images"] is not None:
            check_count(f"{part}: images", landscape[part]["images"], at_least=1)
    for (part, key), choices in _CHOICES.items():
        check_choice(f"{part}: {key}", landscape[part][key], choices)
    check_positive("hessian: tolerance", landscape["hessian"]["tolerance"])
    _check_surface(landscape["surface"])
    _check_sigmas(landscape["gaussian"]["sigmas"])


def _check_surface(surface: dict[str, Any]) -> None:
    check_positive("surface: radius", surface["radius"])
    check_count("surface: points", surface["points"], at_least=3)
    if surface["points"] % 2 == 0:
        raise SettingError(f"surface: points: found {surface['points']}, expected an odd number: the middle one is θ")


def _check_sigmas(sigmas: Any) -> None:
    check_list("gaussian: sigmas", sigmas, of="standard deviations")
    for sigma in sigmas:
        check_positive("gaussian: sigmas", sigma)
    if not sigmas or sorted(set(sigmas)) != list(sigmas):
        raise SettingError(
            f"gaussian: sigmas: found {sigmas!r}, expected at least one, each larger than that before it"
        )
