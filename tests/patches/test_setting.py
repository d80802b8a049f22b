import math

import pytest

from mixsuite.checks import SettingError
from mixsuite.patches.setting import Setting, check_method

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
    with pytest.raises(SettingError, match=f"^{name}: found .*expected "):
        Setting.from_mapping(mapping(**{name: value}))


def test_a_sum_of_rho_off_by_more_than_rounding_is_refused(mapping):
    Setting.from_mapping(mapping(rho=[0.1 + 0.2 + 0.3, 0.3, 0.1]))
    with pytest.raises(SettingError, match=r"with the sum 1\.0001, expected a sum of 1"):
        Setting.from_mapping(mapping(rho=[0.6, 0.3, 0.1001]))


def test_unknown_and_missing_names_are_refused(mapping):
    with pytest.raises(SettingError, match=r"setting: unknown key 'sample' \(did you mean 'samples'\?\)"):
        Setting.from_mapping(mapping(sample=3))
    with pytest.raises(SettingError, match="setting: missing key 'alpha'"):
        Setting.from_mapping({name: value for name, value in mapping().items() if name != "alpha"})
    with pytest.raises(SettingError, match=r"setting: found \[\], expected settings patches, dimension"):
        Setting.from_mapping([])


def test_cut_size_is_bounded_by_half_the_patches(mapping):
    assert Setting.from_mapping(mapping(patches=5, cut_size=2)).cut_size == 2
    for patches, cut_size in ((2, 1), (4, 2), (5, 3)):
        with pytest.raises(SettingError, match=f"cut_size: found {cut_size}, .* with {patches} patches"):
            Setting.from_mapping(mapping(patches=patches, cut_size=cut_size))


def test_rarity_classes_keep_their_order_and_members(setting):
    several = setting(rho=[0.4, 0.3, 0.2, 0.1], rarity=["common", "rare", "rare", "extremely_rare"])
    assert several.features == 4
    assert several.rarity_classes == ("common", "rare", "extremely_rare")
    assert several.features_of("rare") == [1, 2]


def test_methods_are_checked():
    check_method("cutmix")
    with pytest.raises(SettingError, match="method: found 'mixup'; expected one of cutmix, cutout, erm"):
        check_method("mixup")
