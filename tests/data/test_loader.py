import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.data.arrays import ImageArrays
from mixsuite.data.loader import ResidentImages, to_device
from mixsuite.processes import Processes
from mixsuite.randomness import stream

MEAN, STD = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]
CPU = torch.device("cpu")


@pytest.fixture
def split():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (23, 6, 6, 3), dtype=np.uint8)
    return ImageArrays(images, np.arange(23) % 4, {"classes": list("abcd")})


@pytest.fixture
def resident(split):
    """Make the split resident: padding, flip -> images."""
    return lambda padding=0, flip=False: to_device(split, MEAN, STD, CPU, padding=padding, flip=flip)


def epoch(images, seed=0, **how):
    return list(images.training_batches(5, seed, 0, **how))


def test_images_stay_bytes_on_the_device(resident, split):
    images = resident()
    assert images.images.dtype == torch.uint8
    np.testing.assert_array_equal(images.images.permute(0, 2, 3, 1).numpy(), split.images)
    assert len(images) == 23


def test_normalisation_is_that_of_pixels_in_0_to_1(resident, split):
    (batch,) = resident().plain_batches(23)
    np.testing.assert_allclose(batch.images.permute(0, 2, 3, 1), (split.images / 255 - MEAN) / STD, atol=1e-6)
    assert batch.images.dtype == torch.float32
    assert batch.labels.tolist() == split.labels.tolist()
    assert batch.index.tolist() == list(range(23))
    assert batch.hints is None


def test_the_last_batch_holds_the_rest(resident):
    assert [len(batch.labels) for batch in epoch(resident())] == [5, 5, 5, 5, 3]
    assert [len(batch.labels) for batch in resident().plain_batches(10)] == [10, 10, 3]


def test_an_epoch_shows_every_image_once_with_its_label_and_place(resident):
    images = resident()
    (whole,) = images.plain_batches(23)
    places = []
    for batch in epoch(images):
        assert torch.equal(batch.images, whole.images[batch.index])
        assert torch.equal(batch.labels, whole.labels[batch.index])
        places += batch.index.tolist()
    assert sorted(places) == list(range(23))
    assert places != sorted(places)


def test_the_order_follows_the_seed_and_the_epoch_alone(resident):
    def order(*when, **how):
        return [batch.index.tolist() for batch in resident(**how).training_batches(5, *when)]

    assert order(0, 0) == order(0, 0) == order(0, 0, padding=2, flip=True)
    assert len({str(order(seed, epoch)) for seed in (0, 1) for epoch in (0, 1)}) == 4


def test_padding_is_black_before_normalisation(resident):
    black = (0 - torch.tensor(MEAN)) / torch.tensor(STD)
    corners = torch.cat([batch.images[:, :, 0, 0] for batch in epoch(resident(padding=4))])
    n_black = torch.isclose(corners, black, atol=1e-6).all(1).sum()
    # A corner is inside with probability (5/9)² only.
    assert n_black >= 8


def test_a_hint_sees_the_raw_pixels_of_each_image_as_it_is_trained_on(resident):
    seen = []

    def hint(pixels):
        seen.append(pixels)
        return pixels.float().mean(dim=1)

    images = resident(padding=2, flip=True)
    plain, hinted = epoch(images), epoch(images, hint=hint)
    for batch, same, pixels in zip(hinted, plain, seen, strict=True):
        assert torch.equal(batch.images, same.images)
        assert same.hints is None
        assert pixels.dtype == torch.uint8
        assert pixels.device == CPU
        assert torch.equal(images.normalise(pixels), batch.images)
        assert torch.equal(batch.hints, pixels.float().mean(dim=1))


@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 9))
def test_processes_share_the_plain_images(n_images, count, batch_size):
    pixels = torch.arange(n_images, dtype=torch.uint8).view(-1, 1, 1, 1)
    images = ResidentImages(pixels, torch.arange(n_images), torch.zeros(1, 1, 1), torch.ones(1, 1, 1))
    places = []
    for rank in range(count):
        for batch in images.plain_batches(batch_size, Processes(rank, count)):
            assert 1 <= len(batch.index) <= batch_size
            assert batch.images.flatten().tolist() == batch.labels.tolist() == batch.index.tolist()
            places += batch.index.tolist()
    assert places == list(range(n_images))


def test_every_process_gets_the_whole_of_each_training_batch(resident):
    images = resident(padding=2, flip=True)
    alone = epoch(images)
    for rank in range(3):
        for ours, theirs in zip(epoch(images, processes=Processes(rank, 3)), alone, strict=True):
            assert all(torch.equal(a, b) for a, b in zip(ours[:3], theirs[:3], strict=True))


def test_epochs_equal_torchvisions_transforms_with_the_same_draws(resident):
    """The per-image pipeline: pad, crop, flip, to [0, 1], normalise; draws replayed in the documented order."""
    from PIL import Image
    from torchvision import transforms
    from torchvision.transforms import functional

    images = resident(padding=2, flip=True)
    shuffling, augmentation = stream(0, "shuffling", 0), stream(0, "augmentation", 0)
    to_tensor, normalise = transforms.ToTensor(), transforms.Normalize(MEAN, STD)
    order = torch.randperm(23, generator=shuffling)
    for chosen, batch in zip(order.split(5), epoch(images), strict=True):
        top, left = torch.randint(5, (2, len(chosen)), generator=augmentation)
        mirrored = torch.randint(2, (len(chosen),), generator=augmentation).bool()
        assert torch.equal(batch.index, chosen)
        for image, number, y, x, flip in zip(batch.images, chosen, top, left, mirrored, strict=True):
            theirs = Image.fromarray(images.images[number].permute(1, 2, 0).numpy())
            theirs = functional.crop(functional.pad(theirs, [2]), int(y), int(x), 6, 6)
            theirs = functional.hflip(theirs) if flip else theirs
            torch.testing.assert_close(image, normalise(to_tensor(theirs)), atol=1e-6, rtol=0)
