import pytest

from mixsuite.checks import SettingError
from mixsuite.training.specification import SCHEDULE_KEYS, check_arrays, check_index, check_run

STATISTICS = {"mean": [0.5, 0.5, 0.5], "std": [0.2, 0.2, 0.2]}
CROP = {"size": 224, "resize": 256, "scale": [0.08, 1.0], "ratio": [0.75, 4 / 3]}
LARGE = {"padding": 0, "resized_crop": CROP, "colour_jitter": 0.4, "lighting": 0.1, "normalisation": STATISTICS}


def test_a_complete_run_passes(new_run):
    check_run(new_run())
    check_run(new_run(**LARGE, precision="bfloat16", loss="binary_cross_entropy"))
    check_run(new_run(normalisation=STATISTICS, milestones=[], weight_decay=0, warmup_epochs=2, learning_rate=1))


@pytest.mark.parametrize("key", ["dataset", "model", "recipe", "schedule", "seed"])
def test_every_part_is_needed(new_run, key):
    run = new_run()
    del run[key]
    with pytest.raises(SettingError, match=f"run: missing key '{key}'"):
        check_run(run)


@pytest.mark.parametrize("key", SCHEDULE_KEYS)
def test_every_setting_of_the_schedule_is_needed(new_run, key):
    run = new_run()
    del run["schedule"][key]
    with pytest.raises(SettingError, match=f"schedule: missing key '{key}'"):
        check_run(run)


def test_unknown_keys_are_named(new_run):
    with pytest.raises(SettingError, match="run: unknown key 'seeds'"):
        check_run({**new_run(), "seeds": 3})
    with pytest.raises(SettingError, match=r"schedule: unknown key 'epoch' \(did you mean 'epochs'"):
        check_run(new_run(epoch=3))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("epochs", 0, "a whole number of at least 1"),
        ("epochs", 2.0, "a whole number of at least 1"),
        ("batch_size", 0, "a whole number of at least 1"),
        ("warmup_epochs", -1, "a whole number of at least 0"),
        ("padding", -1, "a whole number of at least 0"),
        ("learning_rate", 0, "a number above 0"),
        ("learning_rate", "0.1", "a number above 0"),
        ("decay", -0.1, "a number above 0"),
        ("momentum", 1.1, "a number from 0 to 1"),
        ("nesterov", 1, "true or false"),
        ("flip", "yes", "true or false"),
        ("weight_decay", -1e-4, "a number of at least 0"),
        ("milestones", 0.5, "a list of fractions"),
        ("milestones", [0.5, 0.25], "rising fractions"),
        ("milestones", [0.5, 0.5], "rising fractions"),
        ("milestones", [150], "a number from 0 to 1"),
        ("normalisation", "imagenet", "settings mean, std"),
        ("loss", "mse", "one of binary_cross_entropy, cross_entropy"),
        ("precision", "float16", "one of bfloat16, float32"),
        ("colour_jitter", -0.4, "a number of at least 0"),
        ("lighting", None, "a number of at least 0"),
        ("resized_crop", 224, "settings size, resize, scale, ratio"),
        ("loss", ["cross_entropy"], "one of binary_cross_entropy, cross_entropy"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_expected(new_run, key, value, expected):
    with pytest.raises(SettingError, match=f"schedule: {key}: found .*expected {expected}"):
        check_run(new_run(**{key: value}))


def test_nesterov_needs_momentum(new_run):
    with pytest.raises(SettingError, match="momentum: found 0, expected a number above 0 with nesterov"):
        check_run(new_run(momentum=0))


@pytest.mark.parametrize(
    ("statistics", "message"),
    [
        ({"mean": [0.5]}, "normalisation: missing key 'std'"),
        ({**STATISTICS, "std": 0.2}, r"std: found 0\.2, expected a list of numbers, one per channel"),
        ({**STATISTICS, "std": [0.0]}, r"std: found 0\.0, expected a number above 0"),
        ({**STATISTICS, "mean": [125.3]}, r"mean: found 125\.3, expected a number from 0 to 1"),
    ],
)
def test_wrong_statistics_are_named(new_run, statistics, message):
    with pytest.raises(SettingError, match=message):
        check_run(new_run(normalisation=statistics))


def test_a_crop_has_all_its_settings_and_no_others(new_run):
    with pytest.raises(SettingError, match=r"schedule: resized_crop: unknown key 'sizes' \(did you mean 'size'"):
        check_run(new_run(**{**LARGE, "resized_crop": {**CROP, "sizes": 1}}))
    with pytest.raises(SettingError, match="schedule: resized_crop: missing key 'scale'"):
        check_run(new_run(**{**LARGE, "resized_crop": {"size": 224, "resize": 256, "ratio": [0.75, 1]}}))


def test_each_form_of_a_dataset_has_schedules_that_fit_it(new_run):
    check_arrays(new_run()["schedule"])
    check_index(new_run(**LARGE)["schedule"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"resized_crop": CROP}, "resized_crop: found .*, expected null for a dataset of arrays"),
        ({"colour_jitter": 0.4}, r"colour_jitter: found 0\.4, expected 0 for a dataset of arrays"),
        ({"lighting": 0.1}, r"lighting: found 0\.1, expected 0 for a dataset of arrays"),
    ],
)
def test_what_arrays_cannot_have_is_named(new_run, change, message):
    with pytest.raises(SettingError, match=f"schedule: {message}"):
        check_arrays(new_run(**change)["schedule"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"resized_crop": None}, "resized_crop: found None, expected its settings for large images"),
        ({"padding": 4}, "padding: found 4, expected 0 with resized_crop"),
        ({"normalisation": "dataset"}, "normalisation: found 'dataset', expected mean and std for large images"),
    ],
)
def test_what_an_index_needs_is_named(new_run, change, message):
    with pytest.raises(SettingError, match=f"schedule: {message}"):
        check_index(new_run(**{**LARGE, **change})["schedule"])


@pytest.mark.parametrize("seed", [-1, 0.5, "0", None])
def test_a_seed_is_a_whole_number(new_run, seed):
    with pytest.raises(SettingError, match="seed: found"):
        check_run(new_run(seed=seed))


@pytest.mark.parametrize("part", ["dataset", "model", "recipe"])
def test_parts_are_settings(new_run, part):
    with pytest.raises(SettingError, match=f"{part}: found 'x', expected its settings"):
        check_run({**new_run(), part: "x"})
