from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from mixsuite.landscape import evaluation
from mixsuite.landscape.evaluation import evaluate_points
from mixsuite.landscape.weights import Weights


def literal(network, data):
    """Loss and error, image by image."""
    logits = [network(image[None])[0].detach() for image in data.images]
    pairs = list(zip(logits, data.labels, strict=True))
    loss = sum(-functional.log_softmax(each, dim=0)[label].item() for each, label in pairs) / len(data)
    return loss, 100 * sum(each.argmax().item() != label.item() for each, label in pairs) / len(data)


@settings(max_examples=20)
@given(seed=st.integers(0, 99), count=st.integers(1, 12), values=st.integers(1, 400))
def test_points_are_evaluated_as_if_each_were_set_by_hand(new_network, new_data, seed, count, values):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "_BATCH_VALUES", {"cpu": values})
        patch.setattr(evaluation, "_SMALLEST_BATCH", 1)
        network, data = new_network(), new_data(count, seed)
        weights = Weights(network)
        generator = torch.Generator().manual_seed(seed)
        points = [weights.vector() + torch.randn(weights.size, generator=generator) for _ in range(3)]
        found = evaluate_points(weights, data, points)
    for number, point in enumerate(points):
        weights.set(point)
        loss, error = literal(network, data)
        assert found.loss[number].item() == pytest.approx(loss, rel=1e-9)
        assert found.error[number].item() == pytest.approx(error)


def test_the_networks_weights_and_statistics_are_as_before(new_network, new_data):
    network = new_network()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    weights = Weights(network)
    evaluate_points(weights, new_data(), [weights.vector() + 1])
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_a_network_in_training_mode_is_refused(new_network, new_data):
    weights = Weights(new_network().train())
    with pytest.raises(ValueError, match="is in training mode"):
        evaluate_points(weights, new_data(), [weights.vector()])


def test_a_loss_that_is_not_finite_is_told_with_its_point(new_network, new_data):
    weights = Weights(new_network())
    centre = weights.vector()
    with pytest.raises(ValueError, match="the loss at point 1 is not finite"):
        evaluate_points(weights, new_data(), [centre, centre * torch.nan])
