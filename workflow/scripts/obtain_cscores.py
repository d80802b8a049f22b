"""Take over a dataset's published C-scores, from a file or from their authors' page, held against its labels."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    example = 'e.g. {"dataset": {"name": "mine"}, "published": null}, or {"url", "md5"} of what is published'
    parser.add_argument("--cscores", required=True, metavar="JSON", help=example)
    parser.add_argument("--source", metavar="FILE", help="C-scores that lie here (.npz with labels and scores)")
    parser.add_argument("--source-sha256", metavar="SHA256", help="refuse any other content of that file")
    parser.add_argument("--dataset", required=True, type=Path, metavar="DIR", help="the prepared dataset")
    parser.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    parser.add_argument("--cache", required=True, type=Path, metavar="DIR", help="where a downloaded file is kept")
    parser.add_argument("--code", default="", metavar="FINGERPRINT", help="fingerprint of the code, kept with them")
    parser.add_argument("--output-cscores", required=True, type=Path, metavar="FILE", help="labels and scores (.npz)")
    parser.add_argument("--output-record", required=True, type=Path, metavar="FILE", help="what they are (.json)")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: this takes a while.
    from mixsuite.checks import check_keys
    from mixsuite.contents import check_content
    from mixsuite.cscores.scores import write_cscores
    from mixsuite.cscores.source import obtain_cscores
    from mixsuite.cscores.subject import check_subject
    from mixsuite.data.arrays import load_dataset
    from mixsuite.records import sha256_of, write_record

    def step() -> None:
        specification = read_json("--cscores", options.cscores)
        check_keys("cscores", specification, ("dataset", "published"))
        train, _, sha256 = load_dataset(options.dataset, options.dataset_sha256)
        check_subject(specification["dataset"], train.description, str(options.dataset))
        published = specification["published"]
        cscores = obtain_cscores(published, options.source, options.cache, train.labels)
        if options.source:
            check_content(Path(options.source), sha256_of(Path(options.source)), options.source_sha256)
        source = published["url"] if options.source is None else Path(options.source).name
        content = {
            "specification": specification,
            "source": source,
            **cscores.described(),
            "dataset": {"sha256": sha256},
        }
        write_cscores(options.output_cscores, cscores)
        write_record(options.output_record, content, options.code, [options.output_cscores])
        print(f"{options.output_cscores}: C-scores of {len(cscores)} training images")

    return exit_status(step)


if __name__ == "__main__":
    sys.exit(main())
