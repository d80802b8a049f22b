"""Cutout: the expected loss over all cut-outs of C patches (poster, "Procedure 2")."""

from torch import Tensor

from mixsuite.patches.masked_risk import MaskedRisk, cut_masks
from mixsuite.patches.setting import Setting


def objective(labels: Tensor, setting: Setting) -> MaskedRisk:
    """Return the exact Cutout loss of images with labels (n), +1 or -1, over all choices of C patches (D_C)."""
    return MaskedRisk(labels, cut_masks(setting.patches, setting.cut_size))
