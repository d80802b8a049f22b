"""Several processes take the steps of one: real processes on this machine, exchanging by gloo."""

import dataclasses
import os
import signal

import pytest
import torch
from torch import nn

from mixsuite.checks import SettingError
from mixsuite.mixing.soft_labels import soft_cross_entropy
from mixsuite.processes import ALONE, Processes
from mixsuite.training.checkpoint import CheckpointError
from mixsuite.training.loop import train
from mixsuite.training.parallel import check_batches, training_forward
from mixsuite.training.progress import Silence
from mixsuite.training.shared_norm import SharedNormOnGPU
from mixsuite.training.task import assemble

CPU = torch.device("cpu")
IDENTITY = {"run": "r", "code": "c", "dataset": "d"}
VANILLA = {"method": "vanilla"}
DCUTMIX = {"method": "dcutmix", "images": 3, "alpha": 0.5, "probability": 0.5}
STOCHASTIC_DEPTH = {"method": "stochastic_depth", "drop_rate": 0.5}
CO_MIXUP = {
    "method": "co_mixup",
    "alpha": 2.0,
    "beta": 0.32,
    "gamma": 1.0,
    "eta": 0.05,
    "threshold": 0.83,
    "threshold_type": "hard",
    "compatibility": 0.001,
    "blocks": 4,
    "part": 5,
    "iterations": 4,
    "resolve": True,
    "clean_weight": 1.0,
}
MEASURED = ("seconds", "images_per_second")


@pytest.fixture(autouse=True, scope="module")
def compiler_there():
    """Import what DistributedDataParallel imports, once and not in every fork."""
    import torch._dynamo  # noqa: F401


@pytest.fixture
def outcome(new_run, splits, tmp_path):
    """Train with some of the run changed; return the history without times, weights and momentum."""

    def run(processes, name="shared", mix=None, **changes):
        # At a low rate, so that steps do not enlarge what rounding makes different. Batches hold 16 and at last 8.
        task = assemble(new_run(learning_rate=0.02, **changes), *splits, CPU, processes)
        task = dataclasses.replace(task, mix=mix(task) if mix else task.mix)
        history = train(task, tmp_path / f"{name}.safetensors", IDENTITY, Silence())
        kept = [{key: value for key, value in row.items() if key not in MEASURED} for row in history]
        return kept, dict(task.model.state_dict()), task.optimizer.velocities

    return run


