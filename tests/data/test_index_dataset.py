"""The program workflow/scripts/index_dataset.py, run as a rule runs it."""

import subprocess
import sys

import pytest

from mixsuite.data.index import load_index


@pytest.fixture
def run(root, tmp_path):
    def run(dataset, *source):
        program = [sys.executable, root / "workflow" / "scripts" / "index_dataset.py", "--dataset", dataset]
        command = [*program, *source, "--output", tmp_path / "out" / "x"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    return run


def test_images_are_indexed_where_they_are(run, imagenet_folder, tmp_path):
    folder = imagenet_folder()
    ended = run('{"kind": "large_folder", "name": "photos"}', "--source", folder)
    assert ended.returncode == 0, ended.stderr
    assert "9 training and 6 test images of 3 classes" in ended.stdout
    train, _, _ = load_index(tmp_path / "out" / "x")
    assert train.path(0) == folder / "train" / "n01" / "n01_0.JPEG"


def test_a_part_of_imagenet_is_not_taken_for_it(run, imagenet_folder, tmp_path):
    ended = run('{"kind": "imagenet", "name": "imagenet"}', "--source", imagenet_folder())
    assert ended.returncode == 1
    assert ended.stderr.startswith(
        f"error: {tmp_path / 'photos' / 'train'}: found 3 class folders, expected ImageNet's"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (
            '{"kind": "letters", "name": "x"}',
            "error: dataset: kind: found 'letters'; expected one of imagenet, large_folder",
        ),
        ('{"kind": "imagenet", "name": "x"}', "error: dataset x: source: missing"),
        ("{", "error: --dataset: not JSON"),
    ],
)
def test_a_mistake_is_one_line(run, tmp_path, dataset, message):
    ended = run(dataset)
    assert ended.returncode == 1
    assert ended.stderr.startswith(message)
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
