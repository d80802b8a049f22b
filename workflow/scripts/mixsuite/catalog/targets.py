"""Whether what a person asks Snakemake to build is something that the suite has; said before any job starts."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from pathlib import Path

from mixsuite.catalog.artefacts import Catalog
from mixsuite.checks import suggest
from mixsuite.config.strict import ConfigError

OTHER_TARGETS = ("all", "scorecard", "archive", "archive_with_weights")
"""Targets that cover everything."""

OVERVIEWS = ("status", "plan", "verify")
"""Targets that build nothing."""


def check_targets(catalog: Catalog, targets: Iterable[str]) -> None:
    """Raise ConfigError for a target that looks like an artefact's name and is not one that can be built.

    Files (anything with a slash or a dot) and the names of rules that need no wildcard are Snakemake's business.
    """
    buildable = {*catalog.built, *(artefact.paper for artefact in catalog.built.values()), *OTHER_TARGETS, *OVERVIEWS}
    for target in targets:
        if "/" in target or "." in target or target in buildable:
            continue
        if target == "comparison":
            raise ConfigError(
                "comparison: there is none in config.yaml, expected what to compare (docs/add-a-recipe.md)"
            )
        for paper in catalog.house.manifests.keys() - set(catalog.house.config.papers):
            if target == paper or target.startswith(f"{paper}_"):
                raise ConfigError(f"{target}: config.yaml's papers do not name {paper}")
        if target in catalog.artefacts:
            raise ConfigError(f"{target}: this version does not build it yet; it builds {', '.join(catalog.built)}")
        raise ConfigError(f"unknown artefact {target!r}{suggest(target, buildable)}")


def check_settings_given_once() -> None:
    """Raise ConfigError where Snakemake was told settings in several places, of which it would take the last alone."""
    if not _is_snakemake():
        return
    given = [each for each in sys.argv[1:] if each in ("--config", "-C") or each.startswith("--config=")]
    if len(given) > 1:
        raise ConfigError(
            f"--config: found {len(given)} times, of which Snakemake takes the last alone; expected it once, with all "
            "settings after it: --config scale=lab seeds=5"
        )


def asks_for_overviews(targets: Collection[str]) -> bool:
    """Return whether `targets` are such that build nothing, and no others."""
    return bool(targets) and all(target in OVERVIEWS for target in targets)


def asked_targets() -> list[str]:
    """Return the targets on the command line of the Snakemake that runs this; none where it is used otherwise.

    Snakemake itself tells a Snakefile of its targets only after reading it, and then answers an unknown one with
    words about rules and input functions.
    """
    if not _is_snakemake():
        return []
    from snakemake.cli import get_argument_parser

    options, _ = get_argument_parser().parse_known_args(sys.argv[1:])
    return options.targets or []


def _is_snakemake() -> bool:
    program = Path(sys.argv[0])
    return program.stem == "snakemake" or program.parent.name == "snakemake"
