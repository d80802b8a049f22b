import multiprocessing

import pytest
import torch

from mixsuite.checks import SettingError
from mixsuite.data.arrays import ImageArrays
from mixsuite.training import timing
from mixsuite.training.loop import NonFiniteLossError, train_epoch, train_step
from mixsuite.training.sources import load_splits
from mixsuite.training.task import assemble
from mixsuite.training.timing import Effort, assemble_recipes, relative_times, time_steps

CPU = torch.device("cpu")
RECIPES = {
    "vanilla": {"method": "vanilla"},
    "cutmix": {"method": "cutmix", "alpha": 1.0, "probability": 1.0},
    "manifold": {"method": "manifold_mixup", "alpha": 2.0, "probability": 1.0},
}


@pytest.fixture
def new_tasks(new_run, splits):
    """Make the trainings of RECIPES: recipes and keys of the schedule replaced."""

    def make(recipes=RECIPES, **changes):
        run = new_run(**changes)
        parts = {part: run[part] for part in ("dataset", "model", "schedule")}
        return assemble_recipes({**parts, "recipes": recipes}, *splits, CPU)

    return make


@pytest.fixture
def seen(monkeypatch):
    """Note each step that is taken: its network and the places of its images."""
    noted = []

    def note(task, batch, rate, mixing):
        noted.append((task.model, batch.index.tolist(), rate))
        return train_step(task, batch, rate, mixing)

    monkeypatch.setattr(timing, "train_step", note)
    return noted


def test_each_recipe_has_a_network_of_its_own_with_the_same_weights(new_tasks, same_weights):
    tasks = new_tasks()
    assert len({id(task.model) for task in tasks.values()}) == 3
    assert same_weights(tasks["vanilla"].model, tasks["cutmix"].model)
    assert len({id(task.train) for task in tasks.values()}) == len({id(task.test) for task in tasks.values()}) == 1


def test_recipes_take_turns_on_the_same_batches_and_another_begins_each_round(new_tasks, seen):
    tasks = new_tasks()
    names = {id(task.model): name for name, task in tasks.items()}
    assert len(list(time_steps(tasks, Effort(repetitions=2, turns=2, steps=3)))) == 2
    order = [names[id(model)] for model, _, _ in seen]
    v, c, m = (["vanilla"] * 3, ["cutmix"] * 3, ["manifold"] * 3)
    warm_up, *rounds = [v + c + m, v + c + m, c + m + v, m + v + c, v + c + m]
    assert order == [name for each in (warm_up, *rounds) for name in each]
    by_recipe = {name: [index for model, index, _ in seen if names[id(model)] == name] for name in tasks}
    assert by_recipe["vanilla"] == by_recipe["cutmix"] == by_recipe["manifold"]


def test_all_batches_are_full_epoch_after_epoch(new_tasks, seen):
    # 72 images are four batches of 16, and 8 that are left out.
    tasks = new_tasks({"vanilla": RECIPES["vanilla"]}, warmup_epochs=2, milestones=[], learning_rate=0.8)
    list(time_steps(tasks, Effort(repetitions=1, turns=1, steps=5)))
    batches = [index for _, index, _ in seen]
    assert {len(index) for index in batches} == {16}
    first, second = ({place for index in batches[start : start + 4] for place in index} for start in (0, 4))
    assert len(first) == len(second) == 64
    assert batches[:4] != batches[4:8]
    # The warm-up of the learning rate is over after eight steps.
    assert [rate for _, _, rate in seen] == pytest.approx([0.8 * min(step, 8) / 8 for step in range(1, 11)])


def test_steps_are_those_of_a_training(new_tasks, new_run, splits, same_weights):
    # Four batches of 16 of 64 images are an epoch.
    train, test = splits
    fewer = ImageArrays(train.images[:64], train.labels[:64], train.description)
    run = new_run(recipe=RECIPES["cutmix"])
    trained = assemble(run, fewer, test, CPU)
    train_epoch(trained, 0)
    parts = {part: run[part] for part in ("dataset", "model", "schedule")}
    recipes = {name: RECIPES[name] for name in ("vanilla", "cutmix")}
    timed = assemble_recipes({**parts, "recipes": recipes}, fewer, test, CPU)
    list(time_steps(timed, Effort(repetitions=1, turns=1, steps=2)))
    assert same_weights(timed["cutmix"].model, trained.model)
    assert not same_weights(timed["vanilla"].model, trained.model)


