"""CutMix: the expected loss over all pairs of images and all mixes of their patches (poster, "Procedure 3")."""

import torch
from torch import Tensor

from mixsuite.patches import subsets
from mixsuite.patches.mixing import Mixing, subset_probabilities
from mixsuite.patches.objective import require_bounded, softplus
from mixsuite.patches.setting import Setting

# Large enough that a call's overhead does not count, small enough (8 MiB of float64) for a last-level cache.
TABLE_ENTRIES = 2**20


def objective(labels: Tensor, setting: Setting, mixing: Mixing | None = None) -> "CutMix":
    """Return the exact CutMix loss of images with labels (n), +1 or -1, over `mixing`; None is the poster's D_S."""
    return CutMix(labels, subset_probabilities(setting.patches, mixing))


class CutMix:
    """The exact CutMix loss: mean over i, j in [n] of E_S [t softplus(-f) + (1 - t) softplus(f)].

    f = A_S(i) + A_{S^c}(j) with A_S(i) = sum_{p in S} a(i, p), and t = |S|/P [y_i = 1] + (1 - |S|/P) [y_j = 1]: the
    poster's two logistic terms, since |S|/P weighs y_i. As softplus(-f) = softplus(f) - f, the loss is the mean of
    softplus(f) - t f, whose second part is linear in the activations and is summed once (`targets`).

    (i, j, S) and (j, i, S^c) are the same mixed image, so only the subsets that contain patch 0 are visited.
    In the gradient, sigmoid(A_i + B_j) = e^{A_i} / (e^{A_i} + e^{-B_j}): n exponentials a side instead of n^2.
    """

    def __init__(self, labels: Tensor, probabilities: Tensor) -> None:
        """Take labels (n), +1 or -1, and the probability of each subset (2^P), see `mixsuite.patches.subsets`."""
        n, patches = len(labels), len(probabilities).bit_length() - 1
        probabilities = probabilities.to(labels)
        members = subsets.membership(patches).to(labels)
        self.targets = _targets(labels, members, probabilities)
        # Subset number 2^P - 1 - S is the complement of S.
        either_way = probabilities + probabilities.flip(0)
        # S empty or whole leaves an image as it is; the mean over its partner needs no n x n table.
        self.whole = either_way[-1] / n
        visited = (members[:, 0] == 1) & (either_way > 0)
        visited[-1] = False
        self.members = members[visited]
        self.others = 1 - self.members
        self.weights = either_way[visited, None] / n**2
        at_once = max(1, TABLE_ENTRIES // n**2)
        self.blocks = [slice(start, start + at_once) for start in range(0, len(self.members), at_once)]
        self.table = labels.new_empty(min(at_once, len(self.members)), n, n)

    def loss(self, activations: Tensor) -> Tensor:
        """Return the expected loss, a scalar."""
        total = self.whole * softplus(activations.sum(1)).sum() - (self.targets * activations).sum()
        firsts, seconds = self.members @ activations.T, self.others @ activations.T
        for block in self.blocks:
            table = softplus(firsts[block, :, None] + seconds[block, None, :])
            total += (self.weights[block] * table.sum(2)).sum()
        return total

    def gradient(self, activations: Tensor) -> Tensor:
        """Return the derivative of the loss by each activation (n, P).

        Raises:
            OverflowError: an activation is not finite, or beyond what exp holds.
        """
        require_bounded(activations)
        firsts = torch.exp(self.members @ activations.T)
        seconds = torch.exp(self.others @ -activations.T)
        by_first, by_second = torch.empty_like(firsts), torch.empty_like(seconds)
        for block in self.blocks:
            first, second = firsts[block], seconds[block]
            table = torch.add(first[:, :, None], second[:, None, :], out=self.table[: len(first)]).reciprocal_()
            torch.sum(table, 2, out=by_first[block])
            torch.bmm(first[:, None, :], table, out=by_second[block, None, :])
        by_first *= firsts * self.weights
        by_second *= self.weights
        whole = self.whole * torch.sigmoid(activations.sum(1, keepdim=True)) - self.targets
        return whole.addmm_(by_first.T, self.members).addmm_(by_second.T, self.others)


def _targets(labels: Tensor, members: Tensor, probabilities: Tensor) -> Tensor:
    """Return T (n, P) such that the mean of t f over all i, j, S is sum(T * a)."""
    positive = (labels > 0).to(labels)
    share = members.mean(1, keepdim=True)
    as_first = share * positive + (1 - share) * positive.mean()
    as_second = share * positive.mean() + (1 - share) * positive
    weights = probabilities[:, None] / len(labels)
    return (weights * as_first).T @ members + (weights * as_second).T @ (1 - members)
