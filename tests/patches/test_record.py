import pytest
import torch

from mixsuite.patches.record import TRAJECTORY_COLUMNS, Record, trajectory


@pytest.fixture
def record():
    return Record(
        step=7,
        loss=0.5,
        gradient_norm=0.1,
        training_fit=1.0,
        augmented_fit=0.9,
        activation_mean=1.2,
        activation_spread=0.3,
        feature_outputs=torch.tensor([[4.0, 1.0, 2.0, 0.0], [2.0, 2.0, 4.0, -1.0]], dtype=torch.float64),
        accuracies=torch.tensor([[1.0, 0.8, 0.6, 0.4], [1.0, 1.0, 0.8, 0.6]], dtype=torch.float64),
    )


@pytest.fixture
def four(setting):
    return setting(rho=[0.4, 0.3, 0.2, 0.1], rarity=["common", "rare", "rare", "extremely_rare"])


def test_outputs_of_a_class_are_plain_means(record, four):
    assert record.output_of_class(four) == pytest.approx({"common": 3, "rare": 2.25, "extremely_rare": -0.5})


def test_accuracies_are_weighed_by_how_often_a_feature_occurs(record, four):
    expected = {"common": 1, "rare": (0.3 * 0.9 + 0.2 * 0.7) / 0.5, "extremely_rare": 0.5}
    assert record.accuracy_of_class(four) == pytest.approx(expected)
    assert record.test_accuracy(four) == pytest.approx(0.4 + 0.3 * 0.9 + 0.2 * 0.7 + 0.1 * 0.5)


def test_the_trajectory_is_tidy(record, four):
    rows = list(trajectory([record, record], four))
    assert all(tuple(row) == TRAJECTORY_COLUMNS for row in rows)
    assert len(rows) == 2 * (7 + 2 * (3 + 8))
    keys = [tuple(row[name] for name in TRAJECTORY_COLUMNS[:-1]) for row in rows[: len(rows) // 2]]
    assert len(set(keys)) == len(keys)
    values = dict(zip(keys, (row["value"] for row in rows), strict=False))
    assert values[7, "augmented_fit", "all", None, None] == 0.9
    assert values[7, "test_accuracy", "all", None, None] == record.test_accuracy(four)
    assert values[7, "feature_output", "rare", None, None] == pytest.approx(2.25)
    assert values[7, "feature_output", "rare", 3, -1] == 4
    assert values[7, "class_accuracy", "extremely_rare", 4, 1] == 0.4
