"""Keep what tables, figures or the score card were made of, and their checksums, for `snakemake verify`."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, step_parser
from mixsuite.records import sha256_of, sha256_of_text, write_record


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument("--name", required=True, help="of the artefact")
    parser.add_argument("--description", required=True, metavar="TEXT", help="what its step was told")
    parser.add_argument("--code", required=True, metavar="FINGERPRINT", help="of its step's code")
    parser.add_argument("--made-of", nargs="*", default=[], type=Path, metavar="FILE", help="the results that it shows")
    parser.add_argument("--files", nargs="+", required=True, type=Path, metavar="FILE", help="it in all of its forms")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="the record (.json)")
    options = parser.parse_args(arguments)

    def step() -> None:
        content = {
            "specification": {"artefact": options.name, "description": sha256_of_text(options.description)},
            "made_of": {str(path): sha256_of(path) for path in options.made_of},
            # By their places: a table and its measurements have the same name.
            "forms": {str(path): sha256_of(path) for path in options.files if path != options.output},
        }
        write_record(options.output, content, options.code)

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
