"""ResNet for ImageNet (He et al. 2016), as torchvision makes it."""

from __future__ import annotations

from torch import nn

from mixsuite.checks import check_choice
from mixsuite.models.initialisation import he_fan_out
from mixsuite.models.staged import StagedNetwork, check_shape

DEPTHS = (18, 34, 50, 101, 152)


def build(*, n_classes: int, in_channels: int, image_size: int, depth: int) -> StagedNetwork:
    """Return torchvision's ResNet-`depth` with its initial weights, untrained: N(0, 2 / (size² · out_channels)).

    With 1000 classes ResNet-50 has 25.557 M parameters. A first convolution for other than 3 channels starts in the
    same way.

    Raises:
        SettingError: depth not in DEPTHS, images below 32×32.
    """
    # Imported here, since it takes seconds that no other network should cost.
    from torchvision.models import get_model

    check_shape(n_classes, in_channels, image_size, smallest_image=32)
    check_choice("depth", depth, DEPTHS)
    network = get_model(f"resnet{depth}", weights=None, num_classes=n_classes)
    if in_channels != 3:
        network.conv1 = nn.Conv2d(in_channels, 64, kernel_size=7, stride=2, padding=3, bias=False).apply(he_fan_out)
    return StagedNetwork(
        stem=nn.Sequential(network.conv1, network.bn1, network.relu, network.maxpool),
        stages=[network.layer1, network.layer2, network.layer3, network.layer4],
        tail=nn.Identity(),
        n_features=network.fc.in_features,
        n_classes=n_classes,
    )
