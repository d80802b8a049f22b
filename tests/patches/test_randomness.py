import torch

from mixsuite.patches.randomness import stream


def test_a_stream_depends_on_seed_and_purpose_alone():
    def draw(seed, purpose):
        return torch.rand(5, generator=stream(seed, purpose)).tolist()

    torch.manual_seed(1)
    first = draw(3, "data")
    torch.manual_seed(2)
    assert draw(3, "data") == first
    assert draw(4, "data") != first
    assert draw(3, "noise") != first
