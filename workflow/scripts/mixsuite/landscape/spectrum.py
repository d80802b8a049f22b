"""The Hessian's trace and the density of its eigenvalues, from random probes."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass

import torch

from mixsuite.landscape.hessian import Hessian
from mixsuite.randomness import stream

# Of the largest entry so far: below it the Krylov space is exhausted, and what is left is rounding.
_NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class Spectrum:
    """What the probes tell: all have an estimate of the trace, and the first of them a quadrature rule of the density.

    The density φ(t) = (1/size) Σ δ(t - λ_i) is estimated by the mean over probes of Σ_j weights_j δ(t - nodes_j).
    """

    traces: list[float]
    nodes: list[list[float]]
    weights: list[list[float]]

    @property
    def trace(self) -> float:
        """The mean of the probes' estimates (Hutchinson 1990): unbiased."""
        return statistics.mean(self.traces)

    @property
    def trace_error(self) -> float | None:
        """Its standard error; None for a single probe."""
        return statistics.stdev(self.traces) / math.sqrt(len(self.traces)) if len(self.traces) > 1 else None


def estimate_spectrum(hessian: Hessian, probes: int, steps: int, trace_probes: int, seed: int) -> Spectrum:
    """Return the spectrum by stochastic Lanczos quadrature (Ghorbani et al. 2019, algorithm 1), as PyHessian's density.

    Each of the `probes` is a vector of random signs, from which the Lanczos method goes `steps` steps, or as many as
    there are directions left. Its first step gives Hutchinson's estimate of the trace. This needs far more vectors than
    the density: `trace_probes` further ones take that one step alone.
    """
    generator = stream(seed, "spectrum")
    found = Spectrum([], [], [])
    size = hessian.weights.size

    def probe() -> torch.Tensor:
        signs = torch.randint(0, 2, (size,), generator=generator).to(hessian.weights.dtype) * 2 - 1
        return signs.to(hessian.weights.device)

    for _ in range(probes):
        diagonal, off_diagonal = tridiagonalise(hessian, probe(), steps)
        values, vectors = torch.linalg.eigh(
            torch.diag(diagonal) + torch.diag(off_diagonal, 1) + torch.diag(off_diagonal, -1)
        )
        found.traces.append(size * diagonal[0].item())
        found.nodes.append(values.tolist())
        found.weights.append(vectors[0].square().tolist())
    for _ in range(trace_probes):
        signs = probe()
        found.traces.append((signs @ hessian.product(signs)).item())
    return found


def tridiagonalise(hessian: Hessian, start: torch.Tensor, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return diagonal (m) and off-diagonal (m - 1) of the Lanczos method's tridiagonal matrix, float64 on the CPU.

    m is `steps`, or fewer where the directions that H makes of `start` are exhausted. Every new vector is made
    orthogonal to all before it, twice, without which rounding would bring found eigenvalues back.
    """
    basis = torch.empty(min(steps, len(start)), len(start), dtype=start.dtype, device=start.device)
    diagonal: list[float] = []
    off_diagonal: list[float] = []
    vector = start / start.norm()
    for step in range(len(basis)):
        basis[step] = vector
        product = hessian.product(vector)
        diagonal.append((product @ vector).item())
        for _ in range(2):
            product = product - basis[: step + 1].T @ (basis[: step + 1] @ product)
        length = product.norm().item()
        if step + 1 == len(basis) or length <= _NEGLIGIBLE * max(map(abs, (*diagonal, *off_diagonal))):
            break
        off_diagonal.append(length)
        vector = product / length
    return torch.tensor(diagonal, dtype=torch.float64), torch.tensor(off_diagonal, dtype=torch.float64)
