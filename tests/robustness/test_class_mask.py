import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.data.errors import DatasetError
from mixsuite.robustness.class_mask import class_mask

CPU = torch.device("cpu")
KNOWN = ["n01", "n02", "n03", "n04", "n05"]
# Of the network's classes, the set has n05 and n02, in this order.
LOGITS = torch.tensor([[9.0, 1.0, 0.0, 0.0, 2.0], [0.0, 3.0, 5.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 7.0]])
LABELS = torch.tensor([0, 1, 1])


def _correct(protocol):
    mask = class_mask(["n05", "n02"], KNOWN, protocol, "set", CPU)
    return (mask.logits(LOGITS).argmax(dim=1) == mask.targets(LABELS)).tolist()


def test_masked_the_network_chooses_among_the_classes_of_the_set():
    assert _correct("masked") == [True, True, False]


def test_unmasked_the_network_chooses_among_all_classes():
    assert _correct("unmasked") == [False, False, False]
    mask = class_mask(["n05", "n02"], KNOWN, "unmasked", "set", CPU)
    assert (mask.logits(LOGITS).argmax(dim=1) == mask.targets(torch.tensor([1, 1, 0]))).tolist() == [False, False, True]


@pytest.mark.parametrize("protocol", ["masked", "unmasked"])
def test_members_are_the_known_images_of_the_classes_of_the_set(protocol):
    mask = class_mask(["n05", "n02"], KNOWN, protocol, "set", CPU)
    assert mask.members(torch.tensor([0, 1, 2, 3, 4])).tolist() == [False, True, False, False, True]


def test_classes_that_the_network_does_not_know_are_one_message():
    found = ["n02", "x1", "x2", "x3", "x4"]
    with pytest.raises(DatasetError, match=r"set: 4 of its 5 classes are none of the network's 5: x1, x2, x3, \.\.\."):
        class_mask(found, KNOWN, "masked", "set", CPU)


def test_another_protocol_is_refused():
    with pytest.raises(SettingError, match=r"class_mask: found 'mask' \(did you mean 'masked'\?\)"):
        class_mask(["n02"], KNOWN, "mask", "set", CPU)
