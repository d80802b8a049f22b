"""Train a classifier on a prepared dataset; a killed training goes on from its last finished epoch."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    options = _parse(arguments)

    # Not before the arguments are known to be right: torch takes seconds.
    from mixsuite.data.arrays import load_dataset
    from mixsuite.device import lease, limit_threads
    from mixsuite.files import digest
    from mixsuite.provenance import record
    from mixsuite.training.loop import NonFiniteLossError, train
    from mixsuite.training.outputs import write_history, write_model, write_run
    from mixsuite.training.progress import Progress
    from mixsuite.training.task import assemble

    with ExitStack() as held:
        try:
            limit_threads(options.threads)
            train_split, test_split, sha256 = load_dataset(options.dataset, options.dataset_sha256)
            device = held.enter_context(lease(options.device))
            task = assemble(options.run, train_split, test_split, device)
        except (ValueError, OSError) as error:
            return _refuse(error)
        identity = {"run": digest(task.run), "code": options.code, "dataset": sha256}
        checkpoint = options.state / "checkpoint.safetensors"
        progress = Progress(options.state / "progress.json", task.run["schedule"]["epochs"])
        held.callback(progress.close)
        try:
            history = train(task, checkpoint, identity, progress)
            write_model(options.output_model, task)
            write_history(options.output_history, history)
            write_run(options.output_run, task, history, sha256, record(options.code))
        except (NonFiniteLossError, OSError) as error:
            return _refuse(error)
        # Not before the outputs are there: a kill in between costs nothing.
        checkpoint.unlink(missing_ok=True)
        progress.finish(history)
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_argument_group("what is trained")
    what.add_argument(
        "--run", required=True, type=_json, metavar="JSON", help="dataset, model, recipe, schedule and seed"
    )
    what.add_argument(
        "--dataset", required=True, type=Path, metavar="DIR", help="prepared folder with train/ and test/"
    )
    what.add_argument("--dataset-sha256", metavar="SHA256", help="refuse any other content of the prepared folder")
    what.add_argument(
        "--code", default="", metavar="FINGERPRINT", help="of the code; a checkpoint of other code is not used"
    )
    where = parser.add_argument_group("where it goes")
    where.add_argument("--state", required=True, type=Path, metavar="DIR", help="checkpoint and progress.json; keep it")
    where.add_argument("--output-model", required=True, type=Path, metavar="FILE", help="weights (.safetensors)")
    where.add_argument("--output-history", required=True, type=Path, metavar="FILE", help="a row per epoch (.csv)")
    where.add_argument(
        "--output-run", required=True, type=Path, metavar="FILE", help="specification and results (.json)"
    )
    how = parser.add_argument_group("how it is computed")
    how.add_argument("--threads", type=int, default=1, metavar="N", help="CPU threads (default: 1)")
    how.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto: a GPU if there is one")
    parser.epilog = "JSON may also be given as @FILE."
    return parser.parse_args(arguments)


def _json(text: str) -> Any:
    try:
        return json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"not readable as JSON ({error})") from None


def _refuse(error: Exception) -> int:
    print(f"error: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
