"""Which program makes the runs of each kind, and the fingerprint of the code that it runs for one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from mixsuite.catalog.artefacts import Catalog
from mixsuite.catalog.cscores import modules_of_held_out
from mixsuite.catalog.landscapes import module_of_engine
from mixsuite.catalog.mixed_outputs import modules_of_mixed_outputs
from mixsuite.catalog.modules import (
    module_of_method,
    module_of_network,
    module_of_patch_method,
    modules_of,
    modules_of_subset,
)
from mixsuite.catalog.robustness import modules_of_adversarial_set, modules_of_evaluation
from mixsuite.catalog.runs import Run
from mixsuite.catalog.sizes import modules_of_sizes
from mixsuite.catalog.subsets import modules_of_scores
from mixsuite.catalog.transfers import modules_of_transfer
from mixsuite.provenance import SCRIPTS, code_fingerprint


def _of_training(run: Run) -> Iterable[str]:
    return modules_of(run.specification)


def _of_timing(run: Run) -> Iterable[str]:
    runs = ({**run.specification, "recipe": recipe} for recipe in run.specification["recipes"].values())
    return sorted({module for each in runs for module in modules_of(each)})


def _of_landscape(run: Run) -> Iterable[str]:
    return [module_of_engine(run.specification), *modules_of(run.needed("training").specification)]


def _of_fit(run: Run) -> Iterable[str]:
    return modules_of(run.needed("training").specification)


def _of_descent(run: Run) -> Iterable[str]:
    return [module_of_patch_method(run.specification["method"])]


def _of_network(run: Run) -> Iterable[str]:
    return [module_of_network(run.specification["model"]["family"])]


def _of_bridge(run: Run) -> Iterable[str]:
    method, family = run.specification["recipe"]["method"], run.specification["model"]["family"]
    return [module_of_method(method), module_of_network(family)]


def _of_search(run: Run) -> Iterable[str]:
    return modules_of_subset(run.specification["dataset"])


def _none(_run: Run) -> Iterable[str]:
    return []


STEPS: dict[str, tuple[str, Callable[[Run], Iterable[str]]]] = {
    "training": ("train_classifier", _of_training),
    "descent": ("train_patches", _of_descent),
    "timing": ("time_steps", _of_timing),
    "landscape": ("measure_landscape", _of_landscape),
    "fit": ("measure_fit", _of_fit),
    "adversarial_set": ("make_adversarial", modules_of_adversarial_set),
    "stand_in_set": ("make_stand_in_set", _none),
    "evaluation": ("evaluate_robustness", modules_of_evaluation),
    "scores": ("score_images", modules_of_scores),
    "subset": ("select_subset", _none),
    "anchors": ("compose_anchors", _none),
    "search": ("search_architecture", _of_search),
    "sizes": ("count_networks", modules_of_sizes),
    "cscores": ("obtain_cscores", _none),
    "estimated_cscores": ("estimate_cscores", _of_training),
    "held_out": ("score_misclassified", modules_of_held_out),
    "mixed_outputs": ("measure_mixed_outputs", modules_of_mixed_outputs),
    "weights": ("fetch_weights", _of_network),
    "transfer": ("fine_tune", modules_of_transfer),
    "composition": ("compose_images", _none),
    "bridge": ("train_bridge", _of_bridge),
    "sweep": ("sweep_patches", _of_descent),
}
"""By kind: the program, which is also its rule's name, and the modules that it loads by name for a run."""


def step_of(kind: str) -> str:
    """Return the name of the program and of the rule that make runs of `kind`."""
    return STEPS[kind][0]


def code_of(run: Run) -> str:
    """Return the fingerprint of the code that makes `run` now."""
    step, modules = STEPS[run.kind]
    return _fingerprint(step, tuple(modules(run)))


def sweep_run(catalog: Catalog, name: str, method: str) -> Run:
    """Return the sweep of the artefact `name` with `method` as a run, though its files are named otherwise."""
    specification = {"sweep": catalog.sweep_specification(name), "method": method}
    return Run("sweep", 0, specification, f"{method} in the sweep of {name}")


def script(step: str) -> Path:
    """Return the file of the program `step`."""
    return SCRIPTS / f"{step}.py"


@cache
def _fingerprint(step: str, modules: tuple[str, ...]) -> str:
    # Hundreds of runs share a few, and following imports takes a while.
    return code_fingerprint(script(step), modules)