def test_a_slower_method_takes_longer(new_tasks, monkeypatch):
    tasks = new_tasks({"vanilla": RECIPES["vanilla"], "slow": RECIPES["vanilla"], "same": RECIPES["vanilla"]})
    slow, clock = tasks["slow"].model, [0]

    def step(task, *_):
        clock[0] += 3 if task.model is slow else 1
        return torch.zeros(())

    monkeypatch.setattr(timing, "train_step", step)
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock[0])
    relative = relative_times(list(time_steps(tasks, Effort(repetitions=3, turns=3, steps=2))))
    assert relative == {"vanilla": [1, 1, 1], "slow": [3, 3, 3], "same": [1, 1, 1]}


@pytest.mark.parametrize("workers", [0, 1])
def test_recipes_on_an_index_get_the_batches_of_a_training_alone(indexed, large, new_run, workers, monkeypatch):
    # 24 images are three batches of 7: turns of two steps leave every recipe's epoch open, and go on into the next.
    train, test, _ = load_splits(indexed)
    run, before = new_run(**large), set(multiprocessing.active_children())
    parts = {part: run[part] for part in ("dataset", "model", "schedule")}
    timed = assemble_recipes({**parts, "recipes": RECIPES}, train, test, CPU, workers)
    noted = {id(task.model): [] for task in timed.values()}

    def note(task, batch, *_):
        noted[id(task.model)].append(batch)
        return torch.zeros(())

    monkeypatch.setattr(timing, "train_step", note)
    list(time_steps(timed, Effort(repetitions=1, turns=2, steps=2)))
    assert len(set(multiprocessing.active_children()) - before) == workers * len(RECIPES)
    alone = assemble(run, train, test, CPU, workers=0).train
    expected = [batch for epoch in (0, 1) for batch in list(alone.training_batches(7, 0, epoch))[:3]]
    for batches in noted.values():
        for found, wanted in zip(batches, expected, strict=True):
            assert torch.equal(found.index, wanted.index)
            assert torch.equal(found.labels, wanted.labels)
            assert torch.equal(found.images, wanted.images)


def test_a_repetition_is_the_median_of_its_turns_and_a_turn_the_mean_of_its_steps(new_tasks, monkeypatch):
    # The clock is read before and after each turn of two steps: warm-up, then turns of 2, 10 and 4 seconds.
    clock = iter([0, 50, 50, 52, 60, 70, 70, 74])
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(clock))
    tasks = new_tasks({"vanilla": RECIPES["vanilla"]})
    assert list(time_steps(tasks, Effort(repetitions=1, turns=3, steps=2))) == [{"vanilla": 2.0}]


def test_ratios_are_within_a_repetition():
    repetitions = [{"vanilla": 2.0, "cutmix": 3.0}, {"vanilla": 4.0, "cutmix": 4.0}]
    assert relative_times(repetitions) == {"vanilla": [1.0, 1.0], "cutmix": [1.5, 1.0]}


def test_torchs_generators_and_settings_are_left_as_they_were(new_tasks):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    list(time_steps(new_tasks(), Effort(repetitions=1, turns=1, steps=1)))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_deterministic_debug_mode() == 0


@pytest.mark.parametrize("recipes", [{"cutmix": RECIPES["cutmix"]}, {}, None])
def test_without_vanilla_nothing_is_timed(new_tasks, recipes):
    with pytest.raises(SettingError, match=r"recipes: found .*, expected settings by name, among them 'vanilla'"):
        new_tasks(recipes)


def test_a_batch_larger_than_the_dataset_is_refused(new_tasks):
    with pytest.raises(SettingError, match="batch_size: found 73, expected at most the 72 images"):
        list(time_steps(new_tasks(batch_size=73), Effort()))


@pytest.mark.parametrize("name", ["repetitions", "turns", "steps"])
def test_no_effort_is_refused(name):
    with pytest.raises(SettingError, match=f"{name}: found 0"):
        Effort(**{name: 0})


def test_a_training_that_diverges_is_told(new_tasks, monkeypatch):
    monkeypatch.setattr(timing, "train_step", lambda *_: torch.tensor(torch.inf))
    with pytest.raises(NonFiniteLossError, match="the loss is inf with the recipe vanilla"):
        list(time_steps(new_tasks(), Effort()))
