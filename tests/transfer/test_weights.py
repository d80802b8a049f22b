"""Weights that torchvision publishes, as the program workflow/scripts/fetch_weights.py leaves them."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mixsuite.models.registry import build_model
from mixsuite.records import write_record
from mixsuite.transfer.pretrained import initial_network, load_weights
from mixsuite.transfer.weights import read_weights

SETTINGS = {
    "model": {"family": "resnet", "depth": 18},
    "classes": 5,
    "image_size": 224,
    "mean": [0.485, 0.456, 0.406],
    "std": [0.229, 0.224, 0.225],
}


class Harm:
    """What a pickle may do to whoever loads it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.mkdir, (self.path,)


def described(path, **changes):
    return SETTINGS | {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()} | changes


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A network of torchvision, its buffers random, and the file of its weights."""
    from torchvision.models import get_model

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = get_model("resnet18", weights=None, num_classes=5).eval()
        for name, tensor in network.state_dict().items():
            if "running" in name:
                tensor.uniform_(0.5, 1.5)
    path = tmp_path_factory.mktemp("weights") / "resnet18.pth"
    torch.save(network.state_dict(), path)
    return network, path


@pytest.mark.slow
def test_the_network_computes_what_torchvision_s_does(published, root, tmp_path):
    network, path = published
    settings = described(path)
    program = [sys.executable, root / "workflow" / "scripts" / "fetch_weights.py", "--weights", json.dumps(settings)]
    where = ["--output-model", tmp_path / "w" / "model.safetensors", "--output-record", tmp_path / "w" / "weights.json"]
    command = [*program, "--source", path, "--cache", tmp_path / "cache", *where]
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    pretrained = load_weights(tmp_path / "w")
    own = build_model(SETTINGS["model"], n_classes=5, in_channels=3, image_size=224).eval()
    own.load_state_dict(pretrained.weights)
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(own(images), network(images), rtol=1e-5, atol=1e-5)
    assert initial_network(pretrained, 3, 0, "pretrained", None).classifier.weight.shape == (3, 512)


@pytest.mark.slow
def test_weights_of_another_network_are_refused(published, tmp_path):
    _, path = published
    with pytest.raises(ValueError, match=r"classifier.bias: found the shape \(5,\), expected \(7,\)"):
        read_weights(described(path, classes=7), str(path), tmp_path)
    with pytest.raises(ValueError, match=r"stages\.\S+: found the shape none"):
        read_weights(described(path, model={"family": "resnet", "depth": 34}), str(path), tmp_path)


def test_a_missing_file_and_another_one_are_refused(tmp_path):
    path = tmp_path / "a.pth"
    with pytest.raises(ValueError, match=r"a\.pth: no such file, expected the weights with sha256 00"):
        read_weights(SETTINGS | {"sha256": "0" * 64}, str(path), tmp_path)
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match=r"a\.pth: has sha256 \w+, expected 00\w+: damaged or another file"):
        read_weights(SETTINGS | {"sha256": "0" * 64}, str(path), tmp_path)


def test_a_pickle_that_would_do_something_does_nothing(tmp_path):
    path, harm = tmp_path / "a.pth", tmp_path / "harm"
    path.write_bytes(pickle.dumps(Harm(harm), protocol=2))
    with pytest.raises(ValueError, match=r"a\.pth: cannot be read .*, expected torchvision's weights"):
        read_weights(described(path), str(path), tmp_path)
    torch.save({"conv1.weight": Harm(harm)}, path)
    with pytest.raises(ValueError, match=r"a\.pth: cannot be read"):
        read_weights(described(path), str(path), tmp_path)
    assert not harm.exists()


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}])
def test_a_file_without_weights_is_refused(tmp_path, content):
    path = tmp_path / "a.pth"
    torch.save(content, path)
    with pytest.raises(ValueError, match=r"a\.pth: found no tensors by name"):
        read_weights(described(path), str(path), tmp_path)


def test_what_was_not_fetched_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere/weights\.json: missing, expected the result of a run"):
        load_weights(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model.safetensors", " was changed: its sha256 is not .*"),
        ("weights.json", ": (cannot be read|was changed).*"),
    ],
)
def test_what_was_changed_after_it_was_fetched_is_refused(tmp_path, name, message):
    save_file({"stem.weight": torch.zeros(8)}, tmp_path / "model.safetensors")
    write_record(tmp_path / "weights.json", {"specification": SETTINGS}, "", [tmp_path / "model.safetensors"])
    assert load_weights(tmp_path).image_size == 224
    path = tmp_path / name
    content = path.read_bytes().replace(b"224", b"225")
    path.write_bytes(content[:-4] + b"\1" * 4 if name == "model.safetensors" else content)
    with pytest.raises(ValueError, match=f"{name}{message}; delete it, and Snakemake makes it anew"):
        load_weights(tmp_path)
