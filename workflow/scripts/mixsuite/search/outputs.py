"""The files of a finished search: the genotype, a row per epoch, and what was searched, at which cost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch

from mixsuite.device import device_name
from mixsuite.files import write_csv, write_json
from mixsuite.records import write_record
from mixsuite.search.task import SearchTask
from mixsuite.training.state_file import History

SECONDS_PER_DAY = 86400


def write_genotype(path: Path, task: SearchTask) -> None:
    """Write the genotype of the last architecture to `path`, a small JSON file for people and for networks."""
    write_json(
        path,
        {
            "title": f"searched on {task.run['dataset'].get('name', 'images')}, seed {task.run['seed']}",
            "source": "derived from the architecture weights of the last epoch",
            "genotype": task.architecture.genotype().as_json(),
        },
    )


def write_search_history(path: Path, history: History) -> None:
    """Write `history` to `path` (CSV), a row per epoch."""
    write_csv(path, list(history[0]), history)


def write_search(
    path: Path, task: SearchTask, history: History, dataset_sha256: str, code: str, outputs: Iterable[Path] = ()
) -> None:
    """Write search.json: specification, genotype, architecture weights, cost, and what it was made of.

    The cost is the time of all epochs, also those before an interruption; `days` are those of the one `device`. For
    `code` and `outputs` see mixsuite.records.write_record.
    """
    seconds = sum(row["seconds"] for row in history)
    weights = {
        kind: {
            "operations": task.architecture.operation_weights(kind).tolist(),
            "edges": task.architecture.edge_weights(kind).tolist(),
        }
        for kind in ("normal", "reduce")
    }
    content = {
        "specification": task.run,
        "genotype": task.architecture.genotype().as_json(),
        "weights": weights,
        "last": history[-1],
        "seconds": seconds,
        "days": seconds / SECONDS_PER_DAY,
        "device": device_name(task.device),
        "threads": torch.get_num_threads(),
        "n_parameters": sum(parameter.numel() for parameter in task.supernet.parameters()),
        "dataset": {
            "n_weights": len(task.weight_images),
            "n_architecture": len(task.architecture_images),
            "sha256": dataset_sha256,
        },
    }
    write_record(path, content, code, outputs)
