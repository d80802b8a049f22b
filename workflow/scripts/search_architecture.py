"""Search the cells of a network on a prepared dataset (PC-DARTS); a killed search goes on from its last epoch."""

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
    from mixsuite.search.bilevel import SearchDivergedError, search
    from mixsuite.search.outputs import write_genotype, write_search, write_search_history
    from mixsuite.search.specification import check_search
    from mixsuite.search.task import assemble_search
    from mixsuite.training.checkpoint import checkpoint_identity
    from mixsuite.training.progress import Progress
    from mixsuite.training.sources import load_splits

    def step() -> None:
        run = read_json("--search", options.search)
        check_search(run)
        limit_threads(options.threads)
        train_split, _, sha256 = load_splits(options.dataset, options.dataset_sha256)
        with lease(options.device) as device:
            task = assemble_search(run, train_split, device)
            identity = checkpoint_identity(run, options.code, sha256, device)
            checkpoint = options.state / "checkpoint.safetensors"
            with closing(Progress(options.state / "progress.json", run["search"]["epochs"])) as progress:
                history = search(task, checkpoint, identity, progress)
                write_genotype(options.output_genotype, task)
                write_search_history(options.output_history, history)
                outputs = [options.output_genotype, options.output_history]
                write_search(options.output_search, task, history, sha256, options.code, outputs)
                # Not before the outputs are there: a kill in between costs nothing.
                checkpoint.unlink(missing_ok=True)
                progress.finish(history)

    # Not an OSError, though it is one that safetensors meets on a full disk.
    return exit_status(step, SearchDivergedError, SafetensorError)


def _parser() -> argparse.ArgumentParser:
    parser = step_parser(__doc__)
    what = parser.add_argument_group("what is searched")
    what.add_argument("--search", required=True, metavar="JSON", help="dataset, settings of the search and seed")
    what.add_argument("--dataset", required=True, type=Path, metavar="DIR", help="prepared dataset, or a subset of one")
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    where = parser.add_argument_group("where it goes")
    where.add_argument("--state", required=True, type=Path, metavar="DIR", help="checkpoint and progress.json; keep it")
    where.add_argument("--output-genotype", required=True, type=Path, metavar="FILE", help="the cells (.json)")
    where.add_argument("--output-history", required=True, type=Path, metavar="FILE", help="a row per epoch (.csv)")
    where.add_argument("--output-search", required=True, type=Path, metavar="FILE", help="settings and cost (.json)")
    add_computing_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
