import torch

from mixsuite.mixing.cutout import build


def literal_cutout(images, length_in_pixels, centres):
    """DeVries and Taylor's masking, an image at a time, for given centres (row, column)."""
    blanked = images.clone()
    _, _, height, width = images.shape
    for b, (y, x) in enumerate(centres):
        for row in range(max(y - length_in_pixels // 2, 0), min(y + length_in_pixels // 2, height)):
            for column in range(max(x - length_in_pixels // 2, 0), min(x + length_in_pixels // 2, width)):
                blanked[b, :, row, column] = 0
    return blanked


def test_every_sample_is_a_literal_cutout_at_some_centre():
    images = torch.rand(32, 2, 12, 12) + 1
    mixed, _ = build(length=0.5)(images, torch.eye(32), torch.Generator().manual_seed(0))
    candidates = {
        (literal_cutout(images[:1], 6, [(y, x)]) == 0).numpy().tobytes(): (y, x) for y in range(12) for x in range(12)
    }
    centres = [candidates[(sample == 0)[None].numpy().tobytes()] for sample in mixed]
    assert len(set(centres)) > 20
    assert torch.equal(mixed, literal_cutout(images, 6, centres))


def test_half_of_32_is_16_pixels_clipped_at_the_border():
    generator = torch.Generator().manual_seed(1)
    mixed, _ = build(length=0.5)(torch.ones(2000, 1, 32, 32), torch.ones(2000, 1), generator)
    blank_rows = (mixed == 0).any(3)[:, 0].sum(1)
    assert blank_rows.max() == 16
    assert blank_rows.min() == 8


def test_each_side_has_its_own_length():
    generator = torch.Generator().manual_seed(1)
    mixed, _ = build(length=0.5)(torch.ones(2000, 1, 8, 20), torch.ones(2000, 1), generator)
    assert (mixed == 0).any(3)[:, 0].sum(1).max() == 4
    assert (mixed == 0).any(2)[:, 0].sum(1).max() == 10
