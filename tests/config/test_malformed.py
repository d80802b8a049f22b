"""Hundreds of broken settings, recipes and manifests: each is one clear message, and never a traceback."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mixsuite.catalog.artefacts import load_catalog
from mixsuite.config import load
from mixsuite.config.strict import ConfigError

ROOT = Path(__file__).resolve().parents[2]
RICH = {
    "seeds": 2,
    "stand_ins": {"models": {"resnet18": None}, "datasets": {"cifar100": "digits"}},
    "schedules": {"cifar": {"epochs": 3, "milestones": [0.5]}},
    "patches": {"paper": {"steps": 100}},
    "datasets": {"mine": {"kind": "folder", "source": "tests", "image_size": 8}},
    "comparison": {"dataset": "digits", "model": "demo-narrow", "recipes": ["vanilla", "mixup-a1"]},
}
"""Settings beside those that config.yaml has, so that every part of it can be broken. (`mine` is broken already.)"""
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(
        [-1, 0, 10**12, -0.5, 1e308, float("inf"), float("nan"), "", " ", "x" * 300, "λ/../é", "1e-4", "\n"]
    ),
    st.sampled_from([[], {}, [None], [1, "a", {}], {"a": {"b": {}}}, {1: 2}, [[]], [{}]]),
    st.dates(),
)
PER_FILE = 60
"""Of each file, of which at least 300 in all must be refused."""
refused: dict[str, int] = {}


def files() -> list[str]:
    folder = ROOT / "workflow"
    # The devices are read by the plan alone.
    read = (path for path in folder.glob("*.yaml") if path.stem != "devices")
    shared = sorted(path.relative_to(ROOT).as_posix() for path in read)
    return [
        "config.yaml",
        "workflow/scales/demo.yaml",
        *shared,
        "workflow/papers/oh2024.yaml",
        "workflow/papers/jeong2021.yaml",
    ]


@functools.cache
def content(file: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))


def places(data: Any, place: tuple = ()) -> Iterator[tuple]:
    """Yield where something stands in `data`, the deepest last."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*place, key)
            yield from places(value, (*place, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield (*place, number)
            yield from places(value, (*place, number))


@functools.cache
def all_places(file: str) -> list[tuple]:
    return list(places(whole(file)))


def whole(file: str) -> dict[str, Any]:
    if file != "config.yaml":
        return content(file)
    rich = {key: value for key, value in RICH.items() if key != "datasets"}
    return {**content(file), **rich}


def broken(file: str, place: tuple, how: str, wrong: Any) -> dict[str, Any]:
    """Return the content of `file` with what stands at `place` replaced, lost, misspelt, or given company."""
    data = copy.deepcopy(whole(file))
    holder = functools.reduce(lambda part, key: part[key], place[:-1], data)
    key = place[-1]
    if how == "replace":
        holder[key] = wrong
    elif how == "lose":
        del holder[key]
    elif how == "misspell" and isinstance(holder, dict):
        holder[f"{key}x"] = holder.pop(key)
    elif how == "add" and isinstance(holder[key], dict):
        holder[key]["no_such_setting"] = wrong
    elif how == "add" and isinstance(holder[key], list):
        holder[key].append(wrong)
    else:
        holder[key] = [holder[key]]
    return data


@pytest.mark.slow
@pytest.mark.parametrize("file", files())
def test_a_broken_file_is_one_clear_message(monkeypatch, file):
    tried = refused.setdefault(file, 0)

    @settings(max_examples=PER_FILE, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.sampled_from(all_places(file)), st.sampled_from(["replace", "lose", "misspell", "add"]), WRONG)
    def check(place, how, wrong):
        nonlocal tried
        data = broken(file, place, how, wrong)
        given_files = {file: data}
        real = functools.cache(lambda name: content(name))
        monkeypatch.setattr(load, "read_yaml", lambda path, where: copy.deepcopy(given_files.get(where) or real(where)))
        user = data if file == "config.yaml" else content("config.yaml")
        try:
            load_catalog(ROOT, copy.deepcopy(user))
        except ConfigError as error:
            tried += 1
            lines = str(error).splitlines()
            assert lines
            assert len(lines) <= 40
            for line in lines:
                assert len(line) < 1000, line
                assert line.startswith(("config.yaml", "workflow/")), line
                assert not any(word in line for word in ("Traceback", "pydantic", "validation error", "<class")), line

    check()
    refused[file] = tried
    assert tried >= PER_FILE // 3, f"{file}: hardly anything was broken"


@pytest.mark.slow
def test_the_broken_files_were_many():
    assert sum(refused.values()) >= 300
