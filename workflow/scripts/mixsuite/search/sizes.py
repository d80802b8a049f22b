"""The sizes of the networks of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mixsuite.checks import SettingError, check_keys
from mixsuite.models.genotype import Genotype, with_genotype
from mixsuite.models.registry import build_model
from mixsuite.search.counting import COUNTING_RULE, count_flops, count_multiply_adds, count_parameters


def count_networks(networks: Any, genotypes: Mapping[str, Genotype]) -> dict[str, Any]:
    """Return the sizes of `networks`, {"networks": {ROW: {"model", "searches": {SEED: SEARCH}}}, "n_classes", ...}.

    `genotypes` are the cells that the searches found, by the search's name; a network without searches has cells of its
    own, and its size is that of the seed 0. Per row and seed there are `n_parameters`, `n_multiply_adds` and
    `n_flops`.

    Raises:
        SettingError: a key or the genotype of a search is missing, or a network cannot be built.
    """
    check_keys("networks", networks, ("networks", "n_classes", "in_channels", "image_size"))
    shape = {key: networks[key] for key in ("n_classes", "in_channels", "image_size")}
    sizes = {}
    for row, network in networks["networks"].items():
        check_keys(row, network, ("model", "searches"))
        named = network["searches"] or {"0": None}
        sizes[row] = {seed: _size(network["model"], search, genotypes, shape) for seed, search in named.items()}
    return {"specification": networks, "sizes": sizes, "rule": COUNTING_RULE}


def _size(
    model: dict[str, Any], search: str | None, genotypes: Mapping[str, Genotype], shape: dict[str, int]
) -> dict[str, int]:
    if search is not None and search not in genotypes:
        raise SettingError(f"genotypes: found none of the search {search}, expected its genotype.json")
    # Not on the device `meta`, though shapes are enough: a forward pass there first imports for seconds.
    network = build_model(with_genotype(model, genotypes[search].as_json() if search else None), **shape)
    return {
        "n_parameters": count_parameters(network),
        "n_multiply_adds": count_multiply_adds(network, shape["in_channels"], shape["image_size"]),
        "n_flops": count_flops(network, shape["in_channels"], shape["image_size"]),
    }
