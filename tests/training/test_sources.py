import numpy as np
import pytest
import torch
from PIL import Image

from mixsuite.checks import SettingError
from mixsuite.data.errors import DatasetError
from mixsuite.data.registry import index
from mixsuite.processes import ALONE
from mixsuite.training.loop import train
from mixsuite.training.progress import Silence
from mixsuite.training.sources import load_splits, open_source
from mixsuite.training.task import assemble

CPU = torch.device("cpu")
STATISTICS = {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.3]}
LARGE = {
    "padding": 0,
    "resized_crop": {"size": 8, "resize": 10, "scale": [0.3, 1.0], "ratio": [0.75, 1.33]},
    "colour_jitter": 0.4,
    "lighting": 0.1,
    "normalisation": STATISTICS,
    "learning_rate": 0.02,
    "batch_size": 7,
}


@pytest.fixture
def indexed(tmp_path):
    """Index 24 images of two classes to train on and 9 to test on, of different sizes; return the prepared folder."""
    rng = np.random.default_rng(0)
    for split, counts in (("train", (12, 12)), ("test", (4, 5))):
        for name, n_images in zip(("dark", "light"), counts, strict=True):
            folder = tmp_path / "images" / split / name
            folder.mkdir(parents=True)
            for number in range(n_images):
                pixels = rng.integers(0, 128, (*rng.integers(10, 20, 2), 3), dtype=np.uint8)
                Image.fromarray(pixels + np.uint8(127 * (name == "light"))).save(folder / f"{number}.png")
    dataset = {"kind": "large_folder", "name": "shades"}
    index(dataset, str(tmp_path / "images"), tmp_path / "prepared")
    return tmp_path / "prepared"


def test_arrays_are_padded_and_mirrored_to_train_and_plain_to_test(new_run, splits):
    source = open_source(new_run()["schedule"], *splits, CPU, workers=1)
    assert (source.n_classes, source.in_channels, source.image_size) == (6, 1, 8)
    assert (source.train.padding, source.train.flip) == (1, True)
    assert (len(source.train), len(source.test)) == (72, 30)
    assert source.std == splits[0].description["std"]


def test_a_schedule_for_large_images_does_not_fit_arrays(new_run, splits):
    with pytest.raises(SettingError, match=r"schedule: lighting: found 0\.1, expected 0 for a dataset of arrays"):
        open_source(new_run(lighting=0.1)["schedule"], *splits, CPU, workers=1)


def test_an_indexed_dataset_is_told_by_its_files_and_opened(indexed, new_run):
    train_split, test_split, sha256 = load_splits(indexed)
    assert load_splits(indexed, sha256)[2] == sha256
    with pytest.raises(DatasetError, match="expected 0123"):
        load_splits(indexed, "0123")
    source = open_source(new_run(**LARGE)["schedule"], train_split, test_split, CPU, workers=0)
    assert (source.n_classes, source.in_channels, source.image_size) == (2, 3, 8)
    (batch,) = source.test.plain_batches(20)
    assert batch.images.shape == (9, 3, 8, 8)
    assert batch.labels.tolist() == [0] * 4 + [1] * 5
    assert source.std == STATISTICS["std"]


def test_a_schedule_for_arrays_does_not_fit_an_index(indexed, new_run):
    with pytest.raises(SettingError, match="schedule: resized_crop: found None"):
        open_source(new_run()["schedule"], *load_splits(indexed)[:2], CPU, workers=0)


@pytest.mark.parametrize("change", [{"scale": [0.3, 1.5]}, {"size": 12}], ids=str)
def test_wrong_crops_are_named(indexed, new_run, change):
    crop = {"resized_crop": LARGE["resized_crop"] | change}
    with pytest.raises(SettingError, match=r"resized_crop: .*: found"):
        open_source(new_run(**LARGE | crop)["schedule"], *load_splits(indexed)[:2], CPU, workers=0)


def test_large_images_are_learned_by_one_process_as_by_two(indexed, new_run, in_processes, tmp_path):
    def outcome(processes, name="shared"):
        run = new_run(**LARGE, recipe={"method": "cutmix", "alpha": 1.0, "probability": 0.5})
        task = assemble(run, *load_splits(indexed)[:2], CPU, processes, workers=0)
        history = train(task, tmp_path / f"{name}.safetensors", {"run": "r"}, Silence())
        return [row["train_loss"] for row in history], history[-1]["top1_error"], dict(task.model.state_dict())

    expected = outcome(ALONE, "alone")
    for found in in_processes(2, outcome):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    losses, error, _ = expected
    assert losses[-1] < losses[0]
    assert error < 50
