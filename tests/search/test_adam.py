import torch
from torch import nn

from mixsuite.search.adam import Adam


def test_is_torchs_adam():
    torch.manual_seed(0)
    ours = [nn.Parameter(torch.randn(3, 4)), nn.Parameter(torch.randn(5))]
    theirs = [nn.Parameter(each.detach().clone()) for each in ours]
    optimizer = Adam(ours, 0.01, (0.5, 0.999), 0.1)
    reference = torch.optim.Adam(theirs, 0.01, (0.5, 0.999), weight_decay=0.1)
    for _ in range(20):
        gradients = [torch.randn_like(each) for each in ours]
        optimizer.step(gradients)
        for parameter, gradient in zip(theirs, gradients, strict=True):
            parameter.grad = gradient.clone()
        reference.step()
        for mine, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(mine, other)


def test_goes_on_from_a_copied_state():
    gradients = torch.randn(6, 1, 4)
    through, first, second = (Adam([nn.Parameter(torch.zeros(4))], 0.1, (0.9, 0.99), 0.0) for _ in range(3))
    for gradient in gradients:
        through.step(gradient)
    for gradient in gradients[:3]:
        first.step(gradient)
    with torch.no_grad():
        second.parameters[0].copy_(first.parameters[0])
        for name, tensor in second.state.items():
            tensor.copy_(first.state[name])
    for gradient in gradients[3:]:
        second.step(gradient)
    assert torch.equal(second.parameters[0], through.parameters[0])
