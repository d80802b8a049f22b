import torch
from torch import nn
from torch.nn import functional

from mixsuite.models.residual import ResidualBlock, preactivation_block


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
