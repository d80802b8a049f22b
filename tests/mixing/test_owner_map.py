import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.mixing.boxes import Boxes
from mixsuite.mixing.draws import dirichlet, permuted_partners
from mixsuite.mixing.owner_map import OwnerMap, compose, owners_by_boxes
from mixsuite.mixing.stick_breaking import nested_boxes


@given(
    n_images=st.integers(1, 9),
    batch_size=st.integers(1, 6),
    channels=st.integers(1, 3),
    height=st.integers(1, 7),
    width=st.integers(1, 7),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=100)
def test_composes_any_map_pixel_by_pixel(n_images, batch_size, channels, height, width, seed):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randn(batch_size, channels, height, width, generator=generator)
    targets = torch.randn(batch_size, 4, generator=generator, dtype=torch.float64).softmax(1)
    owner = torch.randint(n_images, (batch_size, height, width), generator=generator, dtype=torch.int32)
    shares = torch.stack([(owner == k).flatten(1).double().mean(1) for k in range(n_images)])
    partners = permuted_partners(n_images, batch_size, generator)
    composed, mixed = compose(images, targets, OwnerMap(owner, shares), partners)
    for b in range(batch_size):
        mass = torch.zeros(4, dtype=torch.float64)
        for y in range(height):
            for x in range(width):
                source = partners[owner[b, y, x], b]
                assert torch.equal(composed[b, :, y, x], images[source, :, y, x])
                mass += targets[source]
        torch.testing.assert_close(mixed[b], mass / (height * width), rtol=0, atol=1e-12)


@given(
    n_images=st.integers(2, 9),
    alpha=st.floats(1e-3, 50),
    height=st.integers(1, 30),
    width=st.integers(1, 30),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=100)
def test_shares_of_boxes_are_the_counted_pixels(n_images, alpha, height, width, seed):
    generator = torch.Generator().manual_seed(seed)
    boxes = nested_boxes(dirichlet(alpha, n_images, 10, generator), height, width, generator)
    owner, shares = owners_by_boxes(boxes, height, width)
    for k in range(n_images):
        assert torch.equal(shares[k], (owner == k).flatten(1).sum(1).double() / (height * width))


def test_a_map_by_hand():
    start, end = torch.tensor([[[0], [1]], [[1], [1]]]), torch.tensor([[[2], [4]], [[2], [3]]])
    owner, shares = owners_by_boxes(Boxes(start.int(), end.int()), 3, 5)
    assert owner.tolist() == [[[0, 1, 1, 1, 0], [0, 2, 2, 1, 0], [0, 0, 0, 0, 0]]]
    assert shares.tolist() == [[9 / 15], [4 / 15], [2 / 15]]


def test_composes_images_in_any_memory_format():
    images, owner = torch.randn(4, 3, 6, 5), torch.randint(2, (4, 6, 5), dtype=torch.int32)
    owners = OwnerMap(owner, torch.full((2, 4), 0.5))
    partners = permuted_partners(2, 4, torch.Generator().manual_seed(0))
    plain, _ = compose(images, torch.eye(4), owners, partners)
    channels_last, _ = compose(images.to(memory_format=torch.channels_last), torch.eye(4), owners, partners)
    assert torch.equal(plain, channels_last)
