import pytest
import torch

from mixsuite.bridge.experiment import Bridge, run_bridge
from mixsuite.patches.experiment import Experiment

CPU = torch.device("cpu")


def test_there_is_a_row_per_seed_and_feature(mapping):
    reported = []
    bridge = Bridge.from_mapping(mapping())
    rows = list(run_bridge(bridge, CPU, lambda done, note: reported.append(done)))
    assert [(row["seed"], row["feature"]) for row in rows] == [(seed, k) for seed in (0, 1) for k in (1, 2, 3)]
    assert reported == [1, 2]
    assert [row["rarity"] for row in rows[:3]] == ["common", "rare", "extremely_rare"]
    assert [row["expected_images"] for row in rows[:3]] == pytest.approx([14.4, 7.2, 2.4])
    assert all(0 <= row["class_accuracy"] <= 1 for row in rows)
    assert list(run_bridge(bridge, CPU)) == rows


def test_it_trains_on_the_images_of_the_patch_experiment(mapping):
    bridge = Bridge.from_mapping(mapping())
    rows = list(run_bridge(bridge, CPU))
    for seed in (0, 1):
        drawn = Experiment(bridge.setting, "erm", seed, CPU).drawn_images().sum(0).tolist()
        assert [row["drawn_images"] for row in rows if row["seed"] == seed] == drawn


@pytest.mark.slow
def test_a_common_feature_is_learned_and_one_that_hardly_occurs_is_not(mapping):
    training = {"epochs": 60, "batch_size": 32}
    setting = {"samples": 128, "rho": [0.7, 0.295, 0.005], "sigma_d": 0.1, "sigma_b": 0.02}
    settings = {"method": "erm", "recipe": {"method": "vanilla"}, "training": training, "setting": setting}
    whole = mapping(**settings, seeds=1, test_samples=200, model={"width": 8})
    whole["recipe"] = {"method": "vanilla"}
    common, rare, extremely_rare = run_bridge(Bridge.from_mapping(whole), CPU)
    assert common["training_fit"] > 0.95
    assert common["class_accuracy"] > 0.9
    assert rare["class_accuracy"] > extremely_rare["class_accuracy"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "mixup"}, "method: found 'mixup'"),
        ({"layout": [1, 3]}, "layout: found 1 x 3, expected 4 patches in all"),
        ({"image_size": 16}, "size: found 3 channels of 16 x 16 pixels"),
        ({"seeds": 0}, "seeds: found 0"),
        ({"setting": {"sigma_d": -1}}, "sigma_d: found -1"),
        ({"colour": 1}, "bridge: unknown key 'colour'"),
    ],
)
def test_a_bad_bridge_is_refused(change, message, mapping):
    whole = mapping(**{k: v for k, v in change.items() if k != "colour"}) | (change if "colour" in change else {})
    with pytest.raises(ValueError, match=message):
        Bridge.from_mapping(whole)
