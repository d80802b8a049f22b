"""Evaluate what a trained network withstands: attacks, adversarial sets, shifted images, images of no known class."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mixsuite.network_options import add_network_options
from mixsuite.program import add_computing_options, exit_status, read_json, step_parser
from mixsuite.told_progress import add_progress_option, told_progress


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parser().parse_args(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.contents import check_content
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.records import write_record
    from mixsuite.robustness.evaluation import Sets, check_evaluation, evaluate_robustness, part_names
    from mixsuite.robustness.pixels import Pixels, open_pixels, split_pixels
    from mixsuite.training.sources import load_splits
    from mixsuite.training.trained import load_trained

    def step() -> None:
        evaluation = read_json("--evaluation", options.evaluation)
        check_evaluation(evaluation)
        limit_threads(options.threads)
        _, split, sha256 = load_splits(options.dataset, options.dataset_sha256)
        parts = part_names(evaluation)
        with lease(options.device) as device, told_progress(options.progress, "part", len(parts)) as bar:
            trained = load_trained(options.run_folder, split, sha256, device)
            how = trained, device, options.threads
            expected = dict(options.set_sha256)

            def opened(name: str, folder: Path) -> Pixels:
                pixels = open_pixels(folder, *how)
                check_content(folder, pixels.description["sha256"], expected.get(name))
                return pixels

            sets = Sets(
                adversarial={name: opened(name, folder) for name, folder in options.adversarial_set},
                shifted={name: opened(name, folder) for name, folder in options.shifted_set},
                unknown=opened("unknown", options.unknown_set) if options.unknown_set else None,
            )
            test = split_pixels(split, *how)
            measured = evaluate_robustness(
                evaluation, trained, test, sets, device, lambda name: bar.move(parts.index(name) + 1, name)
            )
            content = {
                "specification": evaluation,
                "trained": trained.run["specification"],
                **measured,
                "device": device_name(device),
                "threads": options.threads,
                "dataset": {"sha256": sha256},
            }
            write_record(options.output, content, options.code)

    return exit_status(step)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is evaluated")
    what.add_argument("--evaluation", required=True, metavar="JSON", help="attacks, sets by name, class mask, seed")
    add_network_options(what)
    on = parser.add_argument_group("on which images beside the test images")
    for option, of in (("--adversarial-set", "made by make_adversarial.py"), ("--shifted-set", "such as ImageNet-A")):
        text = f"a set {of}, by the name that the evaluation gives it; may be given several times"
        on.add_argument(option, type=_named_folder, action="append", default=[], metavar="NAME=DIR", help=text)
    on.add_argument("--unknown-set", type=Path, metavar="DIR", help="images of no known class, such as ImageNet-O")
    text = "refuse any other content of a set; that of no known class is called unknown"
    on.add_argument("--set-sha256", type=_named, action="append", default=[], metavar="NAME=SHA256", help=text)
    parser.add_argument("--output", required=True, type=Path, metavar="FILE", help="all measurements (.json)")
    add_computing_options(parser)
    add_progress_option(parser)
    return parser


def _named_folder(text: str) -> tuple[str, Path]:
    name, folder = _named(text)
    return name, Path(folder)


def _named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a name, = and what belongs to it")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
