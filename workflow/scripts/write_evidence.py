"""Write the page of the evidence (docs/evidence/README.md) of the files beside it, and of nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, step_parser
from mixsuite.provenance import SCRIPTS


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    kept = SCRIPTS.parent.parent / "docs" / "evidence"
    parser.add_argument("--folder", type=Path, default=kept, metavar="DIR", help="default: docs/evidence")
    parser.add_argument("--output", type=Path, metavar="FILE", help="instead of the folder's README.md")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.evidence.folder import PAGE, read_evidence
    from mixsuite.evidence.page import evidence_page
    from mixsuite.files import write_text

    return exit_status(
        lambda: write_text(options.output or options.folder / PAGE, evidence_page(read_evidence(options.folder)))
    )


if __name__ == "__main__":
    sys.exit(main())
