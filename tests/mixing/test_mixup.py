import torch
from scipy.stats import beta, kstest

from mixsuite.mixing.mixup import build


def test_one_lambda_and_one_permutation_per_batch(traced_batch):
    images, targets = traced_batch(16, 2, 3, 4)
    mixed, mixed_targets = build(alpha=1.0, probability=1.0)(images, targets, torch.Generator().manual_seed(4))
    own = mixed_targets.diagonal()
    lam = own.min()
    for b in range(16):
        weights = mixed_targets[b].clone()
        weights[b] -= lam
        partner = weights.argmax()
        torch.testing.assert_close(weights[partner], 1 - lam)
        torch.testing.assert_close(mixed[b], lam * images[b] + (1 - lam) * images[partner])


def test_lambda_is_beta():
    mix = build(alpha=0.5, probability=1.0)
    generator = torch.Generator().manual_seed(0)
    images, targets = torch.zeros(8, 1, 1, 1), torch.eye(8, dtype=torch.float64)
    draws = [mix(images, targets, generator)[1].diagonal().min().item() for _ in range(2000)]
    # A draw in which every sample meets itself would show 1; of 8! permutations that is one.
    assert kstest(draws, beta(0.5, 0.5).cdf).pvalue > 1e-4
