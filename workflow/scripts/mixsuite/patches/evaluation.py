"""Test accuracy per feature, without drawing test patches."""

import torch
from torch import Tensor

from mixsuite.patches.network import SmoothedLeakyReLU, patch_outputs
from mixsuite.patches.setting import Setting


def feature_outputs(projections: Tensor, setting: Setting, activation: SmoothedLeakyReLU) -> Tensor:
    """Return s (phi(<w_1, v_{s,k}>) - phi(<w_-1, v_{s,k}>)) as (2, K), first row s = +1: above 0 is the right side.

    `projections` (2, m) are those of a dictionary that begins with the features.
    """
    outputs = patch_outputs(projections[:, : 2 * setting.features], activation).view(2, setting.features)
    return outputs * outputs.new_tensor([[1.0], [-1.0]])


class NoiseDraws:
    """Fixed draws of what the noise patches of a test image add to f.

    f of an image with feature v_{s,k} is the feature's output plus the noise patches', wherever the patches lie. For
    xi ~ N(0, sigma^2 Lambda), the pair (<w_1, xi>, <w_-1, xi>) is exactly N(0, sigma^2 W Lambda W^T): drawing it needs
    the 2 x 2 covariance and not the patches. The same draws serve every feature and every step.
    """

    def __init__(self, setting: Setting, generator: torch.Generator, device: torch.device) -> None:
        """Draw `setting.test_samples` times the P - 1 noise patches of an image."""
        self.setting = setting
        shape = (2, setting.test_samples, setting.patches - 1)
        normals = torch.randn(shape, dtype=torch.float64, generator=generator)
        normals[..., 0] *= setting.sigma_d
        normals[..., 1:] *= setting.sigma_b
        self.normals = normals.to(device)

    def outputs(self, projections: Tensor, covariance: Tensor, activation: SmoothedLeakyReLU) -> Tensor:
        """Return the sum of the noise patches' outputs, (2, test_samples): one row per feature noise u.

        projections: (2, m) of a dictionary that begins with the features. covariance: W Lambda W^T (2, 2).
        """
        noise = torch.einsum("st,tnp->snp", _square_root(covariance), self.normals)
        background = patch_outputs(noise[..., 1:], activation).sum(1)
        # u is one of the two most common features, v_{+1,1} and v_{-1,1}.
        shift = self.setting.alpha * projections[:, [0, self.setting.features]]
        return patch_outputs(noise[:, None, :, 0] + shift[:, :, None], activation) + background

    def accuracy(self, projections: Tensor, weight_products: Tensor, activation: SmoothedLeakyReLU) -> Tensor:
        """Return P(y f > 0 | label s, feature k) as (2, K), first row s = +1.

        projections: (2, m) of a dictionary that begins with the features. weight_products: W W^T (2, 2).
        """
        features = projections[:, : 2 * self.setting.features]
        # Lambda removes the features' directions, an orthonormal set.
        covariance = weight_products - features @ features.T
        noise = self.outputs(projections, covariance, activation).flatten()
        margins = feature_outputs(projections, self.setting, activation)
        signs = margins.new_tensor([1.0, -1.0])[:, None, None]
        return (margins[..., None] + signs * noise > 0).double().mean(-1)


def _square_root(covariance: Tensor) -> Tensor:
    """Return the Cholesky factor of a 2 x 2 covariance, which rounding may have left slightly indefinite."""
    first = covariance[0, 0].clamp(min=0).sqrt()
    cross = torch.where(first > 0, covariance[0, 1] / first, 0.0)
    second = (covariance[1, 1] - cross**2).clamp(min=0).sqrt()
    return torch.stack([torch.stack([first, torch.zeros_like(first)]), torch.stack([cross, second])])
