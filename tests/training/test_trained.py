import dataclasses
import json

import numpy as np
import pytest
import torch

from mixsuite.training.evaluation import evaluate
from mixsuite.training.outputs import write_model, write_run
from mixsuite.training.task import assemble
from mixsuite.training.trained import load_trained

ROW = dict.fromkeys(("epoch", "train_loss", "test_loss", "top1_error", "top5_error", "top1_error_even"), 1.0)
HISTORY = [{**ROW, "top1_error_odd": 1.0, "seconds": 1.0, "images_per_second": 1.0}]
CPU = torch.device("cpu")
NORMALISATION = {"mean": [0.5], "std": [0.25]}


@pytest.fixture
def finish(new_run, splits, tmp_path):
    """Leave a training's files, its weights being random, buffers included: changes of the run -> folder, task."""

    def make(**changes):
        task = assemble(new_run(**changes), *splits, CPU)
        generator = torch.Generator().manual_seed(1)
        for tensor in task.model.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(torch.rand(tensor.shape, generator=generator))
        write_model(tmp_path / "run" / "model.safetensors", task)
        outputs = [tmp_path / "run" / "model.safetensors"]
        write_run(tmp_path / "run" / "run.json", task, HISTORY, {}, "d1gest", "c0de", outputs)
        return tmp_path / "run", task

    return make


@pytest.mark.parametrize(
    "recipe",
    [
        {"method": "vanilla"},
        {"method": "stochastic_depth", "drop_rate": 0.5},
        {"method": "dropblock", "keep_probability": 0.5, "block_size": 2},
        {"method": "manifold_mixup", "alpha": 1.0, "probability": 1.0},
    ],
)
def test_the_network_gives_what_it_gave_when_its_training_ended(finish, splits, recipe):
    folder, task = finish(recipe=recipe)
    state = torch.random.get_rng_state()
    trained = load_trained(folder, splits[1], "d1gest", CPU)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not any(module.training for module in trained.model.modules())
    images = next(task.test.plain_batches(30)).images
    task.model.eval()
    with torch.no_grad():
        assert torch.equal(trained.model(images), task.model(images))
    assert trained.run["specification"] == task.run
    assert evaluate(trained.model, task.test, CPU) == evaluate(task.model, task.test, CPU)


@pytest.mark.parametrize(("normalisation", "mean", "std"), [("dataset", 0.3, 0.2), (NORMALISATION, 0.5, 0.25)])
def test_images_are_normalised_as_in_the_training(finish, splits, normalisation, mean, std):
    folder, task = finish(normalisation=normalisation)
    trained = load_trained(folder, splits[1], "d1gest", CPU)
    pixels = torch.from_numpy(splits[1].images.transpose(0, 3, 1, 2) / np.float32(255))
    given = next(task.test.plain_batches(30)).images
    torch.testing.assert_close((pixels - trained.mean) / trained.std, given, rtol=0, atol=1e-5)
    assert (trained.mean.flatten().tolist(), trained.std.flatten().tolist()) == (
        [pytest.approx(mean)],
        [pytest.approx(std)],
    )
    assert (trained.image_size, trained.n_classes) == (8, 6)


def test_another_dataset_is_refused(finish, splits):
    folder, _ = finish()
    with pytest.raises(ValueError, match="trained on the dataset with sha256 d1gest, expected other"):
        load_trained(folder, splits[1], "other", CPU)


def test_another_number_of_classes_is_refused(finish, splits):
    folder, _ = finish()
    split = dataclasses.replace(splits[1], description={**splits[1].description, "classes": list("abcd")})
    with pytest.raises(ValueError, match=r"classifier.bias: found the shape \(6,\), expected \(4,\)"):
        load_trained(folder, split, "d1gest", CPU)


def test_weights_of_another_network_are_refused(finish, splits):
    folder, _ = finish()
    content = json.loads((folder / "run.json").read_text())
    content["specification"]["model"]["blocks"] = 2
    del content["checksum"]
    (folder / "run.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"model.safetensors: stages.0.1.*: found the shape none"):
        load_trained(folder, splits[1], "d1gest", CPU)


def test_a_changed_record_is_refused(finish, splits):
    folder, _ = finish()
    content = json.loads((folder / "run.json").read_text())
    content["specification"]["seed"] += 1
    (folder / "run.json").write_text(json.dumps(content))
    said = r"run\.json: was changed: its checksum is .*; delete it, and Snakemake makes it anew$"
    with pytest.raises(ValueError, match=said):
        load_trained(folder, splits[1], "d1gest", CPU)


def test_a_record_of_an_older_version_has_no_checksum_and_is_read(finish, splits):
    folder, task = finish()
    content = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({key: content[key] for key in content if key != "checksum"}))
    assert load_trained(folder, splits[1], "d1gest", CPU).run["specification"] == task.run


def test_truncated_weights_say_what_to_do(finish, splits):
    folder, _ = finish()
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"model\.safetensors was changed: .*; delete it, and Snakemake"):
        load_trained(folder, splits[1], "d1gest", CPU)


def test_changed_weights_are_not_shown_as_the_training_s(finish, splits):
    folder, _ = finish()
    whole = bytearray((folder / "model.safetensors").read_bytes())
    whole[-1] ^= 1
    (folder / "model.safetensors").write_bytes(whole)
    with pytest.raises(ValueError, match=r"run/model\.safetensors was changed: its sha256 .*; delete it"):
        load_trained(folder, splits[1], "d1gest", CPU)


@pytest.mark.parametrize("name", ["run.json", "model.safetensors"])
def test_a_missing_or_damaged_file_is_named(finish, splits, name):
    folder, _ = finish()
    (folder / name).write_bytes(b"{}")
    with pytest.raises(ValueError, match=rf"{name}: lacks a specification|{name} was changed"):
        load_trained(folder, splits[1], "d1gest", CPU)
    (folder / name).unlink()
    with pytest.raises(ValueError, match=rf"{name}: missing, expected the result of a run"):
        load_trained(folder, splits[1], "d1gest", CPU)
