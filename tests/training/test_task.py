import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.processes import Processes
from mixsuite.training.task import assemble

CPU = torch.device("cpu")


def test_initial_weights_follow_the_seed_alone(new_run, splits, same_weights):
    torch.manual_seed(1)
    first = assemble(new_run(), *splits, CPU).model
    torch.manual_seed(2)
    again = assemble(new_run(recipe={"method": "vanilla"}, learning_rate=0.3), *splits, CPU).model
    other = assemble(new_run(seed=1), *splits, CPU).model
    assert same_weights(first, again)
    assert not same_weights(first, other)


def test_the_global_generator_stays_as_it_was(new_run, splits):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    assemble(new_run(), *splits, CPU)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_network_fits_the_data(new_run, splits):
    task = assemble(new_run(), *splits, CPU)
    assert task.n_classes == 6
    assert task.model(torch.zeros(2, 1, 8, 8)).shape == (2, 6)


def test_images_are_normalised_as_the_schedule_says(new_run, splits):
    byte = torch.full((1, 1, 8, 8), 51, dtype=torch.uint8)
    own = assemble(new_run(), *splits, CPU)
    torch.testing.assert_close(own.train.normalise(byte), torch.full((1, 1, 8, 8), (0.2 - 0.3) / 0.2))
    given = assemble(new_run(normalisation={"mean": [0.1], "std": [0.25]}), *splits, CPU)
    for data in (given.train, given.test):
        torch.testing.assert_close(data.normalise(byte), torch.full((1, 1, 8, 8), (0.2 - 0.1) / 0.25))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"recipe": {"method": "dcutmix"}}, "mixing method 'dcutmix': missing key 'images'"),
        ({"recipe": {"method": "nomix"}}, "mixing method: found 'nomix'.* expected one of .*cutmix"),
        ({"model": {"family": "no_net"}}, "network: found 'no_net'; expected one of .*demo_cnn"),
        ({"normalisation": {"mean": [0.5] * 3, "std": [0.2] * 3}}, "mean: found 3 numbers, expected one for each of 1"),
        ({"epochs": 0}, "schedule: epochs: found 0"),
    ],
)
def test_mistakes_of_a_user_are_setting_errors(new_run, splits, changes, message):
    with pytest.raises(SettingError, match=message):
        assemble(new_run(**changes), *splits, CPU)


def test_a_method_is_given_the_network_what_images_are_divided_by_and_the_loss(new_run, splits, monkeypatch):
    given = []
    monkeypatch.setattr("mixsuite.training.task.build_mix", lambda *arguments: given.append(arguments))
    changes = {"normalisation": {"mean": [0.1], "std": [0.25]}, "loss": "binary_cross_entropy"}
    task = assemble(new_run(**changes), *splits, CPU)
    ((recipe, network, std, loss),) = given
    assert recipe == task.run["recipe"]
    assert network is task.model
    torch.testing.assert_close(std, torch.full((1, 1, 1), 0.25))
    assert loss == "binary_cross_entropy"


def test_several_processes_need_an_image_each_in_every_batch(new_run, splits):
    with pytest.raises(SettingError, match="a batch of the 72 images has 8 for 9 processes"):
        assemble(new_run(), *splits, CPU, Processes(0, 9))
