import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from mixsuite import provenance
from mixsuite.catalog.modules import module_of_dataset, module_of_method, module_of_patch_method, modules_of
from mixsuite.data.arrays import write_split
from mixsuite.provenance import SCRIPTS, code_fingerprint, import_closure, record


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """A small package: the script imports a, a imports b; c is loaded by name only."""
    package = tmp_path / "mixsuite"
    (package / "room").mkdir(parents=True)
    (package / "__init__.py").write_text('"""A package."""\n')
    (package / "room" / "__init__.py").write_text("")
    (package / "room" / "a.py").write_text("from mixsuite.room import b\n\n\ndef f():\n    return b.X\n")
    (package / "room" / "b.py").write_text("X = 1\n")
    (package / "room" / "c.py").write_text("Y = 1\n")
    (tmp_path / "step.py").write_text("from mixsuite.room.a import f\n\nprint(f())\n")
    monkeypatch.setattr(provenance, "SCRIPTS", tmp_path)
    return tmp_path


def fingerprint(scripts, modules=()):
    return code_fingerprint(scripts / "step.py", modules)


def test_the_closure_holds_what_is_imported_and_nothing_else(scripts):
    closure = import_closure(scripts / "step.py")
    assert set(closure) == {"mixsuite", "mixsuite.room", "mixsuite.room.a", "mixsuite.room.b"}


@pytest.mark.parametrize("file", ["step.py", "mixsuite/room/a.py", "mixsuite/room/b.py"])
def test_imported_code_changes_the_fingerprint(scripts, file):
    before = fingerprint(scripts)
    (scripts / file).write_text((scripts / file).read_text() + "Z = 2\n")
    assert fingerprint(scripts) != before


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "# a comment\n" + text,
        lambda text: text.replace("\n", "\n\n"),
        lambda text: '"""A docstring."""\n' + text,
        lambda text: text.replace("def f():\n", 'def f():\n    """Say it."""\n'),
    ],
)
def test_comments_blank_lines_and_docstrings_do_not(scripts, edit):
    before = fingerprint(scripts)
    file = scripts / "mixsuite" / "room" / "a.py"
    file.write_text(edit(file.read_text()))
    assert fingerprint(scripts) == before


def test_modules_loaded_by_name_count_only_for_those_who_name_them(scripts):
    plain, with_c = fingerprint(scripts), fingerprint(scripts, ["mixsuite.room.c"])
    (scripts / "mixsuite" / "room" / "c.py").write_text("Y = 2\n")
    assert fingerprint(scripts) == plain
    assert fingerprint(scripts, ["mixsuite.room.c"]) != with_c


def test_the_record_names_code_and_libraries():
    found = record("0123")
    assert found["code"] == "0123"
    assert found["libraries"]["numpy"]


def test_the_record_names_slurm_s_job_and_the_gpus_where_there_are_any(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    assert record("0123")["environment"] == {}
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert record("0123")["environment"] == {"CUDA_VISIBLE_DEVICES": "1"}


# Runs a program and writes down, when it ends, which of the suite's modules it has loaded.
OBSERVED = """
import runpy, sys
program, loaded, *sys.argv[1:] = sys.argv[1:]
try:
    runpy.run_path(program, run_name="__main__")
except SystemExit as end:
    status = end.code
with open(loaded, "w") as file:
    file.write("\\n".join(name for name in sys.modules if name.split(".")[0] == "mixsuite"))
sys.exit(status)
"""
METHOD = {"method": "cutmix", "alpha": 1.0, "probability": 1.0}
NETWORK = {"family": "demo_cnn", "width": 4, "blocks": 1}
SCHEDULE = {"epochs": 1, "batch_size": 16, "learning_rate": 0.1, "momentum": 0.9, "nesterov": True}
SCHEDULE |= {"annealing": "steps", "gradient_norm": None}
SCHEDULE |= {"weight_decay": 0.0, "milestones": [], "decay": 0.1, "warmup_epochs": 0, "padding": 1, "flip": True}
SCHEDULE |= {"normalisation": "dataset", "loss": "cross_entropy", "precision": "float32"}
SCHEDULE |= {"resized_crop": None, "colour_jitter": 0.0, "lighting": 0.0}
DIGITS = {"kind": "digits", "name": "digits"}
TRAINING = {"dataset": DIGITS, "model": NETWORK, "recipe": METHOD, "schedule": SCHEDULE, "seed": 0}
TIMING = {"dataset": DIGITS, "model": NETWORK, "schedule": SCHEDULE}
TIMING |= {"recipes": {"vanilla": {"method": "vanilla"}, "cutmix": METHOD}}
DCUTMIX = {"method": "dcutmix", "images": 2, "alpha": 1.0, "probability": 1.0}
COMPOSITION = {"dataset": DIGITS, "recipes": {"dcutmix": DCUTMIX}, "samples": 1, "draws": 4, "seed": 0}
SETTING = {"patches": 3, "dimension": 40, "samples": 6, "sigma_d": 0.5, "sigma_b": 0.3, "alpha": 0.1}
SETTING |= {"rho": [0.6, 0.3, 0.1], "rarity": ["common", "rare", "extremely_rare"], "beta": 0.1, "r": 1.0}
SETTING |= {"learning_rate": 1.0, "cut_size": 1, "steps": 5, "sigma_0": 0.01, "test_samples": 50}
SWEEP = {"base": SETTING, "sigma_d": [0.1, 0.2], "sigma_ratio": 0.6, "seeds": 1}


@pytest.fixture
def observe(tmp_path):
    """Run a step program in a process of its own; return the modules that it has loaded, and its exit status."""

    def observe(name, *arguments):
        loaded = tmp_path / "loaded"
        command = [sys.executable, "-c", OBSERVED, SCRIPTS / f"{name}.py", loaded, *arguments]
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHONPATH": str(SCRIPTS)}
        )
        assert loaded.exists(), ended.stderr
        assert "Traceback" not in ended.stderr
        return set(loaded.read_text().split()), ended.returncode

    return observe


