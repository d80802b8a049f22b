"""The program of this room, run as a person would."""

import json

import pytest

import train_bridge
from mixsuite.provenance import import_closure


@pytest.fixture
def train(tmp_path, mapping, capfd):
    def run(**changes):
        output = tmp_path / "bridge.json"
        options = ["--output", str(output), "--device", "cpu", "--code", "abc"]
        status = train_bridge.main(["--bridge", json.dumps(mapping(**changes)), *options])
        return status, capfd.readouterr(), output

    return run


def test_training_writes_rows_and_what_they_were_made_of(train, mapping):
    status, said, output = train(seeds=1)
    assert status == 0
    assert "cutmix, seed 1 of 1, loss" in said.err
    written = json.loads(output.read_text())
    assert written["specification"] == mapping(seeds=1)
    assert [row["feature"] for row in written["rows"]] == [1, 2, 3]
    assert written["provenance"]["code"] == "abc"
    assert written["device"].startswith("cpu")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layout": [3, 3]}, "error: layout: found 3 x 3, expected 4 patches in all"),
        ({"model": {"family": "demo_cn"}}, "error: network: found 'demo_cn' (did you mean 'demo_cnn'?)"),
        ({"recipe": {"alpha": 0}}, "error: mixing method 'cutmix': alpha: found 0"),
    ],
)
def test_a_mistake_is_one_message_and_no_output(train, changes, message):
    status, said, output = train(**changes)
    assert status == 1
    assert said.err.startswith(message)
    assert said.err.count("\n") == 1
    assert not output.exists()


def test_the_program_needs_no_configuration_and_no_method_or_network_but_its_own(root):
    modules = import_closure(root / "workflow" / "scripts" / "train_bridge.py")
    rooms = {name.split(".")[1] for name in modules if "." in name}
    assert not rooms & {"config", "catalog", "reporting", "landscape"}
    assert not {"mixsuite.mixing.cutmix", "mixsuite.models.demo_cnn", "mixsuite.patches.cutmix"} & set(modules)
