"""Find the C-scores of the images that networks, trained on a part of a dataset, misclassify among the rest."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from mixsuite.program import add_computing_options, exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.checks import check_keys, check_list
    from mixsuite.cscores.held_out import HeldOut
    from mixsuite.cscores.scores import read_cscores
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.files import write_json
    from mixsuite.progress import ProgressBar
    from mixsuite.provenance import record

    def step() -> None:
        scoring = read_json("--scoring", options.scoring)
        check_keys("scoring", scoring, ("dataset", "runs"))
        check_list("runs", scoring["runs"], of="names of runs")
        limit_threads(options.threads)
        cscores = read_cscores(options.cscores)
        rest = HeldOut(options.dataset, cscores, str(options.cscores), options.dataset_sha256)
        networks = {}
        with lease(options.device) as device, closing(ProgressBar("network", len(scoring["runs"]))) as progress:
            for number, run in enumerate(scoring["runs"], start=1):
                networks[run] = rest.score(options.runs / run, device)
                missed = networks[run]["misclassified"]
                progress.move(number, f"{missed['n']} images misclassified, mean C-score {missed['mean']:.3f}")
            content = {
                "specification": scoring,
                "rest": rest.described(),
                "networks": networks,
                "device": device_name(device),
                "threads": options.threads,
                "dataset": {"sha256": rest.sha256},
                "provenance": record(options.code),
            }
        write_json(options.output, content)

    return exit_status(step)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is scored")
    example = 'e.g. {"dataset": {"name": "half"}, "runs": ["erm-0", "cutmix-0"]}'
    what.add_argument("--scoring", required=True, metavar="JSON", help=example)
    what.add_argument("--runs", required=True, type=Path, metavar="DIR", help="the folder with a folder per run")
    what.add_argument("--dataset", required=True, type=Path, metavar="DIR", help="the part that they were trained on")
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the part")
    what.add_argument("--cscores", required=True, type=Path, metavar="FILE", help="of all training images (.npz)")
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="what was found (.json)")
    add_computing_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
