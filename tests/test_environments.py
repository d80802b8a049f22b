"""requirements.txt, the conda environments and what the steps import say the same."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from functools import cache

import pytest
import yaml

from mixsuite.config.networks import FAMILIES
from mixsuite.provenance import SCRIPTS, import_closure

PACKAGE_OF_MODULE = {
    "cv2": "opencv-contrib-python-headless",
    "mpl_toolkits": "matplotlib",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "yaml": "PyYAML",
    "jinja2": "Jinja2",
    "rattler": "py-rattler",
}
LOADED_BY_NAME = {
    "train_classifier": ["mixing/*", "models/*", "data/index", "data/indexed", "data/subset"],
    "time_steps": ["mixing/*", "models/*", "data/index", "data/indexed"],
    "measure_fit": ["mixing/*", "models/*", "data/index", "data/indexed", "data/subset"],
    # PyHessian, the engine of landscape/power_iteration, is left to those who ask for it.
    "measure_landscape": ["mixing/*", "models/*", "landscape/lanczos", "data/index", "data/indexed"],
    "score_images": ["mixing/*", "models/*", "subsampling/*"],
    "compose_images": ["mixing/*"],
    "fine_tune": ["mixing/*", "models/*"],
    "fetch_weights": ["models/resnet"],
    "prepare_dataset": ["data/digits", "data/cifar", "data/folder", "data/photographs"],
    "index_dataset": ["data/imagenet", "data/large_folder"],
    "train_patches": ["patches/*"],
    "sweep_patches": ["patches/*"],
    "show_plan": [f"models/{family}" for family in FAMILIES],
    "train_bridge": ["mixing/*", "models/*"],
}
# Needed by a package at run time, or by a command that the README names, though nothing here imports it.
NOT_PINNED = {"torchattacks": "pins an old requests; tests/benchmarks/torchattacks_agreement.py says how to get it"}
NOT_IMPORTED = {"Pygments": "snakemake --report", "scikit-image": "its photographs, which are read as files"}

# Programs without a rule of their own: four for people (docs/sharing.md, docs/scales.md), and one that follows others.
WITHOUT_RULE = {"collect_evidence", "import_results", "list_commands", "record_artefact", "write_evidence"}


@pytest.fixture(scope="module")
def requirements(root):
    return _pins((root / "requirements.txt").read_text(encoding="utf-8").splitlines())


def _pins(lines):
    wanted = [line.split("#")[0].strip() for line in lines]
    return dict(line.split("==") for line in wanted if line and not line.startswith("-r"))


def _environment(root, name):
    dependencies = yaml.safe_load((root / "envs" / f"{name}.yaml").read_text(encoding="utf-8"))["dependencies"]
    return _pins(next(item["pip"] for item in dependencies if isinstance(item, dict)))


def _environment_of_rules(root):
    found = {}
    for file in (root / "workflow" / "rules").glob("*.smk"):
        text = file.read_text(encoding="utf-8")
        steps = re.findall(r"ancient\(script\(\"(\w+)\"\)\)", text)
        names = re.findall(r"envs/(\w+)\.yaml", text)
        if "script(step)" in text:
            steps = [path.stem for path in SCRIPTS.glob("*.py") if path.stem.startswith(("tabulate_", "plot_"))]
            names = [names[0]] * len(steps)
        found |= dict(zip(steps, names, strict=True))
    return found


def _third_party(script):
    modules = [
        f"mixsuite.{path.parent.name}.{path.stem}"
        for pattern in LOADED_BY_NAME.get(script.stem, [])
        for path in (SCRIPTS / "mixsuite").glob(f"{pattern}.py")
    ]
    imported = set()
    for path in [script, *import_closure(script, tuple(modules)).values()]:
        imported |= _imported(path)
    foreign = imported - set(sys.stdlib_module_names) - {"mixsuite"}
    return {PACKAGE_OF_MODULE.get(name, name) for name in foreign}


@cache
def _imported(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.split(".")[0])
    return names


def test_every_step_has_an_environment(root):
    assert set(_environment_of_rules(root)) == {path.stem for path in SCRIPTS.glob("*.py")} - WITHOUT_RULE


@pytest.mark.parametrize("name", ["data", "training", "reporting", "overview"])
def test_an_environment_s_pins_are_those_of_the_requirements(root, requirements, name):
    environment = _environment(root, name)
    assert environment
    assert environment.items() <= requirements.items()


@pytest.mark.parametrize("name", ["data", "training", "reporting", "overview"])
def test_an_environment_holds_what_its_steps_import_and_nothing_else(root, name):
    steps = [step for step, environment in _environment_of_rules(root).items() if environment == name]
    imported = set().union(*(_third_party(SCRIPTS / f"{step}.py") for step in steps))
    assert imported <= set(_environment(root, name))
    assert set(_environment(root, name)) - imported <= set(NOT_IMPORTED)


@pytest.mark.parametrize("name", ["data", "training", "reporting", "overview"])
def test_an_environment_takes_nothing_from_the_defaults(root, name):
    channels = yaml.safe_load((root / "envs" / f"{name}.yaml").read_text(encoding="utf-8"))["channels"]
    assert channels == ["conda-forge", "nodefaults"]


def test_the_training_environment_brings_cuda_also_where_it_is_built_without_a_gpu(root):
    # conda chooses a build of torch by the machine that it runs on. PyPI has one for Linux, with CUDA.
    dependencies = yaml.safe_load((root / "envs/training.yaml").read_text(encoding="utf-8"))["dependencies"]
    assert [item for item in dependencies if isinstance(item, str)] == ["python =3.12", "pip =25"]
    (from_pypi,) = (item["pip"] for item in dependencies if isinstance(item, dict))
    assert not [item for item in from_pypi if item.startswith("-")], "an option could name another index"
    needed = [line for line in importlib.metadata.requires("torch") if 'platform_system == "Linux"' in line]
    assert any(line.startswith(("nvidia-", "cuda-")) for line in needed)


def test_every_requirement_is_pinned_and_used(root, requirements):
    used = {"snakemake", *NOT_IMPORTED}
    for script in SCRIPTS.glob("*.py"):
        used |= _third_party(script)
    assert set(requirements) == used


def test_the_requirements_for_slurm_are_pinned_besides_the_others(root, requirements):
    pins = _pins((root / "requirements-slurm.txt").read_text(encoding="utf-8").splitlines())
    assert "snakemake-executor-plugin-slurm" in pins
    assert all(pins.values())
    assert not pins.keys() & requirements.keys()


def test_the_development_requirements_are_pinned_and_used(root, requirements):
    imported = set().union(*(_imported(path) for path in (root / "tests").rglob("*.py"))) - set(sys.stdlib_module_names)
    own = {path.stem for folder in (root / "tests", SCRIPTS) for path in folder.rglob("*.py")} | {"mixsuite"}
    needed = {PACKAGE_OF_MODULE.get(name, name) for name in imported - own} - set(NOT_PINNED)
    pinned = _pins((root / "requirements-dev.txt").read_text(encoding="utf-8").splitlines())
    assert needed - set(requirements) <= set(pinned)
    # PyHessian is imported by the suite's own slower engine, which its tests compare with; pytest finds its plugins.
    assert set(pinned) - needed == {"ruff", "snakefmt", "pyhessian", "pytest-xdist"}
