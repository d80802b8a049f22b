"""The random draws that mixing methods share, each from an explicit generator and on its device."""

from __future__ import annotations

import torch

from mixsuite.checks import check_count, check_fraction, check_positive


def dirichlet(alpha: float, n_components: int, n_draws: int, generator: torch.Generator) -> torch.Tensor:
    """Return (n_components, n_draws) float64 draws of the symmetric Dir(α, ..., α); each column sums to 1.

    With n_components = 2 each row is Beta(α, α).

    A Dirichlet variable is Gamma(α) variables divided by their sum, and Gamma(α) = Gamma(α + 1) · U^(1/α) (Marsaglia
    and Tsang 2000, section 6). Taken in logarithms, no α however small lets all components of a draw underflow to 0/0.
    """
    shape, options = (n_components, n_draws), {"dtype": torch.float64, "device": generator.device}
    gamma = torch._standard_gamma(torch.full(shape, alpha + 1.0, **options), generator=generator)
    uniform = torch.rand(shape, generator=generator, **options)
    return gamma.log_().add_(uniform.log_(), alpha=1.0 / alpha).softmax(dim=0)


def proportions(
    alpha: float, n_images: int, n_draws: int, probability: float, generator: torch.Generator
) -> torch.Tensor:
    """Return (n_images, n_draws) float64 mixing proportions φ for one batch.

    One coin is thrown for the batch: with `probability` the columns are draws of Dir(α, ..., α), else all are (1, 0,
    ..., 0), which leaves every sample as it is. With probability 1 there is no coin.
    """
    phi = dirichlet(alpha, n_images, n_draws, generator)
    if probability == 1:
        return phi
    unmixed = torch.eye(n_images, 1, dtype=phi.dtype, device=phi.device)
    # Both are computed: a branch in Python would make the host wait for the device.
    coin = torch.rand((), generator=generator, device=phi.device) < probability
    return torch.where(coin, phi, unmixed)


def check_proportions(alpha: float, probability: float, images: int = 2) -> None:
    """Raise SettingError, naming the setting, where `proportions` cannot be drawn for so many images."""
    check_count("images", images, at_least=2)
    check_positive("alpha", alpha)
    check_fraction("probability", probability)


def permuted_partners(n_images: int, batch_size: int, generator: torch.Generator) -> torch.Tensor:
    """Return partners (n_images, batch_size), int64: which sample gives the k-th image of sample b.

    partners[0] is the sample itself; for each k > 0 one permutation serves the whole batch, as in the released code of
    jeong2021 (clovaai/DCutMix, main.py). A sample may meet itself.
    """
    device = generator.device
    itself = torch.arange(batch_size, device=device)
    others = [torch.randperm(batch_size, generator=generator, device=device) for _ in range(n_images - 1)]
    return torch.stack([itself, *others])
