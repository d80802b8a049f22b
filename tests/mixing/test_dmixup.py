import torch
from scipy.stats import beta, kstest

from mixsuite.mixing.dmixup import build


def test_weights_are_dirichlet_per_sample():
    # With far more samples than images, a sample hardly ever meets itself or one partner twice.
    n_samples, n_images, alpha = 1500, 3, 1 / 3
    images, targets = torch.zeros(n_samples, 1, 1, 1), torch.eye(n_samples, dtype=torch.float64)
    mix = build(images=n_images, alpha=alpha, probability=1.0)
    _, mixed_targets = mix(images, targets, torch.Generator().manual_seed(0))
    assert ((mixed_targets > 0).sum(1) <= n_images).all()
    own = mixed_targets.diagonal().numpy()
    assert kstest(own, beta(alpha, (n_images - 1) * alpha).cdf).pvalue > 1e-4


def test_partners_are_shared_within_the_batch(traced_batch):
    images, targets = traced_batch(6, 1, 2, 2)
    mix = build(images=2, alpha=5.0, probability=1.0)
    _, mixed_targets = mix(images, targets, torch.Generator().manual_seed(3))
    partner_mass = mixed_targets - torch.diag(mixed_targets.diagonal())
    meets_another = partner_mass.sum(1) > 0
    partner = torch.where(meets_another, partner_mass.argmax(1), torch.arange(6))
    assert partner.sort().values.tolist() == list(range(6))
