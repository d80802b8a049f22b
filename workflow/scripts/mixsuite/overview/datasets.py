"""Whether prepared datasets are what was prepared, and what the present settings ask for."""

from __future__ import annotations

import json
from pathlib import Path

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import Catalog
from mixsuite.catalog.datasets import form_of
from mixsuite.data.arrays import load_dataset
from mixsuite.data.errors import DatasetError
from mixsuite.data.index import load_index
from mixsuite.overview.verification import Finding


def dataset_finding(root: Path, catalog: Catalog, name: str) -> Finding | None:
    """Return what is found about the dataset `name` of the project in `root`, or None where it is not prepared.

    All pixels of arrays are read; of large images the table of their files alone.
    """
    folder = root / paths.dataset(catalog.scale, name)
    description = folder / "dataset.json"
    if not description.is_file():
        return None
    about = (str(description.relative_to(root)), "dataset", name, catalog.house.datasets[name].title or name)
    load = load_dataset if form_of(catalog.house.datasets[name].kind) == "arrays" else load_index
    try:
        content = json.loads(description.read_text(encoding="utf-8"))
        load(folder, content["sha256"])
    except (DatasetError, OSError) as error:
        return Finding(*about, damaged=(str(error),))
    except (ValueError, KeyError, TypeError) as error:
        return Finding(*about, damaged=(f"dataset.json cannot be read ({error})",))
    if content.get("dataset") != catalog.dataset_specification(name):
        return Finding(*about, stale=(f"other settings: {content.get('dataset')}",))
    return Finding(*about)
