"""Seconds of processor time until Snakemake has planned each scale, and what of them is reading the project."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
READ = """
import sys
sys.path.insert(0, "workflow/scripts")
from mixsuite.overview.program import open_catalog
open_catalog(["scale={scale}"]).runs
"""


def processor_seconds(command: list[str]) -> float:
    """Return what `command` takes of the processor, which other work on the machine does not change."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a line per scale."""
    for scale in ("demo", "lab", "paper"):
        whole = processor_seconds([sys.executable, "-m", "snakemake", "-n", "--config", f"scale={scale}"])
        read = processor_seconds([sys.executable, "-c", READ.format(scale=scale)])
        print(f"{scale}: snakemake -n takes {whole:.1f} s, reading the project {read:.1f} s ({read / whole:.0%} of it)")


if __name__ == "__main__":
    main()
