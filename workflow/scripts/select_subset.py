"""Select a subset of the training images of a prepared dataset; it is a dataset like any other."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument("--subset", required=True, metavar="JSON", help="dataset, measure, order, interval, t, ...")
    parser.add_argument("--scores", type=Path, metavar="DIR", help="scores.json and values.npy; none for random")
    parser.add_argument(
        "--dataset", required=True, type=Path, metavar="DIR", help="prepared folder with train/ and test/"
    )
    parser.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    parser.add_argument("--code", default="", metavar="FINGERPRINT", help="fingerprint of the code, kept with it")
    parser.add_argument(
        "--output", required=True, type=Path, metavar="DIR", help="the folder to write, whole or not at all"
    )
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right. None of these needs torch.
    from mixsuite.data.arrays import load_dataset
    from mixsuite.data.subset import write_subset
    from mixsuite.subsampling.scores import read_scores
    from mixsuite.subsampling.specification import check_subset
    from mixsuite.subsampling.subset import select_subset

    def step() -> None:
        subset = read_json("--subset", options.subset)
        check_subset(subset)
        train, _, sha256 = load_dataset(options.dataset, options.dataset_sha256)
        scores = read_scores(options.scores, sha256) if options.scores else None
        indices = select_subset(subset, train.labels, scores)
        write_subset(options.output, indices, options.dataset, sha256, subset, options.code)
        print(f"{options.output}: {len(indices)} of {len(train.labels)} training images")

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
