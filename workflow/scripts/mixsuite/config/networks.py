"""Networks: a family (a file of mixsuite/models) with that family's settings (workflow/models.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from mixsuite.config.genotypes import Genotype
from mixsuite.config.strict import Strict, check_known, validate
from mixsuite.config.values import Count, NotNegative, Positive, Probability, Switch


class DemoCNN(Strict):
    """The small residual network of the scale demo."""

    width: Count
    blocks: Count


class PyramidNet(Strict):
    """PyramidNet (Han, Kim and Kim 2017); `alpha` is the widening α̃."""

    depth: Count
    alpha: Positive
    bottleneck: Switch = True


class PreActResNet(Strict):
    """PreActResNet (He et al. 2016) as snu-mllab/Co-Mixup has it."""

    depth: Count
    width: Count = 64
    final_norm: Switch = False


class WideResNet(Strict):
    """Wide ResNet (Zagoruyko and Komodakis 2016) as snu-mllab/Co-Mixup has it."""

    depth: Count
    widen_factor: Count
    bias: Switch = True
    strided_convolution: Literal[1, 2] = 2
    final_norm_momentum: Probability = 0.9


class ResNeXt(Strict):
    """ResNeXt for small images (Xie et al. 2017)."""

    depth: Count
    cardinality: Count
    base_width: Count


class ResNet(Strict):
    """ResNet of torchvision, for ImageNet."""

    depth: Count


class CifarResNet(Strict):
    """ResNet with a stem for small images."""

    depth: Count
    width: Count = 64


class SearchedCifar(Strict):
    """Searched cells in a network for small images; without a `genotype` they are searched for a row."""

    genotype: Genotype | None = None
    channels: Count = 36
    cells: Annotated[Count, Field(ge=3)] = 20
    auxiliary_weight: NotNegative = 0.4
    drop_path: Probability = 0.3


class SearchedImageNet(SearchedCifar):
    """Searched cells in a network for large images."""

    channels: Annotated[Count, Field(ge=2)] = 48
    cells: Annotated[Count, Field(ge=3)] = 14
    drop_path: Probability = 0.0


FAMILIES: dict[str, type[Strict]] = {
    "demo_cnn": DemoCNN,
    "pyramidnet": PyramidNet,
    "preactresnet": PreActResNet,
    "wideresnet": WideResNet,
    "resnext": ResNeXt,
    "resnet": ResNet,
    "cifar_resnet": CifarResNet,
    "searched_cifar": SearchedCifar,
    "searched_imagenet": SearchedImageNet,
}


class Network(Strict):
    """A named network: its title in tables, and what it is built of."""

    title: str
    family: str
    settings: dict[str, Any]

    def specification(self) -> dict[str, Any]:
        """Return what a run is made of: the family and the settings that were given."""
        return {"family": self.family, **self.settings}

    @property
    def lacks_cells(self) -> bool:
        """Whether its cells are to be searched."""
        return issubclass(FAMILIES[self.family], SearchedCifar) and "genotype" not in self.settings


def parse_network(data: Any, where: str, genotypes: Mapping[str, Any]) -> Network:
    """Return `data` as a network, in which the name of one of the `genotypes` has become that genotype.

    Raises:
        ConfigError: an unknown family, or settings that the family does not have or refuses.
    """
    network = validate(Network, data, where)
    check_known(f"{where}: family", network.family, FAMILIES)
    settings = dict(network.settings)
    if isinstance(name := settings.get("genotype"), str):
        check_known(f"{where}: settings.genotype", name, genotypes)
        settings["genotype"] = genotypes[name]
    settings = validate(FAMILIES[network.family], settings, f"{where}: settings")
    return network.model_copy(update={"settings": settings.model_dump(mode="json", exclude_unset=True)})
