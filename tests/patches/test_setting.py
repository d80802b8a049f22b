import math

import pytest

from mixsuite.patches.setting import Setting, require_method, require_seed

BAD = [
    ("patches", 0),
    ("patches", 3.0),
    ("dimension", -1),
    ("dimension", 6),
    ("samples", 0),
    ("samples", True),
    ("steps", 0),
    ("test_samples", 0),
    ("cut_size", 0),
    ("cut_size", 2),
    ("sigma_d", 0.0),
    ("sigma_b", -0.1),
    ("alpha", 0.0),
    ("alpha", "0.1"),
    ("beta", 0.0),
    ("beta", 1.5),
    ("r", math.inf),
    ("learning_rate", math.nan),
    ("sigma_0", -0.01),
    ("rho", []),
    ("rho", 1.0),
    ("rho", [0.6, 0.3, 0.2]),
    ("rho", [0.7, 0.4, -0.1]),
    ("rho", [0.1, 0.3, 0.6]),
    ("rarity", ["common", "rare"]),
    ("rarity", "abc"),
    ("rarity", ["common", "rare", ""]),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_refused_by_name(mapping, name, value):
    with pytest.raises(ValueError, match=f"^{name} is ") as error:
        Setting.from_mapping(mapping(**{name: value}))
    assert "expected" in str(error.value)


def test_a_sum_of_rho_off_by_more_than_rounding_is_refused(mapping):
    Setting.from_mapping(mapping(rho=[0.1 + 0.2 + 0.3, 0.3, 0.1]))
    with pytest.raises(ValueError, match="sums to"):
        Setting.from_mapping(mapping(rho=[0.6, 0.3, 0.1001]))


def test_unknown_and_missing_names_are_refused(mapping):
    with pytest.raises(ValueError, match="setting has the unknown depth"):
        Setting.from_mapping(mapping(depth=3))
    with pytest.raises(ValueError, match="setting lacks alpha, rho"):
        Setting.from_mapping({name: value for name, value in mapping().items() if name not in ("alpha", "rho")})
    with pytest.raises(ValueError, match="setting is \\[\\]"):
        Setting.from_mapping([])


def test_cut_size_is_bounded_by_half_the_patches(mapping):
    assert Setting.from_mapping(mapping(patches=5, cut_size=2)).cut_size == 2
    for patches, cut_size in ((2, 1), (4, 2), (5, 3)):
        with pytest.raises(ValueError, match=f"cut_size is {cut_size}: .* patches is {patches}"):
            Setting.from_mapping(mapping(patches=patches, cut_size=cut_size))


def test_rarity_classes_keep_their_order_and_members(setting):
    several = setting(rho=[0.4, 0.3, 0.2, 0.1], rarity=["common", "rare", "rare", "extremely_rare"])
    assert several.features == 4
    assert several.rarity_classes == ("common", "rare", "extremely_rare")
    assert several.features_of("rare") == [1, 2]


def test_methods_and_seeds_are_checked():
    assert require_method("cutmix") == "cutmix"
    assert require_seed(0) == 0
    with pytest.raises(ValueError, match="method is 'mixup': expected one of erm, cutout, cutmix"):
        require_method("mixup")
    for seed in (-1, 1.0, True, "0"):
        with pytest.raises(ValueError, match="seed is "):
            require_seed(seed)
