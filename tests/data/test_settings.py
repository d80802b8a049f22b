import pytest

from mixsuite.data.errors import SettingError
from mixsuite.data.settings import check_keys, check_whole


def test_an_unknown_key_is_named_with_the_one_probably_meant():
    with pytest.raises(
        SettingError, match=r"schedule: unknown key 'epoch' \(did you mean 'epochs'\?\); expected epochs"
    ):
        check_keys("schedule", {"epoch": 3}, ("epochs",))


def test_a_missing_key_is_named():
    with pytest.raises(SettingError, match="schedule: missing key 'epochs'"):
        check_keys("schedule", {}, ("epochs",), ("seed",))


def test_what_is_no_dict_is_refused():
    with pytest.raises(SettingError, match=r"run: found \[1\], expected settings seed"):
        check_keys("run", [1], ("seed",))


def test_optional_keys_may_be_there_or_not():
    check_keys("run", {"seed": 1}, ("seed",), ("label",))
    check_keys("run", {"seed": 1, "label": ""}, ("seed",), ("label",))


@pytest.mark.parametrize("found", [0, -1, 1.0, "1", True, None])
def test_a_whole_number_is_wanted(found):
    with pytest.raises(SettingError, match=r"size: found .*, expected a whole number of at least 1"):
        check_whole("size", found, 1)


def test_a_whole_number_comes_back():
    assert check_whole("size", 1, 1) == 1
