"""Fetch weights that others trained, check them, and write them in the suite's own form."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument("--weights", required=True, metavar="JSON", help="sha256, model, classes and images")
    parser.add_argument("--source", required=True, help="file or http(s) address of the weights")
    parser.add_argument("--cache", required=True, type=Path, metavar="DIR", help="where a downloaded file is kept")
    parser.add_argument("--code", default="", metavar="FINGERPRINT", help="fingerprint of the code, kept with them")
    parser.add_argument("--output-model", required=True, type=Path, metavar="FILE", help="weights (.safetensors)")
    parser.add_argument("--output-record", required=True, type=Path, metavar="FILE", help="what they are (.json)")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    from mixsuite.files import atomic_path
    from mixsuite.records import write_record
    from mixsuite.transfer.weights import read_weights

    def step() -> None:
        settings = read_json("--weights", options.weights)
        weights = read_weights(settings, options.source, options.cache)
        with atomic_path(options.output_model) as temporary:
            save_file(weights, temporary)
        write_record(options.output_record, {"specification": settings}, options.code, [options.output_model])

    # Not an OSError, though it is one that safetensors meets on a full disk.
    return exit_status(step, SafetensorError)


if __name__ == "__main__":
    sys.exit(main())
