"""Empirical risk minimisation: the loss on the original images (poster, "Procedure 1")."""

from torch import Tensor

from mixsuite.patches.masked_risk import MaskedRisk, cut_masks
from mixsuite.patches.setting import Setting


def objective(labels: Tensor, setting: Setting) -> MaskedRisk:
    """Return the ERM loss of images with labels (n), +1 or -1: no patch is cut."""
    return MaskedRisk(labels, cut_masks(setting.patches, 0))
