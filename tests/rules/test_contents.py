"""What is measured with a user's own files runs again when these are replaced, and not when they are moved."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml

from mixsuite.catalog import paths
from mixsuite.catalog.artefacts import load_catalog
from mixsuite.cscores.scores import CScores, write_cscores
from mixsuite.data.arrays import load_split, write_split

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(small_project):
    return small_project("contents")


@pytest.fixture
def replanned(project, planned_jobs):
    """The jobs of a dry run of a file."""

    def plan(file):
        found = project.snakemake("-n", file)
        assert found.returncode == 0, found.stdout
        return planned_jobs(found.stdout)

    return plan


@pytest.fixture
def first_file(project, monkeypatch):
    """The record of the first run of a kind."""

    def first(kind):
        monkeypatch.chdir(project.folder)
        config = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
        return paths.record("demo", kind, next(iter(load_catalog(project.folder, config).runs[kind])))

    return first


def test_a_file_of_c_scores(project, replanned, first_file):
    assert project.snakemake("results/demo/data/digits/dataset.json").returncode == 0
    labels = np.array(load_split(project.folder / "results/demo/data/digits/train").labels)
    write_cscores(project.folder / "mine.npz", CScores(np.full(len(labels), 0.5), labels))
    project.edit("config.yaml", "datasets: {}\n", "datasets: {digits: {cscores: mine.npz}}\n")
    file = first_file("cscores")
    assert project.snakemake(file).returncode == 0
    assert replanned(file) == Counter()
    (project.folder / "mine.npz").rename(project.folder / "moved.npz")
    project.edit("config.yaml", "mine.npz", "moved.npz")
    assert replanned(file) == Counter()
    write_cscores(project.folder / "moved.npz", CScores(np.full(len(labels), 0.6), labels))
    assert replanned(file) == Counter(obtain_cscores=1)


def test_a_set_of_images(project, replanned, first_file):
    assert project.snakemake("results/demo/data/digits/dataset.json").returncode == 0
    shutil.copytree(project.folder / "results/demo/data/digits/test", project.folder / "set")
    project.edit("config.yaml", "seeds: 1\n", "seeds: 1\nimage_sets: {imagenet_a: set}\n")
    file = first_file("evaluation")
    found = project.snakemake(file, timeout=300)
    assert found.returncode == 0, found.stdout
    assert replanned(file) == Counter()
    (project.folder / "set").rename(project.folder / "moved")
    project.edit("config.yaml", "imagenet_a: set", "imagenet_a: moved")
    assert replanned(file) == Counter()
    split = load_split(project.folder / "moved")
    write_split(project.folder / "moved", split.images[::-1].copy(), split.labels[::-1].copy(), split.description)
    assert replanned(file) == Counter(evaluate_robustness=1)
