"""The programs that gather evidence and write its page, as a person calls them."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.fixture
def program(root):
    def run(name, *arguments):
        command = [sys.executable, str(root / "workflow" / "scripts" / f"{name}.py"), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    return run


def test_the_page_is_written_into_the_folder_or_elsewhere(program, evidence_folder, tmp_path):
    folder = evidence_folder()
    assert program("write_evidence", "--folder", folder).returncode == 0
    assert program("write_evidence", "--folder", folder, "--output", tmp_path / "page.md").returncode == 0
    assert (folder / "README.md").read_bytes() == (tmp_path / "page.md").read_bytes()


def test_a_folder_without_evidence_is_one_message(program, tmp_path):
    found = program("write_evidence", "--folder", tmp_path)
    assert found.returncode == 1
    assert found.stderr.startswith("error: ") and "evidence.json" in found.stderr
    assert "Traceback" not in found.stderr
    assert not (tmp_path / "README.md").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["jeong2021_tabel2"], "error: jeong2021_tabel2: is no paper or artefact of config.yaml's papers"),
        (["evidence", "--config", "scale=laptp"], "error: config.yaml: scale: found 'laptp' (did you mean 'laptop'?)"),
    ],
)
def test_a_mistake_is_one_message(program, tmp_path, arguments, said):
    found = program("collect_evidence", *arguments, "--output", tmp_path / "evidence")
    assert found.returncode == 1
    assert found.stderr.startswith(said)
    assert not (tmp_path / "evidence").exists()
