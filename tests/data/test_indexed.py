import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torchvision import transforms
from torchvision.datasets.folder import pil_loader

from mixsuite.data.colour import add_lighting, jitter_colours
from mixsuite.data.errors import DatasetError
from mixsuite.data.index import load_index
from mixsuite.data.indexed import Augmentation, open_indexed
from mixsuite.data.registry import index as index_dataset
from mixsuite.data.resized_crop import ResizedCrop
from mixsuite.processes import Processes
from mixsuite.randomness import derived_seed, stream

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
CPU = torch.device("cpu")
CROP = ResizedCrop(size=8, resize=10, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3))
PLAIN = Augmentation(CROP, flip=True, colour_jitter=0, lighting=0)
COLOURED = Augmentation(CROP, flip=True, colour_jitter=0.4, lighting=0.1)


@pytest.fixture
def split(imagenet_folder, tmp_path):
    folder = imagenet_folder(classes=[f"n{number:02d}" for number in range(5)])
    index_dataset({"kind": "imagenet", "name": "imagenet"}, str(folder), tmp_path / "prepared")
    return load_index(tmp_path / "prepared")[0]


def indexed(split, augmentation=PLAIN, workers=0):
    return open_indexed(split, MEAN, STD, augmentation, CPU, workers)


def corner(pixels):
    """A hint: the first pixel of each image (B, 3)."""
    return pixels[:, :, 0, 0].clone()


def assert_equal(batches, expected):
    for found, wanted in zip(batches, expected, strict=True):
        for ours, theirs in zip(found, wanted, strict=True):
            assert (ours is theirs is None) or torch.equal(ours, theirs)


def test_an_epoch_equals_torchvisions_transforms_and_the_colours_of_the_batch(split):
    view = transforms.Compose(
        [transforms.RandomResizedCrop(8), transforms.RandomHorizontalFlip(), transforms.ToTensor()]
    )
    normalise = transforms.Normalize(MEAN, STD)
    order = torch.randperm(15, generator=stream(3, "shuffling", 1))
    colours = stream(3, "colour", 1)
    batches = list(indexed(split, COLOURED).training_batches(4, seed=3, epoch=1))
    assert [len(batch.labels) for batch in batches] == [4, 4, 4, 3]
    with torch.random.fork_rng(devices=[]):
        for chosen, batch in zip(order.split(4), batches, strict=True):
            assert torch.equal(batch.index, chosen)
            assert batch.labels.tolist() == split.labels[chosen].tolist()
            images = []
            for place in chosen.tolist():
                torch.manual_seed(derived_seed(3, "augmentation", 1, place))
                images.append(view(pil_loader(split.path(place))))
            images = jitter_colours(torch.stack(images), 0.4, colours)
            images = normalise(add_lighting(images, 0.1, colours))
            torch.testing.assert_close(batch.images, images, atol=1e-6, rtol=0)
            assert batch.hints is None


def test_plain_batches_equal_torchvisions_transforms(split):
    view = transforms.Compose(
        [transforms.Resize(10), transforms.CenterCrop(8), transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    )
    batches = list(indexed(split, COLOURED).plain_batches(6))
    assert [batch.index.tolist() for batch in batches] == [[*range(6)], [*range(6, 12)], [12, 13, 14]]
    for batch in batches:
        expected = torch.stack([view(pil_loader(split.path(place))) for place in batch.index.tolist()])
        torch.testing.assert_close(batch.images, expected, atol=1e-6, rtol=0)
        assert batch.labels.tolist() == split.labels[batch.index].tolist()


@pytest.mark.filterwarnings("ignore:This DataLoader will create 3 worker processes")
@pytest.mark.parametrize("workers", [1, 3])
def test_the_number_of_workers_changes_nothing(split, workers):
    alone, helped = indexed(split, COLOURED), indexed(split, COLOURED, workers)
    for epoch in (0, 1):
        expected = alone.training_batches(4, 0, epoch, corner)
        assert_equal(helped.training_batches(4, 0, epoch, corner), expected)
    assert_equal(helped.plain_batches(4), alone.plain_batches(4))


@pytest.mark.parametrize("workers", [0, 1])
def test_epochs_that_are_open_at_once_do_not_mix(split, workers):
    data = indexed(split, COLOURED, workers)
    opened = [data.training_batches(4, 0, epoch) for epoch in (0, 1)]
    # In turns, and a third series that begins halfway.
    turns = [[next(opened[0])], [next(opened[1])]]
    turns[0].append(next(opened[0]))
    plain = list(data.plain_batches(4))
    for turn, batches in zip(turns, opened, strict=True):
        turn.extend(batches)
    for epoch, turn in enumerate(turns):
        assert_equal(turn, indexed(split, COLOURED).training_batches(4, 0, epoch))
    assert_equal(plain, indexed(split, COLOURED).plain_batches(4))


@dataclass(frozen=True)
class Together(Processes):
    """Threads that play processes: what one gives to `gather` the others get."""

    barrier: threading.Barrier
    given: dict

    def gather(self, local, n):
        assert len(local) == len(range(n)[self.part(n)])
        self.given[self.rank] = local
        self.barrier.wait(timeout=30)
        gathered = torch.cat([self.given[rank] for rank in range(self.count)])
        self.barrier.wait(timeout=30)
        return gathered


def play(count, work):
    """Return what `work` returns of each of `count` processes."""
    barrier, given = threading.Barrier(count), {}
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(lambda rank: work(Together(rank, count, barrier, given)), range(count)))


