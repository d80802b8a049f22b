"""What the programs have in common that look at a project as a whole, with or without Snakemake."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from mixsuite.catalog.artefacts import Catalog, load_catalog
from mixsuite.config.strict import ConfigError
from mixsuite.config.yaml_file import read_yaml
from mixsuite.program import step_parser
from mixsuite.provenance import SCRIPTS

ROOT = SCRIPTS.parent.parent
"""The project's folder: that of the programs which run."""


def project_parser(description: str | None) -> argparse.ArgumentParser:
    """Return the parser of a program that looks at the project, with `--config`."""
    parser = step_parser(description)
    told = "settings that differ from config.yaml, for instance: scale=paper seeds=3"
    parser.add_argument("--config", nargs="+", action="extend", default=[], metavar="KEY=VALUE", help=told)
    return parser


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add `--output-json`."""
    parser.add_argument("--output-json", type=Path, metavar="FILE", help="the same for programs")


def open_catalog(changes: list[str]) -> Catalog:
    """Return the catalog of the project under its config.yaml and `changes`, each `KEY=VALUE` with a value in YAML.

    Raises:
        ConfigError: a mistake in any of the files or in `changes`.
    """
    config = read_yaml(ROOT / "config.yaml", "config.yaml")
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise ConfigError(f"--config: found {change!r}, expected KEY=VALUE")
        config[key] = _merged(config.get(key), _parsed(change, value))
    return load_catalog(ROOT, config)


def _parsed(change: str, value: str) -> Any:
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError:
        raise ConfigError(f"--config: found {change!r}, expected KEY=VALUE with a value in YAML") from None


def _merged(old: Any, new: Any) -> Any:
    # As Snakemake does it: a part changes that part alone.
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {key: _merged(old.get(key), value) for key, value in new.items()}
    return new
