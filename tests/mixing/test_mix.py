import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.mixing.mix import HintedMix, checked, hint_of
from mixsuite.mixing.vanilla import build

IMAGES, TARGETS = torch.zeros(4, 3, 8, 8), torch.eye(4, 5)


def brightest(pixels):
    return pixels.amax((1, 2, 3))


def test_a_hinted_mix_passes_its_hints_on():
    mix = HintedMix(lambda images, targets, generator, hints: (images + hints, targets), brightest)
    mixed, _ = mix(torch.zeros(2), torch.ones(2), torch.Generator(), torch.tensor([3.0, 4.0]))
    assert mixed.tolist() == [3, 4]


def test_only_a_hinted_mix_asks_for_a_hint():
    assert hint_of(HintedMix(build(), brightest)) is brightest
    assert hint_of(build()) is None


@pytest.mark.parametrize(
    ("images", "targets", "message"),
    [
        (IMAGES[0], TARGETS, r"images: found float32 \(3, 8, 8\), expected floating point \(B, C, H, W\), normalised$"),
        (IMAGES.byte(), TARGETS, r"images: found uint8 \(4, 3, 8, 8\), expected floating point"),
        (IMAGES, torch.arange(4), r"targets: found int64 \(4,\), expected .*; make labels soft with one_hot\("),
        (IMAGES, TARGETS.long(), r"targets: found int64 \(4, 5\), expected .*one_hot\(labels, n_classes\)\.float\(\)$"),
        (
            IMAGES,
            TARGETS[0],
            r"targets: found float32 \(5,\), expected floating point \(4, n_classes\), as many as images$",
        ),
        (
            IMAGES,
            TARGETS[:3],
            r"targets: found float32 \(3, 5\), expected floating point \(4, n_classes\), as many as im",
        ),
    ],
)
@pytest.mark.parametrize("hinted", [False, True])
def test_a_checked_mix_refuses_what_is_no_batch(images, targets, message, hinted):
    mix = HintedMix(lambda *batch: batch[:2], brightest) if hinted else build()
    with pytest.raises(SettingError, match=message):
        checked(mix)(images, targets, torch.Generator(), *([torch.zeros(4)] if hinted else []))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_a_checked_mix_is_the_same_mix(dtype):
    images, targets = IMAGES.to(dtype), TARGETS.to(dtype)
    mixed, mixed_targets = checked(build())(images, targets, generator=torch.Generator())
    assert mixed is images
    assert mixed_targets is targets


def test_a_checked_mix_keeps_its_hint_and_passes_hints_on():
    mix = checked(HintedMix(lambda images, targets, generator, hints: (images + hints, targets), brightest))
    assert isinstance(mix, HintedMix)
    assert hint_of(mix) is brightest
    assert mix(IMAGES, TARGETS, torch.Generator(), torch.tensor(3.0))[0].unique().tolist() == [3]


def test_the_check_waits_for_no_device():
    # Meta tensors hold no numbers: whoever looks at one fails.
    images, targets = checked(build())(IMAGES.to("meta"), TARGETS.to("meta"), torch.Generator())
    assert images.device == targets.device == torch.device("meta")