@pytest.mark.parametrize("count", [2, 4])
def test_the_number_of_processes_changes_nothing(split, count):
    expected = list(indexed(split, COLOURED).training_batches(4, 0, 0, corner))
    # With four processes, one has nothing to decode of the last batch of three.
    everyone = play(
        count,
        lambda processes: list(indexed(split, COLOURED).training_batches(4, 0, 0, corner, processes)),
    )
    for batches in everyone:
        assert_equal(batches, expected)


def test_each_process_decodes_its_part_alone(split, monkeypatch):
    opened = []
    original = type(split).path
    monkeypatch.setattr(type(split), "path", lambda self, place: (opened.append(place), original(self, place))[1])
    play(3, lambda processes: list(indexed(split).training_batches(6, 0, 0, None, processes)))
    assert sorted(opened) == list(range(15))


def test_processes_share_the_plain_batches(split):
    parts = play(4, lambda processes: list(indexed(split).plain_batches(3, processes)))
    assert [place for part in parts for batch in part for place in batch.index.tolist()] == list(range(15))
    assert list(indexed(split).plain_batches(3, Processes(0, 16))) == []


def test_hints_see_the_bytes_of_each_view(split):
    for batch in indexed(split).training_batches(4, 0, 0, corner):
        pixels = batch.images * torch.tensor(STD).view(3, 1, 1) + torch.tensor(MEAN).view(3, 1, 1)
        assert batch.hints.dtype == torch.uint8
        torch.testing.assert_close(batch.hints.float(), pixels[:, :, 0, 0] * 255, atol=1e-3, rtol=0)


def test_a_view_depends_on_seed_epoch_and_place_alone(split):
    def views(batch_size, seed, epoch):
        batches = indexed(split).training_batches(batch_size, seed, epoch)
        return {int(place): image for batch in batches for place, image in zip(batch.index, batch.images, strict=True)}

    first, again = views(4, 0, 0), views(7, 0, 0)
    assert all(torch.equal(first[place], again[place]) for place in range(15))
    for other in (views(4, 1, 0), views(4, 0, 1)):
        assert sum(torch.equal(first[place], other[place]) for place in range(15)) <= 2


def test_every_epoch_shows_every_image_once_in_another_order(split):
    orders = [
        [place for batch in indexed(split).training_batches(4, 0, epoch) for place in batch.index.tolist()]
        for epoch in (0, 1)
    ]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(15))
    assert orders[0] != orders[1]


def test_images_are_contiguous_single_precision(split):
    batch = next(indexed(split, COLOURED).training_batches(4, 0, 0))
    assert batch.images.dtype == torch.float32
    assert batch.images.is_contiguous()
    assert batch.labels.dtype == batch.index.dtype == torch.int64


@pytest.mark.parametrize("workers", [0, 2])
def test_an_image_that_does_not_decode_is_named(split, workers):
    path = split.path(4)
    path.write_bytes(path.read_bytes()[:300])
    data = indexed(split, PLAIN, workers)
    for batches in (data.training_batches(4, 0, 0), data.plain_batches(4)):
        with pytest.raises(DatasetError, match=r"n01/n01_1\.JPEG: does not decode as an image"):
            list(batches)


def test_opening_reads_nothing(split):
    split.path(0).unlink()
    data = indexed(split)
    assert len(data) == 15
    np.testing.assert_array_equal(data.labels, split.labels)
