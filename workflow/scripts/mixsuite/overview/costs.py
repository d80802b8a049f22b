"""What runs may cost: by finished runs like them, else by counted operations and a named device."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mixsuite.files import canonical_json
from mixsuite.overview.devices import CPU, Device
from mixsuite.overview.effort import PASSES, USUAL_SECONDS
from mixsuite.overview.operations import network_operations, with_typical_cells
from mixsuite.overview.results import Result
from mixsuite.overview.workloads import Workload, workload_of
from mixsuite.records import RecordError, read_record

_START_SECONDS = 4.0
"""Of a job that imports torch and reads its data."""
_FLOAT_BYTES = 4
_RECORD_BYTES = 30_000


@dataclass(frozen=True)
class Cost:
    """Of one run: seconds on the device, or None where nobody knows; by what they are known; and bytes on disk."""

    seconds: float | None
    by: str
    """`measured`, `counted`, `usual` or `unknown`."""
    bytes: float


@dataclass(frozen=True)
class _Sample:
    """A finished run: seconds per multiply-add, or seconds where its operations are not counted."""

    kind: str
    model: str | None
    method: str | None
    precision: str | None
    on_gpu: bool
    seconds: float


class Costs:
    """The costs of runs at `scale` in the project `root`, on `device` (`on_gpu`: whether that is a GPU)."""

    def __init__(self, root: Path, scale: str, device: Device, on_gpu: bool, finished: Iterable[Result]) -> None:
        """`finished` are the results whose times are to be believed."""
        self._root, self._scale, self._device, self._on_gpu = root, scale, device, on_gpu
        self._samples = [sample for result in finished for sample in self._sample(result)]

    def of(self, result: Result) -> Cost:
        """Return the cost of making `result`."""
        operations, n_bytes = self.operations(result), self._bytes(result)
        measured = self._measured(result)
        if measured is not None:
            return Cost(measured * (operations or 1.0), "measured", n_bytes)
        if operations is None:
            usual = USUAL_SECONDS.get(result.run.kind)
            return Cost(usual, "usual" if usual else "unknown", n_bytes)
        rate = self._device.multiply_adds_per_second[_precision(result) or "float32"]
        return Cost(_START_SECONDS + operations / rate, "counted", n_bytes)

    def operations(self, result: Result) -> float | None:
        """Return the multiply-adds of making `result`, or None where they are not counted."""
        network, passes = self._network(result), PASSES.get(result.run.kind)
        if network is None or passes is None:
            return None
        return passes(result.run.specification, network.size) * network_operations(*network)[0]

    def dataset_bytes(self, result: Result) -> float:
        """Return how large the dataset of `result` is when it is prepared, 0 where nobody knows."""
        network = self._network(result)
        return network.size.bytes if network else 0.0

    def _network(self, result: Result) -> Workload | None:
        return workload_of(self._root, self._scale, result)

    def _bytes(self, result: Result) -> float:
        network = self._network(result)
        if result.run.kind != "training" or network is None:
            return _RECORD_BYTES
        return _RECORD_BYTES + _FLOAT_BYTES * network_operations(*network)[1]

    def _sample(self, result: Result) -> Iterator[_Sample]:
        try:
            record = read_record(self._root / result.record)
        except RecordError:
            return
        seconds, device = _seconds(self._root / result.benchmark, record), record.get("device")
        if seconds is not None:
            on_gpu = isinstance(device, str) and not device.startswith(CPU)
            yield _Sample(*_likeness(result), on_gpu, seconds / (self.operations(result) or 1.0))

    def _measured(self, result: Result) -> float | None:
        kind, *likeness = _likeness(result)
        # Steps without a network run on the CPU wherever they are.
        on_gpu = self._on_gpu if result.run.kind in PASSES else None
        alike = [each for each in self._samples if each.kind == kind and on_gpu in (None, each.on_gpu)]
        for places in (3, 1):
            wanted = tuple(likeness[:places])
            found = [each.seconds for each in alike if (each.model, each.method, each.precision)[:places] == wanted]
            if found:
                return statistics.median(found)
        return None


def _likeness(result: Result) -> tuple[str, str | None, str | None, str | None]:
    specification, training = result.run.specification, result.training or result.run.specification
    model = canonical_json(with_typical_cells(training["model"])) if "model" in training else None
    method = training["recipe"]["method"] if "recipe" in training else specification.get("method")
    return result.run.kind, model, method, _precision(result)


def _precision(result: Result) -> str | None:
    training = result.training or result.run.specification
    return training["schedule"]["precision"] if "schedule" in training else None


def _seconds(benchmark: Path, record: Mapping[str, Any]) -> float | None:
    # Of the job where Snakemake ran it; else of the work alone, as its record has it.
    try:
        return float(json.loads(benchmark.read_text(encoding="utf-8").splitlines()[-1])["s"])
    except (OSError, ValueError, KeyError, IndexError):
        seconds = record.get("seconds")
        return float(seconds) if isinstance(seconds, (int, float)) else None
