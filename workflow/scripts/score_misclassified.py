"""Find the C-scores of the images that networks, each trained on a subset of a dataset, misclassify among the rest."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mixsuite.program import add_computing_options, exit_status, read_json, step_parser
from mixsuite.told_progress import add_progress_option, told_progress


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.cscores.held_out import score_rest
    from mixsuite.cscores.scores import check_order, read_cscores
    from mixsuite.cscores.specification import check_held_out
    from mixsuite.cscores.subject import check_subject
    from mixsuite.data.arrays import load_dataset
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.intact import read_intact
    from mixsuite.records import write_record

    def step() -> None:
        scoring = read_json("--scoring", options.scoring)
        check_held_out(scoring)
        limit_threads(options.threads)
        # A file of one's own has no record.
        if (record := options.cscores.with_suffix(".json")).is_file():
            read_intact(record, options.cscores)
        cscores = read_cscores(options.cscores)
        whole, _, sha256 = load_dataset(options.dataset, options.dataset_sha256)
        check_subject(scoring["dataset"], whole.description, str(options.dataset))
        check_order(cscores, whole.labels, str(options.cscores))
        networks = {}
        with (
            lease(options.device) as device,
            told_progress(options.progress, "network", len(scoring["subsets"])) as progress,
        ):
            for run, subset in scoring["subsets"].items():
                networks[run] = score_rest(options.runs / run, options.subsets / subset, whole, cscores, device)
                missed = networks[run]["misclassified"]
                progress.move(len(networks), f"{missed['n']} misclassified, mean C-score {missed['mean']:.3f}")
            content = {
                "specification": scoring,
                "networks": networks,
                "device": device_name(device),
                "threads": options.threads,
                "dataset": {"sha256": sha256},
            }
        write_record(options.output, content, options.code)

    return exit_status(step)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is scored")
    example = 'e.g. {"dataset": {"name": "mine"}, "subsets": {"RUN": "SUBSET"}}: names of folders'
    what.add_argument("--scoring", required=True, metavar="JSON", help=example)
    what.add_argument("--runs", required=True, type=Path, metavar="DIR", help="the folder with a folder per run")
    what.add_argument("--subsets", required=True, type=Path, metavar="DIR", help="the folder with a folder per subset")
    what.add_argument("--dataset", required=True, type=Path, metavar="DIR", help="the whole dataset, prepared")
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    what.add_argument("--cscores", required=True, type=Path, metavar="FILE", help="of all training images (.npz)")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="what was found (.json)")
    add_computing_options(parser)
    add_progress_option(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
