import pytest

from mixsuite.catalog.machine import has_gpu
from mixsuite.gpus import shown_gpus


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", []),
        ("0", ["0"]),
        ("4, 6", ["4", "6"]),
        ("0,1,-1,2", ["0", "1"]),
        ("-1", []),
        ("NoDevFiles", []),
        ("GPU-8a1f,GPU-77b2", ["GPU-8a1f", "GPU-77b2"]),
        ("MIG-GPU-8a1f/1/0", ["MIG-GPU-8a1f/1/0"]),
    ],
)
def test_the_shown_gpus_are_those_that_cuda_would_show(monkeypatch, text, shown):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", text)
    assert shown_gpus() == shown


def test_without_the_variable_nothing_is_known(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert shown_gpus() is None


@pytest.mark.parametrize(("text", "found"), [(None, True), ("1", True), ("", False), ("-1", False)])
def test_gpus_that_are_hidden_are_not_there(monkeypatch, text, found):
    monkeypatch.setattr("pathlib.Path.glob", lambda folder, pattern: iter([folder / "nvidia0"]))
    if text is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", text)
    assert has_gpu() == found
