"""Write the score card: every printed value and every claim of the papers beside what was measured."""

from __future__ import annotations

import sys
from pathlib import Path

from mixsuite.program import exit_status, step_parser


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit status."""
    parser = step_parser(__doc__)
    parser.add_argument(
        "--manifests", required=True, type=Path, nargs="+", metavar="YAML", help="the papers' manifests"
    )
    parser.add_argument(
        "--measurements", type=Path, nargs="*", default=[], metavar="CSV", help="those of each artefact"
    )
    parser.add_argument("--scale", required=True, metavar="NAME")
    parser.add_argument("--scale-title", required=True, metavar="TEXT")
    for form in ("md", "csv", "html"):
        parser.add_argument(f"--output-{form}", required=True, type=Path, metavar="FILE")
    options = parser.parse_args(arguments)

    # Not before the arguments are known to be right: these take a while.
    from mixsuite.config.manifest import Manifest
    from mixsuite.config.strict import ConfigError, validate
    from mixsuite.config.yaml_file import read_yaml
    from mixsuite.files import write_text
    from mixsuite.reporting.measurements import read_measurements, write_frame
    from mixsuite.reporting.scorecard import build_scorecard
    from mixsuite.reporting.scorecard_html import scorecard_html
    from mixsuite.reporting.scorecard_markdown import scorecard_markdown

    def step() -> None:
        manifests = [validate(Manifest, read_yaml(path, str(path)), str(path)) for path in options.manifests]
        scorecard = build_scorecard(manifests, read_measurements(options.measurements))
        write_frame(options.output_csv, scorecard)
        write_text(options.output_md, scorecard_markdown(scorecard, manifests, options.scale, options.scale_title))
        write_text(options.output_html, scorecard_html(scorecard, manifests, options.scale, options.scale_title))

    return exit_status(step, ConfigError)


if __name__ == "__main__":
    sys.exit(main())
