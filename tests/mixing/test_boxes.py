import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.mixing.boxes import Boxes, centred_boxes, innermost_box


@st.composite
def nested(draw):
    """Boxes of one sample, nested, some empty; and the image's size."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    low, high = [0, 0], [height, width]
    boxes = []
    for _ in range(draw(st.integers(1, 4))):
        for axis in range(2):
            low[axis] = draw(st.integers(low[axis], high[axis]))
            high[axis] = draw(st.integers(low[axis], high[axis]))
        boxes.append((tuple(low), tuple(high)))
    return height, width, boxes


@given(nested())
@settings(max_examples=200)
def test_innermost_box_by_looking_at_each_pixel(case):
    height, width, boxes = case
    start = torch.tensor([low for low, _ in boxes])[..., None]
    end = torch.tensor([high for _, high in boxes])[..., None]
    found = innermost_box(Boxes(start, end), height, width)
    assert found.shape == (1, height, width)
    for y in range(height):
        for x in range(width):
            holding = [
                number
                for number, ((top, left), (bottom, right)) in enumerate(boxes, start=1)
                if top <= y < bottom and left <= x < right
            ]
            assert found[0, y, x] == max(holding, default=0)


@given(
    side=st.floats(0, 1),
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=100)
def test_centred_boxes_are_boxes_of_the_truncated_side_clipped_at_the_border(side, height, width, seed):
    boxes = centred_boxes(side, height, width, 20, torch.Generator().manual_seed(seed))
    for axis, length in enumerate((height, width)):
        half = int(length * side) // 2
        possible = {(max(centre - half, 0), min(centre + half, length)) for centre in range(length)}
        assert set(zip(boxes.start[0, axis].tolist(), boxes.end[0, axis].tolist(), strict=True)) <= possible


def test_centres_are_uniform_over_the_image():
    boxes = centred_boxes(0.5, 4, 10, 20_000, torch.Generator().manual_seed(0))
    for axis, length, half in ((0, 4, 1), (1, 10, 2)):
        drawn = list(zip(boxes.start[0, axis].tolist(), boxes.end[0, axis].tolist(), strict=True))
        for centre in range(length):
            count = drawn.count((max(centre - half, 0), min(centre + half, length)))
            assert abs(count - 20_000 / length) < 5 * (20_000 / length) ** 0.5


def test_a_side_per_sample():
    side = torch.tensor([0.0, 0.2, 0.4], dtype=torch.float64)
    boxes = centred_boxes(side, 100, 60, 3, torch.Generator().manual_seed(3))
    sizes = (boxes.end - boxes.start)[0]
    assert (sizes <= torch.tensor([[0, 20, 40], [0, 12, 24]])).all()
    assert (sizes[:, 1:] >= torch.tensor([[10, 20], [6, 12]])).all()