def assert_close(found, expected, tolerance=1e-5):
    for row, other in zip(found[0], expected[0], strict=True):
        assert row == pytest.approx(other, abs=tolerance, rel=tolerance)
    assert found[1].keys() == expected[1].keys()
    torch.testing.assert_close(found[1], expected[1], rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(found[2], expected[2], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("count", "recipe"),
    [
        (2, VANILLA),
        (2, DCUTMIX),
        *(
            pytest.param(*which, marks=pytest.mark.slow)
            for which in ((3, DCUTMIX), (2, STOCHASTIC_DEPTH), (2, CO_MIXUP))
        ),
    ],
    ids=lambda value: value["method"] if isinstance(value, dict) else str(value),
)
def test_several_processes_train_as_one(in_processes, outcome, recipe, count):
    """The network has batch normalisation, and three processes have parts of different sizes.

    Co-Mixup leaves the gradient of a clean batch, which each process passes as a whole through a network of its own.
    """
    expected = outcome(ALONE, "alone", recipe=recipe, epochs=2)
    results = in_processes(count, lambda processes: outcome(processes, recipe=recipe, epochs=2))
    for found in results:
        assert_close(found, expected)
        assert_close(found, results[0], tolerance=0)


def clean_gradient_first(task):
    """A mix that leaves the gradient of the unmixed batch's loss in the weights, as Puzzle Mix does."""

    def mix(images, targets, generator):
        soft_cross_entropy(task.model(images), targets).backward()
        return images.flip(0), targets.flip(0)

    return mix


def test_gradients_that_a_mix_leaves_count_once(in_processes, outcome):
    expected = outcome(ALONE, "alone", mix=clean_gradient_first, recipe=VANILLA, epochs=2)
    without = outcome(ALONE, "without", recipe=VANILLA, epochs=2)
    for found in in_processes(2, lambda processes: outcome(processes, mix=clean_gradient_first, epochs=2)):
        assert_close(found, expected)
    assert (expected[1]["classifier.weight"] - without[1]["classifier.weight"]).abs().max() > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize("later", [1, 3])
def test_a_killed_training_goes_on_in_another_number_of_processes(in_processes, outcome, later):
    def dying(task):
        steps = []

        def mix(images, targets, generator):
            steps.append(len(images))
            if len(steps) == 8:
                os.kill(os.getpid(), signal.SIGKILL)
            return task.mix(images, targets, generator)

        return mix

    with pytest.raises(AssertionError, match=r"-9"):
        in_processes(2, lambda processes: outcome(processes, mix=dying, epochs=3))
    steps = []

    def counted(task):
        def mix(images, targets, generator):
            steps.append(len(images))
            return task.mix(images, targets, generator)

        return mix

    def go_on(processes):
        return *outcome(processes, mix=counted, epochs=3), len(steps)

    expected = outcome(ALONE, "whole", epochs=3)
    for *found, n_steps in [go_on(ALONE)] if later == 1 else in_processes(later, go_on):
        assert_close(found, expected)
        # The first of three epochs was finished.
        assert n_steps == 10


@pytest.mark.slow
def test_two_processes_go_on_to_the_last_bit(in_processes, outcome):
    def stopped_after_each_epoch(processes):
        # A run of fewer epochs: the rate stays the same until the milestones.
        for epochs in (1, 2, 3):
            found = outcome(processes, "stopped", epochs=epochs, milestones=[])
        return found

    whole = in_processes(2, lambda processes: outcome(processes, "whole", epochs=3, milestones=[]))
    for found, expected in zip(in_processes(2, stopped_after_each_epoch), whole, strict=True):
        assert_close(found, expected, tolerance=0)


def test_only_the_first_process_writes(in_processes, outcome, monkeypatch):
    def run(processes):
        writes = []
        monkeypatch.setattr("mixsuite.training.loop.save_checkpoint", lambda path, *_: writes.append(str(path)))
        outcome(processes, epochs=2)
        return len(writes)

    assert in_processes(2, run) == [2, 0]


def test_a_checkpoint_that_not_all_see_is_told(in_processes, outcome):
    outcome(ALONE, "of-rank-0", epochs=1)

    def run(processes):
        with pytest.raises(CheckpointError, match=r"find checkpoints of \[1, 0\] epochs, expected the same one"):
            outcome(processes, f"of-rank-{processes.rank}", epochs=1)

    in_processes(2, run)


@pytest.mark.parametrize(("size", "n_images"), [(1, 5), (2, 5), (3, 6)])
def test_shared_norms_are_those_of_the_whole_batch(in_processes, size, n_images):
    """Outputs, gradients of inputs and weights, and running statistics; the mean is far from 0."""
    generator = torch.Generator().manual_seed(0)
    images = 50 + torch.randn(n_images, 4, size, size, generator=generator)
    slopes = torch.randn(n_images, 4, size, size, generator=generator)

    def pass_through(processes):
        torch.manual_seed(1)
        network = nn.Sequential(nn.BatchNorm2d(4), nn.BatchNorm2d(4, affine=False))
        nn.init.normal_(network[0].weight)
        forward = training_forward(network, CPU, processes, compiled=False)
        part = processes.part(n_images)
        local = images[part].clone().requires_grad_()
        out = forward(local)
        # Gradients of weights are averaged.
        (out * slopes[part] * processes.count).sum().backward()
        weights = [parameter.grad for parameter in network.parameters()]
        return out.detach(), local.grad / processes.count, weights, dict(network.state_dict())

    expected = pass_through(ALONE)
    parts = in_processes(2, pass_through)
    torch.testing.assert_close(torch.cat([part[0] for part in parts]), expected[0], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(torch.cat([part[1] for part in parts]), expected[1], rtol=1e-3, atol=1e-4)
    for part in parts:
        torch.testing.assert_close(part[2:], expected[2:], rtol=1e-4, atol=1e-4)


def test_norms_act_alone_on_what_all_processes_hold(in_processes):
    images = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(0))

    def pass_through(processes):
        network = nn.Sequential(nn.BatchNorm2d(4))
        training_forward(network, CPU, processes, compiled=False)
        return network(images).detach(), dict(network.state_dict()), network.eval()(images).detach()

    expected = pass_through(ALONE)
    for found in in_processes(2, pass_through):
        torch.testing.assert_close(found, expected, rtol=0, atol=0)


def test_norms_for_gpus_act_alone_as_others_do():
    images = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(0))
    norms = [SharedNormOnGPU(4), nn.BatchNorm2d(4)]
    for mode in (True, False):
        ours, theirs = (norm.train(mode)(images) for norm in norms)
        assert torch.equal(ours, theirs)
    assert all(torch.equal(*pair) for pair in zip(*(norm.state_dict().values() for norm in norms), strict=True))


@pytest.mark.parametrize(
    "recipe",
    [
        {"method": "dropblock", "keep_probability": 0.7, "block_size": 2},
        {"method": "manifold_mixup", "alpha": 1.0, "probability": 1.0},
    ],
    ids=lambda recipe: recipe["method"],
)
def test_methods_that_draw_for_whole_batches_within_the_network_are_refused(new_run, splits, recipe):
    with pytest.raises(SettingError, match=f"mixing method '{recipe['method']}': found 2 processes, expected one"):
        assemble(new_run(recipe=recipe), *splits, CPU, Processes(0, 2))
    assemble(new_run(recipe=recipe), *splits, CPU, ALONE)


@pytest.mark.parametrize(("n_images", "batch_size", "count"), [(72, 16, 8), (72, 72, 72), (5, 8, 5), (8, 1, 1)])
def test_batches_with_an_image_for_each_process_are_right(n_images, batch_size, count):
    check_batches(n_images, batch_size, Processes(0, count))


@pytest.mark.parametrize(
    ("n_images", "batch_size", "count", "smallest"), [(72, 16, 9, 8), (72, 7, 3, 2), (4, 8, 5, 4), (8, 1, 2, 1)]
)
def test_a_batch_with_too_few_images_is_refused(n_images, batch_size, count, smallest):
    message = f"batch_size: found {batch_size}, .* the {n_images} images has {smallest} for {count} processes, expected"
    with pytest.raises(SettingError, match=message):
        check_batches(n_images, batch_size, Processes(0, count))
