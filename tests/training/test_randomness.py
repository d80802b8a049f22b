import torch

from mixsuite.training.randomness import derived_seed, stream

CPU = torch.device("cpu")


def test_a_stream_is_its_seed_purpose_and_epoch_alone():
    torch.manual_seed(0)
    first = torch.rand(5, generator=stream(1, "mixing", 2, CPU))
    torch.manual_seed(99)
    assert torch.equal(first, torch.rand(5, generator=stream(1, "mixing", 2, CPU)))


def test_seed_purpose_and_epoch_each_give_another_stream():
    purposes = ("initialisation", "shuffling", "augmentation", "mixing", "network")
    # torch's CPU generator looks at the lower 32 bits only.
    seeds = {
        derived_seed(seed, purpose, epoch) % 2**32 for seed in range(5) for purpose in purposes for epoch in range(40)
    }
    assert len(seeds) == 5 * len(purposes) * 40


def test_seeds_never_change():
    assert derived_seed(0, "mixing", 3) == int.from_bytes(bytes.fromhex(EXPECTED), "big")


# sha256 of "0/mixing/3", its first 8 bytes: sha256sum says so.
EXPECTED = "e0391bc831b3158f"
