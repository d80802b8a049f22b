import pytest
import torch
from torch import nn
from torch.nn import functional

from mixsuite.checks import SettingError
from mixsuite.models.residual import ResidualBlock, preactivation_block, projection_shortcut, residual_blocks


def test_adds_the_residual_to_the_shortcut_before_the_activation():
    block = ResidualBlock(nn.Sequential(nn.Flatten(0)), nn.Tanh(), nn.ReLU())
    hidden = torch.tensor([-2.0, 0.5])
    torch.testing.assert_close(block(hidden), functional.relu(hidden.tanh() + hidden))
    torch.testing.assert_close(ResidualBlock(nn.Sequential(nn.Tanh()))(hidden), hidden + hidden.tanh())


def test_a_layer_appended_to_the_residual_leaves_the_shortcut():
    class Nothing(nn.Module):
        def forward(self, hidden):
            return hidden * 0

    block = preactivation_block(4, 4, 1)
    block.residual.append(Nothing())
    hidden = torch.randn(2, 4, 5, 5)
    assert torch.equal(block(hidden), hidden)


def test_preactivation_block_that_keeps_the_shape():
    block = preactivation_block(6, 6, 1)
    norm1, _, convolution1, norm2, _, convolution2 = block.residual
    hidden = torch.randn(3, 6, 5, 5)
    inner = functional.relu(norm2(convolution1(functional.relu(norm1(hidden)))))
    torch.testing.assert_close(block(hidden), hidden + convolution2(inner))


def test_preactivation_block_that_changes_the_shape_projects_the_activated_input():
    block = preactivation_block(4, 6, 2)
    norm1, _, residual_block = block
    convolution1, norm2, _, convolution2 = residual_block.residual
    hidden = torch.randn(3, 4, 7, 7)
    activated = functional.relu(norm1(hidden))
    inner = functional.relu(norm2(convolution1(activated)))
    expected = residual_block.shortcut(activated) + convolution2(inner)
    assert expected.shape == (3, 6, 4, 4)
    torch.testing.assert_close(block(hidden), expected)
    assert residual_block.shortcut.kernel_size == (1, 1)


def test_residual_blocks_come_in_the_order_of_the_network():
    blocks = [preactivation_block(2, 2, 1), preactivation_block(2, 4, 2), preactivation_block(4, 4, 1)]
    # A block that changes the shape lies inside a Sequential.
    expected = [blocks[0], blocks[1][-1], blocks[2]]
    found = residual_blocks(nn.Sequential(nn.Conv2d(1, 2, 1), nn.Sequential(*blocks[:2]), blocks[2]))
    assert all(one is other for one, other in zip(found, expected, strict=True))


def test_a_network_without_residual_blocks_is_refused():
    with pytest.raises(SettingError, match="network: found no residual blocks"):
        residual_blocks(nn.Sequential(nn.Linear(2, 2)))


@pytest.mark.parametrize(("shape", "is_needed"), [((4, 4, 1), False), ((4, 4, 2), True), ((4, 8, 1), True)])
def test_a_projection_only_where_the_shape_changes(shape, is_needed):
    assert (projection_shortcut(*shape) is not None) == is_needed
