"""Loss landscapes: what is measured around trained networks (workflow/landscapes.yaml)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mixsuite.config.strict import Strict
from mixsuite.config.values import Count, Positive, Whole


def _odd(points: int) -> int:
    if points % 2 == 0:
        raise ValueError(f"found {points}, expected an odd number: the middle point is the trained network")
    return points


def _rising(values: list[float]) -> list[float]:
    if values != sorted(set(values)):
        raise ValueError(f"found {values}, expected rising numbers")
    return values


class Hessian(Strict):
    """How the two leading eigenpairs of the Hessian are found, and on which images; `images` None: all."""

    engine: Literal["lanczos", "pyhessian"]
    order: Literal["magnitude", "algebraic"]
    split: Literal["train", "test"]
    images: Count | None
    batch_size: Count
    tolerance: Positive
    iterations: Count


class Spectrum(Strict):
    """Random vectors, and steps of Lanczos from each, behind the Hessian's trace and spectral density."""

    probes: Count
    steps: Count
    trace_probes: Count
    """Further vectors, for the trace alone."""


class Surface(Strict):
    """A square of `points` x `points` networks, up to `radius` from the trained one along both eigenvectors."""

    images: Count | None
    radius: Positive
    points: Annotated[Count, Field(ge=3), AfterValidator(_odd)]
    scaling: Literal["unit", "filter"]


class Gaussian(Strict):
    """Noise of standard deviations `sigmas` on the weights, with so many `draws`."""

    images: Count | None
    sigmas: Annotated[list[Positive], Field(min_length=1), AfterValidator(_rising)]
    draws: Count
    scaling: Literal["absolute", "relative"]


class LandscapeSettings(Strict):
    """Everything that a measurement of a landscape is made of, but for the network."""

    parameters: Literal["all", "without_normalisation"]
    hessian: Hessian
    spectrum: Spectrum
    surface: Surface
    gaussian: Gaussian
    seed: Annotated[Whole, Field(ge=0)]
