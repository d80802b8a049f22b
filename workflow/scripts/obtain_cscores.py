"""Take over a dataset's published C-scores, from a file or from their authors' page, held against its labels."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument("--published", default="{}", metavar="JSON", help="url and md5 of what the authors publish")
    parser.add_argument("--source", metavar="FILE", help="C-scores that lie here (.npz with labels and scores)")
    parser.add_argument("--dataset", required=True, type=Path, metavar="DIR", help="the prepared dataset")
    parser.add_argument("--cache", required=True, type=Path, metavar="DIR", help="where a downloaded file is kept")
    parser.add_argument("--output-cscores", required=True, type=Path, metavar="FILE", help="labels and scores (.npz)")
    parser.add_argument("--output-record", required=True, type=Path, metavar="FILE", help="what they are (.json)")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: this takes a while.
    from mixsuite.cscores.record import write_given
    from mixsuite.cscores.source import obtain_cscores
    from mixsuite.data.arrays import load_dataset

    def step() -> None:
        published = read_json("--published", options.published)
        train, _, sha256 = load_dataset(options.dataset)
        cscores = obtain_cscores(published, options.source, options.cache, train.labels)
        source = Path(options.source).name if options.source else published["url"]
        write_given(options.output_cscores, options.output_record, cscores, source, dataset={"sha256": sha256})
        print(f"{options.output_cscores}: C-scores of {len(cscores)} training images")

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
