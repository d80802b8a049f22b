"""The network that a result is computed with, and the images that it goes over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from mixsuite.overview.operations import supernet_of
from mixsuite.overview.results import Result
from mixsuite.overview.sizes import Size, size_of


class Workload(NamedTuple):
    """The settings of a network, and the dataset as the network sees it: of a subset, as many training images."""

    model: Mapping[str, Any]
    size: Size


def workload_of(root: Path, scale: str, result: Result) -> Workload | None:
    """Return what `result` computes with, or None where it needs no network or nobody knows how large its dataset is.

    Where it is made of several networks, the first speaks for all.
    """
    model, size = _model(result), _size(root, scale, result)
    return Workload(model, size) if model and size else None


def _model(result: Result) -> Mapping[str, Any] | None:
    specification = result.run.specification
    if result.run.kind == "search":
        return supernet_of(specification["search"])
    if isinstance(specification.get("model"), Mapping):
        return specification["model"]
    return next((model for need in result.needs if (model := _model(need))), None)


def _size(root: Path, scale: str, result: Result) -> Size | None:
    if result.run.kind == "bridge":
        return _drawn(result.run.specification)
    if result.reader is None:
        return None
    dataset = result.reader.specification["dataset"]
    size = size_of(root, scale, dataset, _schedule(result).get("resized_crop"))
    if size is None:
        return None
    share = next((run["t"] for name, run in _subsets(result) if name == dataset.get("subset")), 1)
    side = result.run.specification.get("training", {}).get("image_size") or size.side
    return replace(size, n_train=max(1, int(share * size.n_train)), side=side)


def _schedule(result: Result) -> Mapping[str, Any]:
    specification = result.run.specification
    return specification.get("schedule") or (result.training or {}).get("schedule", {})


def _subsets(result: Result) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for need in result.needs:
        if need.run.kind == "subset":
            yield need.identity, need.run.specification
        yield from _subsets(need)


def _drawn(bridge: Mapping[str, Any]) -> Size:
    # Its images are drawn as they are needed.
    setting = bridge["setting"]
    tested = bridge["test_samples"] * len(setting["rho"])
    return Size(setting["samples"], tested, 2, bridge["channels"], bridge["image_size"], bytes=0)
