"""Draw the cells of genotype files."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mixsuite.program import exit_status, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.models.genotype import read_genotype
    from mixsuite.reporting.cells import draw
    from mixsuite.reporting.style import save

    def step() -> None:
        names = options.names or [path.stem for path in options.genotypes]
        if len(names) != len(options.genotypes):
            raise ValueError(f"--names: found {len(names)}, expected one for each of {len(options.genotypes)} files")
        cells = {name: read_genotype(path).as_json() for name, path in zip(names, options.genotypes, strict=True)}
        save(draw(cells), options.output_pdf, options.output_png)

    return exit_status(step)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    parser.add_argument("--genotypes", required=True, nargs="+", type=Path, metavar="FILE", help="cells (.json)")
    parser.add_argument("--names", nargs="*", metavar="NAME", help="what each is called (default: its file's name)")
    parser.add_argument("--output-pdf", required=True, type=Path, metavar="FILE")
    parser.add_argument("--output-png", required=True, type=Path, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
