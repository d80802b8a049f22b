import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.checks import SettingError
from mixsuite.data.arrays import load_split
from mixsuite.records import damages, read_record
from mixsuite.robustness.adversarial_set import check_adversarial_set, to_bytes, write_adversarial_set
from mixsuite.robustness.pixel_model import pixel_model
from mixsuite.robustness.pixels import open_pixels, split_pixels

CPU = torch.device("cpu")
PGD = {"method": "pgd", "epsilon": 8, "step_size": 2, "steps": 5, "start": "random", "space": "pixels"}
SET = {"run": "abc", "attack": PGD, "seed": 0}


@pytest.fixture
def made(trained, splits, tmp_path):
    pixels = split_pixels(splits[1], trained, CPU, 0)
    return write_adversarial_set(tmp_path / "set", SET, trained, pixels, CPU, "c0de"), tmp_path / "set"


def test_the_set_is_a_split_like_any_other_within_epsilon_of_the_test_images(made, splits):
    _, folder = made
    split = load_split(folder)
    change = split.images.astype(int) - splits[1].images
    assert np.array_equal(split.labels, splits[1].labels)
    assert np.abs(change).max() == 8
    assert np.mean(change != 0) > 0.8


def test_the_record_tells_who_made_it_and_what_it_does_to_the_substitute(made, trained, splits):
    record, folder = made
    kept = read_record(folder / "dataset.json")
    assert record.items() <= kept.items()
    assert damages(kept, [folder / "images.npy", folder / "labels.npy"]) == []
    assert record["specification"] == SET
    assert record["substitute"] == trained.run["specification"]
    assert record["dataset"]["sha256"] == splits[2]
    model = pixel_model(trained)
    for when, pixels in (
        ("before", split_pixels(splits[1], trained, CPU, 0)),
        ("after", open_pixels(folder, trained, CPU, 0)),
    ):
        correct = sum(int((model(images).argmax(1) == labels).sum()) for images, labels in pixels.batches())
        assert record["substitute_accuracy"][when] == pytest.approx(100 * correct / 300)
    assert record["substitute_accuracy"]["after"] < record["substitute_accuracy"]["before"]


def test_it_is_the_same_again_and_another_with_another_seed(made, trained, splits, tmp_path):
    record, _ = made
    pixels = split_pixels(splits[1], trained, CPU, 0)
    again = write_adversarial_set(tmp_path / "again", SET, trained, pixels, CPU, "c0de")
    other = write_adversarial_set(tmp_path / "other", {**SET, "seed": 1}, trained, pixels, CPU, "c0de")
    assert record["sha256"] == again["sha256"] != other["sha256"]


@given(seed=st.integers(0, 2**20), levels=st.floats(0.3, 40))
def test_bytes_stay_within_the_radius_and_are_the_nearest_there(seed, levels):
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (3, 2, 4, 4), generator=generator) / 255
    radius = levels / 255 * (0.5 + torch.rand(2, 1, 1, generator=generator))
    noise = (2 * torch.rand(pixels.shape, generator=generator) - 1) * radius
    adversarial = (pixels + noise).clamp(0, 1)
    found = to_bytes(adversarial, pixels, radius)
    allowed = torch.arange(256).view(-1, 1, 1, 1, 1) / 255
    chosen = (found.float() / 255 - adversarial).abs()
    assert ((found.float() / 255 - pixels).abs() <= radius + 1e-5).all()
    # A byte right on the border counts as inside or outside.
    within, around = (
        torch.where((allowed - pixels).abs() <= radius + margin, (allowed - adversarial).abs(), torch.inf).amin(dim=0)
        for margin in (-1e-5, 1e-5)
    )
    assert (chosen <= within + 1e-5).all()
    assert (chosen >= around - 1e-5).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"seed": -1}, "seed: found -1"), ({"steps": 3}, "unknown key 'steps'"), ({"attack": None}, "attack")],
)
def test_a_wrong_setting_is_named(trained, splits, tmp_path, changes, message):
    specification = {**SET, **changes}
    if changes == {"attack": None}:
        del specification["attack"]
    with pytest.raises(SettingError, match=message):
        check_adversarial_set(specification)
    pixels = split_pixels(splits[1], trained, CPU, 0)
    with pytest.raises(SettingError, match=message):
        write_adversarial_set(tmp_path / "set", specification, trained, pixels, CPU, "c0de")
    assert not (tmp_path / "set").exists()
