import json

import pytest

import show_plan
import show_status
import verify_results
from mixsuite.config.strict import ConfigError
from mixsuite.overview.program import open_catalog
from mixsuite.overview.text import columns, counted, duration, size


@pytest.mark.parametrize("program", [show_status, show_plan, verify_results])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config", "scale=dmeo"], "error: config.yaml: scale: found 'dmeo' (did you mean 'demo'?)"),
        (["--config", "scale"], "error: --config: found 'scale', expected KEY=VALUE"),
        (["--config", "seeds={"], "expected KEY=VALUE with a value in YAML"),
    ],
)
def test_a_mistake_is_one_message(program, arguments, said, capsys):
    assert program.main(arguments) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_an_unknown_device_is_named(capsys):
    assert show_plan.main(["--device", "h100"]) == 1
    assert "error: --device: found 'h100'" in capsys.readouterr().err


def test_settings_may_be_changed_in_part_and_in_json():
    catalog = open_catalog(["scale=paper", 'stand_ins={"models":{"preactresnet18":"demo-wide"}}', "seeds=1"])
    assert catalog.scale == "paper"
    assert catalog.house.config.stand_ins.models == {"preactresnet18": "demo-wide"}
    with pytest.raises(ConfigError, match="unknown key"):
        open_catalog(["sedes=1"])


@pytest.mark.parametrize("program", [show_status, verify_results])
def test_each_tells_programs_the_same_in_json(program, tmp_path, capsys):
    assert program.main(["--config", "scale=lab", "--output-json", str(tmp_path / "told.json")]) == 0
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["scale"] == "lab"
    assert "Scale lab" in capsys.readouterr().out


def test_columns_are_as_wide_as_they_need():
    text = columns(("name", "n"), [("a", "10"), ("longer", "9")], right=(1,))
    assert text.splitlines() == ["name     n", "------  --", "a       10", "longer   9"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(None, "?"), (3.2, "3 s"), (150, "2 min"), (7500, "2 h"), (200_000, "2 d"), (119, "119 s")]
)
def test_durations_are_said_in_a_fitting_unit(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize(("n_bytes", "said"), [(0, "0 B"), (1500, "1.5 kB"), (2.34e9, "2.34 GB"), (5e12, "5 TB")])
def test_sizes_are_said_in_a_fitting_unit(n_bytes, said):
    assert size(n_bytes) == said


def test_one_is_not_many():
    assert (counted(1, "run"), counted(2, "run")) == ("1 run", "2 runs")
