"""A project below tmp_path/home, and results made elsewhere, below tmp_path/away."""

from __future__ import annotations

import pytest
import yaml

from mixsuite.catalog.artefacts import load_catalog
from mixsuite.exchange.intake import Intake
from mixsuite.exchange.sources import open_source
from mixsuite.overview.results import results_of
from mixsuite.overview.verification import Verifier
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
def training(results):
    """A training that it asks for."""
    return next(result for result in results.values() if result.run.kind == "training")


@pytest.fixture
def home(tmp_path):
    """The project's folder."""
    return tmp_path / "home"


@pytest.fixture
def made(tmp_path):
    """Make a result below tmp_path/away, in a layout of its own, and return its record."""

    def make(result, code=None, folder="mine", sha256="a" * 64, **changes):
        place = tmp_path / "away" / folder / result.identity
        place.mkdir(parents=True, exist_ok=True)
        others = [place / file.rpartition("/")[2] for file in result.others]
        for file in others:
            file.write_bytes(f"{file.name} of {result.identity}".encode())
        content = {"specification": result.run.specification, "dataset": {"sha256": sha256}, **changes}
        write_record(place / "run.json", content, result.code if code is None else code, others)
        return place / "run.json"

    return make


@pytest.fixture
def take(home, catalog, results):
    """Take what is in a folder or archive into the project."""

    def intake(path, **how):
        return list(Intake(Verifier(home, catalog), results, **how).take(open_source(path)))

    return intake
