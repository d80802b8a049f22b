import math

import pytest

from mixsuite.checks import (
    SettingError,
    check_choice,
    check_count,
    check_fraction,
    check_keys,
    check_list,
    check_not_negative,
    check_positive,
    check_switch,
    suggest,
)


def test_an_unknown_key_is_named_with_the_one_probably_meant():
    with pytest.raises(SettingError, match=r"run: unknown key 'epoch' \(did you mean 'epochs'\?\); expected one of e"):
        check_keys("run", {"epoch": 3}, ("epochs",))


def test_where_no_key_is_allowed_none_is_expected():
    with pytest.raises(SettingError, match="vanilla: unknown key 'alpha'; expected none"):
        check_keys("vanilla", {"alpha": 1}, ())


def test_a_missing_key_is_named():
    with pytest.raises(SettingError, match="schedule: missing key 'epochs'"):
        check_keys("schedule", {}, ("epochs",), ("seed",))


@pytest.mark.parametrize("value", [[1], "seed", None])
def test_what_is_no_mapping_is_refused(value):
    with pytest.raises(SettingError, match=r"run: found .*, expected settings seed, label"):
        check_keys("run", value, ("seed",), ("label",))


def test_optional_keys_may_be_there_or_not():
    check_keys("run", {"seed": 1}, ("seed",), ("label",))
    check_keys("run", {"seed": 1, "label": ""}, ("seed",), ("label",))


@pytest.mark.parametrize("value", [0, -1.0, math.nan, math.inf, "1", None, True])
def test_positive_refuses(value):
    with pytest.raises(SettingError, match=r"alpha: found .*, expected a number above 0"):
        check_positive("alpha", value)


@pytest.mark.parametrize("value", [-1e-9, math.nan, math.inf, "1", None, False])
def test_not_negative_refuses(value):
    with pytest.raises(SettingError, match=r"decay: found .*, expected a number of at least 0"):
        check_not_negative("decay", value)


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, "0.5", None, False])
def test_fraction_refuses(value):
    with pytest.raises(SettingError, match=r"epsilon: found .*, expected a number from 0 to 1"):
        check_fraction("epsilon", value)


@pytest.mark.parametrize("value", [1, 2.0, "3", None, True])
def test_count_refuses(value):
    with pytest.raises(SettingError, match=r"images: found .*, expected a whole number of at least 2"):
        check_count("images", value, at_least=2)


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_switch_refuses(value):
    with pytest.raises(SettingError, match=r"bottleneck: found .*, expected true or false"):
        check_switch("bottleneck", value)


@pytest.mark.parametrize("value", [17, True, "18", None, [18]])
@pytest.mark.parametrize("choices", [(1, 18), {1: "a", 18: "b"}])
def test_choice_refuses(value, choices):
    with pytest.raises(SettingError, match=r"depth: found [^(]*; expected one of 1, 18"):
        check_choice("depth", value, choices)


def test_a_choice_probably_meant_is_named():
    with pytest.raises(
        SettingError, match=r"loss: found 'cutmux' \(did you mean 'cutmix'\?\); expected one of cutmix, erm"
    ):
        check_choice("loss", "cutmux", ("erm", "cutmix"))


def test_choices_are_in_order_and_a_slip_is_met_with_the_likeliest():
    assert suggest("12", {50, 101, 18}) == "; expected one of 18, 50, 101"
    assert suggest("cutmux", {"mixup", "cutmix"}) == " (did you mean 'cutmix'?); expected one of cutmix, mixup"
    # No slip of itself: the number is a text here.
    assert suggest("x", map(str, range(100, 200))).endswith("122, 123, ... (100 in all)")
    assert suggest("18", (18, 34)) == "; expected one of 18, 34"
    assert suggest(5, ()) == "; expected none"


@pytest.mark.parametrize("value", ["ab", 0.5, None, {"a": 1}])
def test_list_refuses(value):
    with pytest.raises(SettingError, match=r"rho: found .*, expected a list of probabilities"):
        check_list("rho", value, "probabilities")


def test_what_is_allowed_passes():
    check_positive("alpha", 1e-9)
    check_positive("alpha", 3)
    check_not_negative("decay", 0)
    check_fraction("epsilon", 0)
    check_fraction("epsilon", 1.0)
    check_count("images", 2, at_least=2)
    check_switch("bottleneck", False)
    check_choice("depth", 18, (1, 18))
    check_list("rho", [], "probabilities")
    check_list("rho", (0.5, 0.5), "probabilities")
