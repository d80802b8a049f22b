import numpy as np
import pytest
import torch

from mixsuite.data.arrays import ImageArrays
from mixsuite.data.loader import plain_batches, to_device, training_batches

MEAN, STD = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]
CPU = torch.device("cpu")


@pytest.fixture
def split():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (23, 6, 6, 3), dtype=np.uint8)
    return ImageArrays(images, np.arange(23) % 4, {"classes": list("abcd")})


@pytest.fixture
def resident(split):
    return to_device(split, MEAN, STD, CPU)


def epoch(resident, seed=0, batch_size=5, padding=0, flip=False):
    generators = (torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed + 1))
    return list(training_batches(resident, batch_size, padding, flip, *generators))


def test_images_stay_bytes_on_the_device(resident, split):
    assert resident.images.dtype == torch.uint8
    np.testing.assert_array_equal(resident.images.permute(0, 2, 3, 1).numpy(), split.images)
    assert len(resident) == 23


def test_normalisation_is_that_of_pixels_in_0_to_1(resident, split):
    (images, labels), *_ = plain_batches(resident, 23)
    np.testing.assert_allclose(images.permute(0, 2, 3, 1), (split.images / 255 - MEAN) / STD, atol=1e-6)
    assert images.dtype == torch.float32
    assert labels.tolist() == split.labels.tolist()


def test_the_last_batch_holds_the_rest(resident):
    assert [len(labels) for _, labels in epoch(resident)] == [5, 5, 5, 5, 3]
    assert [len(labels) for _, labels in plain_batches(resident, 10)] == [10, 10, 3]


def test_an_epoch_shows_every_image_once_with_its_label(resident):
    (everything, labels), *_ = plain_batches(resident, 23)
    expected = sorted((*image.flatten().tolist(), int(label)) for image, label in zip(everything, labels, strict=True))
    found = [
        (*image.flatten().tolist(), int(label))
        for images, labels in epoch(resident)
        for image, label in zip(images, labels, strict=True)
    ]
    assert sorted(found) == expected
    assert found != expected


def test_the_order_follows_the_shuffling_generator_alone(resident):
    orders = [[labels.tolist() for _, labels in epoch(resident, seed, padding=2, flip=True)] for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]
    assert orders[0] == [labels.tolist() for _, labels in epoch(resident, 0)]


def test_padding_is_black_before_normalisation(resident):
    black = (0 - torch.tensor(MEAN)) / torch.tensor(STD)
    corners = torch.cat([images[:, :, 0, 0] for images, _ in epoch(resident, padding=4)])
    n_black = torch.isclose(corners, black, atol=1e-6).all(1).sum()
    # A corner is inside with probability (5/9)² only.
    assert n_black >= 8


def test_epochs_equal_torchvisions_transforms_with_the_same_draws(resident):
    """The per-image pipeline: pad, crop, flip, to [0, 1], normalise; draws replayed in the documented order."""
    from PIL import Image
    from torchvision import transforms
    from torchvision.transforms import functional

    shuffling, augmentation = torch.Generator().manual_seed(0), torch.Generator().manual_seed(1)
    to_tensor, normalise = transforms.ToTensor(), transforms.Normalize(MEAN, STD)
    order = torch.randperm(23, generator=shuffling)
    for chosen, (images, labels) in zip(order.split(5), epoch(resident, padding=2, flip=True), strict=True):
        top, left = torch.randint(5, (2, len(chosen)), generator=augmentation)
        mirrored = torch.randint(2, (len(chosen),), generator=augmentation).bool()
        assert labels.tolist() == resident.labels[chosen].tolist()
        for image, number, y, x, flip in zip(images, chosen, top, left, mirrored, strict=True):
            theirs = Image.fromarray(resident.images[number].permute(1, 2, 0).numpy())
            theirs = functional.crop(functional.pad(theirs, [2]), int(y), int(x), 6, 6)
            theirs = functional.hflip(theirs) if flip else theirs
            torch.testing.assert_close(image, normalise(to_tensor(theirs)), atol=1e-6, rtol=0)
