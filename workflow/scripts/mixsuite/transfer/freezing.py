"""Which parts of a network are trained, while the others stay as they are, batch statistics included."""

from __future__ import annotations

from torch import nn

from mixsuite.checks import SettingError
from mixsuite.models.staged import StagedNetwork

ALL = "all"


def unfreeze(network: StagedNetwork, unfrozen_stages: int | str) -> None:
    """Let training change the classifier and the last `unfrozen_stages` stages of `network`, and nothing else.

    With at least one stage the tail after them is trained, too, and with ALL every layer. Frozen layers get no
    gradients and are in evaluation mode: they normalise by their running statistics, which stay as they are, and drop
    nothing. Call it again whenever the network's mode was changed.

    Raises:
        SettingError: the network has fewer stages.
    """
    trained = _trained(network, unfrozen_stages)
    network.eval().requires_grad_(False)
    for part in trained:
        part.train().requires_grad_(True)


def _trained(network: StagedNetwork, unfrozen_stages: int | str) -> list[nn.Module]:
    if unfrozen_stages == ALL:
        return [network]
    if unfrozen_stages > len(network.stages):
        raise SettingError(
            f"unfrozen_stages: found {unfrozen_stages}, expected at most the {len(network.stages)} stages of the "
            f"network, or {ALL}"
        )
    if unfrozen_stages == 0:
        return [network.classifier]
    return [*network.stages[-unfrozen_stages:], network.tail, network.classifier]
