import io

import pytest
import torch
from torch import nn
from torch.nn import functional

from mixsuite.search.bilevel import (
    SearchDivergedError,
    architecture_gradients,
    architecture_step,
    learning_rate,
    search,
    search_epoch,
    weight_step,
)
from mixsuite.training.progress import Progress

IDENTITY = {"run": "r", "code": "c", "dataset": "d"}


class KilledError(Exception):
    """Stands for a kill."""


@pytest.fixture
def progress(tmp_path):
    return Progress(tmp_path / "progress.json", 4)


def tensors(task):
    return {name: tensor.clone() for name, tensor in task.state.items()}


def first_batch(task):
    return next(task.architecture_images.training_batches(16, 0, 0))


def test_a_killed_search_ends_bit_for_bit_as_one_that_never_stopped(new_task, progress, tmp_path, monkeypatch):
    through = new_task()
    whole = search(through, tmp_path / "through.safetensors", IDENTITY, progress)

    def killing(task, epoch):
        if epoch == 2:
            raise KilledError
        return search_epoch(task, epoch)

    with monkeypatch.context() as patched, pytest.raises(KilledError):
        patched.setattr("mixsuite.search.bilevel.search_epoch", killing)
        search(new_task(), tmp_path / "c.safetensors", IDENTITY, progress)
    resumed = new_task()
    history = search(resumed, tmp_path / "c.safetensors", IDENTITY, progress)
    assert [row["epoch"] for row in history] == [1, 2, 3, 4]
    for ours, theirs in zip(history, whole, strict=True):
        assert {ours[key] == theirs[key] for key in ("train_loss", "top1_error", "architecture_loss")} == {True}
    expected = tensors(through)
    for name, tensor in tensors(resumed).items():
        assert torch.equal(tensor, expected[name]), name


def test_a_checkpoint_of_another_search_is_not_used(new_task, tmp_path):
    said = io.StringIO()
    for run in ("r", "other"):
        progress = Progress(tmp_path / "progress.json", 2, said)
        history = search(new_task(epochs=2), tmp_path / "c.safetensors", {**IDENTITY, "run": run}, progress)
        assert [row["epoch"] for row in history] == [1, 2]
    assert "belongs to another run; starting over" in said.getvalue()


def test_the_architecture_rests_in_the_warm_up_and_then_moves(new_task):
    task = new_task()
    before = [each.clone() for each in task.architecture.parameters()]
    row = search_epoch(task, 0)
    assert row["architecture_loss"] is None
    assert all(torch.equal(mine, other) for mine, other in zip(task.architecture.parameters(), before, strict=True))
    row = search_epoch(task, 1)
    assert row["architecture_loss"] > 0
    assert not any(torch.equal(mine, other) for mine, other in zip(task.architecture.parameters(), before, strict=True))


def test_each_level_moves_alone(new_task):
    task = new_task()
    batch = first_batch(task)
    weights = [each.clone() for each in task.supernet.parameters()]
    architecture_step(task, batch)
    assert all(torch.equal(mine, other) for mine, other in zip(task.supernet.parameters(), weights, strict=True))
    moved = [each.clone() for each in task.architecture.parameters()]
    weight_step(task, batch, 0.1)
    assert all(torch.equal(mine, other) for mine, other in zip(task.architecture.parameters(), moved, strict=True))
    assert all(each.requires_grad and each.grad is None for each in task.supernet.parameters())
    assert all(each.requires_grad and each.grad is None for each in task.architecture.parameters())


def test_steps_are_those_of_torchs_optimisers_on_full_gradients(new_task):
    """Both steps in a row, as PC-DARTS' code takes them, with clipping that bites."""
    task, literal = (new_task(gradient_norm=0.5, architecture_gradient_norm=0.01) for _ in range(2))
    batch = first_batch(task)
    adam = torch.optim.Adam(literal.architecture.parameters(), 0.01, (0.5, 0.999), weight_decay=0.001)
    sgd = torch.optim.SGD(literal.supernet.parameters(), 0.1, momentum=0.9, weight_decay=0.0003)
    for _ in range(3):
        architecture_step(task, batch)
        weight_step(task, batch, 0.1)
        for parameters, limit, optimizer in (
            (literal.architecture.parameters(), 0.01, adam),
            (literal.supernet.parameters(), 0.5, sgd),
        ):
            adam.zero_grad()
            sgd.zero_grad()
            functional.cross_entropy(literal.supernet(batch.images, literal.architecture), batch.labels).backward()
            assert nn.utils.clip_grad_norm_(parameters, limit) > limit
            optimizer.step()
    for part in ("supernet", "architecture"):
        for ours, theirs in zip(getattr(task, part).parameters(), getattr(literal, part).parameters(), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=2e-6)


