"""Fine-tune one pretrained network on few images with each of several treatments, and measure what comes of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mixsuite.program import add_computing_options, exit_status, read_json, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.run_folder and not options.source:
        parser.error("--run-folder needs --source, the prepared dataset of that training")

    # Not before the arguments are known to be right: torch takes seconds.
    from safetensors import SafetensorError

    from mixsuite.array_files import write_arrays
    from mixsuite.data.arrays import load_dataset
    from mixsuite.device import device_name, lease, limit_threads
    from mixsuite.records import write_record
    from mixsuite.told_progress import told_progress
    from mixsuite.training.checkpoint import checkpoint_identity
    from mixsuite.training.loop import NonFiniteLossError
    from mixsuite.transfer.measurement import measure_transfer
    from mixsuite.transfer.pretrained import check_other_dataset, check_pretrained, load_pretrained, load_weights
    from mixsuite.transfer.specification import check_transfer

    def step() -> None:
        transfer = read_json("--transfer", options.transfer)
        check_transfer(transfer)
        limit_threads(options.threads)
        train, test, sha256 = load_dataset(options.dataset, options.dataset_sha256)
        if options.weights_folder:
            check_pretrained(transfer["pretrained"], "weights", options.weights_folder / "weights.json")
            pretrained, source_sha256 = load_weights(options.weights_folder), None
        else:
            source, _, source_sha256 = load_dataset(options.source, options.source_sha256)
            check_other_dataset(source_sha256, sha256)
            check_pretrained(transfer["pretrained"], "training", options.run_folder / "run.json")
            pretrained = load_pretrained(options.run_folder, source, source_sha256)
        with (
            lease(options.device) as device,
            told_progress(options.state / "progress.json", "treatment", len(transfer["treatments"])) as bar,
        ):
            identity = checkpoint_identity(transfer, options.code, sha256, device) | {"source": str(source_sha256)}
            found, predictions = measure_transfer(
                transfer, pretrained, train, test, device, options.state, identity, bar
            )
            content = {
                "specification": transfer,
                "treatments": found,
                "device": device_name(device),
                "threads": options.threads,
                "dataset": {"sha256": sha256},
                "source": {"sha256": source_sha256},
            }
            write_arrays(options.output_predictions, predictions)
            write_record(options.output, content, options.code, [options.output_predictions])
        # Not before the output is there: a kill in between costs nothing.
        for name in transfer["treatments"]:
            (options.state / f"{name}.safetensors").unlink(missing_ok=True)

    # Not an OSError, though it is one that safetensors meets on a full disk.
    return exit_status(step, NonFiniteLossError, SafetensorError)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is fine-tuned, and on what")
    what.add_argument("--transfer", required=True, metavar="JSON", help="target, treatments and their settings")
    network = what.add_mutually_exclusive_group(required=True)
    network.add_argument(
        "--run-folder", type=Path, metavar="DIR", help="the pretrained network's training; --source, too"
    )
    network.add_argument("--weights-folder", type=Path, metavar="DIR", help="weights that fetch_weights.py left")
    what.add_argument("--source", type=Path, metavar="DIR", help="prepared dataset of the training")
    what.add_argument("--source-sha256", metavar="SHA256", help="refuse any other content of it")
    what.add_argument("--dataset", required=True, type=Path, metavar="DIR", help="prepared dataset of the target")
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of it")
    where = parser.add_argument_group("where it goes")
    where.add_argument("--state", required=True, type=Path, metavar="DIR", help="checkpoints; keep it")
    where.add_argument("--output", required=True, type=Path, metavar="FILE", help="what was measured (.json)")
    where.add_argument(
        "--output-predictions", required=True, type=Path, metavar="FILE", help="for every test image (.npz)"
    )
    add_computing_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
