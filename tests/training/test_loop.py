import dataclasses
import multiprocessing
import os
import signal

import pytest
import torch
from torch.nn import functional

from mixsuite.data.augmentation import shift_and_mirror
from mixsuite.mixing.mix import HintedMix
from mixsuite.mixing.registry import build_mix
from mixsuite.randomness import derived_seed, stream
from mixsuite.training.checkpoint import restore_checkpoint
from mixsuite.training.loop import NonFiniteLossError, train, train_epoch
from mixsuite.training.reproducible import seeded_network
from mixsuite.training.task import assemble

CPU = torch.device("cpu")
IDENTITY = {"run": "r", "code": "c", "dataset": "d"}
STEPS = 5  # 72 images in batches of 16


def literal_training(model, run, train_split, n_epochs):
    """Train as a tutorial would: torch's optimiser, its schedule, its losses, one statement after the other."""
    settings, seed = run["schedule"], run["seed"]
    images = torch.tensor(train_split.images).permute(0, 3, 1, 2)
    labels = torch.tensor(train_split.labels)
    mix = build_mix(run["recipe"])
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=settings["learning_rate"],
        momentum=settings["momentum"],
        nesterov=settings["nesterov"],
        weight_decay=settings["weight_decay"],
    )
    milestones = [int(fraction * settings["epochs"]) for fraction in settings["milestones"]]
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, settings["decay"])
    mean, std = (torch.tensor(train_split.description[key]) * 255 for key in ("mean", "std"))
    losses = []
    for epoch in range(n_epochs):
        shuffling, augmentation, mixing = (
            stream(seed, purpose, epoch) for purpose in ("shuffling", "augmentation", "mixing")
        )
        torch.manual_seed(derived_seed(seed, "network", epoch))
        order = torch.randperm(len(labels), generator=shuffling)
        total = 0.0
        for start in range(0, len(labels), settings["batch_size"]):
            chosen = order[start : start + settings["batch_size"]]
            padding = settings["padding"]
            top, left = torch.randint(2 * padding + 1, (2, len(chosen)), generator=augmentation)
            mirrored = torch.randint(2, (len(chosen),), generator=augmentation).bool()
            batch = shift_and_mirror(images[chosen], padding, top, left, mirrored)
            batch = (batch.float() - mean) / std
            batch, targets = mix(batch, functional.one_hot(labels[chosen], 6).float(), mixing)
            optimizer.zero_grad()
            loss = -(targets * functional.log_softmax(model(batch), 1)).sum(1).mean()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        losses.append(total / len(labels))
        scheduler.step()
    return losses


@pytest.mark.parametrize("recipe", [{"method": "vanilla"}, {"method": "cutmix", "alpha": 1.0, "probability": 1.0}])
def test_two_epochs_equal_a_literal_training_bit_for_bit(new_task, splits, same_weights, recipe):
    task, reference = new_task(recipe=recipe, epochs=2), new_task(recipe=recipe, epochs=2).model
    rates, losses = zip(*(train_epoch(task, epoch) for epoch in range(2)), strict=True)
    assert losses == pytest.approx(literal_training(reference, task.run, splits[0], 2), rel=1e-5)
    # Both milestones of two epochs are at the second one.
    assert rates == pytest.approx((0.1, 0.001))
    assert same_weights(task.model, reference)


def test_the_history_tells_every_epoch(new_task, new_progress, tmp_path):
    task = new_task(epochs=6, recipe={"method": "vanilla"}, padding=0)
    history = train(task, tmp_path / "c.safetensors", IDENTITY, new_progress(6))
    assert [row["epoch"] for row in history] == [1, 2, 3, 4, 5, 6]
    assert [row["learning_rate"] for row in history] == pytest.approx([0.1] * 3 + [0.01] + [0.001] * 2)
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    assert history[-1]["test_loss"] < history[0]["test_loss"]
    assert all(0 <= row["top5_error"] <= row["top1_error"] <= 100 for row in history)
    assert all(row["seconds"] > 0 and row["images_per_second"] > 0 for row in history)


