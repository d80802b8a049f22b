import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.training.schedule import learning_rate, milestone_epoch


def schedule(**changes):
    return {
        "learning_rate": 0.25,
        "epochs": 300,
        "milestones": [0.75, 0.9],
        "decay": 0.1,
        "annealing": "steps",
        "gradient_norm": None,
        "warmup_epochs": 0,
        **changes,
    }


@given(
    epochs=st.integers(1, 40),
    milestones=st.lists(st.integers(0, 40), unique=True, max_size=4).map(sorted),
    decay=st.sampled_from([0.1, 0.2, 0.5]),
)
def test_agrees_with_torchs_multi_step_schedule(epochs, milestones, decay):
    milestones = [milestone for milestone in milestones if milestone <= epochs]
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.25)
    theirs = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, decay)
    ours = schedule(epochs=epochs, milestones=[milestone / epochs for milestone in milestones], decay=decay)
    for epoch in range(epochs):
        for step in range(3):
            assert learning_rate(ours, epoch, step, 3) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)
        optimizer.step()
        theirs.step()


@pytest.mark.parametrize(
    ("milestones", "drops"), [([0.5, 0.75], (150, 225)), ([0.75, 0.9], (225, 270)), ([1 / 3, 2 / 3], (100, 200))]
)
def test_the_papers_schedules_drop_where_they_are_printed(milestones, drops):
    rates = [learning_rate(schedule(milestones=milestones), epoch, 0, 782) for epoch in range(300)]
    assert [epoch for epoch in range(1, 300) if rates[epoch] != rates[epoch - 1]] == list(drops)
    assert rates[-1] == pytest.approx(0.0025)


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_a_whole_epoch_written_as_a_fraction_is_that_epoch(epoch, epochs):
    assert milestone_epoch(epoch / epochs, epochs) == epoch


def test_between_epochs_the_earlier_one_counts():
    assert milestone_epoch(0.5, 5) == 2


@pytest.mark.parametrize("warmup", [1, 3])
def test_warm_up_rises_step_by_step_to_the_full_rate(warmup):
    steps = 4
    rates = [
        learning_rate(schedule(warmup_epochs=warmup), epoch, step, steps) for epoch in range(5) for step in range(steps)
    ]
    rising = [0.25 * (place + 1) / (warmup * steps) for place in range(warmup * steps)]
    assert rates == pytest.approx(rising + [0.25] * (20 - len(rising)))


def test_warm_up_and_milestones_multiply():
    settings = schedule(epochs=4, milestones=[0.25], warmup_epochs=2)
    assert learning_rate(settings, 1, 1, 2) == pytest.approx(0.025)
    assert learning_rate(settings, 1, 0, 2) == pytest.approx(0.025 * 0.75)


@pytest.mark.parametrize("epochs", [1, 10, 250])
def test_cosine_is_torchs_and_linear_a_line(epochs):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.25)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for epoch in range(epochs):
        cosine, linear = (
            learning_rate(schedule(epochs=epochs, milestones=[], annealing=annealing), epoch, 0, 3)
            for annealing in ("cosine", "linear")
        )
        assert cosine == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        assert linear == pytest.approx(0.25 * (epochs - epoch) / epochs)
        optimizer.step()
        theirs.step()
