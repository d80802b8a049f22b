"""Compose the mixes of those training images whose loss varies most and least with what they are mixed with."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import add_computing_options, exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument("--gallery", required=True, metavar="JSON", help="anchors, composites, ddof, scores")
    parser.add_argument("--scores", required=True, type=Path, metavar="DIR", help="scores.json and values.npy")
    parser.add_argument(
        "--dataset", required=True, type=Path, metavar="DIR", help="prepared folder with train/ and test/"
    )
    parser.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    parser.add_argument("--output-record", required=True, type=Path, metavar="FILE", help="what is shown (.json)")
    parser.add_argument("--output-arrays", required=True, type=Path, metavar="FILE", help="the images (.npz)")
    add_computing_options(parser)
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.array_files import write_arrays
    from mixsuite.data.arrays import load_dataset
    from mixsuite.device import limit_threads
    from mixsuite.records import write_record
    from mixsuite.subsampling.gallery import compose_gallery
    from mixsuite.subsampling.scores import read_scores

    def step() -> None:
        gallery = read_json("--gallery", options.gallery)
        limit_threads(options.threads)
        train, _, sha256 = load_dataset(options.dataset, options.dataset_sha256)
        shown, arrays = compose_gallery(gallery, read_scores(options.scores, sha256), train)
        write_arrays(options.output_arrays, arrays)
        content = {"specification": gallery, **shown}
        write_record(options.output_record, content, options.code, [options.output_arrays])

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
