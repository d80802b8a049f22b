"""Draw a random part of a prepared dataset's training images; the part is a dataset, and the rest is held out."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    example = 'e.g. {"kind": "part", "name": "half", "of": {"name": "mine"}, "fraction": 0.5, "seed": 0}'
    parser.add_argument("--dataset", required=True, metavar="JSON", help=example)
    parser.add_argument("--parent", required=True, type=Path, metavar="DIR", help="the prepared dataset")
    parser.add_argument(
        "--output", required=True, type=Path, metavar="DIR", help="the folder to write, whole or not at all"
    )
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: this takes a while.
    from mixsuite.data.part import draw_part

    def step() -> None:
        drawn = draw_part(read_json("--dataset", options.dataset), options.parent, options.output)
        print(f"{options.output}: {drawn} training images")

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
