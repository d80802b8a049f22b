"""Train a classifier on a prepared dataset; a killed training goes on from its last finished epoch."""

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
    from safetensors import SafetensorError

    from mixsuite.device import lease, limit_threads
    from mixsuite.models.genotype import read_genotype, with_genotype
    from mixsuite.processes import joined
    from mixsuite.training.checkpoint import checkpoint_identity
    from mixsuite.training.loop import NonFiniteLossError, train
    from mixsuite.training.outputs import peak_memory, write_history, write_model, write_run
    from mixsuite.training.progress import Progress, Silence
    from mixsuite.training.sources import load_splits
    from mixsuite.training.task import assemble

    def step() -> None:
        run = read_json("--run", options.run)
        genotype = read_genotype(options.genotype).as_json() if options.genotype else None
        limit_threads(options.threads)
        train_split, test_split, sha256 = load_splits(options.dataset, options.dataset_sha256)
        with lease(options.device) as device, joined(device) as processes:
            task = assemble(
                run,
                train_split,
                test_split,
                device,
                processes,
                workers=options.threads,
                compiled=options.compile,
                genotype=genotype,
            )
            whole = {**run, "model": with_genotype(run["model"], genotype)}
            identity = checkpoint_identity(whole, options.code, sha256, device)
            checkpoint = options.state / "checkpoint.safetensors"
            first = processes.rank == 0
            telling = Progress(options.state / "progress.json", run["schedule"]["epochs"]) if first else Silence()
            with closing(telling) as progress:
                history = train(task, checkpoint, identity, progress)
                memory = peak_memory(task)
                if first:
                    write_model(options.output_model, task)
                    write_history(options.output_history, history)
                    outputs = [options.output_model, options.output_history]
                    write_run(options.output_run, task, history, memory, sha256, options.code, outputs)
                    # Not before the outputs are there: a kill in between costs nothing.
                    checkpoint.unlink(missing_ok=True)
                progress.finish(history)

    # Not an OSError, though it is one that safetensors meets on a full disk.
    return exit_status(step, NonFiniteLossError, SafetensorError)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is trained")
    what.add_argument("--run", required=True, metavar="JSON", help="dataset, model, recipe, schedule and seed")
    what.add_argument(
        "--dataset", required=True, type=Path, metavar="DIR", help="prepared folder with train/ and test/"
    )
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    what.add_argument(
        "--genotype", type=Path, metavar="FILE", help="cells (.json) of a network whose settings name a search instead"
    )
    where = parser.add_argument_group("where it goes")
    where.add_argument("--state", required=True, type=Path, metavar="DIR", help="checkpoint and progress.json; keep it")
    where.add_argument("--output-model", required=True, type=Path, metavar="FILE", help="weights (.safetensors)")
    where.add_argument("--output-history", required=True, type=Path, metavar="FILE", help="a row per epoch (.csv)")
    where.add_argument(
        "--output-run", required=True, type=Path, metavar="FILE", help="specification and results (.json)"
    )
    add_computing_options(parser)
    faster = parser.add_argument_group("how it is made faster", "several processes: torchrun ... -- PROGRAM ...")
    faster.add_argument("--compile", action="store_true", help="let torch.compile translate the network first")
    return parser


if __name__ == "__main__":
    sys.exit(main())
