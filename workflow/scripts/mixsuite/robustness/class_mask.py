"""The classes of a set of images among those of a network: logits of the others are left out, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from mixsuite.checks import check_choice
from mixsuite.data.errors import DatasetError

PROTOCOLS = ("masked", "unmasked")
"""`masked`: the network chooses among the set's classes alone, as in hendrycks/natural-adv-examples (eval.py).
`unmasked`: it chooses among all that it knows."""

_SHOWN = 3


@dataclass(frozen=True, eq=False)
class ClassMask:
    """`places` int64 (n,): where each class of the set is among the network's."""

    places: torch.Tensor
    masked: bool

    def logits(self, logits: torch.Tensor) -> torch.Tensor:
        """Return those of `logits` (B, n_classes) that take part: (B, n) or all."""
        return logits[:, self.places] if self.masked else logits

    def targets(self, labels: torch.Tensor) -> torch.Tensor:
        """Return where the class of each of the set's `labels` (B,) is in what `logits` returns."""
        return labels if self.masked else self.places[labels]

    def members(self, labels: torch.Tensor) -> torch.Tensor:
        """Return bool (B,): whether the network's `labels` (B,) are among the set's classes."""
        return torch.isin(labels, self.places)


def class_mask(
    found: Sequence[str], classes: Sequence[str], protocol: str, what: object, device: torch.device
) -> ClassMask:
    """Return the mask of the classes `found` in a set of images, `what`, among the `classes` of a network.

    Classes are known by their names (for ImageNet, WordNet IDs), never by their position.

    Raises:
        SettingError: `protocol` is none of PROTOCOLS.
        DatasetError: the network does not know a class.
    """
    check_choice("class_mask", protocol, PROTOCOLS)
    numbers = {name: number for number, name in enumerate(classes)}
    unknown = [name for name in found if name not in numbers]
    if unknown:
        shown = ", ".join(unknown[:_SHOWN]) + (", ..." if len(unknown) > _SHOWN else "")
        raise DatasetError(
            f"{what}: {len(unknown)} of its {len(found)} classes are none of the network's {len(classes)}: {shown}"
        )
    return ClassMask(torch.tensor([numbers[name] for name in found], device=device), protocol == "masked")
