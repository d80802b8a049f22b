"""The program workflow/scripts/prepare_dataset.py, run as a rule runs it."""

import subprocess
import sys

import pytest

from mixsuite.data.arrays import load_dataset


@pytest.fixture
def run(root, tmp_path):
    def run(dataset):
        program = [sys.executable, root / "workflow" / "scripts" / "prepare_dataset.py", "--dataset", dataset]
        where = ["--cache", tmp_path / "cache", "--output", tmp_path / "out" / "x"]
        return subprocess.run([*program, *where], capture_output=True, text=True, timeout=60)

    return run


def test_digits(run, tmp_path):
    ended = run('{"kind": "digits", "name": "digits"}')
    assert ended.returncode == 0, ended.stderr
    assert "600 training and 1197 test images of 10 classes" in ended.stdout
    _, _, sha256 = load_dataset(tmp_path / "out" / "x")
    # What is published of the demo rests on exactly these pixels and this split.
    assert sha256 == "ec14877a9e1be296bfa67ca95499137b6afbe31715b5907d366ef675aa011c70"


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (
            '{"kind": "letters", "name": "x"}',
            "error: dataset: kind: found 'letters'; expected one of cifar10, cifar100, digits",
        ),
        ('{"kind": "folder", "name": "x", "image_size": 8}', "error: dataset x: source: missing"),
        ("{", "error: --dataset: not JSON"),
    ],
)
def test_a_mistake_is_one_line(run, tmp_path, dataset, message):
    ended = run(dataset)
    assert ended.returncode == 1
    assert ended.stderr.startswith(message)
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
