"""The leading eigenpairs of the Hessian by ARPACK's implicitly restarted Lanczos method, as scipy offers it."""

from __future__ import annotations

import numpy as np
import torch
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from mixsuite.landscape.hessian import Hessian
from mixsuite.randomness import stream

_WHICH = {"magnitude": "LM", "algebraic": "LA"}
# Vectors that ARPACK keeps. Its default is 20, of which all must be there before it looks for the first time.
_BASIS = 10


def find_eigenpairs(
    hessian: Hessian, order: str, count: int, tolerance: float, iterations: int, seed: int
) -> tuple[np.ndarray, torch.Tensor]:
    """Return the `count` leading eigenvalues, in any order, and their unit eigenvectors (count, size).

    See mixsuite.landscape.eigenpairs.

    Raises:
        ValueError: no convergence after `iterations` restarts; a product with the Hessian is not finite.
    """
    weights = hessian.weights
    start = torch.randn(weights.size, generator=stream(seed, "eigenvectors"), dtype=weights.dtype).numpy()

    def product(vector: np.ndarray) -> np.ndarray:
        found = hessian.product(torch.from_numpy(vector).to(weights.device))
        if not found.isfinite().all():
            raise ValueError("hessian: a product with it is not finite: the weights may have diverged")
        return found.cpu().numpy()

    operator = LinearOperator((weights.size, weights.size), matvec=product, dtype=start.dtype)
    basis = min(weights.size, max(_BASIS, 2 * count + 1))
    try:
        values, vectors = eigsh(
            operator, count, which=_WHICH[order], v0=start, tol=tolerance, ncv=basis, maxiter=iterations
        )
    except ArpackNoConvergence as error:
        raise ValueError(
            f"hessian: {len(error.eigenvalues)} of {count} eigenpairs found after {iterations} restarts, expected all: "
            "raise iterations or tolerance"
        ) from None
    rows = torch.from_numpy(np.ascontiguousarray(vectors.T)).to(weights.device)
    return values.astype(np.float64), rows / rows.norm(dim=1, keepdim=True)
