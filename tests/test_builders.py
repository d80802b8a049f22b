import sys

import pytest

from mixsuite.builders import build_by_name
from mixsuite.checks import SettingError


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build from a package of two modules: `pair` has a `build`, `helper` has none."""
    package = tmp_path / "builders_example"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "helper.py").write_text("VALUE = 1\n")
    (package / "pair.py").write_text(
        '"""A pair."""\n\n\n'
        "def build(*, left, right=2, size):\n"
        "    if left < 0:\n"
        "        raise ValueError(f'left: found {left}, expected more')\n"
        "    return left, right, size\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda specification, **given: build_by_name(
        "builders_example", "thing", "name", specification, size=7, **given
    )
    for module in [name for name in sys.modules if name.startswith("builders_example")]:
        del sys.modules[module]


def test_builds_with_settings_defaults_and_what_is_given(build):
    specification = {"name": "pair", "left": 1}
    assert build(specification) == (1, 2, 7)
    assert build({"name": "pair", "left": 1, "right": 5}) == (1, 5, 7)
    assert specification == {"name": "pair", "left": 1}


def test_what_is_given_reaches_those_that_have_it(build):
    assert build({"name": "pair", "left": 1}, height=3) == (1, 2, 7)


@pytest.mark.parametrize("name", ["helper", "absent", "__init__", "os.path", "", None, 3, ["pair"]])
def test_what_is_no_module_with_a_build_is_unknown(build, name):
    with pytest.raises(SettingError, match=r"thing: found .*; expected one of pair$"):
        build({"name": name, "left": 1})


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        ({"left": 1}, "thing: missing key 'name'"),
        ({"name": "pair"}, "thing 'pair': missing key 'left'"),
        ({"name": "pair", "left": 1, "up": 1}, "thing 'pair': unknown key 'up'; expected one of left, right"),
        ({"name": "pair", "left": 1, "size": 1}, "thing 'pair': unknown key 'size'; expected one of left,"),
        ({"name": "pair", "left": -1}, "thing 'pair': left: found -1, expected more"),
    ],
)
def test_wrong_settings_are_named(build, specification, message):
    with pytest.raises(SettingError) as refusal:
        build(specification)
    assert str(refusal.value).startswith(message)
