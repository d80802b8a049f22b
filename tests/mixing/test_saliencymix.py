import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.checks import SettingError
from mixsuite.mixing.draws import permuted_partners, proportions
from mixsuite.mixing.mix import hint_of
from mixsuite.mixing.saliency import most_salient_pixel_as_released, most_salient_pixels
from mixsuite.mixing.saliencymix import build


def literal_mix(images, targets, partner, lam, centres):
    """Uddin et al.'s box around centres[b] for sample b, clipped at the border, cut and pasted at the same place."""
    _, _, height, width = images.shape
    cut_height, cut_width = int(height * np.sqrt(1 - lam)), int(width * np.sqrt(1 - lam))
    mixed, mixed_targets = images.clone(), torch.zeros_like(targets)
    for b in range(len(images)):
        x, y = centres[b].tolist()
        rows = slice(max(x - cut_height // 2, 0), min(x + cut_height // 2, height))
        columns = slice(max(y - cut_width // 2, 0), min(y + cut_width // 2, width))
        mixed[b, :, rows, columns] = images[partner[b], :, rows, columns]
        left = 1 - (rows.stop - rows.start) * (columns.stop - columns.start) / (height * width)
        mixed_targets[b] = left * targets[b] + (1 - left) * targets[partner[b]]
    return mixed, mixed_targets


shapes = st.tuples(st.integers(1, 8), st.integers(1, 3), st.integers(1, 16), st.integers(1, 16))


@given(alpha=st.floats(1e-2, 20), shape=shapes, seed=st.integers(0, 2**31), released=st.booleans())
@settings(max_examples=100, deadline=None)
def test_mix_is_that_of_the_literal_loop(traced_batch, alpha, shape, seed, released):
    images, targets = traced_batch(*shape)
    batch_size, _, height, width = shape
    generator = torch.Generator().manual_seed(seed)
    hints = torch.stack([torch.randint(length, (batch_size,), generator=generator) for length in (height, width)], 1)
    drawn = torch.Generator()
    drawn.set_state(generator.get_state())
    partner = permuted_partners(2, batch_size, drawn)[1]
    cut = proportions(alpha, 2, 1, 1.0, drawn)[1].item()
    mix = build(alpha=alpha, probability=1.0, saliency="as_released" if released else "uint8")
    if released:
        centres = most_salient_pixel_as_released(images[partner[0]]).expand(batch_size, -1)
        found = mix(images, targets, generator)
    else:
        centres = hints[partner]
        found = mix(images, targets, generator, hints)
    expected = literal_mix(images, targets, partner, 1 - cut, centres)
    assert torch.equal(found[0], expected[0])
    torch.testing.assert_close(found[1], expected[1], rtol=0, atol=1e-12)


def test_the_hint_is_the_most_salient_pixel():
    assert hint_of(build(alpha=1.0, probability=0.5, saliency="uint8")) is most_salient_pixels
    assert hint_of(build(alpha=1.0, probability=0.5, saliency="as_released")) is None


@pytest.mark.parametrize("changes", [{"alpha": 0}, {"probability": -1}, {"saliency": "float"}])
def test_wrong_settings_are_named(changes):
    with pytest.raises(SettingError, match=next(iter(changes))):
        build(**{"alpha": 1.0, "probability": 1.0, "saliency": "uint8", **changes})
