import torch
from torch import nn

from mixsuite.models.staged import StagedNetwork, make_doubling_stages, make_stage


class Add(nn.Module):
    """Adds a number, to see which parts ran."""

    def __init__(self, number):
        super().__init__()
        self.number = number

    def forward(self, hidden):
        return hidden + self.number


def test_runs_stem_stages_tail_pooling_and_classifier_in_turn():
    network = StagedNetwork(Add(1.0), [Add(10.0), Add(100.0)], nn.ReLU(), n_features=2, n_classes=3)
    images = torch.tensor([[[[0.0, 2.0]], [[-500.0, -300.0]]]])
    features = network.features(images)
    assert features.tolist() == [[112.0, 0.0]]
    expected = network.classifier.weight @ features[0] + network.classifier.bias
    torch.testing.assert_close(network(images)[0], expected)


def test_only_the_first_block_of_a_stage_changes_the_shape():
    made = []

    def make_block(*shape):
        made.append(shape)
        return nn.Identity()

    assert len(make_stage(make_block, 4, 8, 3, stride=2)) == 3
    assert made == [(4, 8, 2), (8, 8, 1), (8, 8, 1)]


def test_doubling_stages():
    made = []

    def make_block(*shape):
        made.append(shape)
        return nn.Identity()

    assert [len(stage) for stage in make_doubling_stages(make_block, 4, (2, 1, 1))] == [2, 1, 1]
    assert made == [(4, 4, 1), (4, 4, 1), (4, 8, 2), (8, 16, 2)]
