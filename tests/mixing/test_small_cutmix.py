import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.mixing import cutmix
from mixsuite.mixing.small_cutmix import build


def boxes_of(mix, draws):
    """The area that the second of two images has in the first, over batches in which they meet each other."""
    images = torch.arange(2.0).view(2, 1, 1, 1).expand(2, 1, 40, 40)
    generator = torch.Generator().manual_seed(0)
    return [mix(images, torch.eye(2), generator)[0][0].mean().item() for _ in range(draws)]


def test_no_box_is_larger_and_some_nearly_so():
    areas = boxes_of(build(alpha=1.0, probability=1.0, largest=0.25), 300)
    assert 0.2 < max(areas) <= 0.25


def test_with_the_whole_image_it_is_cutmix():
    own = boxes_of(build(alpha=0.7, probability=0.5, largest=1), 60)
    assert own == boxes_of(cutmix.build(alpha=0.7, probability=0.5), 60)
    assert max(own) > 0.5


def test_targets_follow_the_area_that_is_left(traced_batch, traced_sources):
    images, targets = traced_batch(6, 2, 20, 20)
    generator = torch.Generator().manual_seed(1)
    mixed, mixed_targets = build(alpha=1.0, probability=1.0, largest=0.3)(images, targets, generator)
    for source, target in zip(traced_sources(mixed), mixed_targets, strict=True):
        torch.testing.assert_close(target, source.flatten().bincount(minlength=6).double() / 400)


def test_a_share_beyond_the_image_is_refused():
    with pytest.raises(SettingError, match=r"largest: found 1.5, expected a number from 0 to 1"):
        build(alpha=1.0, probability=1.0, largest=1.5)
