"""Where CutMix's loss is least when a network may answer every training patch as it likes, but a feature in one way."""

import torch
from torch import Tensor

from mixsuite.checks import SettingError
from mixsuite.patches import subsets
from mixsuite.patches.objective import softplus

_MOST_STEPS = 100
# Newton's method squares its error: a step this small ends at rounding.
_CLOSE = 1e-8
_SMALLEST_PART = 1e-6


def predicted_feature_output(probabilities: Tensor, same_label: float = 0.5) -> float:
    """Return the feature's output at the least CutMix loss under a distribution of subsets (2^P).

    An image has its feature at a uniform position q, with the activation v on its own side whatever q is, and noise,
    each patch another, at every other position p, with the activation c(q, p) on its side. The loss is convex in v
    and the c, and Newton's method finds its minimum. Where all subsets of a size are alike, v and all c are c*
    (`mixsuite.patches.theory.uniform_activation`). Boxes in a strip hold its middle more often than its ends: there
    v is a compromise between positions, and the c differ.

    Args:
        probabilities: the probability of each subset, see `mixsuite.patches.subsets`.
        same_label: fraction of the pairs (i, j) with y_i = y_j.

    Raises:
        SettingError: the loss has no minimum, as where images are never mixed.
    """
    forms, targets, weights = _linear_forms(probabilities, same_label)

    def loss(activations: Tensor) -> Tensor:
        values = forms @ activations
        return (weights * (softplus(values) - targets * values)).sum()

    activations = torch.ones(forms.shape[1], dtype=torch.float64)
    for _ in range(_MOST_STEPS):
        likely = torch.sigmoid(forms @ activations)
        gradient = forms.T @ (weights * (likely - targets))
        hessian = forms.T @ ((weights * likely * (1 - likely))[:, None] * forms)
        step, singular = torch.linalg.solve_ex(hessian, gradient)
        if singular or not step.isfinite().all():
            break
        if step.abs().max() < _CLOSE:
            return (activations - step)[0].item()
        part = 1.0
        while loss(activations - part * step) > loss(activations) and part > _SMALLEST_PART:
            part /= 2
        activations = activations - part * step
    raise SettingError("probabilities: found a CutMix loss without a minimum, expected one that mixes images")


def _linear_forms(probabilities: Tensor, same_label: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return every mixed image: f as a linear form in (v, c), its target, and its weight in the loss.

    The image i has the label +1; j has it, too, or not. The other half of all pairs is their mirror image.
    """
    patches = len(probabilities).bit_length() - 1
    taken = probabilities > 0
    members, weights = subsets.membership(patches)[taken], probabilities[taken]
    # Which of v, c(0, 1), c(0, 2), ... an image with its feature at q has at p: (q, p, unknown).
    unknown = torch.zeros(patches, patches, dtype=torch.long)
    unknown[~torch.eye(patches, dtype=torch.bool)] = torch.arange(1, patches * (patches - 1) + 1)
    parts = torch.nn.functional.one_hot(unknown, 1 + patches * (patches - 1)).double()
    firsts = torch.einsum("sp,qpu->squ", members, parts)[:, :, None]
    seconds = torch.einsum("sp,qpu->squ", 1 - members, parts)[:, None, :]
    shape = (len(weights), patches, patches)
    weight = (weights[:, None, None] / patches**2).expand(shape)
    alike, unlike = (firsts + seconds).flatten(0, 2), (firsts - seconds).flatten(0, 2)
    share = members.mean(1)[:, None, None].expand(shape)
    targets = torch.cat([torch.ones(len(alike), dtype=torch.float64), share.flatten()])
    weighed = torch.cat([same_label * weight.flatten(), (1 - same_label) * weight.flatten()])
    return torch.cat([alike, unlike]), targets, weighed
