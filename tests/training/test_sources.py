import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.data.errors import DatasetError
from mixsuite.processes import ALONE
from mixsuite.training.loop import train
from mixsuite.training.progress import Silence
from mixsuite.training.sources import load_splits, open_source
from mixsuite.training.task import assemble

CPU = torch.device("cpu")


def test_arrays_are_padded_and_mirrored_to_train_and_plain_to_test(new_run, splits):
    source = open_source(new_run()["schedule"], *splits, CPU, workers=1)
    assert (source.n_classes, source.in_channels, source.image_size) == (6, 1, 8)
    assert (source.train.padding, source.train.flip) == (1, True)
    assert (len(source.train), len(source.test)) == (72, 30)
    assert source.std == splits[0].description["std"]


def test_a_schedule_for_large_images_does_not_fit_arrays(new_run, splits):
    with pytest.raises(SettingError, match=r"schedule: lighting: found 0\.1, expected 0 for a dataset of arrays"):
        open_source(new_run(lighting=0.1)["schedule"], *splits, CPU, workers=1)


def test_an_indexed_dataset_is_told_by_its_files_and_opened(indexed, new_run, large):
    train_split, test_split, sha256 = load_splits(indexed)
    assert load_splits(indexed, sha256)[2] == sha256
    with pytest.raises(DatasetError, match="expected 0123"):
        load_splits(indexed, "0123")
    source = open_source(new_run(**large)["schedule"], train_split, test_split, CPU, workers=0)
    assert (source.n_classes, source.in_channels, source.image_size) == (2, 3, 8)
    (batch,) = source.test.plain_batches(20)
    assert batch.images.shape == (9, 3, 8, 8)
    assert batch.labels.tolist() == [0] * 4 + [1] * 5
    assert source.std == large["normalisation"]["std"]


def test_a_schedule_for_arrays_does_not_fit_an_index(indexed, new_run):
    with pytest.raises(SettingError, match="schedule: resized_crop: found None"):
        open_source(new_run()["schedule"], *load_splits(indexed)[:2], CPU, workers=0)


@pytest.mark.parametrize("change", [{"scale": [0.3, 1.5]}, {"size": 12}], ids=str)
def test_wrong_crops_are_named(indexed, new_run, large, change):
    crop = {"resized_crop": large["resized_crop"] | change}
    with pytest.raises(SettingError, match=r"resized_crop: .*: found"):
        open_source(new_run(**large | crop)["schedule"], *load_splits(indexed)[:2], CPU, workers=0)


def test_large_images_are_learned_by_one_process_as_by_two(indexed, new_run, large, in_processes, tmp_path):
    def outcome(processes, name="shared"):
        run = new_run(**large, recipe={"method": "cutmix", "alpha": 1.0, "probability": 0.5})
        task = assemble(run, *load_splits(indexed)[:2], CPU, processes, workers=0)
        history = train(task, tmp_path / f"{name}.safetensors", {"run": "r"}, Silence())
        return [row["train_loss"] for row in history], history[-1]["top1_error"], dict(task.model.state_dict())

    expected = outcome(ALONE, "alone")
    for found in in_processes(2, outcome):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    losses, error, _ = expected
    assert losses[-1] < losses[0]
    assert error < 50
