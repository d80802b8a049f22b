"""What goes into an archive: all that is shown, and what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import Catalog
from mixsuite.overview.results import Result

_WEIGHTS = (".safetensors",)
_SHOWN = ("tables", "figures", "measurements")


def files_to_pack(root: Path, catalog: Catalog, results: dict[str, Result], weights: bool) -> list[str]:
    """Return the files of the chosen scale that are there, relative to `root`: of artefacts, runs and score card.

    Of prepared datasets only their descriptions are packed, and the weights of trained networks only with `weights`.
    """
    wanted = [*_shown_files(root, catalog), *_result_files(results, weights), *_descriptions(catalog, results)]
    return [file for file in dict.fromkeys(wanted) if (root / file).is_file()]


def _shown_files(root: Path, catalog: Catalog) -> Iterator[str]:
    yield from paths.scorecard_files(catalog.scale)
    yield paths.artefact_record(catalog.scale, "scorecard")
    folder = paths.results(catalog.scale)
    for name in catalog.built:
        yield paths.artefact_record(catalog.scale, name)
        for shown in _SHOWN:
            yield from (str(path.relative_to(root)) for path in sorted((root / folder / shown).glob(f"{name}.*")))


def _result_files(results: dict[str, Result], weights: bool) -> Iterator[str]:
    for result in results.values():
        yield from (file for file in result.files if weights or not file.endswith(_WEIGHTS))


def _descriptions(catalog: Catalog, results: dict[str, Result]) -> Iterator[str]:
    for name in dict.fromkeys(result.dataset for result in results.values() if result.dataset):
        yield from (file for file in catalog.dataset_files(name) if file.endswith("dataset.json"))
