import pytest
import torch
from torch import nn

from mixsuite.robustness.ascent import cross_entropy, input_gradient
from mixsuite.robustness.pixel_model import PixelModel, pixel_model


def test_pixels_are_normalised_inside(new_network, new_images):
    model, (pixels, _) = new_network(), new_images()
    assert torch.equal(model(pixels), model.model((pixels - model.mean) / model.std))


def test_the_gradient_flows_through_the_normalisation(new_network, new_images):
    model, (pixels, labels) = new_network(), new_images()
    normalised = (pixels - model.mean) / model.std
    inner = input_gradient(model.model, normalised, labels, cross_entropy)
    torch.testing.assert_close(input_gradient(model, pixels, labels, cross_entropy), inner / model.std)


def test_a_network_in_training_mode_is_refused():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).eval()
    PixelModel(network, torch.zeros(1, 1, 1), torch.ones(1, 1, 1))
    network[1].train()
    with pytest.raises(ValueError, match="1: is in training mode, expected evaluation mode"):
        PixelModel(network, torch.zeros(1, 1, 1), torch.ones(1, 1, 1))


def test_a_trained_network_keeps_its_answers(trained, splits):
    pixels = torch.tensor(splits[1].images[:9]).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        before = trained.model((pixels - trained.mean) / trained.std)
    model = pixel_model(trained)
    torch.testing.assert_close(model(pixels), before)
    assert not model(pixels).requires_grad