def test_gradients_of_the_architecture_agree_with_finite_differences(new_task):
    task = new_task()
    task.supernet.double()
    task.architecture.double()
    batch = first_batch(task)._replace(images=first_batch(task).images.double())
    _, gradients = architecture_gradients(task, batch)
    step = 1e-6
    for parameter, gradient in zip(task.architecture.parameters(), gradients, strict=True):
        place = (0,) * parameter.ndim
        values = []
        for factor in (step, -2 * step):
            with torch.no_grad():
                parameter[place] += factor
            values.append(architecture_gradients(task, batch)[0])
        with torch.no_grad():
            parameter[place] += step
        difference = ((values[0] - values[1]) / (2 * step)).item()
        assert difference == pytest.approx(gradient[place].item(), rel=1e-4, abs=1e-8)


def test_the_rate_falls_by_torchs_cosine(new_search):
    settings = new_search(epochs=50, final_learning_rate=0.001)["search"]
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 50, eta_min=0.001)
    for epoch in range(50):
        assert learning_rate(settings, epoch) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        optimizer.step()
        theirs.step()


@pytest.mark.slow
def test_the_weights_learn(new_task, progress, tmp_path):
    history = search(new_task(epochs=8, warmup_epochs=7, batch_size=6), tmp_path / "c.safetensors", IDENTITY, progress)
    assert history[-1]["train_loss"] < 0.9 * history[0]["train_loss"]
    assert history[-1]["top1_error"] < history[0]["top1_error"]


def test_a_shorter_half_is_gone_through_again(new_task):
    task = new_task(weight_share=0.8, warmup_epochs=0)
    assert (len(task.weight_images), len(task.architecture_images)) == (58, 15)
    assert search_epoch(task, 0)["architecture_loss"] > 0


def test_losses_are_means_over_steps_of_the_architecture_and_over_images_of_the_weights(new_task, monkeypatch):
    task, losses = new_task(warmup_epochs=0), iter([1.0, 2.0, 6.0])
    monkeypatch.setattr("mixsuite.search.bilevel.architecture_step", lambda task, batch: torch.tensor(next(losses)))
    monkeypatch.setattr(
        "mixsuite.search.bilevel.weight_step",
        lambda task, batch, rate: (torch.tensor(float(len(batch.labels))), torch.tensor(1)),
    )
    row = search_epoch(task, 0)
    assert row["architecture_loss"] == 3
    assert row["train_loss"] == pytest.approx((16**2 + 16**2 + 4**2) / 36)
    assert row["top1_error"] == pytest.approx(100 * 3 / 36)


def test_the_architecture_steps_before_the_weights(new_task, monkeypatch):
    """In yuhuixu1993/PC-DARTS, train_search.py, the weights are trained under the architecture that has just moved."""
    order = []
    for level, result in (("architecture", torch.tensor(0.0)), ("weight", (torch.tensor(0.0), torch.tensor(0)))):
        # Both are bound now: the loop goes on before the steps are taken.
        def step(*_, level=level, result=result):
            order.append(level)
            return result

        monkeypatch.setattr(f"mixsuite.search.bilevel.{level}_step", step)
    search_epoch(new_task(warmup_epochs=0), 0)
    assert order == ["architecture", "weight"] * 3


@pytest.fixture
def architecture_batches(monkeypatch):
    """Take an epoch of a search; return the places, in the architecture's half, that each of its steps was given."""

    def take(task, epoch):
        seen = []

        def step(task, batch):
            assert torch.equal(batch.labels, task.architecture_images.labels[batch.index])
            seen.append(batch.index.tolist())
            return architecture_step(task, batch)

        with monkeypatch.context() as patched:
            patched.setattr("mixsuite.search.bilevel.architecture_step", step)
            search_epoch(task, epoch)
        return seen

    return take


def test_an_epoch_goes_once_through_the_architectures_half_in_an_order_of_its_own(new_task, architecture_batches):
    task = new_task(warmup_epochs=0)
    epochs = [[place for batch in architecture_batches(task, epoch) for place in batch] for epoch in (0, 1)]
    assert len(task.architecture_images) != len(task.weight_images)
    for places in epochs:
        assert sorted(places) == list(range(len(task.architecture_images)))
    assert epochs[0] != epochs[1]


def test_a_second_turn_through_a_shorter_half_has_an_order_of_its_own(new_task, architecture_batches):
    task = new_task(warmup_epochs=0, weight_share=0.8)
    batches = architecture_batches(task, 0)
    assert [len(batch) for batch in batches] == [15] * 4
    assert len({tuple(batch) for batch in batches}) == 4
    assert len({tuple(sorted(batch)) for batch in batches}) == 1


def test_a_loss_that_is_not_finite_stops_the_search_and_the_last_good_state_stays(new_task, progress, tmp_path):
    with pytest.raises(SearchDivergedError, match="a loss is not finite in epoch 1"):
        search(new_task(learning_rate=1e38), tmp_path / "c.safetensors", IDENTITY, progress)
    assert not (tmp_path / "c.safetensors").exists()
