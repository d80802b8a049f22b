import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.patches.network import SmoothedLeakyReLU, logits, patch_outputs

SHAPES = {"beta": st.floats(0.01, 1), "r": st.floats(0.05, 5)}


@given(z=st.floats(-20, 20), **SHAPES)
def test_phi_is_the_piecewise_formula_and_increases(z, beta, r):
    activation = SmoothedLeakyReLU(beta, r)
    values = torch.tensor([z, z + 0.1], dtype=torch.float64, requires_grad=True)
    outputs = activation(values)
    expected = [
        x - (1 - beta) * r / 2 if x >= r else (1 - beta) * x * x / (2 * r) + beta * x if x >= 0 else beta * x
        for x in values.tolist()
    ]
    torch.testing.assert_close(outputs.tolist(), expected, rtol=1e-12, atol=1e-12)
    assert outputs[1] > outputs[0]
    (slope,) = torch.autograd.grad(outputs.sum(), values)
    torch.testing.assert_close(activation.derivative(values.detach()), slope, rtol=1e-10, atol=1e-10)


@given(**SHAPES)
def test_phi_and_its_slope_are_continuous_where_the_pieces_meet(beta, r):
    activation = SmoothedLeakyReLU(beta, r)
    step = 1e-9
    for joint, slope in ((0.0, beta), (r, 1.0)):
        around = torch.tensor([joint - step, joint, joint + step], dtype=torch.float64)
        torch.testing.assert_close(activation(around), activation(around[1]).expand(3), rtol=0, atol=1e-8)
        expected = torch.full((3,), slope, dtype=torch.float64)
        torch.testing.assert_close(activation.derivative(around), expected, rtol=0, atol=1e-6)


def test_logits_are_the_sum_over_patches(literal):
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(2, 7, dtype=torch.float64, generator=generator)
    images = torch.randn(5, 4, 7, dtype=torch.float64, generator=generator)
    activation = SmoothedLeakyReLU(0.3, 0.5)
    expected = torch.stack([literal.network(weights, image, 0.3, 0.5) for image in images])
    torch.testing.assert_close(logits(weights, images, activation), expected, rtol=1e-12, atol=1e-12)
    single = patch_outputs(weights @ images[2, 1], activation)
    torch.testing.assert_close(single, literal.network(weights, images[2, 1:2], 0.3, 0.5), rtol=1e-12, atol=1e-12)
