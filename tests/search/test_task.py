import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.search.specification import check_search
from mixsuite.search.task import assemble_search

CPU = torch.device("cpu")


def test_halves_are_disjoint_images_that_are_all_together(new_search, train_split):
    task = assemble_search(new_search(), train_split, CPU)
    found = torch.cat([task.weight_images.images, task.architecture_images.images])
    expected = torch.tensor(train_split.images).permute(0, 3, 1, 2)
    assert sorted(found.flatten(1).tolist()) == sorted(expected.flatten(1).tolist())


def test_equal_seeds_start_alike_and_others_do_not(new_task):
    first, again, other = (new_task(seed=seed) for seed in (0, 0, 1))
    for name, tensor in first.state.items():
        assert torch.equal(tensor, again.state[name])
    assert not torch.equal(first.supernet.stem[0].weight, other.supernet.stem[0].weight)
    assert not torch.equal(first.weight_images.images, other.weight_images.images)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"split": "shuffled"}, "search: split: found 'shuffled'"),
        ({"warmup_epochs": 4}, "search: warmup_epochs: found 4 of 4 epochs, expected fewer"),
        ({"epochs": 0}, "search: epochs: found 0"),
        ({"learning_rate": 0}, "search: learning_rate: found 0"),
        ({"architecture_betas": [0.5]}, r"search: architecture_betas: found \[0.5\], expected two numbers"),
        ({"architecture_betas": [0.5, 2]}, "search: architecture_betas: found 2"),
        ({"normalisation": {"mean": [0.5]}}, "search: normalisation: missing key 'std'"),
        ({"flip": "yes"}, "search: flip: found 'yes'"),
        ({"epoch": 3}, "search: unknown key 'epoch' .did you mean 'epochs'"),
        ({"seed": -1}, "seed: found -1"),
        ({"dataset": "digits"}, "dataset: found 'digits'"),
    ],
)
def test_wrong_settings_are_named(new_search, changes, message):
    with pytest.raises(SettingError, match=message):
        check_search(new_search(**changes))


def test_statistics_of_other_channels_are_named(new_search, train_split):
    run = new_search(normalisation={"mean": [0.5] * 3, "std": [0.5] * 3})
    with pytest.raises(SettingError, match="normalisation: mean: found 3 numbers, expected one for each of 1 channels"):
        assemble_search(run, train_split, CPU)
