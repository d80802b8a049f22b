import numpy as np
import pytest
import torch
from torch import nn

from mixsuite.training.checkpoint import checkpoint_identity, restore_checkpoint, save_checkpoint
from mixsuite.training.sgd import SGD

IDENTITY = checkpoint_identity({"seed": 0}, "c", "d", torch.device("cpu"))
HISTORY = [{"epoch": 1, "train_loss": 0.1 + 0.2, "seconds": 1e-9}, {"epoch": 2, "train_loss": 1 / 3, "seconds": 2.0}]


def trained(seed, width=3):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Conv2d(1, width, 3), nn.BatchNorm2d(width), nn.Flatten(), nn.Linear(4 * width, 2))
    optimizer = SGD(model.parameters(), momentum=0.9, nesterov=True, weight_decay=1e-4)
    for _ in range(seed):
        model(torch.randn(5, 1, 4, 4)).square().sum().backward()
        optimizer.step(0.01)
    return model, optimizer


@pytest.fixture
def path(tmp_path):
    save_checkpoint(tmp_path / "c.safetensors", *trained(3), IDENTITY, HISTORY)
    return tmp_path / "c.safetensors"


@pytest.fixture
def restore(path):
    """Restore into a new network and return the history, what was said, and the network."""

    def restore(identity=IDENTITY, width=3):
        said = []
        fresh = trained(1, width)
        return restore_checkpoint(path, *fresh, identity, said.append), said, fresh

    return restore


def equal(first, second):
    pairs = [*zip(first[0].state_dict().values(), second[0].state_dict().values(), strict=True)]
    pairs += zip(first[1].velocities, second[1].velocities, strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_everything_comes_back_bit_for_bit(restore):
    history, said, fresh = restore()
    assert history == HISTORY
    assert said == []
    assert equal(fresh, trained(3))


def test_the_next_step_is_the_same(restore):
    _, _, fresh = restore()
    reference = trained(3)
    batch = torch.randn(5, 1, 4, 4)
    for model, optimizer in (fresh, reference):
        model(batch).square().sum().backward()
        optimizer.step(0.01)
    assert equal(fresh, reference)


def test_without_a_file_nothing_is_said(path, restore):
    path.unlink()
    history, said, fresh = restore()
    assert (history, said) == ([], [])
    assert equal(fresh, trained(1))


@pytest.mark.parametrize("what", ["run", "code", "dataset", "device", "torch version"])
def test_the_checkpoint_of_another_training_is_not_used(restore, what):
    history, said, fresh = restore({**IDENTITY, what: "other"})
    assert history == []
    assert len(said) == 1
    assert f"belongs to another {what}; starting over" in said[0]
    assert equal(fresh, trained(1))


def test_everything_that_changes_the_numbers_drawn_is_in_the_identity(monkeypatch):
    same = ({"seed": 0}, "c", "d", torch.device("cpu"))
    assert checkpoint_identity(*same) == IDENTITY
    changes = [{"seed": 1}, "C", "D", torch.device("cuda")]
    others = [checkpoint_identity(*same[:place], new, *same[place + 1 :]) for place, new in enumerate(changes)]
    monkeypatch.setattr(torch, "__version__", "0.1")
    others.append(checkpoint_identity(*same))
    assert len({tuple(identity.values()) for identity in [IDENTITY, *others]}) == 6
    # Which GPU it is does not matter.
    assert checkpoint_identity(*same[:3], torch.device("cuda", 1))["device"] == "cuda"


def test_the_checkpoint_of_another_network_is_not_used(restore):
    history, said, fresh = restore(width=4)
    assert history == []
    assert "belongs to another network" in said[0]
    assert equal(fresh, trained(1, 4))


@pytest.mark.parametrize("kept", [0.0, 0.001, 0.2, 0.5, 0.999])
def test_a_truncated_checkpoint_is_not_used(path, restore, kept):
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    history, said, fresh = restore()
    assert history == []
    assert "is damaged" in said[0]
    assert equal(fresh, trained(1))


def test_no_changed_byte_goes_unnoticed(path, restore):
    content = np.frombuffer(path.read_bytes(), np.uint8)
    rng = np.random.default_rng(0)
    for place in rng.permutation(len(content))[:300]:
        damaged = content.copy()
        damaged[place] ^= 1 << rng.integers(8)
        path.write_bytes(damaged.tobytes())
        history, said, fresh = restore()
        assert (history == HISTORY and equal(fresh, trained(3))) or (history == [] and "is damaged" in said[0])
        if history:
            # Padding and the case of an escape are all that may change without a meaning.
            assert chr(content[place]) in ' \\ubtnrf/"{}:,[]'


def test_another_safetensors_file_is_not_used(path, restore):
    from safetensors.torch import save_file

    save_file({"weight": torch.ones(3)}, path)
    assert "is damaged" in restore()[1][0]


def test_a_failed_write_keeps_the_last_checkpoint(path, restore, monkeypatch):
    def write_half(tensors, target, metadata):
        target.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr("mixsuite.training.state_file.save_file", write_half)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(path, *trained(5), IDENTITY, HISTORY)
    history, _, fresh = restore()
    assert history == HISTORY
    assert equal(fresh, trained(3))
    assert list(path.parent.iterdir()) == [path]
