"""The feature-noise data distribution D of oh2024 (poster, "Data Distribution")."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mixsuite.patches.setting import Setting


@dataclass(frozen=True)
class PatchSet:
    """Images made of patches, as a dictionary of distinct patches and an index into it.

    dictionary: (m, d) float64. Rows 0..K-1 are the features v_{+1,k}, rows K..2K-1 the features v_{-1,k} (all of
        them, drawn or not), the rest one noise patch each.
    index: (n, P) int64, the dictionary row of each patch.
    labels: (n) float64, +1 or -1.
    features: (n) int64, k of each image's feature, from 0.
    """

    dictionary: Tensor
    index: Tensor
    labels: Tensor
    features: Tensor

    def images(self) -> Tensor:
        """Return the patches themselves, (n, P, d)."""
        return self.dictionary[self.index]

    def to(self, device: torch.device) -> "PatchSet":
        """Return the same images on `device`."""
        return PatchSet(*(tensor.to(device) for tensor in (self.dictionary, self.index, self.labels, self.features)))


def draw_patch_set(setting: Setting, generator: torch.Generator, samples: int | None = None) -> PatchSet:
    """Draw `samples` images (default: the setting's) from D, with the features as the first unit vectors.

    An image of label y has at a random position p* the feature v_{y,k} with probability rho_k; at another random
    position alpha u + N(0, sigma_d^2 Lambda), u uniform on {v_{+1,1}, v_{-1,1}}; elsewhere N(0, sigma_b^2 Lambda),
    Lambda = I - sum v v^T.
    """
    n = setting.samples if samples is None else samples
    patches, features = setting.patches, setting.features
    is_positive = torch.randint(2, (n,), generator=generator).bool()
    feature = torch.multinomial(
        torch.tensor(setting.rho, dtype=torch.float64), n, replacement=True, generator=generator
    )
    feature_position = torch.randint(patches, (n,), generator=generator)
    dominant_position = (feature_position + torch.randint(1, patches, (n,), generator=generator)) % patches
    feature_noise = features * torch.randint(2, (n,), generator=generator)

    # Slot s of an image's patches - 1 noise patches lies at position s, or s + 1 from the feature on.
    position = torch.arange(patches)
    slot = position - (position > feature_position[:, None]).long()
    noise_row = 2 * features + torch.arange(n)[:, None] * (patches - 1) + slot
    feature_row = torch.where(is_positive, feature, features + feature)
    at_feature = position == feature_position[:, None]
    index = torch.where(at_feature, feature_row[:, None], noise_row)
    dominant_row = noise_row.gather(1, dominant_position[:, None]).squeeze(1)

    dictionary = torch.zeros(2 * features + n * (patches - 1), setting.dimension, dtype=torch.float64)
    dictionary[: 2 * features, : 2 * features] = torch.eye(2 * features, dtype=torch.float64)
    noise = dictionary[2 * features :, 2 * features :]
    noise.normal_(std=setting.sigma_b, generator=generator)
    noise[dominant_row - 2 * features] *= setting.sigma_d / setting.sigma_b
    dictionary[dominant_row, feature_noise] = setting.alpha
    return PatchSet(dictionary, index, torch.where(is_positive, 1.0, -1.0).double(), feature)


def draw_weights(setting: Setting, generator: torch.Generator) -> Tensor:
    """Draw initial weights (2, d), rows w_1 and w_-1, from N(0, sigma_0^2 I) (recalled, unverified)."""
    return setting.sigma_0 * torch.randn(2, setting.dimension, dtype=torch.float64, generator=generator)
