"""docs/evidence: the page is made of the files beside it, these are sound, and nothing large is among them."""

from __future__ import annotations

import re

import pytest

from mixsuite.evidence.folder import read_evidence
from mixsuite.evidence.page import evidence_page
from mixsuite.records import damages, read_record

LARGEST = 600_000
FORMS = {".md", ".csv", ".json", ".png"}


@pytest.fixture(scope="module")
def folder(root):
    return root / "docs" / "evidence"


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "README.md").read_text(encoding="utf-8")


def test_the_page_is_that_of_the_files_beside_it(folder, page):
    assert page == evidence_page(read_evidence(folder)), "python workflow/scripts/write_evidence.py writes it anew"


def test_the_records_of_all_runs_are_sound(folder):
    records = sorted((folder / "runs").glob("*/run.json"))
    known = {training.identity for training in read_evidence(folder).trainings}
    assert records
    for record in records:
        assert record.parent.name in known
        assert not damages(read_record(record), [record.parent / "history.csv"])


def test_there_are_small_files_alone(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= FORMS
    assert max(path.stat().st_size for path in files) < LARGEST


def test_no_file_names_a_folder_of_the_machine(folder):
    texts = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in FORMS - {".png"}}
    assert not [path for path, text in texts.items() if re.search(r"(?<![\w.)])/(home|root|tmp|work)/", text)]


def test_everything_that_the_page_points_to_is_there(folder, page):
    targets = re.findall(r"\]\(([^)#]+)\)", page)
    assert targets
    assert not [target for target in targets if not (folder / target).exists()]
