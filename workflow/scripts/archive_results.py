"""Pack figures, tables, score card, records of runs and checksums of one scale into one file to be shared."""

from __future__ import annotations

import sys
from pathlib import Path
from zipfile import is_zipfile

from mixsuite.config.strict import ConfigError
from mixsuite.exchange.archive import write_archive
from mixsuite.exchange.packing import files_to_pack
from mixsuite.overview.program import ROOT, open_catalog, project_parser
from mixsuite.overview.results import results_of
from mixsuite.overview.text import counted, size
from mixsuite.overview.verification import Verifier
from mixsuite.program import exit_status
from mixsuite.provenance import record
from mixsuite.records import sha256_of


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = project_parser(__doc__)
    parser.add_argument(
        "--weights", action="store_true", help="with the trained networks, so that runs can be imported"
    )
    parser.add_argument("--output", required=True, type=Path, metavar="ZIP")
    options = parser.parse_args(arguments)

    def step() -> None:
        catalog = open_catalog(options.config)
        if options.output.exists() and not is_zipfile(options.output):
            raise ValueError(f"--output: found {options.output}, which is no archive and would be lost; name another")
        results = results_of(catalog)
        findings = Verifier(ROOT, catalog).findings(results.values())
        _refuse([f"{finding.path} ({'; '.join(finding.damaged)})" for finding in findings if finding.damaged])
        files = files_to_pack(ROOT, catalog, results, options.weights)
        if not files:
            raise ValueError(f"nothing is built at the scale {catalog.scale}")
        about = {
            "scale": catalog.scale,
            "scale_title": catalog.house.scale.title,
            # Without the places of a person's files.
            "configuration": catalog.house.config.model_dump(
                mode="json", exclude={"datasets", "image_sets", "weights"}
            ),
            "revision": record("")["revision"],
            "weights": options.weights,
            "missing": sorted(results.keys() - {finding.identity for finding in findings}),
            "stale": {finding.path: list(finding.stale) for finding in findings if finding.stale},
        }
        write_archive(options.output, ROOT, files, about)
        packed = f"{counted(len(files), 'file')}, {size(options.output.stat().st_size)}"
        print(f"{options.output}: {packed}, sha256 {sha256_of(options.output)}")
        for what in ("missing", "stale"):
            if about[what]:
                print(f"{counted(len(about[what]), 'run')} {what}: manifest.json names them")

    return exit_status(step, ConfigError)


def _refuse(damaged: list[str]) -> None:
    if damaged:
        more = f", and {len(damaged) - 1} more (verify_results.py tells)" if len(damaged) > 1 else ""
        raise ValueError(f"nothing is packed, because results are damaged: {damaged[0]}{more}")


if __name__ == "__main__":
    sys.exit(main())
