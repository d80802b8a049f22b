"""The devices of workflow/devices.yaml, and which of them a plan reckons with."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import PositiveFloat

from mixsuite.catalog.machine import has_gpu
from mixsuite.config.strict import ConfigError, Strict, check_known, validate
from mixsuite.config.yaml_file import read_yaml

CPU = "cpu"
_FILE = "workflow/devices.yaml"
_USUAL_GPU = "nvidia-h100"


class Device(Strict):
    """A processor that steps may run on: multiply-adds per second of a whole training step, by precision."""

    title: str
    multiply_adds_per_second: dict[Literal["float32", "bfloat16"], PositiveFloat]
    because: str


def read_devices(root: Path) -> dict[str, Device]:
    """Return the devices by name; ConfigError names what is wrong in the file."""
    read = read_yaml(root / _FILE, _FILE)
    devices = {name: validate(Device, entry, f"{_FILE}: {name}") for name, entry in read.items()}
    if CPU not in devices:
        raise ConfigError(f"{_FILE}: cpu: missing, expected the rate of one core")
    return devices


def chosen_device(devices: dict[str, Device], asked: str | None, setting: str) -> str:
    """Return the name of the device to reckon with: that which was `asked` for, or else what `setting` comes to.

    `setting` is config.yaml's device: cpu, cuda, or auto, which is a GPU where there is one.
    """
    if asked is not None:
        check_known("--device", asked, devices)
        return asked
    return _USUAL_GPU if setting == "cuda" or (setting == "auto" and has_gpu()) else CPU