def test_the_loss_falls_and_the_classes_are_learned(new_task, new_progress, tmp_path):
    task = new_task(epochs=12, recipe={"method": "vanilla"}, padding=0)
    history = train(task, tmp_path / "c.safetensors", IDENTITY, new_progress(12))
    assert history[-1]["train_loss"] < 0.5 * history[0]["train_loss"]
    assert history[-1]["top1_error"] < 20


def test_equal_seeds_give_equal_weights_whatever_was_drawn_before(new_task, new_progress, tmp_path, same_weights):
    models = []
    for place, seed in enumerate((0, 0, 1)):
        torch.manual_seed(place)
        task = new_task(epochs=2, seed=seed)
        train(task, tmp_path / f"{place}.safetensors", IDENTITY, new_progress(2))
        models.append(task.model)
    assert same_weights(models[0], models[1])
    assert not same_weights(models[0], models[2])


def test_global_state_stays_as_it_was(new_task, new_progress, tmp_path):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    task = new_task(epochs=2)
    torch.set_rng_state(before)
    train(task, tmp_path / "c.safetensors", IDENTITY, new_progress(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert not torch.are_deterministic_algorithms_enabled()


def counting(task, steps, then):
    """Let the task's mix count steps in the list `steps` and call `then` at each, before it is taken."""

    def mix(images, targets, generator):
        steps.append(len(targets))
        then(len(steps))
        return task.mix(images, targets, generator)

    return dataclasses.replace(task, mix=mix)


def test_a_training_stopped_in_every_epoch_ends_the_same_and_repeats_no_epoch(
    new_task, new_progress, tmp_path, same_weights
):
    """Each life is killed (SIGKILL, by itself) in the middle of its second epoch, until one reaches the end."""
    epochs, path, log = 5, tmp_path / "c.safetensors", tmp_path / "steps"

    def live():
        def note_and_die(n_steps):
            with log.open("a") as file:
                file.write(".")
            if n_steps == STEPS + 3:
                os.kill(os.getpid(), signal.SIGKILL)

        task = counting(new_task(epochs=epochs), [], note_and_die)
        train(task, path, IDENTITY, new_progress(epochs))

    codes = []
    while not codes or codes[-1]:
        life = multiprocessing.get_context("fork").Process(target=live)
        life.start()
        life.join(60)
        codes.append(life.exitcode)
        assert len(codes) <= epochs
    assert codes == [-signal.SIGKILL] * (epochs - 1) + [0]
    # Every killed life finished one epoch and took three steps of the next; the last one had one epoch left.
    assert len(log.read_text()) == (epochs - 1) * (STEPS + 3) + STEPS

    resumed, whole = new_task(epochs=epochs), new_task(epochs=epochs)
    history = restore_checkpoint(path, resumed.model, resumed.optimizer, IDENTITY, pytest.fail)
    expected = train(whole, tmp_path / "whole.safetensors", IDENTITY, new_progress(epochs))
    assert same_weights(resumed.model, whole.model)
    for ours, theirs in zip(history, expected, strict=True):
        for column in ours.keys() - {"seconds", "images_per_second"}:
            assert ours[column] == theirs[column]


@pytest.mark.parametrize(
    "recipe",
    [
        {"method": "stochastic_depth", "drop_rate": 0.5},
        {"method": "dropblock", "keep_probability": 0.7, "block_size": 2},
        {"method": "manifold_mixup", "alpha": 1.0, "probability": 1.0},
    ],
    ids=lambda recipe: recipe["method"],
)
def test_a_training_that_acts_within_the_network_goes_on_exactly(
    new_run, splits, new_progress, tmp_path, same_weights, recipe
):
    """It is killed (SIGKILL, by itself) in the middle of its second epoch, and goes on in another process."""
    epochs, path = 3, tmp_path / "c.safetensors"

    def die(n_steps):
        if n_steps == STEPS + 3:
            os.kill(os.getpid(), signal.SIGKILL)

    def live():
        task = counting(assemble(new_run(recipe=recipe, epochs=epochs), *splits, CPU), [], die)
        train(task, path, IDENTITY, new_progress(epochs))

    life = multiprocessing.get_context("fork").Process(target=live)
    life.start()
    life.join(60)
    assert life.exitcode == -signal.SIGKILL
    resumed, whole, plain = (
        assemble(new_run(recipe=how, epochs=epochs), *splits, CPU) for how in (recipe, recipe, {"method": "vanilla"})
    )
    steps = []
    history = train(counting(resumed, steps, lambda _: None), path, IDENTITY, new_progress(epochs))
    assert len(steps) == 2 * STEPS
    expected = train(whole, tmp_path / "whole.safetensors", IDENTITY, new_progress(epochs))
    assert same_weights(resumed.model, whole.model)
    assert [row["test_loss"] for row in history] == [row["test_loss"] for row in expected]
    train(plain, tmp_path / "plain.safetensors", IDENTITY, new_progress(epochs))
    assert not same_weights(resumed.model, plain.model)


def test_a_finished_training_is_not_trained_again(new_task, new_progress, tmp_path, same_weights, capsys):
    first = new_task()
    history = train(first, tmp_path / "c.safetensors", IDENTITY, new_progress())
    steps = []
    again = counting(new_task(), steps, lambda _: None)
    assert train(again, tmp_path / "c.safetensors", IDENTITY, new_progress()) == history
    assert steps == []
    assert same_weights(first.model, again.model)
    assert "going on after epoch 4 of 4" in capsys.readouterr().err


def test_a_checkpoint_of_another_run_is_started_over_from(new_task, new_progress, tmp_path, same_weights, capsys):
    train(new_task(seed=1), tmp_path / "c.safetensors", {**IDENTITY, "run": "other"}, new_progress())
    task, reference = new_task(), new_task()
    train(task, tmp_path / "c.safetensors", IDENTITY, new_progress())
    assert "belongs to another run; starting over" in capsys.readouterr().err
    train(reference, tmp_path / "new.safetensors", IDENTITY, new_progress())
    assert same_weights(task.model, reference.model)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_loss_that_is_not_finite_stops_the_training_and_the_last_good_state_stays(
    new_task, new_progress, tmp_path, bad
):
    steps = []
    task = counting(new_task(epochs=9), steps, lambda _: None)
    criterion = task.criterion

    def spoiled(logits, targets):
        return criterion(logits, targets) + (bad if len(steps) == 2 * STEPS + 4 else 0)

    with pytest.raises(NonFiniteLossError, match=f"the loss is {bad} in epoch 3, step 4"):
        train(dataclasses.replace(task, criterion=spoiled), tmp_path / "c.safetensors", IDENTITY, new_progress(9))
    kept, good = new_task(epochs=9), new_task(epochs=9)
    history = restore_checkpoint(tmp_path / "c.safetensors", kept.model, kept.optimizer, IDENTITY, pytest.fail)
    assert len(history) == 2
    for epoch in range(2):
        train_epoch(good, epoch)
    for ours, theirs in zip(kept.model.parameters(), good.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_a_test_loss_that_is_not_finite_is_told_as_such(new_task, new_progress, tmp_path, monkeypatch):
    monkeypatch.setattr("mixsuite.training.loop.evaluate", lambda *_: {"loss": float("nan")})
    with pytest.raises(NonFiniteLossError, match=r"^the test loss is nan after epoch 1$"):
        train(new_task(), tmp_path / "c.safetensors", IDENTITY, new_progress())


def test_in_a_long_epoch_a_loss_that_is_not_finite_is_noticed_before_its_end(new_task, monkeypatch):
    monkeypatch.setattr("mixsuite.training.loop._STEPS_BETWEEN_CHECKS", 10)
    steps = []
    task = counting(new_task(batch_size=1), steps, lambda _: None)
    criterion = task.criterion

    def spoiled(logits, targets):
        return criterion(logits, targets) * (float("nan") if len(steps) == 13 else 1)

    with pytest.raises(NonFiniteLossError, match="epoch 1, step 13"):
        train_epoch(dataclasses.replace(task, criterion=spoiled), 0)
    assert len(steps) == 20


def test_weights_spoiled_by_the_last_step_of_an_epoch_are_not_kept(new_task, new_progress, tmp_path):
    task = new_task(learning_rate=1e38)
    with pytest.raises(NonFiniteLossError, match=r"epoch \d"):
        train(task, tmp_path / "c.safetensors", IDENTITY, new_progress())
    kept = new_task()
    for tensor in kept.model.state_dict().values():
        assert torch.isfinite(tensor).all()
    restore_checkpoint(tmp_path / "c.safetensors", kept.model, kept.optimizer, IDENTITY, pytest.fail)
    for tensor in kept.model.state_dict().values():
        assert torch.isfinite(tensor).all()


def test_bfloat16_rounds_forward_passes_alone(new_run, splits, new_progress, tmp_path):
    seen = []

    def spy(task):
        def mix(images, targets, generator):
            seen.append((images.dtype, targets.dtype, torch.is_autocast_enabled("cpu")))
            return task.mix(images, targets, generator)

        def criterion(logits, targets):
            loss = task.criterion(logits, targets)
            seen.append((loss.dtype, targets.dtype, torch.is_autocast_enabled("cpu")))
            return loss

        return dataclasses.replace(task, mix=mix, criterion=criterion)

    histories = []
    for precision in ("float32", "bfloat16"):
        task = spy(assemble(new_run(precision=precision, learning_rate=0.02), *splits, CPU))
        seen.clear()
        histories.append(train(task, tmp_path / f"{precision}.safetensors", IDENTITY, new_progress()))
        rounded = precision == "bfloat16"
        assert set(seen) == {(torch.float32, torch.float32, rounded), (torch.float32, torch.float32, False)}
        assert {tensor.dtype for tensor in task.model.parameters()} == {torch.float32}
    for column in ("train_loss", "test_loss"):
        exact, rounded = ([row[column] for row in history] for history in histories)
        assert rounded == pytest.approx(exact, rel=0.02)
        assert rounded != pytest.approx(exact, rel=1e-6)


def test_weights_that_a_mix_used_without_gradients_get_theirs_in_bfloat16(new_run, splits):
    task = assemble(new_run(precision="bfloat16"), *splits, CPU)
    before = {name: parameter.detach().clone() for name, parameter in task.model.named_parameters()}

    def mix(images, targets, generator):
        with torch.no_grad():
            task.model(images)
        return images, targets

    train_epoch(dataclasses.replace(task, mix=mix), 0)
    for name, parameter in task.model.named_parameters():
        assert not torch.equal(parameter, before[name]), name


def test_a_mix_that_asks_for_hints_gets_those_of_its_batch(new_run, splits):
    task, asked = assemble(new_run(), *splits, CPU), []

    def mix(images, targets, generator, hints):
        brightness = task.train.normalise(hints.view(-1, 1, 1, 1)).flatten()
        torch.testing.assert_close(brightness, images.mean(dim=(1, 2, 3)), atol=1e-4, rtol=0)
        asked.append(len(hints))
        return images, targets

    train_epoch(dataclasses.replace(task, mix=HintedMix(mix, lambda pixels: pixels.float().mean(dim=(1, 2, 3)))), 0)
    assert asked == [16, 16, 16, 16, 8]


def test_dropout_draws_other_numbers_in_each_process_and_epoch():
    drawn = []
    for when in ((0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (0, 0, 0)):
        with seeded_network(*when, CPU):
            drawn.append(torch.rand(()).item())
    assert drawn[0] == drawn[-1]
    assert len(set(drawn)) == 4
