import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mixsuite.data.statistics import channel_statistics

IMAGES = arrays(np.uint8, st.tuples(*(st.integers(1, 5) for _ in range(4))))


@given(IMAGES)
def test_agrees_with_numpy_on_scaled_pixels(images):
    mean, std = channel_statistics(images)
    scaled = images.astype(np.float64) / 255
    np.testing.assert_allclose(mean, scaled.mean((0, 1, 2)), atol=1e-12)
    # Deviations near 0 are roots of rounding errors.
    np.testing.assert_allclose(np.square(std), scaled.var((0, 1, 2)), atol=1e-12)


def test_plain_numbers_come_back_for_json():
    mean, std = channel_statistics(np.array([0, 255], np.uint8).reshape(2, 1, 1, 1))
    assert (mean, std) == ([0.5], [0.5])
    assert type(mean[0]) is type(std[0]) is float
