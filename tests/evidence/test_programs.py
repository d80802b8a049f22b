"""The programs that gather evidence and write its page, as a person calls them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import write_evidence


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
    assert found.stderr == f"error: no evidence.json in {tmp_path}, expected what collect_evidence.py wrote\n"
    assert not (tmp_path / "README.md").exists()


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("evidence.json", b"[]", "found [], expected settings scale, scale_title"),
        ("evidence.json", b"{", "found no JSON (Expecting property name"),
        ("evidence.json", {"trainings": [{}]}, "trainings: missing key 'identity'"),
        ("evidence.json", {"trainings": [5]}, "trainings: found 5, expected settings identity, label, seed, code"),
        ("evidence.json", {"artefacts": 5}, "artefacts: found 5, expected a list"),
        ("evidence.json", {"config": []}, "config: found [], expected an object"),
        ("evidence.json", {"not_shown": {"a": [5]}}, "not_shown: a: found 5, expected text"),
        ("throughput.json", b"{}", "missing key 'images'"),
        ("artefacts/evidence_classification.json", b"{}", "missing key 'kind'"),
        ("artefacts/evidence_classification.json", {"description": {}}, "description: name: missing, expected the"),
        ("data/cifar100-part.json", b"{}", "missing key 'sha256'"),
        ("notes.md", b"\xff", "found bytes that are no UTF-8 text, expected a text file"),
    ],
)
def test_a_file_that_is_not_as_it_was_left_is_one_message(evidence_folder, capsys, file, content, said):
    folder = evidence_folder()
    path = folder / file
    if isinstance(content, dict):
        content = json.dumps(json.loads(path.read_text()) | content).encode()
    path.write_bytes(content)
    assert write_evidence.main(["--folder", str(folder)]) == 1
    assert capsys.readouterr().err.startswith(f"error: {path}: {said}")


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
