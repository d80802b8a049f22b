import math

import pytest

from mixsuite.mixing.settings import check_choice, check_count, check_fraction, check_positive, check_switch


@pytest.mark.parametrize("value", [0, -1.0, math.nan, math.inf, "1", None, True])
def test_positive_refuses(value):
    with pytest.raises(ValueError, match=r"alpha: found .*, expected a number above 0"):
        check_positive("alpha", value)


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, "0.5", None, False])
def test_fraction_refuses(value):
    with pytest.raises(ValueError, match=r"epsilon: found .*, expected a number from 0 to 1"):
        check_fraction("epsilon", value)


@pytest.mark.parametrize("value", [1, 2.0, "3", None, True])
def test_count_refuses(value):
    with pytest.raises(ValueError, match=r"images: found .*, expected a whole number of at least 2"):
        check_count("images", value, at_least=2)


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_switch_refuses(value):
    with pytest.raises(ValueError, match=r"bottleneck: found .*, expected true or false"):
        check_switch("bottleneck", value)


@pytest.mark.parametrize("value", [17, True, "18", None])
def test_choice_refuses(value):
    with pytest.raises(ValueError, match=r"depth: found .*, expected one of 1, 18"):
        check_choice("depth", value, (1, 18))


def test_what_is_allowed_passes():
    check_positive("alpha", 1e-9)
    check_positive("alpha", 3)
    check_fraction("epsilon", 0)
    check_fraction("epsilon", 1.0)
    check_count("images", 2, at_least=2)
    check_switch("bottleneck", False)
    check_choice("depth", 18, (1, 18))
