import csv
import json

import pytest
import torch
from safetensors.torch import load_file

from mixsuite.training.outputs import peak_memory, write_history, write_model, write_run

RESULTS = ("train_loss", "test_loss", "top1_error", "top5_error", "top1_error_even", "top1_error_odd")
COLUMNS = ("learning_rate", *RESULTS, "seconds", "images_per_second")


def row(epoch, error, speed):
    return {"epoch": epoch, **dict.fromkeys(COLUMNS, 0.1 * epoch), "top1_error": error, "images_per_second": speed}


HISTORY = [row(1, 30.0, 72.0), row(2, 20.0, 36.0), row(3, 20.0, 36.0), row(4, 25.0, 72.0)]


def test_the_model_can_be_loaded_into_a_new_network(new_task, tmp_path, same_weights):
    task, other = new_task(), new_task()
    with torch.no_grad():
        task.model[0].weight.add_(1.0)
    write_model(tmp_path / "model.safetensors", task)
    other.model.load_state_dict(load_file(tmp_path / "model.safetensors"))
    assert same_weights(task.model, other.model)


def test_the_history_is_read_back_exactly(tmp_path):
    write_history(tmp_path / "history.csv", HISTORY)
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epoch", *COLUMNS]
    assert [{key: float(value) for key, value in row.items()} for row in rows] == HISTORY


def test_run_json_tells_what_was_trained_with_which_result(new_task, tmp_path):
    task = new_task()
    write_run(tmp_path / "run.json", task, HISTORY, {"of": "process", "bytes": 7}, "d1gest", "c0de")
    content = json.loads((tmp_path / "run.json").read_text())
    assert content["specification"] == task.run
    assert content["n_parameters"] == 4 * 9 + 8 + 256 * 6 + 6
    assert content["best"]["epoch"] == 2
    assert content["best"]["top1_error"] == 20.0
    assert content["last"] == {"epoch": 4, **{key: HISTORY[3][key] for key in RESULTS}}
    assert content["saved_weights"] == "last"
    assert content["seconds"] == pytest.approx(1.0)
    # 1 + 2 + 2 + 1 seconds for four times 72 images.
    assert content["images_per_second"] == pytest.approx(48.0)
    assert content["dataset"] == {"n_train": 72, "n_test": 30, "sha256": "d1gest"}
    assert content["threads"] == 1
    assert content["processes"] == 1
    assert content["precision"] == "float32"
    assert content["compiled"] is False
    assert content["peak_memory"] == {"of": "process", "bytes": 7}
    assert content["device"].startswith("cpu")
    assert content["provenance"]["code"] == "c0de"


def test_peak_memory_is_that_of_this_process_in_bytes_and_says_so(new_task):
    peak = peak_memory(new_task())
    assert peak["of"] == "process_without_workers"
    # torch alone takes more than 100 MB.
    assert 1e8 < peak["bytes"] < 1e11