def options(folder, *names):
    return [part for name in names for part in (f"--{name}", folder / name)]


def prepare_dataset(folder):
    return ["--dataset", json.dumps(DIGITS), *options(folder, "cache", "output")]


def index_dataset(folder):
    for place in ("train/a", "train/b", "val/a", "val/b"):
        (folder / "images" / place).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(folder / "images" / place / "1.png")
    what = {"kind": "large_folder", "name": "mine"}
    return ["--dataset", json.dumps(what), "--source", folder / "images", *options(folder, "output")]


def prepared(folder):
    rng = np.random.default_rng(0)
    description = {"classes": ["a", "b"], "mean": [0.5], "std": [0.3], "source": "made up"}
    for split in ("train", "test"):
        images = rng.integers(0, 256, (32, 8, 8, 1), dtype=np.uint8)
        write_split(folder / "dataset" / split, images, np.arange(32) % 2, description)
    return ["--dataset", folder / "dataset"]


def train_classifier(folder):
    written = options(folder, "state", "output-model", "output-history", "output-run")
    return ["--run", json.dumps(TRAINING), *prepared(folder), "--device", "cpu", *written]


def time_steps(folder):
    effort = ["--repetitions", "2", "--turns", "1", "--steps", "1"]
    written = options(folder, "output")
    return ["--timing", json.dumps(TIMING), *prepared(folder), "--device", "cpu", *effort, *written]


def compose_images(folder):
    written = options(folder, "output-record", "output-arrays")
    return ["--composition", json.dumps(COMPOSITION), *prepared(folder), *written]


def train_patches(folder):
    run = {"setting": SETTING, "method": "cutmix", "seed": 0}
    return ["--run", json.dumps(run), "--device", "cpu", *options(folder, "output-trajectory", "output-run")]


def sweep_patches(folder):
    what = ["--sweep", json.dumps(SWEEP), "--method", "cutmix"]
    return [*what, "--device", "cpu", *options(folder, "output", "output-run")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "modules"),
    [
        (prepare_dataset, (module_of_dataset("digits"),)),
        (index_dataset, (module_of_dataset("large_folder"),)),
        (train_classifier, modules_of(TRAINING)),
        (time_steps, (*modules_of(TRAINING), module_of_method("vanilla"))),
        (compose_images, ()),
        (train_patches, (module_of_patch_method("cutmix"),)),
        (sweep_patches, (module_of_patch_method("cutmix"),)),
    ],
)
def test_no_step_loads_a_module_that_its_fingerprint_misses(observe, tmp_path, arguments, modules):
    script = SCRIPTS / f"{arguments.__name__}.py"
    loaded, status = observe(script.stem, *arguments(tmp_path))
    assert status == 0
    assert loaded == set(import_closure(script, modules))
    # What is loaded by name is found by its name alone.
    assert loaded - set(import_closure(script)) >= set(modules)


def test_the_score_card_loads_no_module_that_its_fingerprint_misses(observe, root, tmp_path):
    manifests = sorted((root / "workflow" / "papers").glob("*.yaml"))
    written = options(tmp_path, "output-md", "output-csv", "output-html")
    loaded, status = observe(
        "write_scorecard", "--manifests", *manifests, "--scale", "demo", "--scale-title", "T", *written
    )
    assert status == 0
    assert loaded == set(import_closure(SCRIPTS / "write_scorecard.py"))


# The options of a program that reads more than runs.
READ_BESIDES = {
    "plot_anchors": ("scores",),
    "plot_bridge": ("bridges",),
    "plot_search_cost": ("searches",),
    "tabulate_error_and_time": ("timings",),
    "tabulate_searches": ("searches", "sizes"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "script", sorted([*SCRIPTS.glob("tabulate_*.py"), *SCRIPTS.glob("plot_*.py")]), ids=lambda script: script.stem
)
def test_no_table_or_figure_loads_a_module_that_its_fingerprint_misses(observe, tmp_path, script):
    pages = ("html",) if script.stem == "plot_surfaces" else ()
    forms = ("pdf", "png", "csv", *pages) if script.stem.startswith("plot_") else ("html", "md", "tex", "csv")
    read = ("runs", *READ_BESIDES.get(script.stem, ()))
    written = options(tmp_path, *read, "output-measurements", *(f"output-{form}" for form in forms))
    # Refused, but not before everything is imported.
    loaded, status = observe(script.stem, "--artefact", "{}", *written)
    assert status == 1
    assert loaded == set(import_closure(script))
