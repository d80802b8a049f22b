"""Everything that is measured of the landscape around one trained network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from mixsuite.landscape.eigenpairs import leading_eigenpairs
from mixsuite.landscape.evaluation import Measured, evaluate_points
from mixsuite.landscape.gaussian import gaussian_curves
from mixsuite.landscape.hessian import Hessian
from mixsuite.landscape.images import Labelled, collect
from mixsuite.landscape.specification import check_landscape
from mixsuite.landscape.spectrum import estimate_spectrum
from mixsuite.landscape.surface import steps, surface
from mixsuite.landscape.weights import Weights
from mixsuite.models.layout import fastest_layout
from mixsuite.training.sources import Source

PARTS = ("eigenpairs", "spectrum", "surface", "gaussian noise")
"""What is measured, in turn."""


def measure_landscape(
    landscape: dict[str, Any], model: nn.Module, source: Source, tell: Callable[[str], object]
) -> dict[str, Any]:
    """Return what `landscape` (see mixsuite.landscape.specification) asks of `model`, trained, in plain values.

    `source` has the images, normalised as in the training; `tell` is called with each of PARTS when it is done. The
    model's layout in memory may change, its weights do not.

        parameters: how many are perturbed
        eigenvalues, residuals: of the leading pairs, the leading one first; a negative one is given as it is
        trace, trace_error, density: {"nodes", "weights"}, a list per probe
        centre: {"loss", "error"} at the trained weights, on the surface's images
        surface: {"steps": values of λ1 and λ2, "loss", "error": rows of λ1, columns of λ2}
        gaussian: {"sigmas", "centre": {"loss", "error"}, "loss", "error": a row per draw}

    Losses are mean cross-entropies in nats, errors top-1 errors in %.

    Raises:
        SettingError: a setting is missing, unknown or out of range, or asks for more images than there are.
        ValueError: the eigenpairs do not converge, or a loss is not finite.
    """
    check_landscape(landscape)
    seed, of_hessian, of_surface, of_noise = (landscape[key] for key in ("seed", "hessian", "surface", "gaussian"))
    weights, test = Weights(fastest_layout(model), landscape["parameters"]), collect(source.test)
    curved = test if of_hessian["split"] == "test" else collect(source.train)
    hessian = Hessian(weights, curved.sample(of_hessian["images"], seed, "hessian"), of_hessian["batch_size"])
    how = {key: of_hessian[key] for key in ("engine", "order", "tolerance", "iterations")}
    pairs = leading_eigenpairs(hessian, count=2, seed=seed, **how)
    tell(PARTS[0])
    spectrum = estimate_spectrum(hessian, seed=seed, **landscape["spectrum"])
    tell(PARTS[1])
    plane = {key: of_surface[key] for key in ("radius", "points", "scaling")}
    shown = test.sample(of_surface["images"], seed, "surface")
    over_plane = surface(weights, shown, pairs.vectors, **plane)
    tell(PARTS[2])
    noise = {key: of_noise[key] for key in ("sigmas", "draws", "scaling")}
    shaken = test.sample(of_noise["images"], seed, "gaussian")
    under_noise = gaussian_curves(weights, shaken, seed=seed, **noise)
    tell(PARTS[3])
    return {
        "parameters": weights.size,
        "eigenvalues": pairs.values,
        "residuals": pairs.residuals,
        "trace": spectrum.trace,
        "trace_error": spectrum.trace_error,
        "density": {"nodes": spectrum.nodes, "weights": spectrum.weights},
        "centre": _at_centre(weights, shown),
        "surface": {"steps": steps(of_surface["radius"], of_surface["points"]), **_plain(over_plane)},
        "gaussian": {"sigmas": of_noise["sigmas"], "centre": _at_centre(weights, shaken), **_plain(under_noise)},
    }


def _at_centre(weights: Weights, data: Labelled) -> dict[str, float]:
    found = evaluate_points(weights, data, [weights.vector()])
    return {"loss": found.loss.item(), "error": found.error.item()}


def _plain(measured: Measured) -> dict[str, Any]:
    return {"loss": measured.loss.tolist(), "error": measured.error.tolist()}
