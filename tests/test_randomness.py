import torch

from mixsuite.randomness import derived_seed, stream


def test_a_stream_is_its_seed_and_purpose_alone():
    torch.manual_seed(0)
    first = torch.rand(5, generator=stream(1, "mixing", 2))
    torch.manual_seed(99)
    assert torch.equal(first, torch.rand(5, generator=stream(1, "mixing", 2)))


def test_seed_purpose_and_epoch_each_give_another_stream():
    purposes = ("initialisation", "shuffling", "augmentation", "mixing", "network")
    # torch's CPU generator looks at the lower 32 bits only.
    seeds = {
        derived_seed(seed, purpose, epoch) % 2**32 for seed in range(5) for purpose in purposes for epoch in range(40)
    }
    assert len(seeds) == 5 * len(purposes) * 40


# The first 8 bytes that sha256sum tells of "0/mixing/3" and of "0/training data".
def test_seeds_never_change():
    assert derived_seed(0, "mixing", 3) == int.from_bytes(bytes.fromhex("e0391bc831b3158f"), "big")
    assert derived_seed(0, "training data") == int.from_bytes(bytes.fromhex("e2d2238d8a3707f2"), "big")
