"""Prepare a dataset: read it from its source and write arrays that every later step reads alike."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--dataset", required=True, metavar="JSON", help='e.g. {"kind": "folder", "name": "mine", "image_size": 64}'
    )
    parser.add_argument(
        "--source",
        metavar="PATH",
        help="folder, archive or http(s) address of the data; by default what the kind fetches",
    )
    parser.add_argument("--cache", required=True, type=Path, metavar="DIR", help="where a downloaded archive is kept")
    parser.add_argument(
        "--output", required=True, type=Path, metavar="DIR", help="the folder to write, whole or not at all"
    )
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.checks import SettingError
    from mixsuite.data.errors import DatasetError
    from mixsuite.data.registry import prepare

    try:
        prepared = prepare(json.loads(options.dataset), options.source, options.output, options.cache)
    except json.JSONDecodeError as error:
        print(f"error: --dataset: not JSON ({error})", file=sys.stderr)
    except (SettingError, DatasetError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
    else:
        n = prepared["n"]
        print(
            f"{options.output}: {n['train']} training and {n['test']} test images of {len(prepared['classes'])} classes"
        )
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
