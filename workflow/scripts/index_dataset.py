"""Index a dataset of large images: list the files of both splits with their labels; they stay where they are."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument(
        "--dataset", required=True, metavar="JSON", help='e.g. {"kind": "imagenet", "name": "imagenet"}'
    )
    parser.add_argument("--source", metavar="PATH", help="folder that holds train/ and val/; it has to stay there")
    parser.add_argument(
        "--output", required=True, type=Path, metavar="DIR", help="the folder to write, whole or not at all"
    )
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: this takes a while.
    from mixsuite.data.registry import index

    def step() -> None:
        dataset = read_json("--dataset", options.dataset)
        prepared = index(dataset, options.source, options.output)
        n, n_classes = prepared["n"], len(prepared["classes"])
        print(f"{options.output}: {n['train']} training and {n['test']} test images of {n_classes} classes")

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
