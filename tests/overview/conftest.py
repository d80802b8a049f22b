"""A catalog of the project at the scale demo, and finished results that no job has made."""

from __future__ import annotations

import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog
from mixsuite.files import write_json
from mixsuite.overview.results import results_of
from mixsuite.records import write_record


@pytest.fixture(scope="session")
def catalog(root):
    """The project's catalog as config.yaml is."""
    return load_catalog(root, yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def results(catalog):
    """All results that it asks for."""
    return results_of(catalog)


@pytest.fixture(scope="session")
def first(results):
    """The first result of a kind."""
    return lambda kind: next(result for result in results.values() if result.run.kind == kind)


@pytest.fixture
def finish(tmp_path):
    """Write the files of a result below tmp_path, as the present code would."""

    def write(result, code=None, **changes):
        content = {"specification": result.run.specification, "dataset": {"sha256": "a" * 64}, **changes}
        for file in result.others:
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_bytes(result.identity.encode())
        record = tmp_path / result.record
        write_record(
            record, content, result.code if code is None else code, [tmp_path / file for file in result.others]
        )
        return record

    return write


@pytest.fixture
def prepare(tmp_path, catalog):
    """Say that a dataset with a sha256 is prepared below tmp_path."""

    def write(sha256, name="digits"):
        description = {"dataset": {"kind": name, "name": name}, "classes": ["0"], "sha256": sha256}
        write_json(tmp_path / catalog.dataset_files(name)[0], description)

    return write
