import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixsuite.mixing.blend import blend


@given(
    n_images=st.integers(1, 5),
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=60)
def test_equals_the_sum_written_out(n_images, shape, seed):
    generator = torch.Generator().manual_seed(seed)
    batch_size = shape[0]
    values = torch.randn(shape, generator=generator, dtype=torch.float64)
    weights = torch.rand(n_images, batch_size, generator=generator, dtype=torch.float64)
    permutations = [torch.randperm(batch_size, generator=generator) for _ in range(n_images - 1)]
    partners = torch.stack([torch.arange(batch_size), *permutations])
    before = values.clone()
    blended = blend(values, weights, partners)
    for b in range(batch_size):
        expected = sum(weights[k, b] * values[partners[k, b]] for k in range(n_images))
        torch.testing.assert_close(blended[b], expected)
    assert torch.equal(values, before)


def test_keeps_the_type_of_the_values_and_passes_gradients():
    values = torch.randn(3, 2, requires_grad=True)
    weights = torch.tensor([[0.25] * 3, [0.75] * 3], dtype=torch.float64)
    blended = blend(values, weights, torch.tensor([[0, 1, 2], [1, 2, 0]]))
    assert blended.dtype == torch.float32
    blended.sum().backward()
    torch.testing.assert_close(values.grad, torch.ones(3, 2))
