import pytest
import torch

from mixsuite.patches.experiment import Experiment
from mixsuite.patches.sweep import COLUMNS, Sweep, run_sweep

CPU = torch.device("cpu")


@pytest.fixture
def grid(mapping):
    return {"base": mapping(), "sigma_d": [0.1, 0.5], "sigma_ratio": 0.5, "seeds": 2}


def test_a_sweep_has_a_row_per_seed_noise_and_feature(grid):
    reported = []
    sweep = Sweep.from_mapping(grid)
    rows = list(run_sweep(sweep, "erm", CPU, lambda done, note: reported.append((done, note))))
    assert sweep.points == 4
    assert [done for done, _ in reported] == [1, 2, 3, 4]
    assert all(tuple(row) == COLUMNS for row in rows)
    assert len({(row["seed"], row["sigma_d"], row["feature"]) for row in rows}) == len(rows) == 12
    row = rows[4]
    assert (row["seed"], row["sigma_d"], row["sigma_b"], row["feature"]) == (0, 0.5, 0.25, 2)
    assert row["dominant_noise"] == pytest.approx(0.25 * 40)
    assert row["background_noise"] == pytest.approx(0.0625 * 40)
    assert row["expected_images"] == pytest.approx(0.3 * 6)


def test_a_grid_point_is_the_experiment_itself(grid, setting):
    row = list(run_sweep(Sweep.from_mapping(grid), "cutmix", CPU))[-1]
    chosen = setting(sigma_d=0.5, sigma_b=0.25)
    experiment = Experiment(chosen, "cutmix", 1, CPU)
    last = experiment.run()[-1]
    assert row["class_accuracy"] == last.accuracies[:, 2].mean()
    assert row["feature_output"] == last.feature_outputs[:, 2].mean()
    assert row["learned"] == (row["class_accuracy"] >= 0.75)
    assert row["drawn_images"] == experiment.drawn_images()[:, 2].sum()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sigma_d": []}, r"sigma_d: found \[\], expected at least one number"),
        ({"sigma_d": 0.1}, "sigma_d: found 0.1, expected a list of numbers"),
        ({"sigma_d": [0.1, -1]}, "sigma_d: found -1"),
        ({"sigma_ratio": 0}, "sigma_ratio: found 0"),
        ({"seeds": [0]}, r"seeds: found \[0\]"),
        ({"steps": 3}, "sweep: unknown key 'steps'"),
        ({"base": {}}, "setting: missing key 'patches'"),
    ],
)
def test_a_bad_grid_is_refused(grid, change, message):
    with pytest.raises(ValueError, match=message):
        Sweep.from_mapping(grid | change)
