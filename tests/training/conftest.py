"""What the tests of the training room share: a small learnable dataset, a run on it, a small network."""

import copy
import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from mixsuite.data.arrays import ImageArrays, arrays_sha256, write_split
from mixsuite.data.registry import index
from mixsuite.training.progress import Progress
from mixsuite.training.sgd import SGD
from mixsuite.training.task import assemble

RUN = {
    "dataset": {"kind": "folder", "name": "bars"},
    "model": {"family": "demo_cnn", "width": 4, "blocks": 1},
    "recipe": {"method": "dcutmix", "images": 3, "alpha": 0.5, "probability": 0.5},
    "schedule": {
        "epochs": 4,
        "batch_size": 16,
        "learning_rate": 0.1,
        "momentum": 0.9,
        "nesterov": True,
        "weight_decay": 0.0001,
        "milestones": [0.5, 0.75],
        "decay": 0.1,
        "annealing": "steps",
        "gradient_norm": None,
        "warmup_epochs": 0,
        "padding": 1,
        "flip": True,
        "normalisation": "dataset",
        "loss": "cross_entropy",
        "precision": "float32",
        "resized_crop": None,
        "colour_jitter": 0,
        "lighting": 0,
    },
    "seed": 0,
}


@pytest.fixture
def new_run():
    """Make a run: keys of the schedule, or whole parts of the run, replaced."""

    def make(**changes):
        run = copy.deepcopy(RUN)
        for key, value in changes.items():
            (run if key in run else run["schedule"])[key] = value
        return run

    return make


@pytest.fixture(scope="session")
def splits():
    """Make six classes of noisy images, each with a bright row of its own: 72 images to train, 30 to test."""
    rng = np.random.default_rng(0)

    def split(n_images):
        labels = np.arange(n_images) % 6
        images = rng.integers(0, 120, (n_images, 8, 8, 1), dtype=np.uint8)
        images[np.arange(n_images), labels + 1] += 120
        statistics = {"mean": [0.3], "std": [0.2], "classes": list("abcdef"), "source": "made up", "n": n_images}
        return ImageArrays(images, labels, {**statistics, "sha256": arrays_sha256(images, labels)})

    return split(72), split(30)


@pytest.fixture(scope="session")
def prepared(splits, tmp_path_factory):
    """Write the small dataset in its prepared form."""
    folder = tmp_path_factory.mktemp("prepared")
    for name, split in zip(("train", "test"), splits, strict=True):
        keys = ("classes", "mean", "std", "source")
        write_split(folder / name, split.images, split.labels, {key: split.description[key] for key in keys})
    return folder


@pytest.fixture(scope="session")
def large():
    """Give the changes of the schedule for a dataset of large images."""
    return {
        "padding": 0,
        "resized_crop": {"size": 8, "resize": 10, "scale": [0.3, 1.0], "ratio": [0.75, 1.33]},
        "colour_jitter": 0.4,
        "lighting": 0.1,
        "normalisation": {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.3]},
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
    index({"kind": "large_folder", "name": "shades"}, str(tmp_path / "images"), tmp_path / "prepared")
    return tmp_path / "prepared"


@pytest.fixture
def new_task(new_run, splits):
    """Make a task with a network of its own, dropout included: changes of the run -> task."""

    def make(**changes):
        run = new_run(**changes)
        task = assemble({**run, "model": {"family": "demo_cnn", "width": 4, "blocks": 1}}, *splits, torch.device("cpu"))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(7)
            model = nn.Sequential(
                nn.Conv2d(1, 4, 3, padding=1, bias=False),
                nn.BatchNorm2d(4),
                nn.ReLU(),
                nn.Dropout(0.2),
                nn.Flatten(),
                nn.Linear(256, 6),
            )
        schedule = run["schedule"]
        how = {key: schedule[key] for key in ("momentum", "nesterov", "weight_decay")}
        return dataclasses.replace(task, model=model, forward=model, optimizer=SGD(model.parameters(), **how))

    return make


@pytest.fixture
def new_progress(tmp_path):
    """Make a progress that writes into the test's folder."""
    return lambda epochs=4: Progress(tmp_path / "progress.json", epochs)


@pytest.fixture(scope="session")
def same_weights():
    """Tell whether two networks hold the same bits."""

    def same(first, second):
        pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
        return all(torch.equal(a, b) for a, b in pairs)

    return same


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Compute on one thread: sums over several may differ in their last bits, and a forked process needs one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
