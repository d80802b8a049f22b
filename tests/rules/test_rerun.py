"""What a change makes run again, by dry runs on one small built project: DESIGN's rerun semantics."""

from __future__ import annotations

import os
import shutil
from collections import Counter

import pytest
import yaml

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(small_project):
    project = small_project("rerun")
    found = project.snakemake("comparison", timeout=300)
    assert found.returncode == 0, found.stdout
    return project


@pytest.fixture
def project(built, tmp_path):
    """A copy of the built project, with its file times, for one test to change."""
    folder = tmp_path / "project"
    shutil.copytree(built.folder, folder)
    return type(built)(folder)


@pytest.fixture
def replanned(project, planned_jobs):
    """The jobs of a dry run of the comparison, the target itself aside."""

    def plan(*arguments):
        found = project.snakemake("-n", "comparison", *arguments)
        assert found.returncode == 0, found.stdout
        jobs = planned_jobs(found.stdout)
        del jobs["comparison"]
        return jobs

    return plan


TABLE = Counter(tabulate_classification=1)


def trainings(count):
    return Counter(train_classifier=count) + TABLE


def test_nothing_changed(replanned):
    assert replanned() == Counter()


@pytest.mark.parametrize(
    "file",
    [
        "workflow/scripts/train_classifier.py",
        "workflow/scripts/mixsuite/training/loop.py",
        "workflow/scripts/mixsuite/mixing/cutmix.py",
        "workflow/scripts/mixsuite/models/demo_cnn.py",
        "workflow/scripts/mixsuite/data/digits.py",
    ],
)
def test_a_comment_retrains_nothing(project, replanned, file):
    path = project.folder / file
    path.write_text(path.read_text(encoding="utf-8") + "\n# One more comment.\n", encoding="utf-8")
    assert replanned() == Counter()


def test_touched_files_retrain_nothing(project, replanned):
    for path in [*(project.folder / "workflow").rglob("*"), *(project.folder / "results").rglob("data/**/*")]:
        os.utime(path)
    assert replanned() == Counter()


def test_reordered_keys_retrain_nothing(project, replanned):
    for file in ("config.yaml", "workflow/recipes.yaml", "workflow/scales/demo.yaml", "workflow/protocols.yaml"):
        path = project.folder / file
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.write_text(yaml.safe_dump(_backwards(settings), sort_keys=False, allow_unicode=True), encoding="utf-8")
    assert replanned() == Counter()


def _backwards(value):
    return {key: _backwards(value[key]) for key in reversed(value)} if isinstance(value, dict) else value


def test_a_figures_colour_retrains_nothing(project, replanned):
    path = project.folder / "workflow/scripts/mixsuite/reporting/style.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nNEW_COLOUR = 'red'\n", encoding="utf-8")
    assert "train_classifier" not in replanned()


def test_another_device_or_number_of_threads_retrains_nothing(replanned):
    assert replanned("--set-threads", "train_classifier=2", "--config", "device=cpu") == Counter()


def test_a_recipes_title_changes_the_table_alone(project, replanned):
    project.edit("workflow/recipes.yaml", "title: Vanilla", "title: Nothing")
    assert replanned() == TABLE


def test_a_recipes_setting_retrains_that_recipe_alone(project, replanned):
    half = "title: CutMix (α = 1, half of the batches)\n  alpha: "
    project.edit("workflow/recipes.yaml", f"{half}1\n", f"{half}2\n")
    assert replanned() == trainings(1)


def test_the_learning_rate_retrains_everything(project, replanned):
    schedule = "cifar: {epochs: 1, learning_rate: "
    project.edit("workflow/scales/demo.yaml", f"{schedule}0.1", f"{schedule}0.2")
    assert replanned() == trainings(2)


def test_a_method_s_code_retrains_that_method_alone(project, replanned):
    path = project.folder / "workflow/scripts/mixsuite/mixing/cutmix.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nLEFT = 1\n", encoding="utf-8")
    assert replanned() == trainings(1)


def test_the_loop_s_code_retrains_everything(project, replanned):
    path = project.folder / "workflow/scripts/mixsuite/training/loop.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nLEFT = 1\n", encoding="utf-8")
    assert replanned() == trainings(2)


def test_more_seeds_train_the_new_ones_alone(project, replanned):
    assert replanned("--config", "seeds=3") == trainings(4)


def test_another_recipe_trains_that_one_alone(project, replanned):
    project.edit("config.yaml", "recipes: [vanilla", "recipes: [mixup-a1, vanilla")
    assert replanned() == trainings(1)


def test_other_pixels_retrain_everything(project, replanned):
    path = project.folder / "results/demo/data/digits/dataset.json"
    text = path.read_text(encoding="utf-8")
    sha256 = yaml.safe_load(text)["sha256"]
    path.write_text(text.replace(sha256, "0" * 64), encoding="utf-8")
    assert replanned() == trainings(2)


def test_changed_preparation_code_prepares_again(project, replanned):
    path = project.folder / "workflow/scripts/mixsuite/data/digits.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nLEFT = 1\n", encoding="utf-8")
    jobs = replanned()
    assert jobs["prepare_dataset"] == 1
    assert "train_classifier" not in jobs, "the pixels may come out as they were; their sha256 decides"
    assert project.snakemake("comparison").returncode == 0


def test_what_is_missing_where_a_dataset_is_prepared_again_is_never_passed_over(project):
    # Snakemake itself would end well, with nothing built.
    path = project.folder / "workflow/scripts/mixsuite/data/digits.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nLEFT = 1\n", encoding="utf-8")
    shutil.rmtree(project.folder / "results/demo/tables")
    found = project.snakemake("comparison")
    assert found.returncode != 0
    assert "digits was prepared again, and 1 results are still to be made: start Snakemake again" in found.stdout
    assert project.snakemake("comparison").returncode == 0
    assert (project.folder / "results/demo/tables/comparison.csv").is_file()


def test_pixels_that_come_out_otherwise_are_never_passed_over(project, replanned):
    project.edit("workflow/scripts/mixsuite/data/digits.py", "255 / _DARKEST", "250 / _DARKEST")
    found = project.snakemake("comparison")
    assert found.returncode != 0
    assert "2 results are of other images than are prepared now: start Snakemake again" in found.stdout
    assert replanned() == trainings(2)
