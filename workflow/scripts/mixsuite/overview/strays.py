"""Results that lie there and that nothing of the present configuration asks for."""

from __future__ import annotations

from pathlib import Path

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import Catalog


def strays(root: Path, catalog: Catalog) -> list[str]:
    """Return the records of runs at the chosen scale that no built artefact shows, relative to `root`."""
    asked = {paths.record(catalog.scale, kind, name) for kind, runs in catalog.runs.items() for name in runs}
    # Kinds may share a folder.
    patterns = dict.fromkeys(paths.record(catalog.scale, kind, "*") for kind in paths.OUTPUTS)
    found = []
    for pattern in patterns:
        there = (str(path.relative_to(root)) for path in root.glob(pattern))
        found += sorted(path for path in there if path not in asked)
    return found
