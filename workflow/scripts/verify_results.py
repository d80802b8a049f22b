"""Hold every finished result against the present code, settings and data, and against its checksums; build nothing."""

from __future__ import annotations

import sys
from dataclasses import asdict

from mixsuite.config.strict import ConfigError
from mixsuite.files import write_json
from mixsuite.overview.program import ROOT, add_json_option, open_catalog, project_parser
from mixsuite.overview.results import results_of
from mixsuite.overview.verification import Verifier
from mixsuite.overview.verification_text import verification_text
from mixsuite.program import exit_status


class FaultsFoundError(Exception):
    """Results are stale or damaged, and the caller wants to be told by the exit status."""


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = project_parser(__doc__)
    add_json_option(parser)
    parser.add_argument("--strict", action="store_true", help="exit status 1 where a result is stale or damaged")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right.
    from mixsuite.overview.artefacts import artefact_findings
    from mixsuite.overview.datasets import dataset_finding
    from mixsuite.overview.strays import strays

    def step() -> None:
        catalog = open_catalog(options.config)
        results = results_of(catalog)
        findings = Verifier(ROOT, catalog).findings(results.values())
        used = dict.fromkeys(result.dataset for result in results.values() if result.dataset)
        datasets = [finding for name in used if (finding := dataset_finding(ROOT, catalog, name))]
        artefacts = artefact_findings(ROOT, catalog)
        found, left = [*datasets, *findings, *artefacts], strays(ROOT, catalog)
        print(verification_text(catalog.scale, found, len(results) - len(findings), left))
        if options.output_json:
            told = [{"state": finding.state, **asdict(finding)} for finding in found]
            write_json(options.output_json, {"scale": catalog.scale, "results": told, "strays": left})
        if options.strict and any(finding.state != "good" for finding in found):
            raise FaultsFoundError("results are stale or damaged")

    return exit_status(step, ConfigError, FaultsFoundError)


if __name__ == "__main__":
    sys.exit(main())
