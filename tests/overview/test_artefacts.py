import pytest

import record_artefact
from mixsuite.catalog import paths
from mixsuite.files import canonical_json, write_text
from mixsuite.overview.artefacts import artefact_findings
from mixsuite.provenance import code_fingerprint
from mixsuite.steps import script

NAME = "jeong2021_table1"
SHOWN = "results/demo/runs/abc/run.json"


@pytest.fixture
def table(tmp_path, catalog, monkeypatch):
    """Table 1 below tmp_path, made of one run, as the rule would leave it."""
    monkeypatch.chdir(tmp_path)
    write_text(SHOWN, "a result")
    files = catalog.files(NAME)
    for file in files:
        write_text(file, f"content of {file}")
    description, step = canonical_json(catalog.description(NAME)), catalog.built[NAME].definition.step
    told = ["--name", NAME, "--description", description, "--code", code_fingerprint(script(step)), "--made-of", SHOWN]
    record = paths.artefact_record("demo", NAME)
    assert record_artefact.main([*told, "--files", *files, record, "--output", record]) == 0
    return files


@pytest.fixture
def finding(table, tmp_path, catalog):
    def look(of=None):
        (found,) = artefact_findings(tmp_path, of or catalog)
        return found

    return look


def test_a_table_of_the_present_state_is_good(finding):
    assert (finding().state, finding().notes, finding().identity) == ("good", (), NAME)


@pytest.mark.parametrize("form", range(5))
def test_an_edited_form_of_a_table_is_damage(finding, table, form):
    write_text(table[form], "better numbers")
    assert finding().damaged == (f"is missing or was changed: {table[form]}",)


def test_a_table_of_other_results_is_stale(finding):
    write_text(SHOWN, "another result")
    assert finding().stale == (f"what it shows has changed: 1 file, for instance {SHOWN}",)


def test_a_table_of_other_settings_or_code_is_stale(finding, catalog, monkeypatch):
    monkeypatch.setattr(type(catalog), "description", lambda self, name: {"name": name})
    assert finding().stale == ("other settings, or another manifest",)
    monkeypatch.setattr("mixsuite.overview.artefacts.code_fingerprint", lambda path: "new")
    assert finding().stale[1].endswith(", now new")


def test_a_table_without_a_record_says_so(finding, tmp_path):
    (tmp_path / paths.artefact_record("demo", NAME)).unlink()
    assert finding().notes == ("no record was kept of it",)


def test_a_damaged_record_is_damage(finding, tmp_path):
    (tmp_path / paths.artefact_record("demo", NAME)).write_text("{")
    assert finding().state == "damaged"


def test_what_is_not_built_is_not_found(tmp_path, catalog):
    assert artefact_findings(tmp_path, catalog) == []
