"""The options of programs that take a trained network and the images that it was trained on."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_network_options(what: argparse._ArgumentGroup) -> None:
    """Add `--run-folder`, `--dataset` and `--dataset-sha256` to the group of options that say what is taken."""
    what.add_argument("--run-folder", required=True, type=Path, metavar="DIR", help="the network's finished training")
    what.add_argument("--dataset", required=True, type=Path, metavar="DIR", help="what it was trained on, prepared")
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
