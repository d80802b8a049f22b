"""The leading eigenpairs of the Hessian by PyHessian (Yao et al. 2019), the tool that jeong2021 used.

PyHessian is under the GPL and is called as it is; nothing but this module imports it.
"""

from __future__ import annotations

import warnings

import numpy as np
import torch
from torch.nn import functional

from mixsuite.checks import SettingError
from mixsuite.landscape.hessian import Hessian
from mixsuite.landscape.weights import flatten
from mixsuite.randomness import derived_seed


def find_eigenpairs(
    hessian: Hessian, order: str, count: int, tolerance: float, iterations: int, seed: int
) -> tuple[np.ndarray, torch.Tensor]:
    """Return the `count` eigenvalues of the largest magnitude, as found, and their unit eigenvectors (count, size).

    See mixsuite.landscape.eigenpairs. Of `hessian` it takes weights and batches; the products are PyHessian's own.

    Raises:
        SettingError: PyHessian is not installed, or `order` is not the one in which it finds eigenvalues.
    """
    if order != "magnitude":
        raise SettingError(f"hessian: order: found {order!r}, expected 'magnitude', which is what pyhessian finds")
    try:
        from pyhessian import hessian as pyhessian
    except ImportError:
        raise SettingError(
            "hessian: engine: found 'pyhessian', which is not installed (pip install pyhessian), expected 'lanczos'"
        ) from None
    weights, cuda = hessian.weights, hessian.weights.device.type == "cuda"
    perturbed = {id(tensor) for tensor in weights.tensors}
    others = [tensor for tensor in weights.model.parameters() if id(tensor) not in perturbed]
    data = {"data": hessian.batches[0]} if len(hessian.batches) == 1 else {"dataloader": hessian.batches}
    with torch.random.fork_rng(devices=[weights.device] if cuda else []), warnings.catch_warnings():
        # It leaves graphs in the parameters' gradients, which are cleared below.
        warnings.filterwarnings("ignore", "Using backward.. with create_graph=True")
        torch.manual_seed(derived_seed(seed, "eigenvectors"))
        # It takes all parameters that require gradients, and reads what lies in their .grad as the loss's.
        weights.model.zero_grad(set_to_none=True)
        for tensor in others:
            tensor.requires_grad_(False)
        try:
            engine = pyhessian(weights.model, functional.cross_entropy, **data, cuda=cuda)
            values, vectors = engine.eigenvalues(maxIter=iterations, tol=tolerance, top_n=count)
        finally:
            weights.model.zero_grad(set_to_none=True)
            for tensor in others:
                tensor.requires_grad_(True)
    rows = torch.stack([flatten(vector).detach() for vector in vectors])
    return np.array(values), rows / rows.norm(dim=1, keepdim=True)
