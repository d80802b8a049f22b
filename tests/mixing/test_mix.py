import torch

from mixsuite.mixing.mix import HintedMix, hint_of
from mixsuite.mixing.vanilla import build


def brightest(pixels):
    return pixels.amax((1, 2, 3))


def test_a_hinted_mix_passes_its_hints_on():
    mix = HintedMix(lambda images, targets, generator, hints: (images + hints, targets), brightest)
    mixed, _ = mix(torch.zeros(2), torch.ones(2), torch.Generator(), torch.tensor([3.0, 4.0]))
    assert mixed.tolist() == [3, 4]


def test_only_a_hinted_mix_asks_for_a_hint():
    assert hint_of(HintedMix(build(), brightest)) is brightest
    assert hint_of(build()) is None
