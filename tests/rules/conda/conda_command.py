"""What Snakemake asks of conda, answered by conda's solver in Rust (rattler) from a channel in a folder.

`conda-forge` is that folder, there is no other channel, and nothing is fetched from anywhere. What environments want
of pip is left to pip, which has no index here either and so must find it installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import yaml
from rattler import install, solve

HOME = Path(os.environ["CONDA_HOME"])


def main(arguments: list[str]) -> None:
    """Do what `conda ARGUMENTS` would."""
    with (HOME / "calls").open("a", encoding="utf-8") as calls:
        calls.write(f"{' '.join(arguments)}\n")
    answer = ""
    match arguments:
        case ["--version"]:
            answer = "conda 25.11.0"
        case ["info", "--json"]:
            answer = json.dumps({"conda_prefix": str(HOME), "platform": "linux-64"})
        case ["config", "--get", "channel_priority", "--json"]:
            answer = json.dumps({"get": {"channel_priority": "strict"}})
        case ["clean", *_]:
            pass
        case ["env", "create", *options]:
            _create(options)
        case _:
            sys.exit(f"conda: this stand-in does not know: {arguments}")
    sys.stdout.write(answer)


def _create(options: list[str]) -> None:
    parser = argparse.ArgumentParser()
    for flag in ("--quiet", "--no-default-packages"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--prefix", type=Path)
    chosen = parser.parse_args(options)
    wanted = yaml.safe_load(chosen.file.read_text(encoding="utf-8"))
    if wanted["channels"] != ["conda-forge", "nodefaults"]:
        sys.exit(f"conda: no such channels here: {wanted['channels']}")
    packages = [item for item in wanted["dependencies"] if isinstance(item, str)]
    asyncio.run(_solve_and_install(packages, chosen.prefix))
    for item in wanted["dependencies"]:
        if isinstance(item, dict):
            pip = [str(chosen.prefix / "bin" / "python"), "-m", "pip", "install", "--no-index", *item["pip"]]
            subprocess.run(pip, check=True)


async def _solve_and_install(packages: list[str], prefix: Path) -> None:
    channel = (HOME / "channel").as_uri()
    records = await solve([channel], packages, platforms=["linux-64", "noarch"], virtual_packages=[])
    await install(records, target_prefix=prefix, cache_dir=HOME / "cache", show_progress=False)


main(sys.argv[1:])
